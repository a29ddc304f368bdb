"""One annotator beside all others who answered the same units."""

import numpy as np
from numpy.typing import NDArray

from ml.agreement import coefficients
from ml.agreement.figures import Figure, Size, figure_of
from ml.bootstrap import RESAMPLES, resampled_sums, sums_by_group

Codes = NDArray[np.int64]
Array = NDArray[np.float64]
MISSING = -1


def votes_of_others(units: Codes, labels: Codes, n_labels: int) -> tuple[Array, Array]:
    """Of answers, (n,) each, how many answers of others, and of all, gave their unit each label: (n, n_labels) both.

    `units`, `labels`: numbers from 0. Nobody answers a unit twice.
    """
    size = int(units.max()) + 1 if len(units) else 0
    counts = np.bincount(units * n_labels + labels, minlength=size * n_labels).reshape(size, n_labels)
    votes = counts[units].astype(np.float64)
    others = votes.copy()
    others[np.arange(len(units)), labels] -= 1
    return others, votes


def majority(votes: Array) -> Codes:
    """The label that more than half of each row's votes (n, n_labels) are for, (n,); MISSING where there is none."""
    if not votes.size:
        return np.full(len(votes), MISSING)
    return np.where(2 * votes.max(axis=1) > votes.sum(axis=1), votes.argmax(axis=1), MISSING)


def with_others(
    own: Codes, others: Array, *, articles: Codes, seed: int = 0, resamples: int = RESAMPLES
) -> tuple[Figure, Figure]:
    """Kappa and percent agreement of `own` (n_units,), labels from 0, with the answers of others to the same units.

    `others`: (n_units, n_labels), how many others gave each label, one a unit at least. With m others a pair weighs
    1 / m, so that a unit counts once; where there is one other everywhere, kappa is Cohen's (1960). `articles`:
    (n_units,), which the interval resamples.
    """
    n, k = others.shape
    cells = np.zeros((n, k, k))
    cells[np.arange(n), own] = others / others.sum(axis=1, keepdims=True)
    present, codes = np.unique(articles, return_inverse=True)
    by_article = sums_by_group(cells.reshape(n, k * k), codes)
    drawn = resampled_sums(by_article, seed=seed, resamples=resamples) if n else by_article
    whole, samples = (sums.reshape(-1, k, k) for sums in (by_article.sum(axis=0), drawn))
    size = Size(n, n + int(others.sum()), len(present))
    return (
        figure_of(float(coefficients.cohen_kappa(whole)[0]), coefficients.cohen_kappa(samples), size),
        figure_of(float(coefficients.diagonal_share(whole)[0]), coefficients.diagonal_share(samples), size),
    )
