"""Reliability: what probabilities say against what came true."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.errors import LengthMismatch, ProbabilitiesInvalid
from ml.reliability import Reliability, reliability

SURE = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30)


def measured(pairs: list[tuple[float, bool]], **more: object) -> Reliability:
    sure, right = zip(*pairs, strict=True)
    return reliability(sure, right, seed=1, resamples=50, **more)  # type: ignore[arg-type]  # by name


def slowly(pairs: list[tuple[float, bool]], weights: list[float]) -> float:
    """The error as it is written in the papers, bin by bin."""
    error = 0.0
    for number in range(10):
        held = [place for place, (sure, _) in enumerate(pairs) if min(int(sure * 10), 9) == number]
        if held:
            w = np.array([weights[place] for place in held])
            confidence = np.average([pairs[place][0] for place in held], weights=w)
            error += w.sum() * abs(np.average([pairs[place][1] for place in held], weights=w) - confidence)
    return error / sum(weights)


@settings(max_examples=30)
@given(SURE)
def test_the_error_is_that_of_the_papers(pairs: list[tuple[float, bool]]) -> None:
    assert measured(pairs).error.value == pytest.approx(slowly(pairs, [1] * len(pairs)))


@settings(max_examples=30)
@given(SURE)
def test_weights_are_heeded(pairs: list[tuple[float, bool]]) -> None:
    weights = [1 + place % 3 for place in range(len(pairs))]
    assert measured(pairs, weights=weights).error.value == pytest.approx(slowly(pairs, list(map(float, weights))))


@settings(max_examples=30)
@given(SURE)
def test_every_sentence_is_in_one_bin(pairs: list[tuple[float, bool]]) -> None:
    assert sum(one.right.n for one in measured(pairs).bins) == len(pairs)


@settings(max_examples=30)
@given(SURE)
def test_the_mean_confidence_of_a_bin_lies_within_it(pairs: list[tuple[float, bool]]) -> None:
    assert all(one.low - 1e-9 <= one.confidence <= one.high + 1e-9 for one in measured(pairs).bins)


@settings(max_examples=30)
@given(SURE)
def test_the_interval_holds_the_figure(pairs: list[tuple[float, bool]]) -> None:
    error = measured(pairs).error
    assert error.low is None or error.low <= (error.value or 0) <= (error.high or 0)


def test_full_confidence_that_is_always_right_is_no_error() -> None:
    assert measured([(1.0, True)] * 9).error.value == 0


def test_full_confidence_that_is_never_right_is_all_error() -> None:
    assert measured([(1.0, False)] * 9).error.value == 1


def test_a_bin_counts_its_articles() -> None:
    assert measured([(0.75, True), (0.75, False), (0.95, True)], groups=["x", "x", "y"]).bins[0].right.n_groups == 1


def test_perfect_probabilities_show_no_more_than_chance() -> None:
    generator = np.random.default_rng(1)
    sure = generator.uniform(0.3, 1, 200)
    found = reliability(sure, generator.random(200) < sure, seed=1, resamples=200)
    assert found.error.low == 0


def test_an_error_that_chance_does_not_make_is_told_from_0() -> None:
    generator = np.random.default_rng(1)
    found = reliability(np.full(200, 0.95), generator.random(200) < 0.6, seed=1, resamples=200)
    assert (found.error.low or 0) > 0.2


@pytest.mark.slow
@pytest.mark.parametrize("gap", [0.0, 0.1, 0.2])
def test_the_interval_covers_the_truth_most_of_the_time(gap: float) -> None:
    """Less often than the 95 % of an ideal one, as measured: the error of few sentences is biased."""
    generator = np.random.default_rng(2)
    covered = 0
    for seed in range(60):
        sure = generator.uniform(0.4, 1, 150)
        error = reliability(sure, generator.random(150) < sure - gap, seed=seed, resamples=200).error
        covered += (error.low or 0) <= gap <= (error.high or 0)
    assert covered >= 48


def test_no_sentence_gives_no_figure() -> None:
    found = reliability([], [], seed=1)
    assert (found.error.value, found.error.reason, found.bins) == (None, "not defined (no sentences)", ())


def test_one_article_gives_no_interval() -> None:
    assert measured([(0.9, True), (0.8, False)], groups=["x", "x"]).error.low is None


def test_it_is_plain_json_without_nan() -> None:
    found = json.loads(json.dumps(measured([(0.9, True), (0.8, False)]).as_json(), allow_nan=False))
    assert found["bins"][0]["right"]["n"] == 1


@pytest.mark.parametrize("sure", [1.2, -0.1, float("nan")])
def test_what_is_no_probability_is_refused(sure: float) -> None:
    with pytest.raises(ProbabilitiesInvalid):
        measured([(sure, True)])


def test_answers_of_another_number_are_refused() -> None:
    with pytest.raises(LengthMismatch):
        reliability([0.5], [True, False], seed=1)
