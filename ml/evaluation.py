"""How good predictions are: F1 a label and in the mean, each with its n and its interval."""

from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.bootstrap import RESAMPLES, group_codes, interval, resampled_sums, sums_by_group
from ml.errors import LengthMismatch

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """One figure. `value` is None where it is not defined; `low`, `high` are None where no interval is.

    `n` sentences (of this label, for an F1 of a label) in `n_groups` articles; `reason` says why something is None.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    n_groups: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`confusion[i][j]`: weighted count of sentences of `labels[i]` that were predicted as `labels[j]`."""

    name: str
    macro_f1: Score
    per_label: dict[str, Score]
    labels: tuple[str, ...]
    confusion: tuple[tuple[float, ...], ...]

    def as_json(self) -> dict[str, Any]:
        """Plain dicts and lists."""
        return asdict(self)


def evaluate(
    truth: Sequence[str],
    predicted: Sequence[str],
    *,
    name: str,
    seed: int,
    groups: Sequence[Hashable] | None = None,
    weights: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> Evaluation:
    """Macro-F1 over the labels that occur in `truth` or `predicted`, and F1 of each, with 95 % bootstrap intervals.

    All sequences have length n. `groups`: the article of each sentence; without it each sentence stands for itself.
    `weights`: inverse selection probabilities, 1 if None. Raises `LengthMismatch`.
    """
    labels = tuple(sorted({*truth, *predicted}))
    groups = range(len(truth)) if groups is None else groups
    scale = np.ones(len(truth)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not len(truth) == len(predicted) == len(groups) == len(scale):
        raise LengthMismatch(
            expected=f"{len(truth)} predictions, groups and weights",
            came=f"{len(predicted)}, {len(groups)} and {len(scale)}",
            cure="Pass arrays of the same sentences.",
        )
    if not labels:
        return Evaluation(name, Score(None, None, None, 0, 0, "not defined (no sentences)"), {}, (), ())
    codes = group_codes(groups)
    cells = _cells(truth, predicted, labels, scale)
    by_group = sums_by_group(cells, codes)
    total = cells.sum(axis=0)
    f1 = _f1(total, len(labels))
    samples = _f1(resampled_sums(by_group, seed=seed, resamples=resamples), len(labels))
    macro = _score(float(f1.mean()), _mean_of_defined(samples), len(truth), len(by_group))
    per_label = {}
    for column, label in enumerate(labels):
        mine = codes[[answer == label for answer in truth]]
        per_label[label] = _score(float(f1[column]), samples[:, column], len(mine), len(by_group))
    rows = tuple(tuple(map(float, row)) for row in total.reshape(len(labels), -1))
    return Evaluation(name, macro, per_label, labels, rows)


def undefined(name: str, reason: str) -> Evaluation:
    """An evaluation that could not be made, and why."""
    return Evaluation(name, Score(None, None, None, 0, 0, f"not defined ({reason})"), {}, (), ())


def _cells(truth: Sequence[str], predicted: Sequence[str], labels: tuple[str, ...], scale: Array) -> Array:
    """The confusion matrix of each single sentence, flat: (n, k * k)."""
    code = {label: number for number, label in enumerate(labels)}
    cells = np.zeros((len(truth), len(labels) ** 2))
    at = [code[true] * len(labels) + code[guess] for true, guess in zip(truth, predicted, strict=True)]
    cells[np.arange(len(truth)), at] = scale
    return cells


def _f1(flat: Array, labels: int) -> Array:
    """F1 a label, (..., k), of flat confusion matrices (..., k * k); NaN if neither true nor predicted."""
    confusion = flat.reshape(*flat.shape[:-1], labels, labels)
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    both = confusion.sum(axis=-1) + confusion.sum(axis=-2)
    f1: Array = np.divide(2 * hits, both, out=np.full(hits.shape, np.nan), where=both > 0)
    return f1


def _mean_of_defined(samples: Array) -> Array:
    defined = np.isfinite(samples)
    mean: Array = np.where(defined, samples, 0).sum(axis=1) / np.maximum(defined.sum(axis=1), 1)
    return mean


def _score(value: float, samples: Array, n: int, groups: int) -> Score:
    if not np.isfinite(value):
        return Score(None, None, None, n, groups, "not defined (weights of 0 only)")
    bounds = interval(samples, groups)
    if bounds is None:
        return Score(
            value,
            None,
            None,
            n,
            groups,
            "no interval (fewer than two articles)" if groups < 2 else "no interval (too few sentences of this label)",
        )
    return Score(value, *bounds, n, groups)
