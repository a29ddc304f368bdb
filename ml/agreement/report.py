"""How far annotators agree, each figure with its n and a bootstrap interval by article."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.agreement import coefficients
from ml.agreement.arrays import measured, pair_figures
from ml.agreement.figures import Figure
from ml.agreement.label_sets import krippendorff_alpha_by_distance, masi_distances
from ml.bootstrap import RESAMPLES, group_codes
from ml.errors import AnswersInvalid

NO_SECOND_LABEL = "not measured (no answer has a second label)"

Array = NDArray[np.float64]
# Unit, then annotator, then label and second label.
Table = dict[str, dict[str, tuple[str, str | None]]]


class Answer(NamedTuple):
    """One annotator's label of one unit, and the second label if there is one; a label of None is missing."""

    unit: str
    annotator: str
    label: str | None
    second_label: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two annotators on the units that both answered."""

    first: str
    second: str
    cohen_kappa: Figure
    percent: Figure


@dataclass(frozen=True, slots=True)
class AgainstRest:
    """One label against all others."""

    percent: Figure
    fleiss_kappa: Figure
    gwet_ac1: Figure


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """All figures of one table of answers.

    `krippendorff_alpha_masi`: alpha of the sets of label and second label; all other figures are of the label alone.
    `per_label`: alpha of a label against all others; `against_rest`: the other coefficients so.
    """

    krippendorff_alpha: Figure
    krippendorff_alpha_masi: Figure
    fleiss_kappa: Figure
    gwet_ac1: Figure
    percent: Figure
    per_label: dict[str, Figure]
    against_rest: dict[str, AgainstRest]
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

    The labels are those that occur. Raises `AnswersInvalid` if an annotator answers a unit twice, or gives a second
    label without a label.
    """
    table = _table(answers)
    codes = group_codes([articles.get(unit, unit) if articles else unit for unit in table])
    found = sorted({label for row in table.values() for label, _second in row.values()})
    number = {label: column for column, label in enumerate(found)}
    places = [number[label] for row in table.values() for label, _second in row.values()]
    whole = measured(_counts(table, places, len(found)), articles=codes, seed=seed, resamples=resamples)
    rest = (
        whole.against_rest(coefficients.percent_agreement_per_label),
        whole.against_rest(coefficients.fleiss_kappa_per_label),
        whole.against_rest(coefficients.gwet_ac1_per_label),
    )
    alpha = whole.figure(coefficients.krippendorff_alpha)
    return AgreementReport(
        krippendorff_alpha=alpha,
        krippendorff_alpha_masi=_of_sets(table, alpha, codes, seed, resamples),
        fleiss_kappa=whole.figure(coefficients.fleiss_kappa),
        gwet_ac1=whole.figure(coefficients.gwet_ac1),
        percent=whole.figure(coefficients.percent_agreement),
        per_label=dict(zip(found, whole.against_rest(coefficients.krippendorff_alpha_per_label), strict=True)),
        against_rest={label: AgainstRest(*parts) for label, *parts in zip(found, *rest, strict=True)},
        pairs=tuple(_pairs(table, codes, number, seed, resamples)),
    )


def _table(answers: Iterable[Answer]) -> Table:
    table: Table = {}
    for answer in answers:
        row = table.setdefault(answer.unit, {})
        if answer.label is None:
            if answer.second_label is not None:
                raise AnswersInvalid(
                    expected="a label before a second label",
                    came=f"the second alone, of {answer.annotator!r} for {answer.unit!r}",
                    cure="Make it the label.",
                )
            continue
        if answer.annotator in row:
            raise AnswersInvalid(
                expected="one answer of an annotator a unit",
                came=f"two of {answer.annotator!r} for {answer.unit!r}",
                cure="Keep the last one.",
            )
        row[answer.annotator] = (answer.label, answer.second_label)
    return table


def _counts(table: Table, places: list[int], width: int) -> Array:
    """Counts (n_units, width) of answers in the order of `table`; `places`: the column of each."""
    counts = np.zeros((len(table), width))
    units = np.repeat(np.arange(len(table)), [len(row) for row in table.values()])
    np.add.at(counts, (units, np.array(places, dtype=np.int64)), 1)
    return counts


def _of_sets(table: Table, alpha: Figure, codes: NDArray[np.int64], seed: int, resamples: int) -> Figure:
    """Alpha of label sets by MASI distance; `alpha` is that of the labels, for its n."""
    answers = [answer for row in table.values() for answer in row.values()]
    if not any(second for _label, second in answers):
        return Figure(None, None, None, alpha.n_units, alpha.n_answers, NO_SECOND_LABEL)
    given = [frozenset({label, second} if second else {label}) for label, second in answers]
    sets = {one: column for column, one in enumerate(dict.fromkeys(given))}
    counts = _counts(table, [sets[one] for one in given], len(sets))
    distances = masi_distances(list(sets))
    return krippendorff_alpha_by_distance(counts, distances, articles=codes, seed=seed, resamples=resamples)


def _pairs(table: Table, codes: NDArray[np.int64], number: dict[str, int], seed: int, resamples: int) -> Iterable[Pair]:
    """Cohen's kappa of every two annotators who share a unit, in the order of their names."""
    shared: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    for article, row in zip(codes.tolist(), table.values(), strict=True):
        for one, other in combinations(sorted(row), 2):
            answer = (article, number[row[one][0]], number[row[other][0]])
            shared.setdefault((one, other), []).append(answer)
    for (one, other), rows in sorted(shared.items()):
        articles, first, second = np.array(rows, dtype=np.int64).T
        kappa, percent = pair_figures(first, second, len(number), articles=articles, seed=seed, resamples=resamples)
        yield Pair(one, other, kappa, percent)
