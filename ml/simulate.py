"""Active learning replayed on labelled sentences: would it have helped here, and how much?

Pool, directions, classifier and strategies are the product's own, and so is the order of asking (`ml.order`); only the
annotator is replaced, by the labels of the file. Other learners compete on the same ground: see `Learner`.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ml import encoder, order, shards, strategies, training
from ml.comparison import Standing, standings
from ml.errors import PlanInvalid
from ml.evaluation import coded, f1_of, mean_of_defined, tallies
from ml.features import hash_texts
from ml.fitted import FittedModel
from ml.labelled import TEST, TRAIN
from ml.labelled import Labelled as Labelled
from ml.labelled import load as load
from ml.latent import Rows
from ml.pool import Pool, open_pool

Ids = NDArray[np.int64]
Tell = Callable[["Progress"], None]

START = 20  # Labels drawn by lot that every learner begins with, as in a project.
AHEAD = 2_000  # Places of a project's queue: the shortlist is as long here.
_CHUNK = 5_000  # Texts that are hashed at once.


@dataclass(frozen=True)
class Progress:
    """`learner` has reached `labels` of `last` with `seed`; `done` of `total` steps of the whole replay are made."""

    learner: str
    seed: int
    labels: int
    last: int
    macro_f1: float
    done: int
    total: int


@dataclass(frozen=True)
class Curve:
    """Macro-F1 on the hold-out of one learner with one seed, at each number of labels of the replay."""

    learner: str
    seed: int
    macro_f1: tuple[float, ...]


@dataclass(frozen=True)
class SimulationResult:
    """`labels`: the numbers of labels at which each curve was measured. `full_data_macro_f1`: of the whole pool's."""

    labels: tuple[int, ...]
    curves: tuple[Curve, ...]
    full_data_macro_f1: float
    n_pool: int
    n_hold_out: int

    def by_learner(self) -> dict[str, dict[int, tuple[float, ...]]]:
        """The curve of each learner and seed."""
        names = dict.fromkeys(curve.learner for curve in self.curves)
        return {name: {one.seed: one.macro_f1 for one in self.curves if one.learner == name} for name in names}

    def standings(self, *, yardstick: str = "random") -> dict[str, Standing]:
        """How each learner did, beside the `yardstick`."""
        return standings(self.labels, self.by_learner(), full=self.full_data_macro_f1, yardstick=yardstick)


@dataclass(frozen=True)
class Ground:
    """What learners compete on. Ids of the pool's n sentences are 0 to n - 1, their places in `texts` and `answers`.

    A learner may see `answers` only of the sentences that it asked for, and nothing of `held_answers`.
    """

    pool: Pool
    texts: Sequence[str]
    answers: NDArray[np.str_]
    held: Rows
    held_texts: Sequence[str]
    held_answers: Sequence[str]

    def drawn(self, seed: int) -> Ids:
        """All ids in a drawn order: whoever replays this seed begins with its first `START`."""
        return np.random.default_rng(seed).permutation(len(self.texts)).astype(np.int64)

    def macro_f1(self, predicted: Sequence[str]) -> float:
        """Of predictions for the hold-out, in its order: the mean of F1 over the labels that occur in either."""
        true, guess = coded(self.held_answers, self._labels), coded(predicted, self._labels)
        counted = tallies(true, guess, np.ones(len(true)), len(self._labels))
        return float(mean_of_defined(f1_of(counted.sum(axis=0))))

    @cached_property
    def full_data_macro_f1(self) -> float:
        """Of the product's classifier, taught by the whole pool: what asking for everything would have given."""
        rows = self.pool.rows(np.arange(len(self.texts)))
        found = training.predictor(rows, self.answers.tolist(), seed=0).predict(self.held.stacked())
        return self.macro_f1(found.tolist())

    @cached_property
    def _labels(self) -> list[str]:
        return sorted({*self.answers.tolist(), *self.held_answers})


class Learner(Protocol):
    """Whatever asks for labels and predicts. `bench/` enters other libraries and the baseline of tutorials this way."""

    @property
    def name(self) -> str: ...

    def curve(self, ground: Ground, labels: Sequence[int], *, seed: int) -> Iterator[float]:
        """Macro-F1 on the hold-out (`ground.macro_f1`) with `labels[0]`, `labels[1]`, ... labels, as they are reached.

        The first `labels[0]` are those of `ground.drawn(seed)`; the rest is the learner's choice.
        """


@dataclass(frozen=True)
class Engine:
    """The product with one of its strategies. Until two labels were seen it asks by lot, as a project does."""

    strategy: str
    name: str = field(default="")

    def __post_init__(self) -> None:
        strategies.strategy(self.strategy)
        object.__setattr__(self, "name", self.name or self.strategy)

    def curve(self, ground: Ground, labels: Sequence[int], *, seed: int) -> Iterator[float]:
        """As `Learner.curve` says. The same ground and seed give the same curve."""
        drawn = ground.drawn(seed)
        asked = drawn[: labels[0]]
        for now, then in zip(labels, [*labels[1:], None], strict=True):
            answers = ground.answers[asked]
            model = training.train(ground.pool, asked, answers.tolist(), seed=seed) if len(set(answers)) > 1 else None
            yield ground.macro_f1(_predicted(model, ground, str(answers[0])))
            if then is None:
                return
            if model is None:
                more = drawn[~np.isin(drawn, asked)][: then - now]
            else:
                more = self._next(ground, model, asked, then - now, seed)
            asked = np.concatenate([asked, more])

    def _next(self, ground: Ground, model: FittedModel, asked: Ids, n: int, seed: int) -> Ids:
        labels = ground.answers[asked].tolist()
        question = order.Question(
            self.strategy, n=max(AHEAD, n), seed=seed, closed=asked, labelled=asked, labels=labels, varied=n
        )
        return order.first(ground.pool, model, question).ids[:n]


def replay(
    labelled: Labelled,
    names: Sequence[str] = ("default", "random"),
    *,
    seeds: Sequence[int] = range(5),
    batch: int = 20,
    budget: int = 600,
    tell: Tell = lambda _progress: None,
) -> SimulationResult:
    """Replay each strategy with each seed from 20 labels to `budget`, `batch` at a time; `tell` hears of every step.

    Raises `UnknownStrategy`, `PlanInvalid`.
    """
    learners = [Engine(name) for name in names]
    labels = points(len(labelled.part(TRAIN)[0]), batch=batch, budget=budget)
    with prepared(labelled) as ground:
        found = tuple(curves(ground, learners, labels, seeds=seeds, tell=tell))
        return result(ground, labels, found)


def points(n_pool: int, *, batch: int, budget: int) -> tuple[int, ...]:
    """The numbers of labels to measure at: 20, 20 + batch, ... to the budget or the end of the pool."""
    if batch < 1 or budget < START:
        came, cure = f"a batch of {batch} and a budget of {budget}", "Raise them."
        raise PlanInvalid(expected=f"a batch of 1 and a budget of {START} at least", came=came, cure=cure)
    end = min(budget, n_pool)
    if end < START:
        raise PlanInvalid(expected=f"{START} sentences in the pool", came=str(n_pool), cure="Add labelled sentences.")
    return (*range(START, end, batch), end)


@contextmanager
def prepared(labelled: Labelled) -> Iterator[Ground]:
    """The ground for a replay; its pool lies in a temporary folder while the context lasts.

    A plugged-in encoder is used as in a project. Raises `EncoderInvalid`.
    """
    (texts, answers), (held_texts, held_answers) = labelled.part(TRAIN), labelled.part(TEST)
    with tempfile.TemporaryDirectory(prefix="simulation-") as folder:
        plugged = encoder.plugged_in()
        for at in range(0, len(texts), _CHUNK):
            chunk = texts[at : at + _CHUNK]
            ids, columns = np.arange(at, at + len(chunk)), encoder.columns(plugged, chunk)
            shards.append(Path(folder), ids, hash_texts(chunk), columns, encoder=encoder.name_of(plugged))
        shards.refresh(Path(folder), seed=0)
        pool = open_pool(Path(folder))
        columns = encoder.columns(plugged, held_texts)
        held = pool.fitted_space().weigh(hash_texts(held_texts), columns if plugged else None)
        yield Ground(pool, texts, np.asarray(answers, dtype=np.str_), held, held_texts, held_answers)


def curves(
    ground: Ground,
    learners: Sequence[Learner],
    labels: Sequence[int],
    *,
    seeds: Sequence[int],
    tell: Tell = lambda _progress: None,
) -> Iterator[Curve]:
    """Each curve as soon as it is whole; all learners with the first seed, then with the second."""
    total, done = len(learners) * len(seeds) * len(labels), 0
    for seed in seeds:
        for learner in learners:
            reached: list[float] = []
            for macro_f1 in learner.curve(ground, labels, seed=seed):
                done += 1
                tell(Progress(learner.name, seed, labels[len(reached)], labels[-1], macro_f1, done, total))
                reached.append(macro_f1)
            yield Curve(learner.name, seed, tuple(reached))


def result(ground: Ground, labels: Sequence[int], found: Sequence[Curve]) -> SimulationResult:
    """What was found on a ground."""
    return SimulationResult(
        tuple(labels), tuple(found), ground.full_data_macro_f1, len(ground.texts), len(ground.held_texts)
    )


def _predicted(model: FittedModel | None, ground: Ground, only: str) -> list[str]:
    """Labels of the hold-out; before a second label was seen there is one answer."""
    if model is None:
        return [only] * len(ground.held_texts)
    places = model.probabilities(ground.held).argmax(axis=1)
    return [model.labels[place] for place in places.tolist()]
