"""What an evaluation says, ready for the page: figures, tables, charts. Read with care, since parts may be missing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from labeling.flow.figure import Figure, figure, part
from labeling.flow.stop_words import Signal, signal
from labeling.flow.suspects import RIGHT, doubtful, seen_to
from labeling.models import Label, Project, Sentence

# Suspected labels on the model page, and how many are looked up for that, since some were seen to.
SUSPECTS, LOOKED_UP = 20, 100


@dataclass(frozen=True, slots=True)
class Cell:
    """How many audit sentences of the row's label were predicted as `predicted`; `share` of the row, 0 to 1."""

    predicted: Label
    n: int
    share: float
    right: bool


@dataclass(frozen=True, slots=True)
class Row:
    """The audit sentences that are settled as `true`."""

    true: Label
    n: int
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Bin:
    """Sentences of about one confidence: from, to, its mean, and the share that is right."""

    low: float
    high: float
    confidence: float
    right: Figure


@dataclass(frozen=True, slots=True)
class Share:
    """A label's share of the pool by three methods, and how many sentences of it are labelled."""

    label: Label
    drawn: Figure
    assisted: Figure
    corrected: Figure


@dataclass(frozen=True, slots=True)
class Change:
    """What differs from version `since`. `grew`: labels learned from by how many more; `gain`: of macro-F1."""

    since: int
    rows: int
    moved: int
    kappa: Figure
    grew: list[tuple[Label, int]]
    gain: Figure

    @property
    def within(self) -> bool | None:
        """Whether the gain may be chance; None where it has no interval."""
        low, high = self.gain.low, self.gain.high
        return None if low is None or high is None else low <= 0 <= high


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label that is probably wrong: `likelier` is what models say that had not seen the sentence."""

    sentence: Sentence
    label: Label
    likelier: Label
    score: float


@dataclass(frozen=True, slots=True)
class Told:
    """An evaluation for the page. `unsettled` audit sentences were answered without a settled label."""

    least: int
    unsettled: int
    audit: Figure
    per_label: list[tuple[Label, Figure]]
    matrix: list[Row]
    columns: list[Label]
    error: Figure
    by_chance: float | None
    bins: list[Bin]
    shares: list[Share]
    change: Change | None
    baseline: list[tuple[int, Figure]]
    no_baseline: str
    suspects: list[Suspect]
    signal: Signal | None


def told(project: Project, evaluation: object, labels: Sequence[Label]) -> Told | None:
    """What `evaluation` says, in two queries for the suspected sentences; None where nothing was measured."""
    least, unsettled = part(evaluation, "least"), part(evaluation, "unsettled")
    if not isinstance(least, int) or not isinstance(unsettled, int):
        return None
    audit = figure(part(evaluation, "audit", "macro_f1"))
    by_chance = part(evaluation, "reliability", "by_chance")
    counted = list(_matrix(part(evaluation, "sentences"), labels)) if audit.value is not None else []
    met = {cell.predicted.pk for row in counted for cell in row.cells}
    return Told(
        least=least,
        unsettled=max(unsettled, 0),
        audit=audit,
        per_label=[(one, figure(part(evaluation, "audit", "per_label", one.key))) for one in labels],
        matrix=counted,
        columns=[one for one in labels if one.pk in met],
        error=figure(part(evaluation, "reliability", "error")),
        by_chance=by_chance if isinstance(by_chance, float) else None,
        bins=list(_bins(part(evaluation, "reliability", "bins"))),
        shares=list(_shares(evaluation, labels)),
        change=_change(part(evaluation, "change"), labels),
        baseline=[(one["n"], figure(one["macro_f1"])) for one in _list(part(evaluation, "baseline", "points"))],
        no_baseline=figure({"reason": part(evaluation, "baseline", "reason")}).reason,
        suspects=list(islice(_suspects(project, doubtful(evaluation)[:LOOKED_UP], labels), SUSPECTS)),
        signal=signal(part(evaluation, "stop"), labels),
    )


def _matrix(sentences: object, labels: Sequence[Label]) -> Iterator[Row]:
    """Rows and columns of the labels that occur, in the order of the scheme."""
    keys = _list(part(sentences, "labels"))
    pairs = zip(_list(part(sentences, "true")), _list(part(sentences, "predicted")), strict=True)
    counts = Counter((keys[true], keys[guess]) for true, guess in pairs)
    met = [one for one in labels if one.key in keys]
    for true in met:
        n = sum(counts[true.key, one.key] for one in met)
        if n:
            cells = [(one, counts[true.key, one.key]) for one in met]
            yield Row(true, n, [Cell(one, count, count / n, one == true) for one, count in cells])


def _bins(found: object) -> Iterator[Bin]:
    for one in _list(found):
        yield Bin(one["low"], one["high"], one["confidence"], figure(one["right"]))


def _shares(evaluation: object, labels: Sequence[Label]) -> Iterator[Share]:
    if not part(evaluation, "shares"):
        return
    for one in labels:
        yield Share(
            one,
            drawn=figure(part(evaluation, "shares", "drawn", one.key)),
            assisted=figure(part(evaluation, "shares", "assisted", one.key)),
            corrected=figure(part(evaluation, "corrected", one.key)),
        )


def _change(found: object, labels: Sequence[Label]) -> Change | None:
    if not isinstance(found, Mapping) or not found:
        return None
    grew = [(one, found["grew"].get(one.key, 0)) for one in labels]
    return Change(
        since=found["since"],
        rows=found["rows"],
        moved=found["moved"],
        kappa=figure(found["kappa"]),
        grew=[(label, n) for label, n in grew if n],
        gain=figure(found["macro_f1"]),
    )


def _suspects(project: Project, doubted: Sequence[Mapping[str, Any]], labels: Sequence[Label]) -> Iterator[Suspect]:
    """Those that nobody found right."""
    named = {one.key: one for one in labels}
    acts = seen_to(project, [one["id"] for one in doubted])
    rows = Sentence.objects.in_pool().filter(project=project).in_bulk([one["id"] for one in doubted])
    for one in doubted:
        known = one["id"] in rows and {one["label"], one["likelier"]} <= named.keys()
        if known and RIGHT not in acts[one["id"], one["label"]]:
            yield Suspect(rows[one["id"]], named[one["label"]], named[one["likelier"]], one["score"])


def _list(found: object) -> list[Any]:
    return found if isinstance(found, list) else []
