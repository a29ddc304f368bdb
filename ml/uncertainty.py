"""How unsure a model is of each sentence. All take (n, k) probabilities and give (n,), 0 sure; most give 1 at most.

They work in float32, on blocks that stay in the processor's cache: a pool has a million rows, and is ranked anew while
somebody waits for the next sentence. What is no matrix of probabilities raises `ProbabilitiesInvalid`.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.errors import ProbabilitiesInvalid

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

_BLOCK = 2**17  # Values that are worked on at once: half a megabyte.


def margin(probabilities: ArrayLike) -> Array:
    """1 - (likeliest - second likeliest). Scheffer, Decomain & Wrobel 2001."""
    return _by_blocks(probabilities, _margin)


def entropy(probabilities: ArrayLike) -> Array:
    """Shannon entropy over log k. Shannon 1948."""
    return _by_blocks(probabilities, _entropy)


def least_confidence(probabilities: ArrayLike) -> Array:
    """(1 - likeliest) * k / (k - 1). Lewis & Gale 1994, brought to 0-1."""
    return _by_blocks(probabilities, _least_confidence)


def information(probabilities: ArrayLike) -> Array:
    """How much a label would tell: 1 less the sum of squares, the trace of a softmax' Fisher information. At most
    1 - 1/k."""
    return _by_blocks(probabilities, _information)


def disagreement(members: ArrayLike) -> Array:
    """How far the members of a committee differ, (n, c, k) to (n,): entropy of their mean less the mean of theirs.

    0 where all say the same. McCallum & Nigam 1998; over log k. Raises `ProbabilitiesInvalid`.
    """
    cube = np.asarray(members, dtype=np.float32)
    if cube.ndim != 3:
        raise _invalid(f"members of shape {cube.shape}")
    n, c, k = cube.shape
    each = entropy(cube.reshape(n * c, k)).reshape(n, c)
    result: Array = np.clip(entropy(cube.mean(axis=1)) - each.mean(axis=1), 0, 1)
    return result


def _by_blocks(probabilities: ArrayLike, measure: Callable[[Floats], Floats]) -> Array:
    """Raises `ProbabilitiesInvalid`: NaN, below 0, rows that do not sum to 1, one column or none."""
    matrix = np.asarray(probabilities, dtype=np.float32)
    if matrix.ndim != 2 or matrix.shape[1] < 2:
        raise _invalid(f"an array of shape {matrix.shape}")
    result = np.empty(len(matrix), np.float64)
    for rows in _blocks(matrix):
        # Columns one after another: a pass over them is many times faster than over short rows.
        columns = matrix[rows].T.copy()
        _check(columns)
        result[rows] = measure(columns)
    return result


def _blocks(matrix: Floats) -> list[slice]:
    step = max(1, _BLOCK // matrix.shape[1])
    return [slice(at, at + step) for at in range(0, len(matrix), step)]


def _margin(columns: Floats) -> Floats:
    first, second = np.maximum(columns[0], columns[1]), np.minimum(columns[0], columns[1])
    for column in columns[2:]:
        np.maximum(second, np.minimum(first, column), out=second)
        np.maximum(first, column, out=first)
    unsure: Floats = 1 - (first - second)
    return unsure


def _entropy(columns: Floats) -> Floats:
    logs = np.log(np.maximum(columns, np.float32(1e-30)))
    spread: Floats = np.clip(-_summed(columns * logs) / np.float32(np.log(len(columns))), 0, 1)
    return spread


def _least_confidence(columns: Floats) -> Floats:
    doubt: Floats = np.clip((1 - columns.max(axis=0)) * np.float32(len(columns) / (len(columns) - 1)), 0, 1)
    return doubt


def _information(columns: Floats) -> Floats:
    told: Floats = np.maximum(1 - _summed(columns * columns), 0)
    return told


def _summed(columns: Floats) -> Floats:
    """Over the k columns, in their order: `sum(axis=0)` adds in another order where there is but one row."""
    total: Floats = columns[0].copy()
    for column in columns[1:]:
        total += column
    return total


def _check(columns: Floats) -> None:
    """Of (k, n): none below 0 and a sum of 1 leave no room for one above 1, and NaN fails every comparison."""
    least, off = columns.min(initial=0), np.abs(_summed(columns) - 1).max(initial=0)
    if least >= -1e-6 and off <= 1e-3:
        return
    if np.isnan(columns).any():
        raise _invalid(f"NaN in {int(np.isnan(columns).any(axis=0).sum())} rows")
    if least < -1e-6 or columns.max() > 1 + 1e-3:
        raise _invalid(f"values from {least:.3g} to {columns.max():.3g}")
    raise _invalid("rows that do not sum to 1")


def _invalid(came: str) -> ProbabilitiesInvalid:
    return ProbabilitiesInvalid(
        expected="probabilities of shape (n, k), k at least 2, each row summing to 1",
        came=came,
        cure="Train again; if it comes back, the features are damaged.",
    )
