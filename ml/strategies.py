"""Which sentences to ask for next: a registry of strategies by name. docs/strategies.md has a paragraph on each.

A strategy looks twice. `worth` looks at every open sentence, a shard at a time, and must cost next to nothing;
`choose` looks closely at the shortlist of those worth most.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ml.batches import in_batches
from ml.candidates import Candidates, Choice, Floats, Ids, Known, lot
from ml.diversity import gradient_plus_plus, greedy_mmr, local_density, lone, most_typical
from ml.errors import UnknownStrategy
from ml.fisher import Design, balanced
from ml.uncertainty import disagreement, entropy, information, least_confidence, margin

Array = NDArray[np.floating[Any]]

DEFAULT = "balanced_fisher"
CLOSE_LOOK = 300  # Of those worth most so many are looked at for a varied batch (15 a place: more gains nothing).
WIDE_LOOK = 1_000  # The same where what is looked for is not how unsure the model is.
EARLY = 100  # Labels up to which the pool's shape tells more than the model's doubt.
_RARE = 0.5  # Of the probability of a rare label, added to the worth.
_HEAVIEST = 20.0  # A class of two or three sentences in thousands shouts down all others from here on.


class Strategy(Protocol):
    """`source`: who described it. `reason`: why what `worth` alone chose was asked for."""

    @property
    def source(self) -> str: ...

    @property
    def reason(self) -> str: ...

    def worth(self, ids: Ids, probabilities: Floats, known: Known) -> Array:
        """(n,) of `ids` (n,), `probabilities` (n, k); the highest go on the shortlist. Raises ProbabilitiesInvalid."""

    def choose(self, candidates: Candidates, n: int) -> Choice:
        """At most `n` of the candidates, each once, in order; the same candidates give the same choice."""


@dataclass(frozen=True)
class Lot:
    """Uniformly at random: the yardstick."""

    source: str = "the yardstick"
    reason: str = "random"

    def worth(self, ids: Ids, probabilities: Floats, known: Known) -> Array:
        return lot(ids, seed=known.seed) / np.float64(2**64)

    def choose(self, candidates: Candidates, n: int) -> Choice:
        return _first(candidates, n, self.reason)


@dataclass(frozen=True)
class Plain:
    """Most uncertain first, by one measure."""

    measure: Callable[[Floats], Array]
    source: str
    reason: str = "uncertain"

    def worth(self, ids: Ids, probabilities: Floats, known: Known) -> Array:
        return self.measure(probabilities) + _favoured(probabilities, known)

    def choose(self, candidates: Candidates, n: int) -> Choice:
        return _first(candidates, n, self.reason)


@dataclass(frozen=True)
class Varied:
    """Uncertain, typical and unlike one another: batches by maximal marginal relevance.

    density : weight of the local density beside the margin. scarce : weight of the probability of labels that few
    settled sentences have. fades : whether both give way to the margin once there are more than `EARLY` labels.
    """

    source: str
    density: float = 0.0
    scarce: float = 0.0
    fades: bool = False
    reason: str = "uncertain"

    def worth(self, ids: Ids, probabilities: Floats, known: Known) -> Array:
        worth = margin(probabilities) + _favoured(probabilities, known)
        scarce = self.scarce * self._early(known)
        return worth + _expected(probabilities, scarce * _scarcity(known)) if scarce else worth

    def choose(self, candidates: Candidates, n: int) -> Choice:
        known = candidates.known
        early = self._early(known) if self.fades else 0.0
        # Early on the close look is wide, since the model does not know yet where to look.
        head = round(CLOSE_LOOK * (1 + 2.5 * early))
        rows = candidates.latent(np.arange(min(len(candidates), n + head)))
        worth = np.asarray(candidates.shortlist.worth[: len(rows)], np.float64)
        density = self.density * (early if self.fades else 1.0)
        if density:
            worth = worth + density * local_density(rows, candidates.reference)
        penalty = 0.25 * (1 + early) if self.fades else 0.5

        def pick(places: Ids, size: int) -> Ids:
            groups = candidates.groups_of(places)
            return greedy_mmr(worth[places], rows[places], size, penalty=penalty, groups=groups, taken=candidates.taken)

        return in_batches(len(rows), n, head, pick)

    def _early(self, known: Known) -> float:
        """1 up to `EARLY` labels, then down with the square of their number."""
        return min(1.0, (EARLY / max(known.n_labels, 1)) ** 2) if self.fades else 1.0


@dataclass(frozen=True)
class Fisher:
    """What would tell the model most about the pool, each class weighing the same.

    A sentence of a class with few labels weighs more in the balanced fit, so it tells more: its information is
    multiplied by the expected root of that weight. The root, since the model expects rare classes too often.
    """

    source: str = "Hoi et al. 2006; Ash et al. 2021"
    reason: str = "uncertain"

    def worth(self, ids: Ids, probabilities: Floats, known: Known) -> Array:
        return _told(probabilities, known) + _favoured(probabilities, known)

    def choose(self, candidates: Candidates, n: int) -> Choice:
        rows = candidates.latent(np.arange(min(len(candidates), n + WIDE_LOOK)))
        probabilities = candidates.shortlist.probabilities[: len(rows)]
        told = candidates.reference_told
        if not len(rows) or not len(told):
            return _first(candidates, n, self.reason)
        design = Design(
            rows=rows.astype(np.float64),
            told=_told(probabilities, candidates.known).astype(np.float64),
            favour=(1 + _expected(probabilities, candidates.known.rare)).astype(np.float64),
            reference=candidates.reference.astype(np.float64),
            weights=(information(told) * balanced(told)).astype(np.float64),
            known=_covered(candidates, rows).astype(np.float64),
        )

        def pick(places: Ids, size: int) -> Ids:
            return design.batch(places, size, candidates.groups)

        return in_batches(len(rows), n, WIDE_LOOK, pick)


@dataclass(frozen=True)
class Badge:
    """Batches drawn in the space of gradients: uncertain ones have long gradients, unlike ones lie apart."""

    source: str = "Ash et al. 2020"
    reason: str = "uncertain"

    def worth(self, ids: Ids, probabilities: Floats, known: Known) -> Array:
        return margin(probabilities) + _favoured(probabilities, known)

    def choose(self, candidates: Candidates, n: int) -> Choice:
        generator = np.random.default_rng(candidates.known.seed)
        rows = candidates.latent(np.arange(min(len(candidates), n + CLOSE_LOOK)))
        told = candidates.shortlist.probabilities

        def pick(places: Ids, size: int) -> Ids:
            groups = candidates.groups_of(places)
            return gradient_plus_plus(told[places], rows[places], size, generator=generator, groups=groups)

        return in_batches(len(rows), n, CLOSE_LOOK, pick)


@dataclass(frozen=True)
class Committee:
    """Where the model's members disagree most, in varied batches."""

    source: str = "McCallum & Nigam 1998"
    reason: str = "uncertain"

    def worth(self, ids: Ids, probabilities: Floats, known: Known) -> Array:
        return margin(probabilities) + _favoured(probabilities, known)

    def choose(self, candidates: Candidates, n: int) -> Choice:
        places = np.arange(min(len(candidates), n + CLOSE_LOOK))
        if candidates.members is None:
            return _first(candidates, n, self.reason)
        apart = disagreement(candidates.members(places))
        order = np.lexsort((places, -apart))
        rows = candidates.latent(places)

        def pick(waiting: Ids, size: int) -> Ids:
            at = order[waiting]
            groups = candidates.groups_of(at)
            return greedy_mmr(apart[at], rows[at], size, groups=groups, taken=candidates.taken)

        choice = in_batches(len(places), n, CLOSE_LOOK, pick)
        return Choice(order[choice.order], choice.selection)


@dataclass(frozen=True)
class Typical:
    """For a cold start: typical sentences of the pool's largest clusters that have no label yet."""

    source: str = "Hacohen, Dekel & Weinshall 2022"
    reason: str = "random"

    def worth(self, ids: Ids, probabilities: Floats, known: Known) -> Array:
        return lot(ids, seed=known.seed) / np.float64(2**64)

    def choose(self, candidates: Candidates, n: int) -> Choice:
        n = min(n, len(candidates))
        rows = candidates.latent(np.arange(len(candidates)))
        covered = _covered(candidates, rows)

        if not n:
            return _first(candidates, n, self.reason)
        found = most_typical(rows, covered[-len(rows) :], n)
        found = found[lone(found, candidates.groups)]
        rest = np.setdiff1d(np.arange(len(candidates)), found)
        order = np.concatenate([found, rest])
        reasons = np.repeat(["diverse", self.reason], [len(found), len(rest)])

        def pick(places: Ids, size: int) -> Ids:
            return lone(order[places], candidates.groups)[:size]

        first = in_batches(len(order), n, len(order), pick).order
        return Choice(order[first], tuple(reasons[first].tolist()))


STRATEGIES: dict[str, Strategy] = {
    "balanced_fisher": Fisher(),
    "fading_density": Varied("Settles & Craven 2008; Carbonell & Goldstein 1998", 0.5, scarce=1.0, fades=True),
    "random": Lot(),
    "margin": Plain(margin, "Scheffer, Decomain & Wrobel 2001"),
    "entropy": Plain(entropy, "Shannon 1948"),
    "least_confidence": Plain(least_confidence, "Lewis & Gale 1994"),
    "diverse_margin": Varied("Carbonell & Goldstein 1998"),
    "dense_margin": Varied("Settles & Craven 2008; Carbonell & Goldstein 1998", 0.5),
    "badge": Badge(),
    "committee": Committee(),
    "typical": Typical(),
}


def strategy(name: str) -> Strategy:
    """The strategy called `name`; "default" is what is recommended. Raises `UnknownStrategy`."""
    try:
        return STRATEGIES[DEFAULT if name == "default" else name]
    except KeyError:
        raise UnknownStrategy(
            expected=f"default or one of {', '.join(STRATEGIES)}",
            came=repr(name),
            cure="Choose one on the settings page.",
        ) from None


def _covered(candidates: Candidates, rows: Floats) -> Floats:
    """Latent rows of what is labelled or in somebody's hand; `rows` gives the width where there is nothing."""
    return np.vstack([rows[:0], *(one for one in (candidates.labelled, candidates.taken) if one.size)])


def _told(probabilities: Floats, known: Known) -> Array:
    """(n,) the information of each, times the expected root of its class' weight in the balanced fit."""
    counts = np.maximum(known.counts, 1)
    heavy = np.sqrt(np.minimum(counts.mean() / counts, _HEAVIEST))
    told: Array = information(probabilities) * _expected(probabilities, heavy)
    return told


def _favoured(probabilities: Floats, known: Known) -> Array:
    return _expected(probabilities, _RARE * known.rare)


def _expected(probabilities: Floats, weights: Array) -> Array:
    """The mean of the labels' `weights` (k,) by `probabilities` (n, k), (n,): a row's is the same wherever it lies."""
    total = np.zeros(len(probabilities), np.float64)
    for place in np.flatnonzero(weights).tolist():
        total += probabilities[:, place] * np.float64(weights[place])
    return total


def _scarcity(known: Known) -> Floats:
    """(k,) 1 for the label with the fewest settled sentences, less for others by the square root of their number."""
    counts = np.maximum(known.counts, 1)
    scarcity: Floats = np.sqrt(counts.min() / counts).astype(np.float32)
    return scarcity


def _first(candidates: Candidates, n: int, reason: str) -> Choice:
    """As they stand; only a second one of a duplicate group waits for the next batch."""

    def pick(places: Ids, size: int) -> Ids:
        return lone(places, candidates.groups)[:size]

    choice = in_batches(len(candidates), n, len(candidates), pick)
    return Choice(choice.order, (reason,) * len(choice.order))
