"""F1 with its n and its interval, checked against scikit-learn."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from ml.errors import LengthMismatch, UnknownLabel
from ml.evaluation import Evaluation, Score, coded, difference, evaluate

LABELS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=20)


def measured(truth: str, predicted: str, **more: object) -> Evaluation:
    return evaluate(list(truth), list(predicted), name="test", seed=1, resamples=50, **more)  # type: ignore[arg-type]  # by name


@settings(max_examples=20)
@given(LABELS)
def test_macro_f1_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    truth, predicted = "".join(a for a, _ in pairs), "".join(b for _, b in pairs)
    expected = f1_score(list(truth), list(predicted), average="macro", zero_division=0)
    assert measured(truth, predicted).macro_f1.value == pytest.approx(expected)


def test_f1_of_a_label_has_the_n_of_that_label() -> None:
    assert measured("aabb", "abbb").per_label["b"].n == 2


def test_a_label_that_is_only_predicted_is_nought_with_n_nought() -> None:
    score = measured("aa", "ab").per_label["b"]
    assert (score.value, score.n) == (0, 0)


def test_nothing_to_measure_is_not_defined_and_says_why() -> None:
    score = measured("", "").macro_f1
    assert (score.value, score.reason) == (None, "not defined (no sentences)")


def test_one_article_gives_no_interval_and_says_why() -> None:
    score = measured("ab", "ab", groups=["x", "x"]).macro_f1
    assert (score.value, score.low, score.reason) == (1, None, "no interval (fewer than two articles)")


def test_articles_widen_the_interval_of_alike_sentences() -> None:
    truth, predicted = "a" * 60 + "b" * 60, ("a" * 10 + "b" * 5) * 8

    def width(groups: list[int] | None) -> float:
        score = measured(truth, predicted, groups=groups).per_label["a"]
        return (score.high or 0) - (score.low or 0)

    assert width([place // 30 for place in range(120)]) > width(None)


def test_weights_count_as_so_many_sentences() -> None:
    weighted = measured("aab", "abb", weights=[3, 1, 2]).macro_f1.value
    assert weighted == pytest.approx(measured("aaaabb", "aaabbb").macro_f1.value)


def test_the_confusion_counts_truth_by_prediction() -> None:
    assert measured("aab", "abb").confusion == ((1, 1), (0, 1))


def test_an_evaluation_is_plain_json_without_nan() -> None:
    assert json.loads(json.dumps(measured("ab", "bb").as_json(), allow_nan=False))["macro_f1"]["n"] == 2


def test_sequences_of_different_length_are_refused() -> None:
    with pytest.raises(LengthMismatch):
        measured("ab", "a")


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(0)
    covered = 0
    for seed in range(40):
        right = generator.random(100) < 0.7
        truth = ["a"] * 100
        score = evaluate(truth, ["a" if hit else "b" for hit in right], name="", seed=seed, resamples=100).per_label[
            "a"
        ]
        covered += (score.low or 0) <= 2 * 0.7 / 1.7 <= (score.high or 0)
    assert covered >= 33


def moved(truth: str, before: str, after: str, **more: object) -> Score:
    return difference(list(truth), list(before), list(after), seed=1, resamples=50, **more)  # type: ignore[arg-type]  # by name


@settings(max_examples=20)
@given(st.lists(st.tuples(*[st.sampled_from("abc")] * 3), min_size=1, max_size=20))
def test_the_difference_is_that_of_the_two_figures(rows: list[tuple[str, str, str]]) -> None:
    truth, before, after = ("".join(side) for side in zip(*rows, strict=True))
    apart = (measured(truth, after).macro_f1.value or 0) - (measured(truth, before).macro_f1.value or 0)
    assert moved(truth, before, after).value == pytest.approx(apart)


def test_two_versions_that_predict_the_same_differ_by_nothing() -> None:
    score = moved("aabb" * 5, "abbb" * 5, "abbb" * 5)
    assert (score.value, score.low, score.high) == (0, 0, 0)


def test_versions_compared_on_the_same_sentences_are_told_apart_where_their_intervals_overlap() -> None:
    truth, before, after = "ab" * 40, "ab" * 28 + "ba" * 12, "ab" * 32 + "ba" * 8
    apart, one, other = moved(truth, before, after), measured(truth, before).macro_f1, measured(truth, after).macro_f1
    assert ((apart.low or 0) > 0, (one.high or 0) > (other.low or 0)) == (True, True)


def test_a_difference_of_nothing_is_not_defined() -> None:
    assert moved("", "", "").value is None


def test_a_label_that_is_no_class_is_refused_by_name() -> None:
    with pytest.raises(UnknownLabel, match="'c'"):
        coded(["a", "c"], ["a", "b"])
