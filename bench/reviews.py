"""Which order of reviews finds most planted errors, with annotators of different quality.

    python -m bench.reviews FILE.jsonl ... [--seeds 4] [--audit 300,60]

Five people of known quality label 600 sentences of a labelled file, one each; who errs takes another label, by lot or
four times in five the same wrong one. An audit sample, two people each, shows who agrees with whom. The product's
model is fitted to the 600 labels, and its out-of-fold probabilities put them in order: by themselves (`model`), with
each giver's record by Bayes' rule (`product`, ml.second_opinion), and by the weights of ActiveLab (`activelab`, Goh &
Mueller 2023: the agreement of all is every annotator's chance to be right, a label's score the weighted mean of the
model's, the annotator's and an even chance). Figures: the share of wrong labels among the first 20, 60 and 100 in that
order, means over files and seeds 0, 1, ...; and of all.
"""

import argparse
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml import second_opinion, training
from ml.simulate import Ground, load, prepared

Numbers = NDArray[np.int64]
Array = NDArray[np.float64]

LABELS, FIRST = 600, (20, 60, 100)
PEOPLE = {
    ".97 .93 .90 .80 .65": (0.97, 0.93, 0.90, 0.80, 0.65),
    "four .95, one .60": (0.95, 0.95, 0.95, 0.95, 0.60),
    ".95 .92 .90 .87 .84": (0.95, 0.92, 0.90, 0.87, 0.84),
    "all .88": (0.88,) * 5,
}
SAME = 0.8  # So often an error is the same one, where it is not drawn by lot.


def told(
    truth: Numbers, who: Numbers, quality: Array, k: int, *, alike: bool, generator: np.random.Generator
) -> Numbers:
    """What these people say of sentences whose right label is known."""
    step = generator.integers(1, k, len(truth))
    if alike:
        step = np.where(generator.random(len(truth)) < SAME, 1, step)
    return np.where(generator.random(len(truth)) < quality[who], truth, (truth + step) % k)


def record(
    truth: Numbers, quality: Array, k: int, *, alike: bool, generator: np.random.Generator
) -> list[tuple[int, int]]:
    """How often each was compared in the audit sample, and how often they agreed."""
    n = len(quality)
    first = generator.integers(0, n, len(truth))
    second = (first + generator.integers(1, n, len(truth))) % n
    one, other = (told(truth, who, quality, k, alike=alike, generator=generator) for who in (first, second))
    compared = np.bincount(first, minlength=n) + np.bincount(second, minlength=n)
    same = np.bincount(first[one == other], minlength=n) + np.bincount(second[one == other], minlength=n)
    return list(zip(compared.tolist(), same.tolist(), strict=True))


def activelab(p: Array, given: Numbers, who: Numbers, records: list[tuple[int, int]]) -> Array:
    """How little a label is believed by ActiveLab's weights."""
    n, k = p.shape
    compared, same = np.array(records, dtype=np.float64).T
    every = same.sum() / compared.sum()
    by_chance = 1 - np.bincount(given).max() / n
    weight = np.clip(1 - (1 - same / np.maximum(compared, 1)) / by_chance, 0.01, None)
    model = max(0.01, 1 - (p.argmax(axis=1) != given).mean() / by_chance)
    believed = p[np.arange(n), given]
    total = model * believed + weight.mean() / k + weight[who] * every
    return np.asarray(1 - total / (model + weight.mean() + weight[who]))


def one(ground: Ground, quality: Array, *, n_audit: int, alike: bool, seed: int) -> dict[str, list[float]]:
    """The share of wrong labels among the first of each order, and of all."""
    generator = np.random.default_rng(seed)
    classes = sorted(set(ground.answers.tolist()))
    drawn = ground.drawn(seed)
    ids, audit = np.sort(drawn[:LABELS]), drawn[-n_audit:]
    truth, sample = (np.searchsorted(classes, ground.answers[some]) for some in (ids, audit))
    who = generator.integers(0, len(quality), LABELS)
    given = told(truth, who, quality, len(classes), alike=alike, generator=generator)
    records = record(sample, quality, len(classes), alike=alike, generator=generator)
    model = training.train(ground.pool, ids, [classes[one] for one in given], seed=seed)
    p = np.zeros((LABELS, len(classes)))
    p[:, np.searchsorted(classes, model.labels)] = model.out_of_fold
    believed = p[np.arange(LABELS), given].clip(0, 1)
    trusted = second_opinion.trust(records, len(classes))
    orders = {
        "model": 1 - believed,
        "product": second_opinion.doubt(believed, trusted[who]),
        "activelab": activelab(p, given, who, records),
    }
    wrong = given != truth
    found = {
        name: [float(wrong[np.argsort(-doubt, kind="stable")[:n]].mean()) for n in FIRST]
        for name, doubt in orders.items()
    }
    return found | {"all": [float(wrong.mean())]}


def main() -> None:
    """Print a line for each crowd, kind of error and size of the audit sample."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--audit", default="300,60")
    wanted = parser.parse_args()
    sizes = [int(size) for size in wanted.audit.split(",")]
    cases = list(product(PEOPLE, (False, True), sizes))
    runs: dict[tuple[str, bool, int], list[dict[str, list[float]]]] = {case: [] for case in cases}
    for path in wanted.files:
        with prepared(load(path)) as ground:
            for (name, alike, n_audit), seed in product(cases, range(wanted.seeds)):
                quality = np.array(PEOPLE[name])
                runs[name, alike, n_audit].append(one(ground, quality, n_audit=n_audit, alike=alike, seed=seed))
    for (name, alike, n_audit), some in runs.items():
        means = {order: np.mean([run[order] for run in some], axis=0) for order in some[0]}
        said = "  ".join(f"{order} {' '.join(f'{mean:.3f}' for mean in found)}" for order, found in means.items())
        print(f"{name}; errors {'alike' if alike else 'by lot'}; audit sample {n_audit}: {said}")


if __name__ == "__main__":
    main()
