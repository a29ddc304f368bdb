"""Batches that tell a linear model most about the pool: greedy A-optimal design on latent rows.

Zhang & Oates 2000 and Hoi et al. 2006 (Fisher information for active learning); Ash et al. 2021, "BAIT" (greedy, on the
last layer). Classes weigh the same, so that what is learned of a rare one counts as much.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.diversity import COPY
from ml.latent import DENSE_WEIGHT

Array = NDArray[np.float64]
Real = NDArray[np.floating[Any]]
Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

_PRIOR = 1.0  # The regression's own penalty: what is known before any label.
_LABELLED = 0.25  # A label's information, p (1 - p) at its greatest: what the model says of it has been taught.


def balanced(probabilities: Floats) -> Real:
    """How much each row of a sample should weigh, (r,), so that all classes weigh the same in it."""
    if not len(probabilities):
        return np.zeros(0)
    shares = np.maximum(probabilities.mean(axis=0), 1e-6)
    weights: Real = (probabilities / shares).sum(axis=1)
    return weights


@dataclass
class Design:
    """What is known of the pool so far, and what each of m candidates would add to it.

    `rows`: (m, d) latent rows of the candidates, `told`: (m,) their information, `favour`: (m,) what the worth of each
    is multiplied by; `reference`: (r, d) rows of a sample of the pool, `weights`: (r,) how much each counts; `known`:
    (l, d) rows that are labelled or being labelled.
    """

    rows: Array
    told: Array
    favour: Array
    reference: Array
    weights: Array
    known: Array

    def __post_init__(self) -> None:
        rows, known = self.rows * DENSE_WEIGHT, self.known * DENSE_WEIGHT
        reference = self.reference * DENSE_WEIGHT
        width = rows.shape[1]
        spread = np.linalg.inv(_PRIOR * np.eye(width) + _LABELLED * (known.T @ known))
        self._wanted = (reference * self.weights[:, None]).T @ reference / max(len(reference), 1)
        self._seen, self._spread = rows, spread
        self._lengths = np.maximum(np.sqrt(np.einsum("ij,ij->i", rows, rows)), 1e-9)
        through = rows @ spread
        self._own = np.einsum("ij,ij->i", through, rows)
        self._gain = np.einsum("ij,ij->i", through @ self._wanted, through)

    def worth(self) -> Array:
        """By how much each candidate would lower the variance of what is predicted of the pool, as favoured, (m,)."""
        lowered: Array = self.favour * self.told * self._gain / (1 + self.told * self._own)
        return lowered

    def batch(self, places: Ids, n: int, groups: Ids | None) -> Ids:
        """Up to `n` of the candidates at `places`, one by one the one worth most; where it stands in `places`.

        `groups`: (m,) or more, duplicate groups, negative for none: no two of one are picked, nor two near copies.
        """
        open_now = np.ones(len(places), dtype=bool)
        picked: list[int] = []
        while len(picked) < n and open_now.any():
            best = int(np.where(open_now, self.worth()[places], -np.inf).argmax())
            picked.append(best)
            open_now &= self.take(int(places[best]))[places] < COPY
            open_now[best] = False
            if groups is not None and groups[places[best]] >= 0:
                open_now &= groups[places] != groups[places[best]]
        return np.array(picked, dtype=np.int64)

    def take(self, place: int) -> Array:
        """Go on as if the candidate at `place` were labelled; the cosine of each candidate to it, (m,)."""
        row = self._seen[place]
        step = self._spread @ row
        towards = self._wanted @ step
        # Rank-one steps: a pick costs one pass over the candidates, not d x d of work for each.
        along, turned, like = (self._seen @ np.column_stack([step, self._spread @ towards, row])).T
        size = self.told[place] / (1 + self.told[place] * self._own[place])
        self._gain += size * along * (size * along * float(step @ towards) - 2 * turned)
        self._own -= size * along**2
        self._spread -= size * np.outer(step, step)
        cosine: Array = like / (self._lengths * self._lengths[place])
        return cosine
