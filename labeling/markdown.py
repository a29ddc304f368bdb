"""Markdown to HTML that is safe to show: no raw HTML goes in, and only a short list of tags comes out."""

from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "blockquote", "pre", "hr"),
    *("strong", "em", "code", "br", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_READER = MarkdownIt("commonmark", {"html": False}).enable("table")


@lru_cache(maxsize=64)
def as_html(text: str, *, below: int = 0) -> SafeString:
    """`text` as HTML, its headings so many orders lower. Scripts, styles, images and raw tags never come through."""
    tokens = _READER.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + below, 6)}"
    rendered = _READER.renderer.render(tokens, _READER.options, {})
    html = nh3.clean(rendered, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https"})
    return mark_safe(html)  # noqa: S308 - nh3 cleaned it on the line above
