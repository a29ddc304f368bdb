"""Which sentences to ask for next: a registry of strategies by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ml.diversity import greedy_mmr, likeness
from ml.errors import LengthMismatch, UnknownStrategy
from ml.uncertainty import entropy, least_confidence, margin

Ids = NDArray[np.int64]

DEFAULT = "diverse_margin"
BATCH = 20
CANDIDATES_A_PLACE = 15  # The best 15 x n are looked at for a varied n (measured: more gains nothing).


@dataclass(frozen=True)
class Candidates:
    """What may be asked for. `probabilities`: (n, k); `rows(places)`: their features, CSR, TF-IDF or counts.

    `groups`: (n,) duplicate groups, negative for none, or None.
    """

    probabilities: NDArray[np.float32]
    rows: Callable[[Ids], csr_matrix]
    groups: Ids | None = None

    def __post_init__(self) -> None:
        if self.groups is not None and len(self.groups) != len(self.probabilities):
            raise LengthMismatch(
                expected=f"{len(self.probabilities)} groups", came=str(len(self.groups)), cure="Give one a candidate."
            )


@dataclass(frozen=True)
class Choice:
    """`order`: places in the candidates, first to ask first; `selection`: why, one of random, uncertain, diverse."""

    order: Ids
    selection: tuple[str, ...]


class Strategy(Protocol):
    def __call__(self, candidates: Candidates, n: int, *, seed: int) -> Choice:
        """At most `n` of the candidates, each once; the same seed gives the same choice."""


def random_order(candidates: Candidates, n: int, *, seed: int) -> Choice:
    """Uniformly at random: the yardstick."""
    order = np.random.default_rng(seed).permutation(len(candidates.probabilities))[:n]
    return Choice(order.astype(np.int64), ("random",) * len(order))


def by_margin(candidates: Candidates, n: int, *, seed: int) -> Choice:
    """Least margin between the two likeliest labels first. Scheffer, Decomain & Wrobel 2001."""
    return _most(margin(candidates.probabilities), n, seed)


def by_entropy(candidates: Candidates, n: int, *, seed: int) -> Choice:
    """Greatest entropy first. Shannon 1948."""
    return _most(entropy(candidates.probabilities), n, seed)


def by_least_confidence(candidates: Candidates, n: int, *, seed: int) -> Choice:
    """Least probability of the likeliest label first. Lewis & Gale 1994."""
    return _most(least_confidence(candidates.probabilities), n, seed)


def diverse_margin(candidates: Candidates, n: int, *, seed: int) -> Choice:
    """Batches of 20 out of the 300 least certain left: margin minus half the likeness to what the batch holds.

    `diverse` marks a sentence that variety moved forward, past a less certain one. Carbonell & Goldstein 1998.
    """
    unsure = margin(candidates.probabilities)
    n = min(n, len(unsure))
    waiting = _top(unsure, n + CANDIDATES_A_PLACE * BATCH, seed)
    order: list[Ids] = []
    selection: list[str] = []
    while len(selection) < n and len(waiting):
        head = waiting[: CANDIDATES_A_PLACE * BATCH]
        groups = None if candidates.groups is None else candidates.groups[head]
        picked = greedy_mmr(
            unsure[head], likeness(candidates.rows(head)), min(BATCH, n - len(selection)), groups=groups
        )
        order.append(head[picked])
        selection += _reasons(picked)
        waiting = np.delete(waiting, picked)
    return Choice(np.concatenate([np.zeros(0, np.int64), *order]), tuple(selection))


STRATEGIES: dict[str, Strategy] = {
    "random": random_order,
    "margin": by_margin,
    "entropy": by_entropy,
    "least_confidence": by_least_confidence,
    "diverse_margin": diverse_margin,
}


def strategy(name: str) -> Strategy:
    """The strategy called `name`. Raises `UnknownStrategy`."""
    try:
        return STRATEGIES[name]
    except KeyError:
        raise UnknownStrategy(
            expected=f"one of {', '.join(STRATEGIES)}", came=repr(name), cure="Choose one on the settings page."
        ) from None


def _reasons(picked: Ids) -> list[str]:
    """Rows come sorted by uncertainty: a pick is `uncertain` if it is the first that is left, else `diverse`."""
    left = set(range(int(picked.max()) + 1)) if len(picked) else set()
    reasons = []
    for place in picked.tolist():
        reasons.append("uncertain" if place == min(left) else "diverse")
        left.remove(place)
    return reasons


def _most(values: NDArray[np.float64], n: int, seed: int) -> Choice:
    order = _top(values, n, seed)
    return Choice(order, ("uncertain",) * len(order))


def _top(values: NDArray[np.float64], n: int, seed: int) -> Ids:
    """Places of the `n` largest values, largest first; equals in an order drawn by the seed."""
    n = min(n, len(values))
    if n <= 0:
        return np.zeros(0, np.int64)
    threshold = np.partition(values, len(values) - n)[len(values) - n]
    places = np.flatnonzero(values >= threshold)
    shuffled = np.random.default_rng(seed).permutation(places)
    return shuffled[np.argsort(-values[shuffled], kind="stable")][:n].astype(np.int64)
