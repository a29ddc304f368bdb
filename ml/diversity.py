"""Batches that are worth asking and varied."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Floats = NDArray[np.float32]
Array = NDArray[np.floating[Any]]

CLUSTERS = 500
COPY = 0.95  # Rows nearer than this say the same: no two of them share a batch.


def greedy_mmr(
    worth: Array,
    rows: Floats,
    n: int,
    *,
    penalty: float = 0.5,
    groups: Ids | None = None,
    taken: Floats | None = None,
) -> Ids:
    """Places of up to `n` rows, picked one by one: worth minus `penalty` times the likeness to the batch.

    `worth`: (m,); `rows`: (m, d) of unit length; likeness is the largest cosine to a row of the batch or of `taken`,
    (t, d), 0 at least. `groups`: (m,) duplicate groups, negative for none; no two rows of a group are picked, nor two
    near copies. The first of equals wins. Carbonell & Goldstein 1998.
    """
    nearest = np.zeros(len(worth), np.float32)
    if taken is not None and taken.size:
        nearest = np.maximum(nearest, (rows @ taken.T).max(axis=1))
    open_rows = np.ones(len(worth), dtype=bool)
    batch: list[int] = []
    while len(batch) < n and open_rows.any():
        best = int(np.where(open_rows, worth - penalty * nearest, -np.inf).argmax())
        batch.append(best)
        cosine = rows @ rows[best]
        open_rows &= cosine < COPY
        open_rows[best] = False
        if groups is not None and groups[best] >= 0:
            open_rows &= groups != groups[best]
        nearest = np.maximum(nearest, cosine)
    return np.array(batch, dtype=np.int64)


def lone(places: Ids, groups: Ids | None) -> Ids:
    """Where in `places` each stands that is the first of its duplicate group, in order."""
    if groups is None:
        return np.arange(len(places))
    mine = groups[places]
    first = np.zeros(len(places), dtype=bool)
    first[np.unique(mine, return_index=True)[1]] = True
    return np.flatnonzero(first | (mine < 0))


def gradient_plus_plus(
    probabilities: Floats, rows: Floats, n: int, *, generator: np.random.Generator, groups: Ids | None = None
) -> Ids:
    """Places of up to `n` rows, drawn as k-means++ draws its centres, in the space of the loss' gradients.

    The gradient of a row is (p - its likeliest class) times the row, (k * d,); products of two are products of their
    parts, so none is written out. Ash et al. 2020, "BADGE", with latent rows for the last layer.
    """
    gradients = probabilities.astype(np.float64)
    gradients[np.arange(len(gradients)), probabilities.argmax(axis=1)] -= 1
    lengths = (gradients**2).sum(axis=1) * np.einsum("ij,ij->i", rows, rows)
    open_rows = np.ones(len(rows), dtype=bool)
    batch: list[int] = []
    apart = np.full(len(rows), np.inf)
    while len(batch) < n and open_rows.any():
        chance = np.where(open_rows, np.maximum(apart if batch else lengths, 0), 0)
        if not chance.sum() > 0:
            chance = open_rows.astype(np.float64)
        best = int(generator.choice(len(rows), p=chance / chance.sum())) if batch else int(chance.argmax())
        batch.append(best)
        cosine = rows @ rows[best]
        open_rows &= cosine < COPY
        open_rows[best] = False
        if groups is not None and groups[best] >= 0:
            open_rows &= groups != groups[best]
        products = (gradients @ gradients[best]) * cosine
        apart = np.minimum(apart, lengths + lengths[best] - 2 * products)
    return np.array(batch, dtype=np.int64)


def clustered(rows: Floats, k: int, *, rounds: int = 10) -> Ids:
    """The cluster of each row, (m,) below `k`: spherical k-means that begins at the first k rows. Dhillon & Modha 2001.

    Rows that come in a drawn order give a drawn beginning. A cluster that loses all its rows stays empty.
    """
    middles = rows[:k].copy()
    found = np.zeros(len(rows), np.int64)
    for _ in range(rounds):
        before, found = found, (rows @ middles.T).argmax(axis=1)
        if (before == found).all():
            break
        sums = np.zeros_like(middles)
        np.add.at(sums, found, rows)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        middles = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), middles)
    return found


def most_typical(
    rows: Floats, covered: Floats, n: int, *, cluster: Callable[[Floats, int], Ids] = clustered, near: int = 20
) -> Ids:
    """Places of up to `n` rows: of the largest clusters that hold none of `covered`, the row most like its cluster.

    `rows`: (m, d), `covered`: (l, d), both of unit length; `cluster(rows, k)`: (m + l,) numbers below k. Likeness: mean
    cosine to the `near` nearest of the cluster. Hacohen, Dekel & Weinshall 2022, "TypiClust".
    """
    both = np.vstack([rows, covered]) if len(covered) else rows
    # Beyond some hundred clusters, labels have found their places: the rest is a matter of lot.
    k = min(len(covered) + n, len(both), CLUSTERS)
    found = cluster(both, k)
    held = np.bincount(found[len(rows) :], minlength=k)
    sizes = np.bincount(found[: len(rows)], minlength=k)
    batch: list[int] = []
    for number in np.lexsort((-sizes, held)):
        mine = np.flatnonzero(found[: len(rows)] == number)
        if not len(mine) or len(batch) == n:
            continue
        cosine = rows[mine] @ rows[mine].T
        few = min(near + 1, len(mine))
        likeness = np.partition(cosine, len(mine) - few, axis=1)[:, len(mine) - few :].mean(axis=1)
        batch.append(int(mine[likeness.argmax()]))
    return np.array(batch, dtype=np.int64)


def local_density(rows: Floats, reference: Floats, *, near: int = 20) -> Floats:
    """How typical each row is of the pool around it: mean cosine to the `near` nearest of `reference`, (m,).

    A row that is of the reference itself does not count as its own neighbour. Density to the whole pool would favour
    the commonplace: Settles & Craven 2008 take the mean over all, measured far below random on short texts.
    """
    near = min(near, len(reference))
    if not near or not len(rows):
        return np.zeros(len(rows), np.float32)
    cosine = rows @ reference.T
    cosine[cosine > 1 - 1e-4] = 0
    dense: Floats = np.partition(cosine, len(reference) - near, axis=1)[:, len(reference) - near :].mean(axis=1)
    return dense
