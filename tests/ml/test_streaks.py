"""Answers in a row that took far less time than usual."""

import numpy as np
import pytest

from ml.streaks import LEAST, quick, streaks, usual_seconds


def test_what_is_usual_is_told_by_length() -> None:
    lengths = np.array([20.0] * 10 + [200.0] * 10)
    seconds = np.array([2.0] * 10 + [9.0] * 10)
    assert usual_seconds(lengths, seconds).tolist() == seconds.tolist()


def test_one_slow_answer_does_not_move_what_is_usual() -> None:
    assert usual_seconds(np.full(5, 50.0), np.array([2.0, 2, 2, 2, 900])).tolist() == [2] * 5


def test_without_answers_nothing_is_usual() -> None:
    assert usual_seconds(np.zeros(0), np.zeros(0)).tolist() == []


def test_quick_is_under_a_third_of_what_is_usual() -> None:
    seconds = np.array([3.0, 3, 3, 1.1, 0.9])
    assert quick(seconds, np.full(5, 3.0)).tolist() == [False] * 4 + [True]


def test_who_is_always_quick_is_measured_against_themselves() -> None:
    assert not quick(np.full(40, 0.5), np.full(40, 3.0)).any()


def test_no_answers_are_not_quick() -> None:
    assert quick(np.zeros(0), np.zeros(0)).tolist() == []


@pytest.mark.parametrize(
    ("flags", "found"),
    [
        ([True] * LEAST, [(0, LEAST)]),
        ([True] * (LEAST - 1), []),
        ([False] + [True] * LEAST + [False], [(1, LEAST + 1)]),
        (([True] * LEAST + [False]) * 2, [(0, LEAST), (LEAST + 1, 2 * LEAST + 1)]),
        ([], []),
    ],
)
def test_a_streak_is_ten_in_a_row(flags: list[bool], found: list[tuple[int, int]]) -> None:
    assert streaks(np.array(flags, dtype=np.bool_)) == found
