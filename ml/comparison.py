"""What replays say about a learner: mean macro-F1, labels needed, wins over another learner, each with its interval."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.bootstrap import interval, resampled_sums
from ml.evaluation import Score

Array = NDArray[np.float64]

ENOUGH = 0.95  # Of the full-data macro-F1: what a learner is timed to.
_Z = 1.959964  # 95 %


@dataclass(frozen=True, slots=True)
class Standing:
    """One learner over its seeds. In each figure `n` and `n_groups` count seeds.

    `area`: mean macro-F1 from the first number of labels to the last. `labels_to_95`: labels at which the mean curve
    first reaches 95 % of the full-data macro-F1. `wins`: share of seeds whose area is above the yardstick's.
    `gain`: mean of area less the yardstick's, seed by seed.
    """

    area: Score
    labels_to_95: Score
    wins: Score
    gain: Score

    def as_json(self) -> dict[str, Any]:
        """Plain dicts and lists."""
        return asdict(self)


def standings(
    labels: Sequence[int],
    curves: Mapping[str, Mapping[int, Sequence[float]]],
    *,
    full: float,
    yardstick: str = "random",
) -> dict[str, Standing]:
    """How each learner did. `curves[name][seed]`: macro-F1 at each of `labels`; `full`: of all data.

    Wins and gain are paired by seed: both began with the same labels. Wins have Wilson's interval, means a bootstrap
    over seeds.
    """
    areas = {name: {seed: area(labels, curve) for seed, curve in one.items()} for name, one in curves.items()}
    return {
        name: Standing(
            area=mean(list(areas[name].values())),
            labels_to_95=_labels_to(labels, list(one.values()), ENOUGH * full),
            wins=_wins(areas, name, yardstick),
            gain=_gain(areas, name, yardstick),
        )
        for name, one in curves.items()
    }


def area(labels: Sequence[int], macro_f1: Sequence[float]) -> float:
    """The mean height of the curve from the first to the last number of labels, by trapezoids."""
    if len(labels) < 2:
        return float(macro_f1[0])
    return float(np.trapezoid(macro_f1, labels) / (labels[-1] - labels[0]))


def mean(values: Sequence[float]) -> Score:
    """The mean over seeds, with a 95 % bootstrap interval (Efron & Tibshirani 1993) from two seeds on."""
    if not values:
        return Score.undefined("no replay")
    bounds = mean_bounds(np.asarray(values)[:, None])
    low, high = (None, None) if bounds is None else (float(bounds[0][0]), float(bounds[1][0]))
    reason = "" if bounds else "no interval (one seed)"
    return Score(float(np.mean(values)), low, high, len(values), len(values), reason)


def mean_bounds(values: ArrayLike) -> tuple[Array, Array] | None:
    """Of (seeds, d) values the bounds of each column's mean, (d,) each; None for one seed."""
    rows = np.asarray(values, np.float64)
    if len(rows) < 2:
        return None
    drawn = resampled_sums(rows, seed=0) / len(rows)
    pairs = [interval(column, len(rows)) or (math.nan, math.nan) for column in drawn.T]
    return np.array([low for low, _high in pairs]), np.array([high for _low, high in pairs])


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share of `n` > 0 trials. Wilson 1927."""
    share, over = hits / n, 1 + _Z**2 / n
    middle = (share + _Z**2 / (2 * n)) / over
    half = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / over
    return max(0.0, middle - half), min(1.0, middle + half)


def _labels_to(labels: Sequence[int], curves: Sequence[Sequence[float]], level: float) -> Score:
    """Of the mean curve; the bounds are the first and the last seed that reaches it, where all do."""
    if not curves:
        return Score.undefined("no replay")
    reached = [first for curve in curves if (first := _first(labels, curve, level)) is not None]
    value = _first(labels, np.mean(curves, axis=0).tolist(), level)
    n = len(curves)
    if value is None:
        return Score(None, None, None, n, n, f"not reached with {labels[-1]} labels ({len(reached)} of {n} seeds did)")
    if len(reached) < n:
        return Score(value, None, None, n, n, f"{len(reached)} of {n} seeds reached it")
    return Score(value, min(reached), max(reached), n, n)


def _first(labels: Sequence[int], curve: Sequence[float], level: float) -> int | None:
    return next((n for n, value in zip(labels, curve, strict=True) if value >= level), None)


def _paired(areas: Mapping[str, Mapping[int, float]], name: str, yardstick: str) -> list[float]:
    other = areas.get(yardstick, {})
    return [value - other[seed] for seed, value in areas[name].items() if seed in other]


def _wins(areas: Mapping[str, Mapping[int, float]], name: str, yardstick: str) -> Score:
    apart = _paired(areas, name, yardstick)
    if name == yardstick or not apart:
        return _unpaired(name, yardstick)
    hits, n = sum(gain > 0 for gain in apart), len(apart)
    return Score(hits / n, *wilson(hits, n), n, n)


def _gain(areas: Mapping[str, Mapping[int, float]], name: str, yardstick: str) -> Score:
    apart = _paired(areas, name, yardstick)
    return _unpaired(name, yardstick) if name == yardstick or not apart else mean(apart)


def _unpaired(name: str, yardstick: str) -> Score:
    return Score.undefined("it is the yardstick" if name == yardstick else f"{yardstick} was not replayed")
