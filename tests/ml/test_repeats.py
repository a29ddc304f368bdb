"""How often an annotator answers alike when asked again."""

import numpy as np
import pytest
from scipy.stats import binomtest

from ml.agreement import repeat_consistency
from ml.errors import LengthMismatch


def test_each_annotator_has_a_share_of_equal_answers_with_its_n() -> None:
    found = repeat_consistency(np.array([7, 7, 7, 7, 9]), np.array([0, 1, 2, 0, 1]), np.array([0, 1, 2, 1, 0]))
    assert {who: (one.value, one.n_units, one.n_answers) for who, one in found.items()} == {
        7: (0.75, 4, 8),
        9: (0.0, 1, 2),
    }


def test_the_interval_is_wilsons() -> None:
    once, twice = np.zeros(10, dtype=np.int64), np.array([0] * 8 + [1] * 2)
    figure = repeat_consistency(once, once, twice)[0]
    reference = binomtest(8, 10).proportion_ci(method="wilson")
    assert (figure.low, figure.high) == pytest.approx((reference.low, reference.high), abs=1e-6)


def test_full_consistency_still_has_an_interval_with_width() -> None:
    figure = repeat_consistency(np.zeros(5, dtype=np.int64), np.arange(5), np.arange(5))[0]
    assert figure.low == pytest.approx(0.566, abs=5e-4)


def test_a_repeat_with_a_missing_answer_is_not_counted() -> None:
    found = repeat_consistency(np.array([1, 1, 2]), np.array([0, -1, 0]), np.array([0, 0, -1]))
    assert {who: one.n_units for who, one in found.items()} == {1: 1}


def test_arrays_of_other_lengths_are_refused() -> None:
    with pytest.raises(LengthMismatch, match="1, 2 and 2"):
        repeat_consistency(np.array([1]), np.array([0, 1]), np.array([0, 1]))
