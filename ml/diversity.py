"""A batch that is uncertain and varied: greedy maximal marginal relevance."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Ids = NDArray[np.int64]


def likeness(rows: csr_matrix) -> NDArray[np.float64]:
    """Cosine of each row to each, (n, n); an empty row is like nothing, itself included."""
    products = np.asarray((rows @ rows.T).todense(), dtype=np.float64)
    lengths = np.sqrt(np.diagonal(products))
    lengths = np.where(lengths > 0, lengths, 1)
    cosine: NDArray[np.float64] = products / np.outer(lengths, lengths)
    return cosine


def greedy_mmr(
    uncertainty: NDArray[np.float64],
    cosine: NDArray[np.float64],
    n: int,
    *,
    penalty: float = 0.5,
    groups: Ids | None = None,
) -> Ids:
    """Indices of up to `n` rows, picked one by one: uncertainty minus `penalty` times the likeness to the batch.

    `uncertainty`: (m,); `cosine`: (m, m); likeness to the batch is the largest cosine to a row in it.
    `groups`: (m,) duplicate groups, negative for none; no two rows of a group are picked. The first of equals wins.
    Carbonell & Goldstein 1998.
    """
    nearest = np.zeros(len(uncertainty))
    open_rows = np.ones(len(uncertainty), dtype=bool)
    batch: list[int] = []
    while len(batch) < n and open_rows.any():
        worth = np.where(open_rows, uncertainty - penalty * nearest, -np.inf)
        best = int(worth.argmax())
        batch.append(best)
        open_rows[best] = False
        if groups is not None and groups[best] >= 0:
            open_rows &= groups != groups[best]
        nearest = np.maximum(nearest, cosine[best])
    return np.array(batch, dtype=np.int64)
