"""An article's sentences, as offsets: newlines first, then sentencex a paragraph, then our own rules."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ml.boilerplate import is_boilerplate
from ml.boundaries import boundaries
from ml.errors import ArticleTooLong, UnknownLanguage
from ml.text import guess_language, normalise, require_clean

__all__ = ["ARTICLE_BYTES", "LANGUAGES", "SENTENCE_CHARACTERS", "Span", "guess_language", "normalise", "segment"]

ARTICLE_BYTES = 1_000_000
SENTENCE_CHARACTERS = 2_000
LANGUAGES = ("id", "en")

_LINE = re.compile(r"[^\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]+")
_SPACE_AT_END = re.compile(r"\s\S*\Z")


@dataclass(frozen=True, slots=True)
class Span:
    """One sentence: `article[start:end]`, without outer white space. `paragraph` counts lines with text from 0."""

    start: int
    end: int
    boilerplate: bool
    paragraph: int


def segment(article: str, *, lang: str = "id") -> list[Span]:
    """The sentences of `article`, in order.

    Spans are ordered, do not overlap, hold 1 to 2,000 characters each, and together hold every character that is not
    white space. Time grows linearly with the length, whatever the text.
    Raises `ArticleTooLong` over 1,000,000 bytes of UTF-8, `UnknownLanguage`, `NulCharacter`, `LoneSurrogate`.
    """
    if lang not in LANGUAGES:
        raise UnknownLanguage(
            expected=f"a language out of {', '.join(LANGUAGES)}",
            came=repr(lang),
            cure="Give the language of the article.",
        )
    require_clean(article)
    size = len(article.encode())
    if size > ARTICLE_BYTES:
        raise ArticleTooLong(
            expected=f"an article of at most {ARTICLE_BYTES:,} bytes", came=f"{size:,} bytes", cure="Split it in parts."
        )
    spans: list[Span] = []
    paragraph = -1
    for line in _LINE.finditer(article):
        pieces = list(_sentences(line.group(), lang))
        paragraph += bool(pieces)
        for start, end in pieces:
            a, b = line.start() + start, line.start() + end
            spans.append(Span(a, b, is_boilerplate(article[a:b]), paragraph))
    return spans


def _sentences(line: str, lang: str) -> Iterator[tuple[int, int]]:
    start = len(line) - len(line.lstrip())
    body = line.strip()
    edges = [0, *boundaries(body, lang), len(body)]
    for a, b in pairwise(edges):
        for c, d in _capped(body, a, b):
            yield start + c, start + d


def _capped(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """`body[start:end]` without outer white space, cut at a space before each 2,000 characters."""
    while start < end:
        start, end = _stripped(body, start, end)
        if start == end:
            return
        cut = end
        if end - start > SENTENCE_CHARACTERS:
            space = _SPACE_AT_END.search(body, start + 1, start + SENTENCE_CHARACTERS)
            cut = space.start() if space else start + SENTENCE_CHARACTERS
        yield _stripped(body, start, cut)
        start = cut


def _stripped(body: str, start: int, end: int) -> tuple[int, int]:
    while start < end and body[start].isspace():
        start += 1
    while end > start and body[end - 1].isspace():
        end -= 1
    return start, end
