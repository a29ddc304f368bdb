"""How honest the figures of the model page are: what an audit sample of 300 says, against the truth of a hold-out.

python -m bench.honesty FILE.jsonl ... [--seeds 3] [--json FILE]
Replays active learning with the product's engine (20 to 700 labels), and measures as `labeling.flow.evaluate` does.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml import order, replay, shares, stopping, training
from ml.doubt import doubtful
from ml.evaluation import evaluate
from ml.fitted import FittedModel
from ml.reliability import Reliability, reliability
from ml.simulate import AHEAD, Ground, load, prepared

Ids = NDArray[np.int64]
AUDIT, BATCH, BUDGET = 300, 20, 700
AHEAD_BY = 5  # The next hundred labels are five batches; so the last at which anything is foretold is at 600.
PLANTED, LOOKED_AT = 0.1, 20
DRAWS = 3  # Models of truly random labels, a size.


class Replay:
    """One file, one seed: `steps` are what each version said and what was true."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground, self.seed = ground, seed
        drawn = ground.drawn(seed)
        self.audit, self.rest = np.sort(drawn[-AUDIT:]), drawn[:-AUDIT]
        self.truth = ground.answers[self.audit].tolist()
        self.fixed = order.reference(ground.pool, seed=seed)
        self.classes = sorted(set(ground.answers.tolist()))
        self.steps: list[dict[str, Any]] = []

    def run(self) -> None:
        start = BATCH
        while len(set(self.ground.answers[self.rest[:start]].tolist())) < 2:
            start += BATCH
        asked, before, kappas, curve = self.rest[:start], None, [], []
        while len(asked) <= BUDGET:
            model = training.train(self.ground.pool, asked, self.ground.answers[asked].tolist(), seed=self.seed)
            step, now, measured = self._step(model, asked)
            if before is not None:
                kappas.append(stopping.kappa(before, now).value)
            before = now
            curve.append(measured)
            gain = stopping.expected_gain(curve)
            counts = {label: step["counts"].get(label, 0) for label in self.classes}
            signal = stopping.signal(kappas=kappas, counts=counts, curve=curve, gain=gain, least_gain=0.01)
            step |= {
                "gain": gain,
                "verdict": signal.verdict,
                "holds": {one.name: one.holds for one in signal.conditions},
            }
            self.steps.append(step)
            asked = np.concatenate([asked, self._next(model, asked)])
        self.last = (model, asked[:-BATCH])

    def _next(self, model: FittedModel, asked: Ids) -> Ids:
        labels = self.ground.answers[asked].tolist()
        closed = np.concatenate([asked, self.audit])
        question = order.Question(
            "default", n=AHEAD, seed=self.seed, closed=closed, labelled=asked, labels=labels, varied=BATCH
        )
        return order.first(self.ground.pool, model, question).ids[:BATCH]

    def _step(self, model: FittedModel, asked: Ids) -> tuple[dict[str, Any], Ids, stopping.Measured]:
        told = model.probabilities(self.ground.pool.rows(self.audit))
        guess = [model.labels[place] for place in told.argmax(axis=1)]
        found = evaluate(self.truth, guess, name="audit", seed=self.seed).macro_f1
        right = [one == other for one, other in zip(self.truth, guess, strict=True)]
        names, counts = np.unique(self.ground.answers[asked], return_counts=True)
        places = [self.classes.index(label) for label in model.labels]
        fixed = model.probabilities(self.ground.pool.rows(self.fixed)).argmax(axis=1)
        held = model.probabilities(self.ground.held).argmax(axis=1)
        step = {
            "n": len(asked),
            "audit": found,
            "true": self.ground.macro_f1([model.labels[place] for place in held.tolist()]),
            "cross_validation": model.metrics["cross_validation"]["macro_f1"]["value"],
            "calibration": reliability(told.max(axis=1), right, seed=self.seed),
            "counts": dict(zip(names.tolist(), counts.tolist(), strict=True)),
        }
        return step, np.array(places)[fixed], stopping.Measured(len(asked), found)

    def baseline(self) -> Iterator[tuple[float, bool]]:
        """By how much each point of the estimate is off what random labels truly reach, and whether it covers it."""
        rows = self.ground.pool.rows(self.audit)

        def fit(taught: replay.Places) -> replay.Predict:
            learned = training.predictor(rows.take(taught), [self.truth[one] for one in taught], seed=0)
            return lambda held: [str(one) for one in learned.predict(rows.take(held).stacked())]

        for point in replay.random_baseline(fit, self.truth, seed=self.seed).points:
            reached = [self._random(point.n, draw) for draw in range(DRAWS)]
            score, true = point.macro_f1, float(np.mean(reached))
            yield (score.value or 0) - true, (score.low or 0) <= true <= (score.high or 1)

    def _random(self, n: int, draw: int) -> float:
        places = np.random.default_rng([self.seed, draw]).permutation(self.rest)[:n]
        labels = self.ground.answers[places].tolist()
        if len(set(labels)) < 2:
            return self.ground.macro_f1(labels[:1] * len(self.ground.held_answers))
        found = training.predictor(self.ground.pool.rows(places), labels, seed=0).predict(self.ground.held.stacked())
        return self.ground.macro_f1([str(one) for one in found])

    def shares(self) -> Iterator[dict[str, Any]]:
        """Of each label its true share of the pool, the share among the labels asked for, and the two estimates."""
        model, asked = self.last
        told = _ordered(model.probabilities(self.ground.pool.rows(self.audit)), model.labels, self.classes)
        everything = np.arange(len(self.ground.texts))
        whole = _ordered(model.probabilities(self.ground.pool.rows(everything)), model.labels, self.classes).sum(axis=0)
        seen = _ordered(model.probabilities(self.ground.pool.rows(asked)), model.labels, self.classes).sum(axis=0)
        unseen = _ordered(self._outside(model, asked), model.labels, self.classes).sum(axis=0)
        mean = (whole - seen + unseen) / len(everything)
        helped = shares.assisted(self.truth, told, mean, classes=self.classes, seed=self.seed)
        drawn = shares.drawn(self.truth, classes=self.classes, seed=self.seed)
        for label in self.classes:
            true = float((self.ground.answers == label).mean())
            naive = float((self.ground.answers[asked] == label).mean())
            yield {"true": true, "naive": naive, "drawn": drawn[label], "assisted": helped[label]}

    def _outside(self, model: FittedModel, asked: Ids) -> NDArray[np.float32]:
        again = training.train(self.ground.pool, asked, self.ground.answers[asked].tolist(), seed=self.seed)
        return again.out_of_fold

    def planted(self) -> tuple[float, float]:
        """Of 700 labels with a tenth planted wrong: the share of wrong ones among the first suspects, and in all."""
        generator = np.random.default_rng(self.seed)
        asked = self.last[1]
        given = self.ground.answers[asked].copy()
        wrong = generator.random(len(given)) < PLANTED
        given[wrong] = [generator.choice([one for one in self.classes if one != label]) for label in given[wrong]]
        model = training.train(self.ground.pool, asked, given.tolist(), seed=self.seed)
        found = doubtful(given.tolist(), model.out_of_fold, model.labels)
        suspects = [place for place in found.order.tolist() if found.suspected[place]][:LOOKED_AT]
        return float(wrong[suspects].mean()) if suspects else 0.0, float(wrong.mean())


def _ordered(told: NDArray[np.float32], labels: Sequence[str], classes: Sequence[str]) -> NDArray[np.float64]:
    found = np.zeros((len(told), len(classes)))
    for column, label in enumerate(labels):
        found[:, classes.index(label)] = told[:, column]
    return found


def summary(one: Replay) -> dict[str, Any]:
    """The figures of one replay, as JSON."""
    steps = one.steps
    late = [step for step in steps if step["n"] >= 100]
    pairs = [
        (step, steps[at + AHEAD_BY]) for at, step in enumerate(steps[:-AHEAD_BY]) if step["gain"].value is not None
    ]
    gains = [(step["gain"], later["true"] - step["true"]) for step, later in pairs]
    fired = next((at for at, step in enumerate(steps[:-AHEAD_BY]) if step["verdict"] == "stop"), None)
    left = None if fired is None else steps[fired + AHEAD_BY]["true"] - steps[fired]["true"]
    told = list(one.shares())
    baseline = list(one.baseline())
    suspects, planted = one.planted()
    return {
        "macro_f1": late[-1]["true"],
        "audit": [(step["audit"].value - step["true"], _holds(step["audit"], step["true"])) for step in late],
        "cross_validation": {step["n"]: step["cross_validation"] - step["true"] for step in late},
        "gain": [(found.value - came, _holds(found, came)) for found, came in gains],
        "stop": None if fired is None else {"at": steps[fired]["n"], "next_hundred": left},
        "first": {name: _first(steps, name) for name in ("stable", "labels", "flat", "gain")},
        "baseline": baseline,
        "naive": [abs(share["naive"] - share["true"]) for share in told],
        **{
            name: [_share(share, name) for share in told if share[name].value is not None]
            for name in ("drawn", "assisted")
        },
        "calibration": _calibration(late[-1]["calibration"]),
        "suspects": (suspects, planted),
    }


def _calibration(found: Reliability) -> tuple[float | None, float | None, float]:
    """The error, what chance alone makes, and by how much confidence is above the share that is right."""
    apart = sum(one.right.n * (one.confidence - (one.right.value or 0)) for one in found.bins)
    return found.error.value, found.by_chance, apart / max(found.error.n, 1)


def _share(share: dict[str, Any], name: str) -> tuple[float, bool, float]:
    found = share[name]
    return abs(found.value - share["true"]), _holds(found, share["true"]), found.high - found.low


def _holds(score: Any, true: float) -> bool:
    return bool(score.low <= true <= score.high)


def _first(steps: Sequence[dict[str, Any]], name: str) -> int | None:
    return next((step["n"] for step in steps if step["holds"][name]), None)


def main() -> None:
    """Print one line a file and seed as it is ready, and write all of it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    found: dict[str, list[dict[str, Any]]] = {}
    for path in wanted.files:
        with prepared(load(path)) as ground:
            for seed in range(wanted.seeds):
                one = Replay(ground, seed)
                one.run()
                found.setdefault(path.stem, []).append(summary(one))
                print(path.stem, seed, found[path.stem][-1]["stop"], found[path.stem][-1]["first"], file=sys.stderr)
    if wanted.json:
        wanted.json.write_text(json.dumps(found, default=float), encoding="utf-8")
    for name, figures in table(found).items():
        print(name, figures)


def table(found: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """The means over all replays, in words."""
    runs = [one for some in found.values() for one in some]

    def pooled(name: str) -> tuple[str, str]:
        rows = [row for one in runs for row in one[name]]
        if not rows:
            return "not defined", "in so short a replay"
        errors, covered = [row[0] for row in rows], [row[1] for row in rows]
        return f"{np.mean(errors):+.3f} (|{np.mean(np.abs(errors)):.3f}|)", f"covers {np.mean(covered):.0%}"

    fired = [one["stop"] for one in runs if one["stop"]]
    validated = [one["cross_validation"] for one in runs]
    return {
        "audit macro-F1 less the truth:": " ".join(pooled("audit")),
        "cross-validation less the truth at 300, 600:": " ".join(
            f"{np.mean([one[n] for one in validated]):+.3f}" for n in (300, 600)
        ),
        "gain of a hundred labels, expected less what came:": " ".join(pooled("gain")),
        "stop signal:": f"in {len(fired)} of {len(runs)}, at {np.mean([one['at'] for one in fired] or [0]):.0f} labels;"
        f" the next hundred brought {np.mean([one['next_hundred'] for one in fired] or [0]):+.4f}"
        f" (most {max([one['next_hundred'] for one in fired] or [0]):+.4f})",
        "random baseline less the truth:": " ".join(pooled("baseline")),
        "shares, mean error: labels counted": f"{np.mean([e for one in runs for e in one['naive']]):.3f}",
        **{
            f"shares, mean error: {name}": f"{np.mean([row[0] for one in runs for row in one[name]]):.3f}"
            f" covers {np.mean([row[1] for one in runs for row in one[name]]):.0%}"
            f" width {np.mean([row[2] for one in runs for row in one[name]]):.3f}"
            for name in ("drawn", "assisted")
        },
        "calibration error, by chance:": "{:.3f}, {:.3f}".format(
            *np.mean([one["calibration"] for one in runs], axis=0)
        ),
        "wrong labels among the first suspects, in all:": "{:.0%}, {:.0%}".format(
            *np.mean([one["suspects"] for one in runs], axis=0)
        ),
    }


if __name__ == "__main__":
    main()
