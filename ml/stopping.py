"""When to stop labelling: four conditions, each with its figures, and the verdict that they come to."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import fsum
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.errors import CurveInvalid, LengthMismatch
from ml.evaluation import Score

Array = NDArray[np.float64]

# Kappa of successive versions, the mean of so many. Bloodgood & Vijay-Shanker 2009 ask .99, which versions that are
# twenty labels apart hardly ever reach.
STABLE, COMPARED = 0.95, 3
LEAST_OF_A_LABEL = 10
VERSIONS = 5
# An interval of macro-F1 that is wider than this holds any five versions.
WIDEST = 0.2
MORE = 100
# The exponent of the learning curve; a free one follows the noise of twenty points.
EXPONENT = 0.25
LEAST_POINTS, LEAST_GROWTH = 5, 1.5


@dataclass(frozen=True, slots=True)
class Measured:
    """A point of the learning curve: macro-F1 on the audit sample of a version of `n_labels` labels."""

    n_labels: int
    macro_f1: Score


@dataclass(frozen=True, slots=True)
class Condition:
    """`holds` is None where nothing can be said, for which `reason` says why. `figures`: what it was read from."""

    name: Literal["stable", "labels", "flat", "gain"]
    holds: bool | None
    figures: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """`verdict`: "stop" where all hold, "go on" where one does not, "unknown" where one cannot be told."""

    verdict: Literal["stop", "go on", "unknown"]
    conditions: tuple[Condition, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain dicts and lists."""
        return asdict(self)


def signal(
    *,
    kappas: Sequence[float | None],
    counts: Mapping[str, int],
    curve: Sequence[Measured],
    gain: Score,
    least_gain: float,
) -> Signal:
    """Whether labelling may stop.

    `kappas`: of successive versions on fixed rows, latest last; `counts`: labels to learn from, of every class of the
    scheme; `curve`: latest last; `gain`: of `expected_gain`; `least_gain`: the macro-F1 that a hundred labels must
    promise to be worth giving.
    """
    conditions = (_stable(kappas), _labels(counts), _flat(curve), _small(gain, least_gain))
    held = [one.holds for one in conditions]
    verdict: Literal["stop", "go on", "unknown"] = "stop" if all(held) else "go on" if False in held else "unknown"
    return Signal(verdict, conditions)


def kappa(before: ArrayLike, after: ArrayLike) -> Score:
    """Cohen's kappa of two versions' predictions (n,) of the same rows, as whole numbers; no interval.

    Not defined where both predict one label alone: they agree by chance. Raises `LengthMismatch`.
    """
    then, now = np.asarray(before), np.asarray(after)
    if then.shape != now.shape or then.ndim != 1:
        raise LengthMismatch(expected=f"{then.shape} predictions", came=str(now.shape), cure="Predict the same rows.")
    if not len(now):
        return Score.undefined("no sentences")
    shares = [np.array([(side == label).mean() for label in np.union1d(then, now)]) for side in (then, now)]
    chance = float((shares[0] * shares[1]).sum())
    if chance >= 1:
        return Score.undefined("one label only", len(now))
    return Score((float((then == now).mean()) - chance) / (1 - chance), None, None, len(now), 0)


def expected_gain(curve: Sequence[Measured], *, more: int = MORE) -> Score:
    """The macro-F1 that `more` labels are expected to add, with a 95 % prediction interval.

    From a - b n^-1/4 fitted to the points by least squares, each weighted by its number of audit sentences: an inverse
    power law (Cortes et al. 1994; Figueroa et al. 2012) with its exponent held, since a free one follows the noise. The
    interval widens by what neighbouring points share, and by half the variance around the curve: measured,
    docs/learning.md. Not defined under five points, or where the labels did not grow by half over them.
    Raises `CurveInvalid`.
    """
    points = sorted((one for one in curve if one.macro_f1.value is not None), key=lambda one: one.n_labels)
    n = np.array([one.n_labels for one in points], dtype=np.float64)
    y = np.array([one.macro_f1.value for one in points], dtype=np.float64)
    if not (np.isfinite(y).all() and (n > 0).all()):
        raise CurveInvalid(expected="finite figures of versions with labels", came="others", cure="Measure again.")
    if len(np.unique(n)) < LEAST_POINTS:
        return Score.undefined(f"needs {LEAST_POINTS} measured versions", len(points))
    if n[-1] < LEAST_GROWTH * n[0]:
        return Score.undefined("the measured versions differ too little in their labels", len(points))
    weights = np.array([max(one.macro_f1.n, 1) for one in points], dtype=np.float64)
    weights *= len(points) / weights.sum()
    x = n**-EXPONENT
    step = float((n[-1] + more) ** -EXPONENT - x[-1])
    slope, spread, variance = _fitted(x, y, weights)
    value = slope * step
    margin = 2 * float(np.sqrt(step**2 * spread + variance / 2))
    return Score(value, value - margin, value + margin, len(points), 0)


def _fitted(x: Array, y: Array, weights: Array) -> tuple[float, float, float]:
    """The slope of weighted least squares, the variance of the slope, and the variance around the line."""
    apart = x - np.average(x, weights=weights)
    rise = y - np.average(y, weights=weights)
    square = float((weights * apart**2).sum())
    slope = float((weights * apart * rise).sum()) / square
    left = np.sqrt(weights) * (rise - slope * apart)
    variance = float((left**2).sum()) / (len(x) - 2)
    # Neighbours share labels and audit sentences: they count as fewer.
    alike = float(np.clip((left[1:] * left[:-1]).sum() / max((left**2).sum(), 1e-12), 0, 0.9))
    return slope, variance / square * (1 + alike) / (1 - alike), variance


def _stable(kappas: Sequence[float | None]) -> Condition:
    latest = list(kappas)[-COMPARED:]
    known = [one for one in latest if one is not None]
    figures = {"kappas": latest, "needed": STABLE, "of": COMPARED}
    if len(known) < COMPARED:
        return Condition("stable", None, figures, "too few versions were compared")
    # Sums are compared: the mean of three times .95 is a little less than .95.
    return Condition("stable", fsum(known) >= fsum([STABLE] * COMPARED), {**figures, "mean": fsum(known) / COMPARED})


def _labels(counts: Mapping[str, int]) -> Condition:
    few = {label: n for label, n in counts.items() if n < LEAST_OF_A_LABEL}
    return Condition("labels", not few, {"few": few, "needed": LEAST_OF_A_LABEL})


def _flat(curve: Sequence[Measured]) -> Condition:
    latest = [one.macro_f1 for one in curve][-VERSIONS:]
    values = [one.value for one in latest if one.value is not None]
    figures: dict[str, Any] = {"values": values, "of": VERSIONS}
    if len(values) < VERSIONS:
        return Condition("flat", None, figures, "too few versions were measured")
    low, high = latest[-1].low, latest[-1].high
    figures |= {"low": low, "high": high}
    if low is None or high is None:
        return Condition("flat", None, figures, "the latest figure has no interval")
    if high - low > WIDEST:
        return Condition("flat", None, figures, "the interval is too wide to tell")
    return Condition("flat", all(low <= one <= high for one in values), figures)


def _small(gain: Score, least_gain: float) -> Condition:
    figures = {"value": gain.value, "low": gain.low, "high": gain.high, "needed": least_gain, "more": MORE}
    if gain.value is None:
        return Condition("gain", None, figures, gain.reason)
    return Condition("gain", gain.value < least_gain, figures)
