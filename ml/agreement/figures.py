"""A figure of agreement: its value, its 95 % bootstrap interval, its n, and why a part of it is missing."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.bootstrap import interval

NO_PAIR = "not defined (no unit has two answers)"
ONE_LABEL = "not defined (one label only)"
NO_INTERVAL = "no interval (too few articles)"


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is None where it is not defined, `low` and `high` (95 %) where no interval is; `reason` says why.

    Counted are only units with two answers or more, and the answers to them.
    """

    value: float | None
    low: float | None
    high: float | None
    n_units: int
    n_answers: int
    reason: str = ""


class Size(NamedTuple):
    """How many units with two answers or more there are, answers to them, and articles of theirs."""

    units: int
    answers: int
    articles: int


def figure_of(value: float, samples: NDArray[np.float64], size: Size) -> Figure:
    """The figure of `value` with bootstrap `samples` (resamples,); NaN is "not defined"."""
    if not np.isfinite(value):
        return Figure(None, None, None, size.units, size.answers, ONE_LABEL if size.units else NO_PAIR)
    bounds = interval(samples, size.articles)
    if bounds is None:
        return Figure(value, None, None, size.units, size.answers, NO_INTERVAL)
    return Figure(value, *bounds, size.units, size.answers)
