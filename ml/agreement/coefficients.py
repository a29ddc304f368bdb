"""Agreement coefficients for nominal labels, from sums that add up over units.

A unit's counts n_c say how many annotators gave label c, and m is their number. Every coefficient here is a function of
sums over units, so a bootstrap by article resamples rows of sums and never looks at the answers again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sums:
    """Sums over units, (..., width), of `labels` labels: the parts are named by `part`."""

    values: Array
    labels: int

    def part(self, name: str) -> Array:
        """agreeing, others, values, prevalence, alike: (..., labels); percent, pairable, rated: (...,)."""
        wide = ("agreeing", "others", "values", "prevalence", "alike")
        if name in wide:
            start = wide.index(name) * self.labels
            return self.values[..., start : start + self.labels]
        return self.values[..., len(wide) * self.labels + ("percent", "pairable", "rated").index(name)]


def unit_sums(counts: Array) -> Array:
    """What each unit adds, (n, 5 * k + 3), from counts (n, k)."""
    m = counts.sum(axis=1)
    pairable = m >= 2
    pairs = np.where(pairable, m - 1, 1)[:, None]
    rest = m[:, None] - counts
    agreeing = np.where(pairable[:, None], counts * (counts - 1) / pairs, 0)
    others = np.where(pairable[:, None], rest * (rest - 1) / pairs, 0)
    values = np.where(pairable[:, None], counts, 0)
    prevalence = counts / np.maximum(m, 1)[:, None]
    alike = (agreeing + others) / np.maximum(m, 1)[:, None]
    percent = agreeing.sum(axis=1) / np.maximum(m, 1)
    parts = [agreeing, others, values, prevalence, alike, percent, pairable, m >= 1]
    return np.column_stack(parts).astype(np.float64)


def percent_agreement(sums: Sums) -> Array:
    """Mean over units of the share of agreeing pairs of answers; NaN where no unit has two."""
    return ratio(sums.part("percent"), sums.part("pairable"))


def percent_agreement_per_label(sums: Sums) -> Array:
    """Percent agreement on whether an answer is this label or another, (..., k)."""
    return ratio(sums.part("alike"), sums.part("pairable")[..., None])


def krippendorff_alpha(sums: Sums) -> Array:
    """Krippendorff's alpha, nominal, missing answers allowed. Krippendorff 2011, Computing ... Alpha-Reliability."""
    values, n = sums.part("values"), sums.part("values").sum(axis=-1)
    observed = 1 - ratio(sums.part("agreeing").sum(axis=-1), n)
    expected = 1 - ratio((values * (values - 1)).sum(axis=-1), n * (n - 1))
    return 1 - ratio(observed, expected)


def krippendorff_alpha_per_label(sums: Sums) -> Array:
    """Alpha of each label against all others, (..., k)."""
    values = sums.part("values")
    n = values.sum(axis=-1, keepdims=True)
    rest = n - values
    observed = 1 - ratio(sums.part("agreeing") + sums.part("others"), n)
    expected = 1 - ratio(values * (values - 1) + rest * (rest - 1), n * (n - 1))
    return 1 - ratio(observed, expected)


def fleiss_kappa(sums: Sums) -> Array:
    """Fleiss' kappa; with missing answers as in Gwet, Handbook of Inter-Rater Reliability, 4th ed."""
    share = ratio(sums.part("prevalence"), sums.part("rated")[..., None])
    return _corrected(percent_agreement(sums), (share**2).sum(axis=-1))


def fleiss_kappa_per_label(sums: Sums) -> Array:
    """Fleiss' kappa of each label against all others, (..., k). Fleiss 1971."""
    share = ratio(sums.part("prevalence"), sums.part("rated")[..., None])
    return _corrected(percent_agreement_per_label(sums), share**2 + (1 - share) ** 2)


def gwet_ac1(sums: Sums) -> Array:
    """Gwet's AC1. Gwet 2008, Br. J. Math. Stat. Psychol. 61; missing answers as in the Handbook."""
    share = ratio(sums.part("prevalence"), sums.part("rated")[..., None])
    if sums.labels < 2:
        return np.full(share.shape[:-1], np.nan)
    return _corrected(percent_agreement(sums), (share * (1 - share)).sum(axis=-1) / (sums.labels - 1))


def gwet_ac1_per_label(sums: Sums) -> Array:
    """Gwet's AC1 of each label against all others, (..., k); NaN where all answers are the label, or none is."""
    share = ratio(sums.part("prevalence"), sums.part("rated")[..., None])
    chance = 2 * share * (1 - share)
    return _corrected(percent_agreement_per_label(sums), np.where(chance > 1e-12, chance, np.nan))


def brennan_prediger(sums: Sums) -> Array:
    """Percent agreement corrected for chance as if all labels were equally likely. Brennan & Prediger 1981."""
    expected = 1 / sums.labels if sums.labels else np.nan
    return _corrected(percent_agreement(sums), np.asarray(expected))


def cohen_kappa(tables: Array) -> Array:
    """Cohen's kappa of contingency tables (..., k, k), first annotator by second. Cohen 1960."""
    n = tables.sum(axis=(-2, -1))
    expected = ratio((tables.sum(axis=-1) * tables.sum(axis=-2)).sum(axis=-1), n * n)
    return _corrected(diagonal_share(tables), expected)


def conger_kappa(percent: Array, answers: Array) -> Array:
    """Conger's kappa, (...,): Cohen's for more than two. Conger 1980; missing answers as in Gwet's Handbook.

    From `percent` agreement (...,) and `answers` (..., n_annotators, k), how often each annotator gave each label.
    """
    share = ratio(answers, answers.sum(axis=-1, keepdims=True))
    annotators = answers.shape[-2]
    expected = share.mean(axis=-2) ** 2 - share.var(axis=-2, ddof=1) / annotators
    return _corrected(percent, expected.sum(axis=-1))


def diagonal_share(tables: Array) -> Array:
    """Percent agreement of contingency tables (..., k, k)."""
    return ratio(np.trace(tables, axis1=-2, axis2=-1), tables.sum(axis=(-2, -1)))


def _corrected(observed: Array, expected: Array) -> Array:
    return ratio(observed - expected, 1 - expected)


def ratio(above: Array, below: Array) -> Array:
    """above / below; NaN, which a figure turns into "not defined", where `below` is 0 or NaN."""
    above, below = np.broadcast_arrays(above, below)
    defined = np.abs(np.nan_to_num(below)) > 1e-12
    ratio: Array = np.divide(above, below, out=np.full(above.shape, np.nan), where=defined)
    return ratio
