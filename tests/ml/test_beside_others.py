"""One annotator beside all others."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.agreement import arrays
from ml.agreement.others import majority, votes_of_others, with_others

PAIRS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=30)
ANSWERS = st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 4)), st.integers(0, 2), max_size=30)


@settings(max_examples=30)
@given(PAIRS)
def test_with_one_other_everywhere_it_is_cohens_kappa(pairs: list[tuple[int, int]]) -> None:
    own, other = np.array(pairs, dtype=np.int64).T
    places = np.arange(len(pairs))
    kappa, percent = with_others(own, np.eye(3)[other], articles=places, seed=3)
    assert (kappa, percent) == arrays.pair_figures(own, other, 3, articles=places, seed=3)


@settings(max_examples=30)
@given(ANSWERS)
def test_others_are_all_but_oneself(answers: dict[tuple[int, int], int]) -> None:
    units = np.array([unit for unit, _who in answers], dtype=np.int64)
    labels = np.array(list(answers.values()), dtype=np.int64)
    slow = [
        [sum(label == column for (u, w), label in answers.items() if u == unit and w != who) for column in range(3)]
        for unit, who in answers
    ]
    assert votes_of_others(units, labels, 3)[0].tolist() == slow


@pytest.mark.parametrize(
    ("votes", "label"), [([2, 1, 0], 0), ([1, 1, 0], -1), ([0, 0, 1], 2), ([0, 0, 0], -1), ([2, 1, 1], -1)]
)
def test_a_majority_is_more_than_half(votes: list[int], label: int) -> None:
    assert majority(np.array([votes], dtype=np.float64)).tolist() == [label]


def test_a_unit_counts_once_however_many_others_there_are() -> None:
    others = np.array([[8.0, 0], [0, 1]])
    assert with_others(np.array([0, 0]), others, articles=np.arange(2))[1].value == 0.5


def test_the_others_that_split_count_by_their_shares() -> None:
    assert with_others(np.array([0]), np.array([[1.0, 3]]), articles=np.arange(1))[1].value == 0.25


def test_the_n_of_the_answers_is_ones_own_and_others() -> None:
    figure = with_others(np.array([0, 1]), np.array([[2.0, 0], [0, 3]]), articles=np.arange(2))[1]
    assert (figure.n_units, figure.n_answers) == (2, 7)


def test_without_units_it_is_not_defined() -> None:
    empty = np.zeros(0, np.int64)
    assert with_others(empty, np.zeros((0, 2)), articles=empty)[1].value is None
