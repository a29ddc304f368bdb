"""Dawid-Skene and the majority vote on simulated annotators of known quality: how often each is right; then seconds.

    python -m bench.dawid_skene [--seeds 20] [--open]

Four labels, 55, 30, 10 and 5 % of the units. Each unit is answered by people drawn by lot, who are right as often as
their quality says and else give one of the other labels by lot. Of a tie the majority vote takes a label by lot. The
gain is the mean over seeds of the difference on the same units, with its 95 % bootstrap interval over seeds; `tied` is
the share of units whose vote is a tie, `gain_in_ties` what of the gain is in them; `worse` counts seeds. Two figures
are of the majority, then of Dawid-Skene: `right`; `rarest_found`, of the units of the rarest label those that got
it; `rarest_right`, of the units that got it those that are it. `sure` is the share of units with a posterior of .9 or
more, `sure_right` how many of them are right, `sure_mean` how many the posteriors promise.

With --open, only of the units that no majority settles, where some label that somebody chose has a posterior of .95 or
more: how many of all `open` ones (`settled`), what they promise and how many of them are right. `third`: two people
answer each unit, a third those where the two differ, as the product asks.
"""

import argparse
import json
import time
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ml.bootstrap import interval, resampled_sums
from ml.dawid_skene import MISSING, dawid_skene

Table = NDArray[np.int64]
Array = NDArray[np.float64]

SHARES = np.array([0.55, 0.3, 0.1, 0.05])
K = len(SHARES)
PEOPLE = {
    "5, .55 to .95": np.linspace(0.55, 0.95, 5),
    "8, .55 to .95": np.linspace(0.55, 0.95, 8),
    "8, all .80": np.full(8, 0.8),
}
SURE = 0.9
UNITS = (100, 300, 1_000, 3_000)
# The prior was chosen on seeds from 0, so the figures are of others.
FIRST_SEED = 1_000
ANSWERS = 200_000
SETTLING, OPEN_UNITS = 0.95, (300, 1_000, 2_000, 3_000)


def simulated(quality: Array, *, units: int, each: int, seed: int) -> tuple[Table, Table]:
    """Answers (units, people), `each` a unit, and the truth (units,)."""
    generator = np.random.default_rng(seed)
    shape = (units, len(quality))
    truth = generator.choice(K, units, p=SHARES)
    wrong = (truth[:, None] + generator.integers(1, K, shape)) % K
    given = np.where(generator.random(shape) < quality, truth[:, None], wrong)
    asked = generator.random(shape).argsort(axis=1).argsort(axis=1) < each
    return np.where(asked, given, MISSING), truth


def asked_a_third(quality: Array, *, units: int, seed: int) -> tuple[Table, Table]:
    """Answers of two people a unit and of a third where they differ, and the truth."""
    table, truth = simulated(quality, units=units, each=3, seed=seed)
    generator = np.random.default_rng(seed)
    given = table != MISSING
    order = np.where(given, generator.random(table.shape), 2).argsort(axis=1)
    first = np.take_along_axis(table, order[:, :2], axis=1)
    alike = np.flatnonzero(first[:, 0] == first[:, 1])
    table[alike, order[alike, 2]] = MISSING
    return table, truth


def opened(quality: Array, *, units: int, third: bool, seeds: int) -> dict[str, object]:
    """Of the units that no majority settles: what posteriors of .95 promise and keep, over all seeds together."""
    n, promised, right = 0, [], []
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        made = asked_a_third if third else partial(simulated, each=2)
        table, truth = made(quality, units=units, seed=seed)
        votes = (table[:, :, None] == np.arange(K)).sum(axis=1)
        open_ones = 2 * votes.max(axis=1) <= votes.sum(axis=1)
        believed = posteriors(table)
        best = believed.argmax(axis=1)
        sure = open_ones & (believed.max(axis=1) >= SETTLING) & (votes[np.arange(units), best] > 0)
        n += int(open_ones.sum())
        promised += believed.max(axis=1)[sure].tolist()
        right += (best == truth)[sure].tolist()
    shares = {"promised": promised, "right": right}
    told = {name: round(100 * float(np.mean(some)), 1) if some else None for name, some in shares.items()}
    return {"open": n, "settled": len(right), **told}


def majority(table: Table) -> Array:
    """How likely the majority vote gives each label, (units, K), a tie being settled by lot."""
    votes = (table[:, :, None] == np.arange(K)).sum(axis=1)
    first = votes == votes.max(axis=1, keepdims=True)
    shares: Array = first / first.sum(axis=1, keepdims=True)
    return shares


def posteriors(table: Table) -> Array:
    """How likely Dawid-Skene holds each label, (units, K)."""
    estimate = dawid_skene(table, k=K).estimate
    if estimate is None:
        raise SystemExit("one label only: more units are needed")
    return estimate.posterior


def compared(quality: Array, *, units: int, each: int, seeds: int) -> dict[str, object]:
    """Percent right, means over seeds; the gain with its interval; the other figures over all seeds together."""
    drawn = [simulated(quality, units=units, each=each, seed=FIRST_SEED + number) for number in range(seeds)]
    believed = np.array([posteriors(table) for table, _ in drawn])
    true = np.eye(K)[np.array([truth for _, truth in drawn])]
    told = np.stack([np.array([majority(table) for table, _ in drawn]), np.eye(K)[believed.argmax(axis=2)]])
    hits = true * told
    right = 100 * hits.sum(axis=3).mean(axis=2)
    gains = right[1] - right[0]
    bounds = interval(resampled_sums(gains[:, None], seed=0)[:, 0] / seeds, seeds)
    tied = told[0].max(axis=2) < 1
    rarest, sure = hits[..., K - 1].sum(axis=(1, 2)), believed.max(axis=2) >= SURE
    return {
        "right": right.mean(axis=1).round(1).tolist(),
        "gain": round(float(gains.mean()), 1),
        "interval": bounds and [round(bound, 1) for bound in bounds],
        "tied": round(100 * float(tied.mean()), 1),
        "gain_in_ties": round(100 * float(((hits[1] - hits[0]).sum(axis=2) * tied).mean()), 1),
        "worse": int((gains < -1e-9).sum()),
        "rarest_found": (100 * rarest / true[..., K - 1].sum()).round(1).tolist(),
        "rarest_right": (100 * rarest / told[..., K - 1].sum(axis=(1, 2))).round(1).tolist(),
        "sure": round(100 * float(sure.mean()), 1),
        "sure_right": round(100 * float(hits[1].sum(axis=2)[sure].mean()), 1),
        "sure_mean": round(100 * float(believed.max(axis=2)[sure].mean()), 1),
    }


def timed(each: int) -> dict[str, object]:
    """Seconds for 200,000 answers by eight people, best of three."""
    table, _ = simulated(PEOPLE["8, .55 to .95"], units=ANSWERS // each, each=each, seed=FIRST_SEED)
    spent, iterations = [], 0
    for _ in range(3):
        began = time.perf_counter()
        found = dawid_skene(table, k=K).estimate
        spent.append(time.perf_counter() - began)
        iterations = found.iterations if found else 0
    return {"answers": ANSWERS, "each": each, "seconds": round(min(spent), 2), "iterations": iterations}


def main() -> None:
    """Print one line of JSON a row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--open", action="store_true")
    options = parser.parse_args()
    if options.open:
        for third, units in product((False, True), OPEN_UNITS):
            for people, quality in PEOPLE.items():
                row = opened(quality, units=units, third=third, seeds=options.seeds)
                print(json.dumps({"people": people, "third": third, "units": units, **row}), flush=True)
        return
    for people, quality in PEOPLE.items():
        for each in (2, 3):
            for units in UNITS:
                row = compared(quality, units=units, each=each, seeds=options.seeds)
                print(json.dumps({"people": people, "each": each, "units": units, **row}), flush=True)
    for each in (2, 4, 8):
        print(json.dumps(timed(each)), flush=True)


if __name__ == "__main__":
    main()
