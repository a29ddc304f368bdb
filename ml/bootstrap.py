"""Bootstrap intervals that resample groups (articles), because sentences of one article are alike."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1_000
Array = NDArray[np.float64]


def group_codes(groups: Sequence[Hashable]) -> NDArray[np.int64]:
    """Numbers 0, 1, ... for the groups, in the order in which they first come; shape (n,)."""
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(group, len(seen)) for group in groups], dtype=np.int64)


def sums_by_group(values: Array, codes: NDArray[np.int64]) -> Array:
    """Rows of `values`, (n, d), added up a group: (G, d)."""
    sums = np.zeros((int(codes.max()) + 1 if len(codes) else 0, values.shape[1]))
    np.add.at(sums, codes, values)
    return sums


def resampled_sums(by_group: Array, *, seed: int, resamples: int = RESAMPLES) -> Array:
    """Sums over G groups drawn with replacement, `resamples` times: (resamples, d). Efron & Tibshirani 1993, ch. 6."""
    generator = np.random.default_rng(seed)
    count = len(by_group)
    drawn = np.empty((resamples, by_group.shape[1]))
    for number in range(resamples):
        times = np.bincount(generator.integers(0, count, count), minlength=count)
        drawn[number] = times @ by_group
    return drawn


def interval(samples: Array, groups: int) -> tuple[float, float] | None:
    """The 2.5 and 97.5 percentiles of `samples`, NaN left out.

    None where it would mean little: under two groups, or more than half of the samples undefined.
    """
    defined = samples[np.isfinite(samples)]
    if groups < 2 or len(defined) * 2 < len(samples) or not len(defined):
        return None
    low, high = np.percentile(defined, [2.5, 97.5])
    return float(low), float(high)
