"""What readers yield and what writers are given."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from django.utils.translation import gettext as _

# Bytes of UTF-8 an article, characters a sentence, bytes a line of an upload.
ARTICLE_MAX = 1_000_000
ROW_MAX = 2_000
LINE_MAX = 8_000_000
COLUMNS = ("text", "label", "annotator", "lang", "title", "url", "publisher", "published_at", "article")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LANG = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a text comes from, cut to what the rows hold; empty where nothing is known."""

    title: str = ""
    url: str = ""
    publisher: str = ""
    published_at: date | None = None
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """A whole article, still to be split. `line` counts from 1 and is where it begins in the upload."""

    line: int
    text: str
    origin: Origin
    label: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence as it stands. `article` tells which rows belong to one article; empty: none.

    `label` is the answer that came with it, in the words of the upload, and `annotator` whose it is. `beside` is what a
    script sent with the text, where the upload is one of its tasks (see `flow.task_data`).
    """

    line: int
    text: str
    origin: Origin
    article: str = ""
    label: str = ""
    annotator: str = ""
    beside: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that is left out, and why."""

    line: int
    reason: str


Record = Article | Row | Bad


@dataclass(frozen=True, slots=True)
class Options:
    """How to read: the unit (`article` or `sentence`), names of columns, and what is known of the upload as a whole.

    `names` are those of labels that come as numbers, in order from 0; `known` are labels that an exported folder may
    name. `beside` is the field of a line that a row carries along as it is; empty: none.
    """

    format: str
    unit: str = "article"
    columns: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = field(default_factory=Origin)
    names: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()
    beside: str = ""

    def column(self, ours: str) -> str:
        """What the upload calls our column; empty: it has none, whatever the names say."""
        return self.columns.get(ours, ours)


class Reads(Protocol):
    """A format module that can be imported."""

    def read(self, stream: BinaryIO, options: Options) -> Iterator[Record]: ...


class Snapshot(Protocol):
    """One moment of a project, for writers: may be gone through as often as they like, in the order of sentences."""

    @property
    def head(self) -> Mapping[str, Any]: ...

    def rows(self) -> Iterator[dict[str, Any]]: ...

    def judgements(self) -> Iterator[dict[str, Any]]: ...


class Writes(Protocol):
    """A format module that can be exported."""

    def write(self, snapshot: Snapshot, directory: Path) -> None: ...


def origin_of(values: Mapping[str, Any], default: Origin) -> Origin:
    """An Origin out of loose values; a date that is none and a link that is no web address are left empty."""
    text = {key: _line(values.get(key)) for key in ("title", "url", "publisher", "published_at", "lang")}
    url = text["url"] if text["url"].startswith(("https://", "http://")) and len(text["url"]) <= 1000 else ""
    lang = text["lang"].lower().replace("_", "-").partition("-")[0]
    return Origin(
        title=text["title"][:300] or default.title,
        url=url or default.url,
        publisher=text["publisher"][:120] or default.publisher,
        published_at=_day(text["published_at"]) or default.published_at,
        lang=lang if _LANG.fullmatch(lang) else default.lang,
    )


def reached(values: Any, path: str) -> Any:
    """The value of the column `path`; where there is none of that name, `a.b` is the field `b` within `a`."""
    if isinstance(values, Mapping):
        if path in values:
            return values[path]
        first, dot, rest = path.partition(".")
        return reached(values.get(first), rest) if dot else None
    return None


def flaw(text: str) -> str:
    """Why `text` cannot be taken, or nothing. Half characters are what a wrong encoding leaves behind."""
    if not text.strip():
        return _("there is no text")
    if "\0" in text:
        return _("it holds a NUL character; remove it")
    if half := _SURROGATE.search(text):
        if 0xDC80 <= ord(half.group()) <= 0xDCFF:
            return _("it is not UTF-8 (perhaps latin-1); save the file as UTF-8")
        return _("it holds half a character (a lone surrogate); save the file again as UTF-8")
    return ""


def taken(line: int, text: object, options: Options, values: Mapping[str, Any]) -> Record:
    """The Article or Row of one text and the values around it, or why it is left out."""
    if not isinstance(text, str):
        return Bad(line, _("the text is not text but %(kind)s") % {"kind": type(text).__name__})
    if reason := flaw(text):
        return Bad(line, reason)
    clean = unicodedata.normalize("NFC", text).strip()
    origin = origin_of(values, options.origin)
    if options.unit == "article":
        if (size := len(clean.encode())) > ARTICLE_MAX:
            said = _("it has %(n)d bytes, more than the %(limit)d of an article; split it")
            return Bad(line, said % {"n": size, "limit": ARTICLE_MAX})
        return Article(line, clean, origin, label=_line(values.get("label")))
    if len(clean) > ROW_MAX:
        said = _("it has %(n)d characters, more than the %(limit)d of a sentence; import it as an article")
        return Bad(line, said % {"n": len(clean), "limit": ROW_MAX})
    article, label, annotator = (_line(values.get(name)) for name in ("article", "label", "annotator"))
    return Row(line, clean, origin, article=article, label=label, annotator=annotator, beside=values.get("beside"))


def _line(value: object) -> str:
    """A value as one line of clean text; whatever is no text, number or date is left out."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        return ""
    clean = _SURROGATE.sub("", str(value).replace("\0", ""))
    return unicodedata.normalize("NFC", " ".join(clean.split()))


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None
