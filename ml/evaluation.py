"""How good predictions are: F1 a label and in the mean, each with its n and its interval."""

from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.bootstrap import RESAMPLES, group_codes, interval, resampled_sums, sums_by_group
from ml.errors import LengthMismatch, UnknownLabel

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


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

    @classmethod
    def undefined(cls, why: str, n: int = 0, n_groups: int = 0) -> "Score":
        """A figure that is not defined, and why."""
        return cls(None, None, None, n, n_groups, f"not defined ({why})")


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
    if not labels:
        return undefined(name, "no sentences")
    codes, scale = grouped(len(truth), groups, weights)
    true, guess = coded(truth, labels), coded(predicted, labels)
    counted = tallies(true, guess, scale, len(labels))
    by_group = sums_by_group(counted, codes)
    f1 = f1_of(counted.sum(axis=0))
    samples = f1_of(resampled_sums(by_group, seed=seed, resamples=resamples))
    macro = score(float(f1.mean()), mean_of_defined(samples), len(truth), len(by_group))
    per_label = {
        label: score(float(f1[column]), samples[:, column], int((true == column).sum()), len(by_group))
        for column, label in enumerate(labels)
    }
    confusion = np.zeros((len(labels), len(labels)))
    np.add.at(confusion, (true, guess), scale)
    return Evaluation(name, macro, per_label, labels, tuple(tuple(map(float, row)) for row in confusion))


def difference(
    truth: Sequence[str],
    before: Sequence[str],
    after: Sequence[str],
    *,
    seed: int,
    groups: Sequence[Hashable] | None = None,
    weights: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> Score:
    """Macro-F1 of `after` less that of `before` on the same sentences, with a 95 % paired bootstrap interval.

    Both are measured on the same resampled articles, so that what is hard about them cancels (Efron & Tibshirani 1993).
    Arguments as in `evaluate`. Raises `LengthMismatch`.
    """
    labels = tuple(sorted({*truth, *before, *after}))
    if not labels:
        return Score.undefined("no sentences")
    codes, scale = grouped(len(truth), groups, weights)
    true, width = coded(truth, labels), 3 * len(labels)
    both = np.hstack([tallies(true, coded(side, labels), scale, len(labels)) for side in (before, after)])
    by_group = sums_by_group(both, codes)

    def gain(sums: Array) -> Array:
        apart: Array = mean_of_defined(f1_of(sums[:, width:])) - mean_of_defined(f1_of(sums[:, :width]))
        return apart

    samples = gain(resampled_sums(by_group, seed=seed, resamples=resamples))
    return score(float(gain(both.sum(axis=0)[None])[0]), samples, len(truth), len(by_group))


def undefined(name: str, reason: str, n: int = 0) -> Evaluation:
    """An evaluation that could not be made, and why."""
    return Evaluation(name, Score.undefined(reason, n), {}, (), ())


def grouped(n: int, groups: Sequence[Hashable] | None, weights: ArrayLike | None) -> tuple[Codes, Array]:
    """Group codes and weights of `n` sentences, both (n,); None stands for single sentences and weights of 1.

    Raises `LengthMismatch`.
    """
    codes = np.arange(n) if groups is None else group_codes(groups)
    scale = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    if codes.shape != (n,) or scale.shape != (n,):
        raise LengthMismatch(
            expected=f"{n} groups and weights",
            came=f"{len(codes)} and {scale.shape}",
            cure="Pass arrays of the same sentences.",
        )
    return codes, scale


def coded(answers: Sequence[str], labels: Sequence[str]) -> Codes:
    """The places of `answers` in `labels`, (n,). Raises `UnknownLabel`."""
    place = {label: number for number, label in enumerate(labels)}
    foreign = set(answers).difference(place)
    if foreign:
        raise UnknownLabel(expected=f"labels of {list(labels)}", came=repr(min(foreign)), cure="Name all the classes.")
    return np.fromiter((place[answer] for answer in answers), np.int64, len(answers))


def tallies(true: Codes, guess: Codes, weights: Array, k: int) -> Array:
    """Of each sentence, (n, 3 k): its weight at the label where it hits, at its true and at its predicted label.

    Sums of these are all that F1 needs: 3 k columns instead of the k * k of a confusion matrix.
    """
    if len(true) != len(guess):
        raise LengthMismatch(
            expected=f"{len(true)} predictions", came=str(len(guess)), cure="Pass arrays of the same sentences."
        )
    counted = np.zeros((len(true), 3 * k))
    rows = np.arange(len(true))
    counted[rows, true] = np.where(true == guess, weights, 0)
    counted[rows, k + true] = weights
    counted[rows, 2 * k + guess] = weights
    return counted


def f1_of(sums: Array) -> Array:
    """F1 a label, (..., k), of sums of tallies (..., 3 k); NaN for a label that is neither true nor predicted."""
    hits, true, guess = np.split(sums, 3, axis=-1)
    both = true + guess
    f1: Array = np.divide(2 * hits, both, out=np.full(hits.shape, np.nan), where=both > 0)
    return f1


def mean_of_defined(f1: Array) -> Array:
    """Macro-F1, (...,), of F1 a label (..., k): the mean over the labels whose F1 is defined."""
    defined = np.isfinite(f1)
    mean: Array = np.where(defined, f1, 0).sum(axis=-1) / np.maximum(defined.sum(axis=-1), 1)
    return mean


def score(value: float, samples: Array, n: int, groups: int) -> Score:
    """`value` with the interval that bootstrap `samples` give it, or the reason why it has none."""
    if not np.isfinite(value):
        return Score.undefined("weights of 0 only", n, groups)
    bounds = interval(samples, groups)
    if bounds is None:
        few = "fewer than two articles" if groups < 2 else "too few sentences of this label"
        return Score(value, None, None, n, groups, f"no interval ({few})")
    return Score(value, *bounds, n, groups)
