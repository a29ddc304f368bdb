"""Which labels are likely to be wrong: confident learning on out-of-fold probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.errors import LengthMismatch, ProbabilitiesInvalid
from ml.evaluation import coded

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Doubt:
    """Of n labels. `order`: (n,) places, the most doubtful first; `score`: (n,) 0 to 1, 1 is the most doubtful.

    `likelier`: (n,) code of the likeliest other class. `suspected`: (n,) whether confident learning calls it an error.
    """

    order: NDArray[np.int64]
    score: Array
    likelier: NDArray[np.int64]
    suspected: NDArray[np.bool_]


def doubtful(labels: Sequence[str], out_of_fold: ArrayLike, classes: Sequence[str]) -> Doubt:
    """How much each of `labels` (n,) is doubted by `out_of_fold` (n, k): probabilities of models that did not see it.

    `classes`: (k,), all labels among them. The score is one less the probability of the given label: "self-confidence",
    which found more planted errors than margins did (docs/learning.md). A label is suspected where another class is
    as probable as that class is on average where it is given, and likelier than any other such class (Northcutt,
    Jiang & Chuang 2021, section 3.1), unless the given label is the likeliest of all: what the models would say
    themselves is no error of theirs to report. cleanlab 2.9 leaves those out too; it differs in one detail. Where
    several classes are that probable it takes the likeliest of all, be it so or not, and not the likeliest of them.
    Ties stay in the order given. Raises `LengthMismatch`, `ProbabilitiesInvalid`, `UnknownLabel`.
    """
    told = _checked(out_of_fold, len(labels), len(classes))
    if not len(labels):
        nothing = np.zeros(0, np.int64)
        return Doubt(nothing, np.zeros(0), nothing, np.zeros(0, np.bool_))
    given = coded(labels, classes)
    rows = np.arange(len(given))
    score = 1 - told[rows, given]
    others = told.copy()
    others[rows, given] = -1
    met = np.bincount(given, minlength=len(classes))
    # A class that nothing is labelled with suspects nothing.
    usual = np.full(len(classes), np.inf)
    sums = np.bincount(given, told[rows, given], minlength=len(classes))
    np.divide(sums, met, out=usual, where=met > 0)
    confident = np.where(told >= usual, told, -1)
    suspected = (confident.max(axis=1) >= 0) & (confident.argmax(axis=1) != given) & (told.argmax(axis=1) != given)
    return Doubt(np.argsort(-score, kind="stable"), score, others.argmax(axis=1), suspected)


def _checked(out_of_fold: ArrayLike, n: int, k: int) -> Array:
    told = np.asarray(out_of_fold, dtype=np.float64)
    if told.shape != (n, k):
        raise LengthMismatch(
            expected=f"probabilities ({n}, {k})", came=str(told.shape), cure="Give a row a label and a column a class."
        )
    # Single precision may leave a trace above 1.
    if not ((told >= 0) & (told <= 1 + 1e-5)).all():
        raise ProbabilitiesInvalid(
            expected="probabilities from 0 to 1", came="NaN or others", cure="Look at the probabilities of the model."
        )
    return told.clip(max=1)
