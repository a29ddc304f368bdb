"""The tables of the agreement page, read with care out of a report that an earlier version may have written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import User

from labeling.flow.figure import Figure, figure, part
from labeling.models import Label

# From fewer sentences a week says nothing of its own.
LEAST_OF_A_WEEK = 10
# Two people who share fewer come after all others: with a handful, alpha and percent are luck.
LEAST_OF_A_PAIR = 10


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label against all others."""

    label: Label
    alpha: Figure
    kappa: Figure
    ac1: Figure
    percent: Figure


@dataclass(frozen=True, slots=True)
class Cell:
    """`n` sentences to which one person gave the row's label and another gave `other`; `pairs` of answers so.

    `percent`: of the row's sentences.
    """

    other: Label
    n: int
    pairs: int
    percent: float
    same: bool


@dataclass(frozen=True, slots=True)
class Row:
    """`n` sentences with two answers or more, of which one or more is `label`."""

    label: Label
    n: int
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Which labels people give to the same of `n` sentences, those of `population`."""

    population: str
    labels: list[Label]
    rows: list[Row]
    n: int
    n_pairs: int


@dataclass(frozen=True, slots=True)
class Week:
    """Agreement on the sentences whose second answer came in the week of `monday`; `audit` is None without any drawn.

    `few`, `few_drawn`: too few sentences for a figure, of all and of the sample.
    """

    monday: date
    alpha: Figure
    percent: Figure
    audit: Figure | None

    @property
    def few(self) -> bool:
        return (self.alpha.n or 0) < LEAST_OF_A_WEEK

    @property
    def few_drawn(self) -> bool:
        return self.audit is not None and (self.audit.n or 0) < LEAST_OF_A_WEEK


@dataclass(frozen=True, slots=True)
class Pair:
    """Two annotators, how far they agree beyond chance, and how often, on the sentences that both answered."""

    first: User
    second: User
    kappa: Figure
    percent: Figure


def label_rows(figures: object, labels: Sequence[Label]) -> list[LabelRow]:
    """The labels that occur in a population's figures."""
    return [_label_row(label, figures) for label in labels if part(figures, "per_label", label.key)]


def _label_row(label: Label, figures: object) -> LabelRow:
    rest = part(figures, "against_rest", label.key)
    kappa, ac1, percent = (figure(part(rest, name)) for name in ("fleiss_kappa", "gwet_ac1", "percent"))
    return LabelRow(label, figure(part(figures, "per_label", label.key)), kappa, ac1, percent)


def confusions(found: object, labels: Sequence[Label]) -> Iterator[Confusion]:
    """Each table that has a sentence in it; a label that is there no more is left out."""
    for one in found if isinstance(found, list) else []:
        at = {key: place for place, key in enumerate(one["labels"])}
        known = [label for label in labels if label.key in at]
        if known and one["n_units"]:
            rows = [_row(one, label, known, at) for label in known]
            yield Confusion(one["population"], known, rows, one["n_units"], one["n_pairs"])


def _row(table: Mapping[str, list[list[int]]], label: Label, known: Sequence[Label], at: Mapping[str, int]) -> Row:
    place = at[label.key]
    n: int = table["of_label"][place]  # type: ignore[assignment]  # of one row; the others are of two
    units, pairs = table["units"][place], table["pairs"][place]
    cells = [
        Cell(other, units[at[other.key]], pairs[at[other.key]], 100 * units[at[other.key]] / max(n, 1), other == label)
        for other in known
    ]
    return Row(label, n, cells)


def weeks(found: object) -> list[Week]:
    """Oldest first."""
    return [_week(one) for one in (found if isinstance(found, list) else [])]


def _week(one: Mapping[str, object]) -> Week:
    alpha, percent = (figure(part(one, "all", name)) for name in ("krippendorff_alpha", "percent"))
    audit = figure(part(one, "audit", "krippendorff_alpha")) if part(one, "audit") else None
    return Week(date.fromisoformat(str(one["monday"])), alpha, percent, audit)


def pairs(found: object, *, most: int) -> tuple[list[Pair], int]:
    """Annotators with sentences in common, those who agree least first and who share few last; at most `most`, of how
    many."""
    told = found if isinstance(found, list) else []
    names = {one[side] for one in told for side in ("first", "second")}
    people = {user.username: user for user in User.objects.filter(username__in=names)} if names else {}
    # An account may have been renamed since.
    known = sorted((one for one in told if one["first"] in people and one["second"] in people), key=_worst_first)
    shown = [
        Pair(people[one["first"]], people[one["second"]], figure(one["cohen_kappa"]), figure(one["percent"]))
        for one in known[:most]
    ]
    return shown, len(known)


def _worst_first(pair: Mapping[str, Any]) -> tuple[bool, float, str, str]:
    few = (pair["percent"]["n_units"] or 0) < LEAST_OF_A_PAIR
    return few, pair["percent"]["value"] or 0, pair["first"], pair["second"]
