"""How far a single label is doubted: by the model, and by its giver's record."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.errors import LengthMismatch
from ml.second_opinion import doubt, trust

RECORDS = st.lists(st.integers(0, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), max_size=8)


def test_without_a_record_everybody_is_trusted_alike() -> None:
    assert trust([(0, 0), (0, 0)], 3).tolist() == [1, 1]


def test_those_who_agree_alike_are_trusted_alike() -> None:
    assert trust([(100, 80), (50, 40)], 3) == pytest.approx([1, 1])


def test_who_agrees_more_is_trusted_more() -> None:
    good, usual, bad = trust([(100, 95), (100, 85), (100, 60)], 3)
    assert good > usual > bad


def test_few_comparisons_say_little() -> None:
    few, many, _rest = trust([(4, 1), (400, 100), (4_000, 3_600)], 3)
    assert many < few < 1


def test_the_factor_is_that_of_the_odds_of_being_right() -> None:
    """Right in nine of ten and in six, among two labels; so many comparisons that nothing is shrunk."""
    n, a, b = 10**9, 0.9, 0.6
    m = (a + b) / 2
    agree = [one * m + (1 - one) * (1 - m) for one in (a, b)]
    found = trust([(n, n * agree[0]), (n, n * agree[1])], 2)
    assert found == pytest.approx([(a / (1 - a)) / (m / (1 - m)), (b / (1 - b)) / (m / (1 - m))], rel=1e-6)


@given(RECORDS, st.integers(1, 9))
def test_trust_is_a_positive_number_whatever_the_record(records: list[tuple[int, int]], n_labels: int) -> None:
    found = trust(records, n_labels)
    assert (len(found) == len(records), bool((found > 0).all() and np.isfinite(found).all())) == (True, True)


def test_a_usual_giver_leaves_the_models_doubt_as_it_is() -> None:
    assert doubt([0.3, 0.9], [1, 1]) == pytest.approx([0.7, 0.1])


def test_the_label_of_a_better_one_is_doubted_less() -> None:
    good, bad = doubt([0.4, 0.4], [2.0, 0.5])
    assert (round(good, 3), round(bad, 3)) == (0.429, 0.75)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 100)), max_size=9))
def test_doubt_is_a_probability(rows: list[tuple[float, float]]) -> None:
    found = doubt([p for p, _r in rows], [r for _p, r in rows])
    assert bool(((found >= 0) & (found <= 1)).all())


def test_a_giver_a_label() -> None:
    with pytest.raises(LengthMismatch):
        doubt([0.5], [1, 1])
