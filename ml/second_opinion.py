"""Which single labels want a second opinion: what models say that had not seen them, and how right their givers are.

After ActiveLab (Goh & Mueller 2023), which weighs the model and the annotators of a label against each other and asks
again where the two together believe it least. Here they are joined by Bayes' rule instead of by its weights, which in
a project of annotators of like quality found fewer errors than the model alone; measured in docs/learning.md.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.errors import LengthMismatch

Array = NDArray[np.float64]

# What is known of a person counts as if they had been compared so often more, with the result of all together.
PRIOR = 30
# Nobody is taken to be right more often than this: few comparisons cannot show it.
BEST = 0.99


def trust(records: Sequence[tuple[float, float]], n_labels: int) -> Array:
    """(n,) by how much each of n annotators moves the odds that a label is right; 1 for the average one.

    `records`: of each how often they were compared with another person's answer to the same sentence, and how often the
    two agreed. The factor is a / (1 - a) over m / (1 - m), where a is the chance that this annotator chooses the right
    one of `n_labels` labels and m that of all together. Two who are right with chances a and m, and otherwise choose
    among the k - 1 other labels evenly, agree with the chance a m + (1 - a)(1 - m) / (k - 1).
    """
    counts = np.asarray(records, dtype=np.float64).reshape(-1, 2)
    compared, same = counts[:, 0], counts[:, 1]
    if not compared.sum():
        return np.ones(len(counts))
    k = max(2, n_labels)
    chance = 1 / (k - 1)
    every = max(same.sum() / compared.sum(), 1 / k)
    # At 1 / k it is nothing, and rounding may put it below.
    room = max(0.0, chance**2 - (1 + chance) * (chance - every))
    mean = (chance + np.sqrt(room)) / (1 + chance)
    mean = float(np.clip(mean, 1 / k + 0.01, BEST))
    own = (same + PRIOR * every) / (compared + PRIOR)
    right = np.clip((own - chance * (1 - mean)) / (mean - chance * (1 - mean)), 1 / k, BEST)
    return np.asarray(right / (1 - right) * (1 - mean) / mean, dtype=np.float64)


def doubt(believed: ArrayLike, trusted: ArrayLike) -> Array:
    """(n,) how likely each label is wrong, 0 to 1: (1 - p) / (p r + 1 - p).

    `believed`: p, its probability by models that had not seen it; `trusted`: r, the `trust` in its giver. That is what
    asking a second person is expected to bring: so many wrong labels brought to light. Raises `LengthMismatch`.
    """
    p, r = np.asarray(believed, dtype=np.float64).clip(0, 1), np.asarray(trusted, dtype=np.float64)
    if p.shape != r.shape:
        raise LengthMismatch(expected=f"trust {p.shape}", came=str(r.shape), cure="Give each label one giver.")
    return np.asarray((1 - p) / (p * r + 1 - p), dtype=np.float64)
