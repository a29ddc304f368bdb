"""What a strategy chooses from, and what it says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ml.errors import LengthMismatch

Ids = NDArray[np.int64]
Floats = NDArray[np.float32]

_NO_ROWS = np.zeros((0, 0), np.float32)
# splitmix64, Steele, Lea & Flood 2014.
_STEP, _FIRST, _SECOND = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


@dataclass(frozen=True)
class Known:
    """What is known before any sentence is looked at.

    `counts`: (k,) settled labels of each class, in the order of the probability columns; `seed` of every draw; `rare`:
    (k,) 1 for a label to favour, else 0.
    """

    counts: Ids
    seed: int
    rare: Floats

    @property
    def n_labels(self) -> int:
        return int(self.counts.sum())


@dataclass(frozen=True)
class Shortlist:
    """The m sentences worth most, best first. `ids`: (m,); `probabilities`: (m, k); `worth`: (m,)."""

    ids: Ids
    probabilities: Floats
    worth: Floats


@dataclass(frozen=True)
class Candidates:
    """A shortlist with what a choice may look up; lookups take places in it.

    `latent(places)`: (p, d) unit rows; `members(places)`: (p, c, k) probabilities of the model's c members. `groups`:
    (m,) duplicate groups, negative for none, or None. `taken`: (t, d) latent rows of what people have in hand.
    `labelled`: (l, d) those of settled sentences. `reference`: (r, d) those of open sentences drawn by lot, of which
    the model says `reference_told`, (r, k).
    Raises `LengthMismatch`.
    """

    shortlist: Shortlist
    known: Known
    latent: Callable[[Ids], Floats]
    members: Callable[[Ids], Floats] | None = None
    groups: Ids | None = None
    taken: Floats = field(default_factory=lambda: _NO_ROWS)
    labelled: Floats = field(default_factory=lambda: _NO_ROWS)
    reference: Floats = field(default_factory=lambda: _NO_ROWS)
    reference_told: Floats = field(default_factory=lambda: _NO_ROWS)

    def __post_init__(self) -> None:
        if self.groups is not None and len(self.groups) != len(self):
            raise LengthMismatch(
                expected=f"{len(self)} groups", came=str(len(self.groups)), cure="Give one a candidate."
            )

    def __len__(self) -> int:
        return len(self.shortlist.ids)

    def groups_of(self, places: Ids) -> Ids | None:
        """(p,) the duplicate groups at `places`, None where there are none at all."""
        return None if self.groups is None else self.groups[places]


@dataclass(frozen=True)
class Choice:
    """`order`: places in the shortlist, first to ask first; `selection`: why, one of random, uncertain, diverse."""

    order: Ids
    selection: tuple[str, ...]


def lot(ids: Ids, *, seed: int) -> NDArray[np.uint64]:
    """A draw for each id, (n,), which depends on nothing but the id and the seed: the same however ids are parted."""
    with np.errstate(over="ignore"):
        drawn = ids.astype(np.uint64) + np.uint64((2 * seed + 1) % 2**64) * _STEP
        drawn = (drawn ^ (drawn >> np.uint64(30))) * _FIRST
        drawn = (drawn ^ (drawn >> np.uint64(27))) * _SECOND
        found: NDArray[np.uint64] = drawn ^ (drawn >> np.uint64(31))
    return found


def shortlist(ids: Ids, probabilities: Floats, worth: Floats, m: int, *, seed: int) -> Shortlist:
    """The `m` worth most of `ids` (n,), best first; equals in the order of their lots."""
    if 0 < m < len(ids):
        least = np.partition(worth, len(ids) - m)[len(ids) - m]
        high = np.flatnonzero(worth >= least)
        ids, probabilities, worth = ids[high], probabilities[high], worth[high]
    order = np.lexsort((lot(ids, seed=seed), -worth))[: max(m, 0)]
    return Shortlist(ids[order], probabilities[order], worth[order])


def merge(shortlists: Sequence[Shortlist], m: int, *, seed: int) -> Shortlist:
    """The shortlist of all together: the same as one made of the whole pool."""
    if not shortlists:
        return Shortlist(np.zeros(0, np.int64), np.zeros((0, 2), np.float32), np.zeros(0, np.float32))
    ids, probabilities, worth = (
        np.concatenate([getattr(one, part) for one in shortlists]) for part in ("ids", "probabilities", "worth")
    )
    return shortlist(ids, probabilities, worth, m, seed=seed)
