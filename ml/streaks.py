"""Answers in a row that took far less time than usual: not wrong by themselves, worth another look."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

# So many answers in a row make a streak.
LEAST = 10
# Quicker than this part of what is usual in the project, and than this part of one's own usual pace.
OF_ALL, OF_OWN = 1 / 3, 1 / 2
TENTHS = 10


def usual_seconds(lengths: Array, seconds: Array) -> Array:
    """What a unit of each length usually takes, (n,): the median of the tenth, by length, that it belongs to.

    `lengths`, `seconds`: (n,) of all answers. Medians of tenths, since time does not grow in step with length.
    """
    if not len(lengths):
        return np.zeros(0)
    edges = np.unique(np.quantile(lengths, np.linspace(0, 1, TENTHS + 1)[1:-1]))
    tenth = np.searchsorted(edges, lengths)
    usual = np.zeros(len(lengths))
    for one in np.unique(tenth):
        usual[tenth == one] = np.median(seconds[tenth == one])
    return usual


def quick(seconds: Array, usual: Array) -> Flags:
    """Which answers of one person, (n,), were far quicker than usual: than a third of it, and than half of their own
    usual share of it, so that a person who always reads quickly is measured against themselves."""
    if not len(seconds):
        return np.zeros(0, np.bool_)
    pace = seconds / np.maximum(usual, 1e-9)
    found: Flags = (pace < OF_ALL) & (pace < OF_OWN * np.median(pace))
    return found


def streaks(flags: Flags, *, least: int = LEAST) -> list[tuple[int, int]]:
    """Where `least` flags or more stand in a row: (first, past the last) of each, in their order."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [(first, end) for first, end in pairs if end - first >= least]
