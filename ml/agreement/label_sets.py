"""Krippendorff's alpha where labels lie at distances, and the MASI distance of label sets."""

from collections.abc import Hashable, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from ml.agreement.arrays import size_of
from ml.agreement.coefficients import ratio
from ml.agreement.figures import Figure, figure_of
from ml.bootstrap import RESAMPLES, resampled_sums, sums_by_group

Array = NDArray[np.float64]


def masi_distances(sets: Sequence[AbstractSet[Hashable]]) -> Array:
    """MASI distance of every two of `sets`, none empty: (n_sets, n_sets), 0 equal to 1 disjoint.

    Passonneau 2006, Measuring Agreement on Set-Valued Items (MASI), LREC: 1 less Jaccard's coefficient times
    monotonicity, which is 1 for equal sets, 2/3 where one holds the other, 1/3 where they overlap.
    """
    members = {member: column for column, member in enumerate(set().union(*sets))}
    holds = np.zeros((len(sets), len(members)))
    for row, one in enumerate(sets):
        holds[row, [members[member] for member in one]] = 1
    shared, size = holds @ holds.T, holds.sum(axis=1)
    jaccard = shared / (np.add.outer(size, size) - shared)
    smaller, larger = np.minimum.outer(size, size), np.maximum.outer(size, size)
    monotonicity = np.select([shared == larger, shared == smaller, shared > 0], [1, 2 / 3, 1 / 3], 0)
    distances: Array = 1 - jaccard * monotonicity
    return distances


def krippendorff_alpha_by_distance(
    counts: Array,
    distances: Array,
    *,
    articles: NDArray[np.int64] | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Figure:
    """Alpha of `counts` (n_units, n_values), missing answers allowed. Krippendorff 2011.

    `distances` (n_values, n_values) say how much two values differ, 0 on the diagonal: `masi_distances` for label sets,
    1 elsewhere for alpha on nominal labels, squared differences for alpha on an interval scale. `articles` (n_units,)
    are resampled; without them, units.
    """
    codes = np.arange(len(counts)) if articles is None else articles
    m = counts.sum(axis=1)
    pairable = m >= 2
    differing = ((counts @ distances) * counts).sum(axis=1) / np.where(pairable, m - 1, 1)
    sums = np.column_stack([differing, counts]) * pairable[:, None]
    by_article = sums_by_group(sums, codes)
    drawn = resampled_sums(by_article, seed=seed, resamples=resamples) if len(by_article) else by_article
    value = _alpha(sums.sum(axis=0), distances)
    return figure_of(float(value), _alpha(drawn, distances), size_of(counts, codes))


def _alpha(sums: Array, distances: Array) -> Array:
    """Of sums (..., 1 + n_values): differences within units, then how often each value comes."""
    values = sums[..., 1:]
    n = values.sum(axis=-1)
    expected = ratio(((values @ distances) * values).sum(axis=-1), n * (n - 1))
    alpha: Array = 1 - ratio(ratio(sums[..., 0], n), expected)
    return alpha
