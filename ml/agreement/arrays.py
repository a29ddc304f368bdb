"""Agreement of plain arrays.

`answers`: integers (n_units, n_annotators), the number of a label from 0, or -1 for a missing answer. `counts`:
(n_units, n_labels), how many annotators gave a unit this label; `label_counts` makes them from answers. `articles`: the
number of each unit's article from 0, (n_units,), which the interval resamples; without it, units. Every figure is a
`Figure` with its n; units with fewer than two answers count in no n.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.agreement import coefficients
from ml.agreement.coefficients import Sums, unit_sums
from ml.agreement.figures import Figure, Size, figure_of
from ml.bootstrap import RESAMPLES, resampled_sums, sums_by_group
from ml.errors import AnswersInvalid

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


def label_counts(answers: Integers, n_labels: int) -> Array:
    """Counts (n_units, n_labels) of `answers` (n_units, n_annotators), -1 missing.

    Raises `AnswersInvalid` on a number under -1 or from `n_labels` on.
    """
    if answers.size and not -1 <= answers.min() <= answers.max() < n_labels:
        came = f"numbers {answers.min()} to {answers.max()}"
        raise AnswersInvalid(expected=f"labels 0 to {n_labels - 1}, or -1", came=came, cure="Number the labels from 0.")
    units, annotators = np.nonzero(answers >= 0)
    counts = np.zeros((len(answers), n_labels))
    np.add.at(counts, (units, answers[units, annotators]), 1)
    return counts


@dataclass(frozen=True)
class Measured:
    """Sums of one table of answers and of its resamples: every coefficient is read from these, none draws again."""

    whole: Sums
    samples: Sums
    size: Size

    def figure(self, coefficient: Callable[[Sums], Array]) -> Figure:
        """Of a coefficient of all labels together."""
        return figure_of(float(coefficient(self.whole)), coefficient(self.samples), self.size)

    def against_rest(self, coefficient: Callable[[Sums], Array]) -> list[Figure]:
        """Of a coefficient that has a value for each label against all others, in the labels' order."""
        values, drawn = coefficient(self.whole), coefficient(self.samples)
        return [figure_of(float(value), drawn[:, label], self.size) for label, value in enumerate(values)]


def measured(counts: Array, *, articles: Integers | None = None, seed: int = 0, resamples: int = RESAMPLES) -> Measured:
    """Add up `counts` (n_units, n_labels) and resample them by `articles` (n_units,)."""
    codes = np.arange(len(counts)) if articles is None else articles
    sums, labels = unit_sums(counts), counts.shape[1]
    by_article = sums_by_group(sums, codes)
    drawn = resampled_sums(by_article, seed=seed, resamples=resamples) if len(by_article) else by_article
    return Measured(Sums(sums.sum(axis=0), labels), Sums(drawn, labels), size_of(counts, codes))


def size_of(counts: Array, articles: Integers) -> Size:
    """What `counts` (n_units, n_labels) of `articles` (n_units,) hold of units with two answers or more."""
    pairable = counts.sum(axis=1) >= 2
    return Size(int(pairable.sum()), int(counts[pairable].sum()), len(np.unique(articles[pairable])))


def percent_agreement(counts: Array, *, articles: Integers | None = None, seed: int = 0) -> Figure:
    """Share of agreeing pairs of answers, mean over units, of `counts` (n_units, n_labels)."""
    return measured(counts, articles=articles, seed=seed).figure(coefficients.percent_agreement)


def krippendorff_alpha(counts: Array, *, articles: Integers | None = None, seed: int = 0) -> Figure:
    """Krippendorff's alpha, nominal, of `counts` (n_units, n_labels). Krippendorff 2011."""
    return measured(counts, articles=articles, seed=seed).figure(coefficients.krippendorff_alpha)


def fleiss_kappa(counts: Array, *, articles: Integers | None = None, seed: int = 0) -> Figure:
    """Fleiss' kappa of `counts` (n_units, n_labels), of two annotators Scott's pi. Fleiss 1971, Scott 1955."""
    return measured(counts, articles=articles, seed=seed).figure(coefficients.fleiss_kappa)


def gwet_ac1(counts: Array, *, articles: Integers | None = None, seed: int = 0) -> Figure:
    """Gwet's AC1 of `counts` (n_units, n_labels). Gwet 2008."""
    return measured(counts, articles=articles, seed=seed).figure(coefficients.gwet_ac1)


def brennan_prediger(counts: Array, *, articles: Integers | None = None, seed: int = 0) -> Figure:
    """Brennan and Prediger's kappa of `counts` (n_units, n_labels). Brennan & Prediger 1981."""
    return measured(counts, articles=articles, seed=seed).figure(coefficients.brennan_prediger)


def conger_kappa(answers: Integers, n_labels: int, *, articles: Integers | None = None, seed: int = 0) -> Figure:
    """Conger's kappa of `answers` (n_units, n_annotators), two annotators at least, -1 missing. Conger 1980.

    Raises `AnswersInvalid` as `label_counts` does.
    """
    counts = label_counts(answers, n_labels)
    units, annotators = answers.shape
    codes = np.arange(units) if articles is None else articles
    m = counts.sum(axis=1)
    agreeing = (counts * (counts - 1)).sum(axis=1) / np.where(m >= 2, m * (m - 1), 1)
    given = (answers[:, :, None] == np.arange(n_labels)).reshape(units, annotators * n_labels)
    by_article = sums_by_group(np.column_stack([agreeing, m >= 2, given]).astype(np.float64), codes)
    drawn = resampled_sums(by_article, seed=seed) if units else by_article
    both = np.vstack([by_article.sum(axis=0), drawn])
    percent = coefficients.ratio(both[:, 0], both[:, 1])
    kappas = coefficients.conger_kappa(percent, both[:, 2:].reshape(-1, annotators, n_labels))
    return figure_of(float(kappas[0]), kappas[1:], size_of(counts, codes))


def cohen_kappa(
    first: Integers, second: Integers, n_labels: int, *, articles: Integers | None = None, seed: int = 0
) -> Figure:
    """Cohen's kappa of two annotators' answers (n_units,) each, -1 missing. Cohen 1960.

    Counted are the units that both answered.
    """
    both = (first >= 0) & (second >= 0)
    codes = np.arange(len(first)) if articles is None else articles
    return pair_figures(first[both], second[both], n_labels, articles=codes[both], seed=seed)[0]


def pair_figures(
    first: Integers,
    second: Integers,
    n_labels: int,
    *,
    articles: Integers,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> tuple[Figure, Figure]:
    """Cohen's kappa and percent agreement of two annotators' answers (n_units,) each, none missing."""
    n = len(first)
    cells = np.zeros((n, n_labels * n_labels))
    cells[np.arange(n), first * n_labels + second] = 1
    # Numbered anew: an article of which the two share no unit is not one to draw.
    present, codes = np.unique(articles, return_inverse=True)
    by_article = sums_by_group(cells, codes)
    drawn = resampled_sums(by_article, seed=seed, resamples=resamples) if n else by_article
    whole, samples = (sums.reshape(-1, n_labels, n_labels) for sums in (cells.sum(axis=0), drawn))
    size = Size(n, 2 * n, len(present))
    return (
        figure_of(float(coefficients.cohen_kappa(whole)[0]), coefficients.cohen_kappa(samples), size),
        figure_of(float(coefficients.diagonal_share(whole)[0]), coefficients.diagonal_share(samples), size),
    )
