"""Whether probabilities mean what they say: of sentences predicted with 80 % confidence, 80 % should be right."""

from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.bootstrap import RESAMPLES, interval, resampled_sums, sums_by_group
from ml.errors import LengthMismatch, ProbabilitiesInvalid
from ml.evaluation import Score, grouped, score

Array = NDArray[np.float64]

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Sentences whose confidence lies from `low` to `high`: their mean confidence, and the share that is right."""

    low: float
    high: float
    confidence: float
    right: Score


@dataclass(frozen=True, slots=True)
class Reliability:
    """`error`: expected calibration error, 0 to 1. `bins`: those that hold a sentence, from the lowest.

    `by_chance`: the error that perfect probabilities would show on so few sentences.
    """

    error: Score
    by_chance: float | None
    bins: tuple[Bin, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain dicts and lists."""
        return asdict(self)


def reliability(
    confidence: ArrayLike,
    right: ArrayLike,
    *,
    seed: int,
    groups: Sequence[Hashable] | None = None,
    weights: ArrayLike | None = None,
    bins: int = BINS,
    resamples: int = RESAMPLES,
) -> Reliability:
    """The reliability table over `bins` bins of equal width, and the expected calibration error.

    `confidence`: (n,), the probability of the predicted label; `right`: (n,) of bool; `groups`, `weights` as in
    `ml.evaluation.evaluate`. The error is the mean over sentences of |share right - mean confidence| of their bin
    (Naeini, Cooper & Hauskrecht 2015; Guo et al. 2017). By chance alone it is above 0, and in a resample more so than
    in the sample: its interval is the basic one (Efron & Tibshirani 1993, ch. 13), which takes that off again, and it
    begins at 0 where perfect probabilities show as much in one of forty draws (Broecker & Smith 2007).
    Raises `LengthMismatch`, `ProbabilitiesInvalid`.
    """
    sure, hit = _checked(confidence, right)
    codes, scale = grouped(len(sure), groups, weights)
    if not len(sure) or not scale.sum() > 0:
        return Reliability(Score.undefined("no sentences"), None, ())
    at = np.minimum((sure * bins).astype(np.int64), bins - 1)
    rows = np.arange(len(sure))
    sums = np.zeros((len(sure), 3 * bins))
    for part, column in enumerate((scale, scale * sure, scale * hit)):
        sums[rows, part * bins + at] = column
    by_group = sums_by_group(sums, codes)
    drawn = resampled_sums(by_group, seed=seed, resamples=resamples)
    held, total = np.bincount(at, minlength=bins), sums.sum(axis=0)
    share, samples = _share_right(total, bins), _share_right(drawn, bins)
    table = [
        Bin(
            one / bins,
            (one + 1) / bins,
            float(total[bins + one] / total[one]),
            score(float(share[one]), samples[:, one], int(held[one]), len(np.unique(codes[at == one]))),
        )
        for one in np.flatnonzero(total[:bins])
    ]
    chance = _chance(sure, scale, at, seed=seed, resamples=resamples)
    error = _error(total, drawn, chance, len(sure), len(by_group))
    return Reliability(error, float(chance.mean()), tuple(table))


def _checked(confidence: ArrayLike, right: ArrayLike) -> tuple[Array, NDArray[np.bool_]]:
    sure, hit = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.bool_)
    if sure.shape != hit.shape or sure.ndim != 1:
        raise LengthMismatch(
            expected="one confidence and one answer a sentence",
            came=f"{sure.shape} and {hit.shape}",
            cure="Pass arrays of the same sentences.",
        )
    if not ((sure >= 0) & (sure <= 1)).all():
        raise ProbabilitiesInvalid(
            expected="confidences from 0 to 1", came="NaN or others", cure="Look at the probabilities of the model."
        )
    return sure, hit


def _share_right(sums: Array, bins: int) -> Array:
    held, hits = sums[..., :bins], sums[..., 2 * bins :]
    share: Array = np.divide(hits, held, out=np.full(held.shape, np.nan), where=held > 0)
    return share


def _chance(sure: Array, scale: Array, at: NDArray[np.int64], *, seed: int, resamples: int) -> Array:
    """The errors, (resamples,), of answers that are right as often as `sure` says, each bin by itself."""
    generator = np.random.default_rng(seed)
    apart = [np.bincount(at, scale * ((generator.random(len(sure)) < sure) - sure)) for _ in range(resamples)]
    errors: Array = np.abs(np.array(apart)).sum(axis=1) / scale.sum()
    return errors


def _error(total: Array, drawn: Array, chance: Array, n: int, groups: int) -> Score:
    value = float(_gap(total))
    bounds = interval(_gap(drawn), groups)
    if bounds is None:
        return Score(value, None, None, n, groups, "no interval (fewer than two articles)")
    low, high = max(0.0, min(2 * value - bounds[1], value)), min(1.0, max(2 * value - bounds[0], value))
    return Score(value, 0.0 if value <= np.percentile(chance, 97.5) else low, high, n, groups)


def _gap(sums: Array) -> Array:
    """The calibration error of bin sums (..., 3 bins); NaN where a resample drew no weight."""
    held, sure, hits = np.split(sums, 3, axis=-1)
    weight = held.sum(axis=-1)
    gap: Array = np.divide(
        np.abs(hits - sure).sum(axis=-1), weight, out=np.full(weight.shape, np.nan), where=weight > 0
    )
    return gap
