"""A saved web page: trafilatura finds the article in it. Nothing is downloaded."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

import trafilatura
from django.utils.translation import gettext as _

from labeling.errors import BadUpload
from labeling.formats.shapes import Bad, Options, Record, taken

PAGE_MAX = 20_000_000
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read(stream: BinaryIO, options: Options) -> Iterator[Record]:
    """Yields the page's one Article; raises BadUpload where the page is too large or its characters are unknown."""
    content = stream.read(PAGE_MAX + 1)
    if len(content) > PAGE_MAX:
        raise BadUpload(_("The page is larger than %(n)d MB. Save its text alone.") % {"n": PAGE_MAX // 1_000_000})
    # Decoded here: given bytes, trafilatura would unpack a gzip bomb.
    page = trafilatura.bare_extraction(_decoded(content), with_metadata=True, include_comments=False)
    if page is None or isinstance(page, dict) or not page.text:
        yield Bad(1, _("no article was found in the page; paste its text instead"))
        return
    about = {"title": page.title, "url": page.url, "publisher": page.sitename, "published_at": page.date}
    yield taken(1, page.text, options, about)


def _decoded(content: bytes) -> str:
    marked = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "")
    declared = _CHARSET.search(content[:4096])
    for name in (marked or "utf-8", declared.group(1).decode("ascii") if declared else ""):
        try:
            return content.decode(name or "utf-8")
        except (UnicodeError, LookupError):
            continue
    raise BadUpload(_("The page is not UTF-8 and does not say what it is. Save it as UTF-8."))
