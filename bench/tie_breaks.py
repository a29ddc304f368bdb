"""What a third answer does to alpha where it is asked for only because the first two differ.

    python -m bench.tie_breaks [--seeds 100]

Units of four labels, 55, 30, 10 and 5 %, each answered by two people who are right in 85 of 100 cases and else give one
of the other labels by lot. `two` is Krippendorff's alpha of those answers, `with_third` that of the same answers and
one more for each unit whose two differ, `with_third_everywhere` that with one more for every unit: what the people's
work is worth. Means over seeds, 1,000 units each.
"""

import argparse
import json

import numpy as np

from bench.dawid_skene import SHARES, K, Table
from ml.agreement.arrays import krippendorff_alpha, label_counts

UNITS, RIGHT = 1_000, 0.85


def answered(rng: np.random.Generator) -> Table:
    """Three answers a unit, (UNITS, 3)."""
    truth = rng.choice(K, UNITS, p=SHARES)
    wrong = (truth[:, None] + rng.integers(1, K, (UNITS, 3))) % K
    return np.where(rng.random((UNITS, 3)) < RIGHT, truth[:, None], wrong)


def alpha(answers: Table) -> float:
    value = krippendorff_alpha(label_counts(answers, K)).value
    assert value is not None
    return value


def measured(seed: int) -> tuple[float, float, float]:
    answers = answered(np.random.default_rng(seed))
    third = answers.copy()
    third[answers[:, 0] == answers[:, 1], 2] = -1
    return alpha(answers[:, :2]), alpha(third), alpha(answers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=100)
    seeds = parser.parse_args().seeds
    means = np.mean([measured(seed) for seed in range(seeds)], axis=0)
    names = ("two", "with_third", "with_third_everywhere")
    print(json.dumps({"units": UNITS, "right": RIGHT, "seeds": seeds} | dict(zip(names, means.round(3), strict=True))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
