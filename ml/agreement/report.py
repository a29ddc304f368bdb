"""How far annotators agree, each figure with its n and a bootstrap interval by article."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.agreement.coefficients import (
    Sums,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    krippendorff_alpha_per_label,
    percent_agreement,
    unit_sums,
)
from ml.bootstrap import RESAMPLES, group_codes, interval, resampled_sums, sums_by_group
from ml.errors import AnswersInvalid

Array = NDArray[np.float64]

NO_PAIR = "not defined (no unit has two answers)"
ONE_LABEL = "not defined (one label only)"
NO_INTERVAL = "no interval (too few articles)"


class Answer(NamedTuple):
    """One annotator's label of one unit; a label of None is missing."""

    unit: str
    annotator: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is None where it is not defined, `low` and `high` (95 %) where no interval is; `reason` says why.

    Counted are only units with two answers or more, and the answers to them.
    """

    value: float | None
    low: float | None
    high: float | None
    n_units: int
    n_answers: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two annotators on the units that both answered."""

    first: str
    second: str
    cohen_kappa: Figure
    percent: Figure


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """All figures of one table of answers. `per_label`: alpha of a label against all others."""

    krippendorff_alpha: Figure
    fleiss_kappa: Figure
    gwet_ac1: Figure
    percent: Figure
    per_label: dict[str, Figure]
    pairs: tuple[Pair, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain dicts and lists."""
        return asdict(self)


def agreement(
    answers: Iterable[Answer],
    *,
    articles: Mapping[str, str] | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> AgreementReport:
    """Measure `answers`; `articles` gives the article of a unit, without it each unit stands for itself.

    The labels are those that occur. Raises `AnswersInvalid` if an annotator answers a unit twice.
    """
    table = _table(answers)
    units = list(table)
    labels = sorted({label for row in table.values() for label in row.values()})
    codes = group_codes([articles.get(unit, unit) if articles else unit for unit in units])
    counts = np.zeros((len(units), len(labels)))
    number = {label: column for column, label in enumerate(labels)}
    for place, unit in enumerate(units):
        for label in table[unit].values():
            counts[place, number[label]] += 1
    whole, samples = _whole_and_samples(unit_sums(counts), codes, len(labels), seed, resamples)
    pairable = counts.sum(axis=1) >= 2
    size = _Size(int(pairable.sum()), int(counts[pairable].sum()), len(np.unique(codes[pairable])))

    def figure(measure: Callable[[Sums], Array]) -> Figure:
        return _figure(float(measure(whole)), measure(samples), size)

    values, drawn = krippendorff_alpha_per_label(whole), krippendorff_alpha_per_label(samples)
    return AgreementReport(
        krippendorff_alpha=figure(krippendorff_alpha),
        fleiss_kappa=figure(fleiss_kappa),
        gwet_ac1=figure(gwet_ac1),
        percent=figure(percent_agreement),
        per_label={label: _figure(float(values[c]), drawn[:, c], size) for c, label in enumerate(labels)},
        pairs=tuple(_pairs(table, dict(zip(units, codes.tolist(), strict=True)), number, seed, resamples)),
    )


class _Size(NamedTuple):
    units: int
    answers: int
    articles: int


def _table(answers: Iterable[Answer]) -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = {}
    for unit, annotator, label in answers:
        row = table.setdefault(unit, {})
        if label is None:
            continue
        if annotator in row:
            raise AnswersInvalid(
                expected="one answer of an annotator a unit",
                came=f"two of {annotator!r} for {unit!r}",
                cure="Keep the last one.",
            )
        row[annotator] = label
    return table


def _whole_and_samples(
    sums: Array, codes: NDArray[np.int64], labels: int, seed: int, resamples: int
) -> tuple[Sums, Sums]:
    by_article = sums_by_group(sums, codes)
    drawn = resampled_sums(by_article, seed=seed, resamples=resamples) if len(by_article) else by_article
    return Sums(sums.sum(axis=0), labels), Sums(drawn, labels)


def _figure(value: float, samples: Array, size: _Size) -> Figure:
    if not np.isfinite(value):
        return Figure(None, None, None, size.units, size.answers, ONE_LABEL if size.units else NO_PAIR)
    bounds = interval(samples, size.articles)
    if bounds is None:
        return Figure(value, None, None, size.units, size.answers, NO_INTERVAL)
    return Figure(value, *bounds, size.units, size.answers)


def _pairs(
    table: dict[str, dict[str, str]], article: dict[str, int], number: dict[str, int], seed: int, resamples: int
) -> Iterable[Pair]:
    """Cohen's kappa of every two annotators who share a unit, in the order of their names."""
    shared: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    for unit, row in table.items():
        for first, second in combinations(sorted(row), 2):
            answer = (article[unit], number[row[first]], number[row[second]])
            shared.setdefault((first, second), []).append(answer)
    for (first, second), rows in sorted(shared.items()):
        yield _pair(first, second, rows, len(number), seed, resamples)


def _pair(
    first: str, second: str, rows: Sequence[tuple[int, int, int]], labels: int, seed: int, resamples: int
) -> Pair:
    codes = group_codes([article for article, _, _ in rows])
    cells = np.zeros((len(rows), labels * labels))
    cells[np.arange(len(rows)), [one * labels + other for _, one, other in rows]] = 1
    drawn = resampled_sums(sums_by_group(cells, codes), seed=seed, resamples=resamples)
    whole, samples = cells.sum(axis=0).reshape(labels, labels), drawn.reshape(-1, labels, labels)
    size = _Size(len(rows), 2 * len(rows), int(codes.max()) + 1)
    share = np.trace(samples, axis1=1, axis2=2) / samples.sum(axis=(1, 2))
    return Pair(
        first,
        second,
        _figure(float(cohen_kappa(whole)), cohen_kappa(samples), size),
        _figure(float(np.trace(whole)) / len(rows), share, size),
    )
