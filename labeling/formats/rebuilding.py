"""An article out of what an export holds of it: its rows at their places, their neighbours between them, blanks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from labeling.formats.returned import Judgement, Returned, Standing
from labeling.formats.shapes import ARTICLE_MAX, Origin, origin_of
from labeling.formats.told import Place, Unsound, error_kind

# A sentence whose place nobody tells stands behind the others, so far off that it is no neighbour of theirs.
_APART = 3
# Loose rows that lie together, as an import lays them.
ROWS_TOGETHER = 100


@dataclass(frozen=True, slots=True)
class Known:
    """A sentence of an export: its row if it was settled, else its text and language alone."""

    line: int
    text: str
    lang: str
    row: Place | None
    judgements: tuple[Judgement, ...]


def article(known: Sequence[Known]) -> Returned:
    """The article of these sentences, which come in the order of their ids; raises Unsound where rows overlap.

    Offsets are those of the rows. A neighbour that has no row stands a blank after the sentence before it, or before
    the one after it: where it really stood is not in an export.
    """
    fixed = {one.row.number: _standing(one, one.row) for one in known if one.row}
    if len(fixed) < sum(one.row is not None for one in known):
        raise Unsound(_("two sentences of one article have the same number"))
    loose = _context(known, fixed.keys())
    orphans = [one for one in known if one.row is None]
    lang = next((one.lang for one in known), "")
    placed = list(_placed(fixed, loose, lang))
    by_text: dict[str, int] = {}
    for at, standing in enumerate(placed):
        if not standing.asked:
            by_text.setdefault(standing.text, at)
    for one in orphans:
        if one.text in by_text:
            at = by_text.pop(one.text)
            placed[at] = _asked(placed[at], one)
        else:
            placed.append(_behind(placed, one))
    if placed[-1].end > ARTICLE_MAX:
        raise Unsound(_("it is longer than an article may be"))
    first = next((one.row for one in known if one.row), None)
    origin = origin_of(first.about, Origin()) if first else Origin(lang=lang)
    return Returned(known[0].line, "article", origin, tuple(placed))


def loose(known: Iterable[Known]) -> Iterator[Returned]:
    """Rows without an article, those together that lay together: of one origin, one split and rising places."""
    open_: dict[str, _Together] = {}
    for one in known:
        split = one.row.split if one.row else "train"
        together = open_.get(split)
        if together is not None and not together.takes(one):
            yield together.done()
            together = None
        if together is None:
            together = open_[split] = _Together(one)
        together.add(one)
    for together in open_.values():
        yield together.done()


class _Together:
    def __init__(self, first: Known) -> None:
        self.line = first.line
        self.origin = _origin(first)
        self.sentences: list[Standing] = []

    def takes(self, one: Known) -> bool:
        if len(self.sentences) == ROWS_TOGETHER or _origin(one) != self.origin:
            return False
        last, row = self.sentences[-1], one.row
        return row is None or (row.number > last.number and row.start > last.end)

    def add(self, one: Known) -> None:
        if one.row is not None:
            self.sentences.append(_standing(one, one.row))
            return
        last = self.sentences[-1] if self.sentences else None
        number, start = (last.number + 1, last.end + 1) if last else (0, 0)
        end = start + len(one.text)
        self.sentences.append(_asked(Standing(0, number, number, start, end, one.text, one.lang), one))

    def done(self) -> Returned:
        return Returned(self.line, "sentence", self.origin, tuple(self.sentences))


def _origin(one: Known) -> Origin:
    """Without the language, which each row says of itself."""
    return replace(origin_of(one.row.about, Origin()), lang="") if one.row else Origin()


def _standing(one: Known, row: Place) -> Standing:
    return Standing(
        line=one.line,
        number=row.number,
        paragraph=row.paragraph,
        start=row.start,
        end=row.start + len(row.text),
        text=row.text,
        lang=row.lang,
        asked=True,
        split=row.split,
        probability=row.probability,
        verdict=row.verdict,
        error_kind=error_kind(row.flags, one.judgements) if row.verdict else "",
        judgements=one.judgements,
    )


def _asked(standing: Standing, one: Known) -> Standing:
    return replace(standing, line=one.line, lang=one.lang, asked=True, judgements=one.judgements)


def _context(known: Sequence[Known], fixed: Iterable[int]) -> dict[int, str]:
    """The neighbours of rows, by their numbers."""
    found: dict[int, str] = {}
    for row in (one.row for one in known if one.row):
        for step, text in enumerate(reversed(row.before), start=1):
            found.setdefault(row.number - step, text)
        for step, text in enumerate(row.after, start=1):
            found.setdefault(row.number + step, text)
    return {number: text for number, text in found.items() if number not in set(fixed)}


def _placed(fixed: Mapping[int, Standing], context: Mapping[int, str], lang: str) -> Iterator[Standing]:
    """All of them in order: those with a place, and between them their neighbours."""
    before: Standing | None = None
    run: list[tuple[int, str]] = []
    for number in sorted({*fixed, *context}):
        if number in context:
            run.append((number, context[number]))
            continue
        here = fixed[number]
        if before is not None and here.start < before.end:
            raise Unsound(_("its sentences overlap"))
        yield from _between(before, here, run, lang)
        yield here
        before, run = here, []
    yield from _between(before, None, run, lang)


def _between(
    before: Standing | None, after: Standing | None, run: Sequence[tuple[int, str]], lang: str
) -> Iterator[Standing]:
    """The neighbours in the gap: those that follow on `before` a blank after each other, the rest up to `after`."""
    head = [one for n, one in enumerate(run) if before is not None and one[0] == before.number + 1 + n]
    tail = run[len(head) :]
    begin = before.end if before else 0
    blank = 1
    if after is not None:
        room = after.start - begin - sum(len(text) for _number, text in run)
        if room < 0:
            raise Unsound(_("its sentences overlap"))
        blank = 1 if room >= len(run) else 0
    at = begin
    for number, text in head:
        at += blank
        yield Standing(0, number, before.paragraph if before else 0, at, at + len(text), text, lang)
        at += len(text)
    if after is not None:
        at = after.start - sum(len(text) + blank for _number, text in tail)
        for number, text in tail:
            yield Standing(0, number, after.paragraph, at, at + len(text), text, lang)
            at += len(text) + blank


def _behind(placed: Sequence[Standing], one: Known) -> Standing:
    last = placed[-1] if placed else None
    number = last.number + _APART if last else 0
    start = last.end + 2 if last else 0
    paragraph = last.paragraph + 1 if last else 0
    return _asked(Standing(0, number, paragraph, start, start + len(one.text), one.text, one.lang), one)
