"""What an alpha comes to, and how many more sentences with two answers would make it sure."""

import pytest

from labeling.flow.agreement_verdict import finding
from labeling.flow.figure import Figure


def alpha(value: float | None, low: float | None = None, high: float | None = None, n: int = 100) -> Figure:
    return Figure(value, low, high, n)


@pytest.mark.parametrize(
    ("value", "word"), [(0.8, "reliable"), (0.799, "usable"), (0.667, "usable"), (0.666, "low"), (None, "undefined")]
)
def test_the_word_goes_by_the_value(value: float | None, word: str) -> None:
    assert finding(alpha(value)).word == word


@pytest.mark.parametrize(("n", "lacking"), [(29, 1), (0, 30)])
def test_a_handful_of_sentences_is_no_verdict(n: int, lacking: int) -> None:
    told = finding(alpha(1.0, n=n))
    assert (told.word, told.lacking) == ("few", lacking)


@pytest.mark.parametrize(
    ("value", "low", "high"), [(0.9, 0.85, 0.95), (0.75, 0.7, 0.9), (0.5, 0.4, 0.6)], ids=["reliable", "usable", "low"]
)
def test_an_interval_on_one_side_of_the_border_is_sure(value: float, low: float, high: float) -> None:
    assert finding(alpha(value, low, high)).more == 0


def test_an_interval_twice_too_wide_takes_four_times_the_sentences() -> None:
    # .80 lies .1 below, the interval reaches .2 below: half as wide with four times 100.
    assert finding(alpha(0.9, 0.7, 0.95)).more == 300


def test_below_the_border_it_is_the_upper_end_that_counts() -> None:
    assert finding(alpha(0.567, 0.3, 0.767)).more == 300


@pytest.mark.parametrize("value", [0.8, 0.8 + 1e-6])
def test_at_the_border_no_number_is_told(value: float) -> None:
    assert finding(alpha(value, 0.7, 0.9)).more is None


def test_without_an_interval_no_number_is_told() -> None:
    assert finding(alpha(0.9)).more is None


def test_no_number_is_beyond_all_measure() -> None:
    assert finding(alpha(0.801, 0.5, 0.9, n=1_000)).more is None
