"""Drives a peer: one timed iteration, or a replay of active learning on labelled sentences. Runs beside the peers."""

import json
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from bench.peers.exchange import Codes, Places, Task, read_array, read_task


class Learner(Protocol):
    """A peer with its pool, classifier and strategy."""

    def hold(self, places: Places) -> None:
        """Take note that the sentences at `places` are labelled; not timed."""

    def learn(self) -> None:
        """Fit on what is held."""

    def ask(self, n: int) -> Places:
        """Score the pool and choose `n` places, none of which is held."""

    def predict(self) -> Codes:
        """Labels of the hold-out."""


# Makes a learner of a task, a strategy's name, a classifier's and a seed.
Made = Callable[[Task, str, str, int], Learner]


def iterate(made: Callable[[Task], Learner], task: Task, held: Places, n: int, limit: float) -> dict[str, object]:
    """One iteration with the sentences at `held` labelled: seconds of fit and of what follows, peak memory in MiB.

    A small iteration goes before it: what is loaded or started at first use is not counted. After `limit` seconds the
    process ends by the alarm.
    """
    small = np.union1d(held, np.arange(min(4 * len(held), len(task.codes))))
    first = made(_part(task, small))
    first.hold(np.searchsorted(small, held))
    first.learn()
    first.ask(n)
    learner = made(task)
    learner.hold(held)
    signal.setitimer(signal.ITIMER_REAL, limit)
    start = time.perf_counter()
    learner.learn()
    fitted = time.perf_counter()
    chosen = learner.ask(n)
    asked = time.perf_counter()
    signal.setitimer(signal.ITIMER_REAL, 0)
    _require_fresh(chosen, held)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    fit, choose = round(fitted - start, 3), round(asked - fitted, 3)
    return {"fit": fit, "choose": choose, "total": round(asked - start, 3), "peak_mib": round(peak)}


def _part(task: Task, places: Places) -> Task:
    return replace(task, rows=task.rows[places], dense=task.dense[places], codes=task.codes[places])


def replay(task: Task, learner: Learner, labels: Sequence[int], *, seed: int) -> list[float]:
    """Macro-F1 on the hold-out at each number of `labels`; the first are drawn uniformly, as in `ml.simulate`.

    Until two labels have been seen there is no model: the one label is the answer, and the next are drawn too.
    """
    drawn = np.random.default_rng(seed).permutation(len(task.codes))
    held = drawn[: labels[0]]
    curve: list[float] = []
    for now, then in zip(labels, [*labels[1:], None], strict=True):
        known = np.unique(task.codes[held])
        if len(known) > 1:
            learner.hold(held)
            learner.learn()
            curve.append(macro_f1(task, learner.predict()))
        else:
            curve.append(macro_f1(task, np.full(len(task.test_codes), known[0])))
        if then is not None:
            asked = learner.ask(then - now) if len(known) > 1 else drawn[now:then]
            _require_fresh(asked, held)
            held = np.concatenate([held, asked])
    return curve


def macro_f1(task: Task, predicted: Codes) -> float:
    """The plain mean of F1 over the labels that occur in either; 0 for one that is never predicted."""
    return float(f1_score(task.test_codes, predicted, average="macro", zero_division=0))


def unlabelled(n: int, held: Places) -> Places:
    """All places but those held, in order."""
    free = np.ones(n, dtype=bool)
    free[held] = False
    return np.flatnonzero(free)


def _require_fresh(asked: NDArray[np.int64], held: Places) -> None:
    if len(np.unique(asked)) != len(asked) or np.isin(asked, held).any():
        raise SystemExit("the peer asked twice for a sentence: its adapter is at fault")


def main(made: Made) -> None:
    """`iterate FOLDER STRATEGY CLASSIFIER N LIMIT`, or `replay FOLDER STRATEGY CLASSIFIER LABELS SEED`."""
    verb, folder, strategy, classifier, numbers, last = sys.argv[1:]
    task = read_task(Path(folder))
    if verb == "iterate":
        held = read_array(Path(folder), "held")
        told = iterate(lambda one: made(one, strategy, classifier, 0), task, held, int(numbers), float(last))
    else:
        labels = [int(number) for number in numbers.split(",")]
        told = {"macro_f1": replay(task, made(task, strategy, classifier, int(last)), labels, seed=int(last))}
    print(json.dumps(told), flush=True)
