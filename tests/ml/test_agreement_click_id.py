"""Three readers each of 14,965 Indonesian headlines, 36 readers in all: our figures beside those of the library.

CLICK-ID (William & Sari 2020), CC BY 4.0. The file is not part of this repository.
"""

import json
from functools import cache
from itertools import combinations
from pathlib import Path

import krippendorff
import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from ml.agreement import coefficients
from ml.agreement.arrays import label_counts, measured

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "click_id.jsonl"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"{FILE} is not there")
LABELS = ("clickbait", "news")


@cache
def answers() -> NDArray[np.int64]:
    """(n_headlines, n_readers), -1 missing."""
    with FILE.open(encoding="utf-8") as lines:
        votes = [json.loads(line)["votes"] for line in lines]
    readers = {reader: place for place, reader in enumerate(sorted({reader for one in votes for reader in one}))}
    table = np.full((len(votes), len(readers)), -1)
    for row, one in zip(table, votes, strict=True):
        for reader, label in one.items():
            row[readers[reader]] = LABELS.index(label)
    return table


def test_there_are_thirty_six_readers_and_three_answers_a_headline() -> None:
    given = answers() >= 0
    assert (given.shape, int(given.sum())) == ((14_965, 36), 44_895)


def test_alpha_is_that_of_the_library() -> None:
    counts = label_counts(answers(), 2)
    alpha = measured(counts, resamples=2).figure(coefficients.krippendorff_alpha).value
    theirs = krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")
    assert alpha == pytest.approx(theirs, abs=1e-12)


def test_cohens_kappa_of_every_pair_is_that_of_scikit_learn() -> None:
    table = answers()
    for one, other in combinations(range(table.shape[1]), 2):
        both = table[(table[:, one] >= 0) & (table[:, other] >= 0)]
        if len(both):
            cells = np.zeros((2, 2))
            np.add.at(cells, (both[:, one], both[:, other]), 1)
            ours = float(coefficients.cohen_kappa(cells))
            assert ours == pytest.approx(cohen_kappa_score(both[:, one], both[:, other]), abs=1e-12)
