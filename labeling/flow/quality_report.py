"""One person's figures for the page that they and the owners see: what was measured, and sentences to read again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from labeling.charts import Point, Series, lines
from labeling.flow.figure import Figure, figure, part
from labeling.flow.shelf import told
from labeling.models import AgreementReport, Annotation, ErrorKind, Label, Membership, Sentence, Verdict

# A figure of fewer answers is not shown: chance alone would move it by a third.
LEAST = 10
SHOWN = 20
# Where others saw another label so often, the page says so in words; the most frequent first.
OFTEN, TOLD = 3, 3
# Why people differed, as far as it says something of the sentence and not of them.
_OF_THE_SENTENCE = (ErrorKind.GUIDELINE, ErrorKind.SENTENCE, ErrorKind.AMBIGUOUS)


@dataclass(frozen=True, slots=True)
class Seconds:
    """Of `n` answers half took from `low` to `high`; `every`: the median of all people."""

    n: int
    low: float
    median: float
    high: float
    every: float | None


@dataclass(frozen=True, slots=True)
class Cell:
    """Of the sentences that others call `others`, `n` were answered `said`; `open` of these are not settled yet."""

    others: Label
    said: Label
    n: int
    open: int
    ids: tuple[int, ...]

    @property
    def same(self) -> bool:
        return self.others == self.said


@dataclass(frozen=True, slots=True)
class Row:
    """The sentences that others call `others`; None where nothing was said so."""

    others: Label
    n: int
    cells: list[Cell | None]


@dataclass(frozen=True, slots=True)
class Stretch:
    """About a hundred answers that follow each other, and how often others said the same."""

    start: datetime | None
    end: datetime | None
    same: Figure


@dataclass(frozen=True, slots=True)
class Streak:
    """Quick answers in a row: their median, and what answers to sentences as long usually take, in seconds."""

    start: datetime | None
    end: datetime | None
    n: int
    seconds: float
    usual: float


@dataclass(frozen=True, slots=True)
class Apart:
    """A sentence that is settled as another label than the person gave it; `kind` says why people differed."""

    sentence: Sentence
    said: Label
    settled: Label
    reason: str
    kind: str


@dataclass(frozen=True, slots=True)
class Quality:
    """`told` is False where the last report knows nothing of the person. `streaks` is None where too few answers tell.

    `often`: the cells that differ most often; `apart` is narrowed to the cell `picked`.
    """

    measured_at: datetime | None
    told: bool
    given: int
    week: int
    imported: int
    seconds: Seconds | None
    unsure: Figure
    percent: Figure
    kappa: Figure
    same: Figure
    repeats: Figure
    columns: list[Label]
    rows: list[Row]
    n_open: int
    often: list[Cell]
    picked: Cell | None
    apart: list[Apart]
    drift: list[Stretch]
    chart: SafeString | None
    streaks: list[Streak] | None
    n_streaks: int


def report(member: Membership, *, others: str = "", said: str = "") -> Quality:
    """What the last report says of `member`, in eleven queries at most. `others`, `said`: keys of a cell to look at.

    Who may see it is for the caller: the person and the owners, nobody else.
    """
    project = member.project
    last = AgreementReport.objects.filter(project=project).values_list("people", "measured_at").first()
    found = part(last[0], str(member.user_id)) if last else None
    labels = list(project.labels.all())
    cells = list(_cells(part(found, "cells"), labels))
    picked = next((one for one in cells if (one.others.key, one.said.key) == (others, said) and not one.same), None)
    differing = [one for one in cells if not one.same and one.n >= OFTEN and one.ids]
    drift = [_stretch(one) for one in _list(part(found, "drift"))]
    met = {label.pk for one in cells for label in (one.others, one.said)}
    columns = [label for label in labels if label.pk in met]
    streaks = part(found, "streaks", "rows")
    return Quality(
        measured_at=last[1] if last else None,
        told=found is not None,
        given=_count(part(found, "given")),
        week=_count(part(found, "week")),
        imported=_count(part(found, "imported")),
        seconds=_seconds(part(found, "seconds")),
        **{name: _enough(part(found, name)) for name in ("unsure", "percent", "kappa", "same", "repeats")},
        columns=columns,
        rows=list(_rows(cells, columns)),
        n_open=sum(one.open for one in cells if not one.same),
        often=sorted(differing, key=lambda one: -one.n)[:TOLD],
        picked=picked,
        apart=_apart(member, [picked] if picked else cells),
        drift=drift,
        chart=_chart(drift),
        streaks=[_streak(one) for one in _list(streaks)] if isinstance(streaks, list) else None,
        n_streaks=_count(part(found, "streaks", "n")),
    )


def _enough(found: object) -> Figure:
    """The figure, without a value where too few answers stand behind it."""
    known = figure(found)
    if (known.n or 0) < LEAST:
        return Figure(None, n=known.n or 0)
    return known if known.value is not None else Figure(None, reason=known.reason)


def _cells(found: object, labels: Sequence[Label]) -> Iterator[Cell]:
    named = {one.key: one for one in labels}
    for one in _list(found):
        if {one["others"], one["said"]} <= named.keys():
            yield Cell(named[one["others"]], named[one["said"]], one["n"], one["open"], tuple(one["ids"]))


def _rows(cells: Sequence[Cell], columns: Sequence[Label]) -> Iterator[Row]:
    """In the order of the scheme."""
    by_labels = {(one.others.pk, one.said.pk): one for one in cells}
    for others in columns:
        row = [by_labels.get((others.pk, said.pk)) for said in columns]
        if any(row):
            yield Row(others, sum(one.n for one in row if one), row)


def _apart(member: Membership, cells: Sequence[Cell]) -> list[Apart]:
    """Sentences of `cells` that are still settled as another label than the person gave, the latest answers first."""
    ids = [pk for one in cells for pk in one.ids]
    if not ids:
        return []
    mine = Annotation.objects.decided().filter(annotator=member.user_id, sentence_id__in=ids, surplus=False)
    mine = mine.select_related("sentence", "label").order_by("-answered_at", "-pk")
    said = {one.sentence_id: one for one in mine.filter(sentence__in_pool=True)}
    settled = {one.sentence.pk: one.settled for one in told([one.sentence for one in said.values()], member.project)}
    pairs = {(one.others.pk, one.said.pk) for one in cells}
    still = [one for one in said.values() if (getattr(settled[one.sentence_id], "pk", 0), one.label_id) in pairs]
    verdicts = Verdict.objects.in_bulk([one.sentence_id for one in still[:SHOWN]], field_name="sentence_id")
    return [
        Apart(one.sentence, one.label, label, verdict.reason if verdict else "", _kind(verdict))
        for one in still[:SHOWN]
        if (label := settled[one.sentence_id]) and one.label and label != one.label
        for verdict in (verdicts.get(one.sentence_id),)
    ]


def _kind(verdict: Verdict | None) -> str:
    return verdict.get_error_kind_display() if verdict and verdict.error_kind in _OF_THE_SENTENCE else ""


def _seconds(found: object) -> Seconds | None:
    known = [part(found, name) for name in ("low", "median", "high", "all")]
    low, median, high, every = (float(one) if isinstance(one, int | float) else None for one in known)
    n = _count(part(found, "n"))
    if n < LEAST or low is None or median is None or high is None:
        return None
    return Seconds(n, low, median, high, every)


def _stretch(one: object) -> Stretch:
    return Stretch(_time(part(one, "from")), _time(part(one, "to")), _enough(one))


def _streak(one: object) -> Streak:
    seconds, usual = (float(str(part(one, name))) for name in ("seconds", "usual"))
    return Streak(_time(part(one, "from")), _time(part(one, "to")), _count(part(one, "n")), seconds, usual)


def _chart(drift: Sequence[Stretch]) -> SafeString | None:
    """None for a single point, which is no drift."""
    known = [one for one in drift if one.same.value is not None and one.end]
    if len(known) < 2:
        return None
    return lines(
        [Series(_("Others said the same"), [_point(x, one.same) for x, one in enumerate(known, start=1)])],
        title=_("From hundred to hundred"),
        desc=_("How often others said the same, with 95% intervals; the table beside it has the figures."),
        x_label=_("the last of about a hundred answers"),
        y_label=_("share"),
        limits=(0.0, 1.0),
        x_names={float(x): date_format(one.end, "j M") for x, one in enumerate(known, start=1) if one.end},
    )


def _point(x: int, one: Figure) -> Point:
    return Point(float(x), one.value, one.low, one.high)


def _time(found: object) -> datetime | None:
    """A time as a database gave it; without a zone it is UTC."""
    known = parse_datetime(found) if isinstance(found, str) else None
    return known.replace(tzinfo=UTC) if known and known.tzinfo is None else known


def _count(found: object) -> int:
    return found if isinstance(found, int) else 0


def _list(found: object) -> list[dict[str, Any]]:
    return found if isinstance(found, list) else []
