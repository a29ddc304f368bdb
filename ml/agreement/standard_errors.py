"""Standard errors by formula, for comparison with other software.

They take units as independent, which sentences of one article are not: the report's intervals resample articles.
None where the coefficient is not defined, or there are fewer than two units.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def gwet_ac1_error(counts: Array) -> float | None:
    """Of Gwet's AC1 of `counts` (n_units, n_labels). Gwet 2008, Br. J. Math. Stat. Psychol. 61; Handbook, 4th ed."""
    labels = counts.shape[1]
    return None if labels < 2 else _linearized(counts, lambda share: (1 - share) / (labels - 1))


def fleiss_kappa_error(counts: Array) -> float | None:
    """Of Fleiss' kappa of `counts` (n_units, n_labels). Gwet, Handbook of Inter-Rater Reliability, 4th ed."""
    return _linearized(counts, lambda share: share)


def krippendorff_alpha_error(counts: Array) -> float | None:
    """Of nominal alpha of `counts` (n_units, n_labels). Gwet, Handbook of Inter-Rater Reliability, 4th ed.

    Linearized about alpha without its correction for few answers, as irrCAC 0.4 does; its first releases differ.
    """
    counts = counts[counts.sum(axis=1) >= 2]
    n, m = len(counts), counts.sum(axis=1)
    if n < 2:
        return None
    mean, few = m.mean(), 1 / m.sum()
    share = counts.mean(axis=0) / mean
    expected = share @ share
    if 1 - expected < 1e-12:
        return None
    agreeing = (counts * (counts - 1)).sum(axis=1) / (mean * (m - 1))
    more = (m - mean) / mean
    value = (agreeing.mean() - expected) / (1 - expected)
    observed = (1 - few) * agreeing.mean() + few
    of_unit = (agreeing - observed * more - expected) / (1 - expected)
    of_unit -= 2 * (1 - value) * (counts @ share / mean - expected * more - expected) / (1 - expected)
    return float(np.sqrt(((of_unit - value) ** 2).sum() / (n * (n - 1))))


def cohen_kappa_error(contingency: Array) -> float | None:
    """Of Cohen's kappa of `contingency` (k, k), one annotator by another. Fleiss, Cohen & Everitt 1969."""
    n = contingency.sum()
    cells = contingency / max(n, 1)
    first, second = cells.sum(axis=1), cells.sum(axis=0)
    observed, expected = np.trace(cells), first @ second
    if n < 2 or 1 - expected < 1e-12:
        return None
    missing = (1 - observed) / (1 - expected)  # 1 - kappa
    diagonal = np.diag(cells) @ (first + second) / 2
    squares = (cells * (np.add.outer(second, first) / 2) ** 2).sum()
    variance = observed * (1 - observed) - 4 * missing * (diagonal - observed * expected)
    variance += 4 * missing**2 * (squares - expected**2)
    return float(np.sqrt(max(variance, 0) / n) / (1 - expected))


def _linearized(counts: Array, chance: Callable[[Array], Array]) -> float | None:
    """Of (p - e) / (1 - e), where e is the sum of share * chance(share) over the labels."""
    counts = counts[counts.sum(axis=1) > 0]
    n, m = len(counts), counts.sum(axis=1)
    pairable = m >= 2
    if n < 2 or not pairable.any():
        return None
    agreeing = (counts * (counts - 1)).sum(axis=1) / np.where(pairable, m * (m - 1), 1)
    share = (counts / m[:, None]).mean(axis=0)
    weights = chance(share)
    expected = share @ weights
    if 1 - expected < 1e-12:
        return None
    value = (agreeing[pairable].mean() - expected) / (1 - expected)
    of_unit = n / pairable.sum() * (agreeing - expected * pairable) / (1 - expected)
    of_unit -= 2 * (1 - value) * (counts @ weights / m - expected) / (1 - expected)
    return float(np.sqrt(((of_unit - value) ** 2).sum() / (n * (n - 1))))
