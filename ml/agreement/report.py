"""How far annotators agree, each figure with its n and a bootstrap interval by article."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.agreement import coefficients
from ml.agreement.answers import Answer, Table, counts_at, counts_of, labels_of, tabled
from ml.agreement.arrays import measured, pair_figures
from ml.agreement.figures import Figure
from ml.agreement.label_sets import krippendorff_alpha_by_distance, masi_distances
from ml.bootstrap import RESAMPLES, group_codes

NO_SECOND_LABEL = "not measured (no answer has a second label)"


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
    by_pair: bool = True,
) -> AgreementReport:
    """Measure `answers`; `articles` gives the article of a unit, without it each unit stands for itself.

    Without `by_pair` there are no pairs: of many annotators they take longer than the rest. The labels are those that
    occur. Raises `AnswersInvalid` if an annotator answers a unit twice, or gives a second label without a label.
    """
    table = tabled(answers)
    codes = _articles(table, articles)
    found = labels_of(table)
    number = {label: column for column, label in enumerate(found)}
    whole = measured(counts_of(table, found), articles=codes, seed=seed, resamples=resamples)
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
        pairs=tuple(_pairs(table, codes, number, seed, resamples)) if by_pair else (),
    )


def brief(
    answers: Iterable[Answer],
    *,
    articles: Mapping[str, str] | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> dict[str, Figure]:
    """`krippendorff_alpha` and `percent` alone, as `agreement` has them: for many small tables."""
    table = tabled(answers)
    codes = _articles(table, articles)
    whole = measured(counts_of(table, labels_of(table)), articles=codes, seed=seed, resamples=resamples)
    return {
        "krippendorff_alpha": whole.figure(coefficients.krippendorff_alpha),
        "percent": whole.figure(coefficients.percent_agreement),
    }


def _articles(table: Table, articles: Mapping[str, str] | None) -> NDArray[np.int64]:
    return group_codes([articles.get(unit, unit) if articles else unit for unit in table])


def _of_sets(table: Table, alpha: Figure, codes: NDArray[np.int64], seed: int, resamples: int) -> Figure:
    """Alpha of label sets by MASI distance; `alpha` is that of the labels, for its n."""
    answers = [answer for row in table.values() for answer in row.values()]
    if not any(second for _label, second in answers):
        return Figure(None, None, None, alpha.n_units, alpha.n_answers, NO_SECOND_LABEL)
    given = [frozenset({label, second} if second else {label}) for label, second in answers]
    sets = {one: column for column, one in enumerate(dict.fromkeys(given))}
    counts = counts_at(table, [sets[one] for one in given], len(sets))
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
