"""How often an annotator gives a unit the same label when asked again."""

import numpy as np
from numpy.typing import NDArray

from ml.agreement.figures import Figure
from ml.comparison import wilson
from ml.errors import LengthMismatch


def repeat_consistency(
    annotators: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64]
) -> dict[int, Figure]:
    """Share of equal answers of each annotator; its n is that of units answered twice, and twice as many answers.

    `annotators`, `first`, `second`: integers (n_repeats,), who answered, the number of the first label, that of the
    second, -1 missing. A repeat with a missing answer is not counted; who has no other is not in the result. The
    interval is Wilson's (1927), not a bootstrap: repeats are few, and a bootstrap gives a share of 1 no width.
    Raises `LengthMismatch`.
    """
    if not len(annotators) == len(first) == len(second):
        came = f"{len(annotators)}, {len(first)} and {len(second)}"
        raise LengthMismatch(expected="arrays of one length", came=came, cure="Give one row a repeat.")
    both = (first >= 0) & (second >= 0)
    who, rows = np.unique(annotators[both], return_inverse=True)
    repeats = np.bincount(rows, minlength=len(who)).tolist()
    equal = np.bincount(rows, weights=first[both] == second[both], minlength=len(who)).astype(np.int64).tolist()
    return {
        annotator: Figure(hits / n, *wilson(hits, n), n, 2 * n)
        for annotator, hits, n in zip(who.tolist(), equal, repeats, strict=True)
    }
