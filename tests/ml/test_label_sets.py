"""Alpha where labels lie at distances: sets by MASI, and scales."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from numpy.typing import NDArray

from ml.agreement import Answer, agreement
from ml.agreement.arrays import krippendorff_alpha, label_counts
from ml.agreement.figures import NO_INTERVAL, NO_PAIR, ONE_LABEL
from ml.agreement.label_sets import krippendorff_alpha_by_distance, masi_distances
from ml.agreement.report import NO_SECOND_LABEL
from ml.errors import AnswersInvalid
from tests.ml.agreement_examples import KRIPPENDORFF_C, coded

Array = NDArray[np.float64]
SETS = [frozenset("a"), frozenset("b"), frozenset("ab"), frozenset("ac")]


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("a", "a", 0),
        ("a", "b", 1),
        ("ab", "cd", 1),
        ("ab", "abcd", 1 - 1 / 2 * 2 / 3),  # nltk.metrics.masi_distance says .665, with .67 for 2/3
        ("a", "ab", 1 - 1 / 2 * 2 / 3),
        ("ab", "ac", 1 - 1 / 3 * 1 / 3),
    ],
)
def test_the_masi_distance_is_that_of_passonneau_2006(one: str, other: str, distance: float) -> None:
    assert masi_distances([frozenset(one), frozenset(other)])[0, 1] == pytest.approx(distance, abs=1e-12)


def test_the_masi_distance_is_the_same_both_ways() -> None:
    distances = masi_distances(SETS)
    assert np.array_equal(distances, distances.T)


def test_alpha_of_label_sets_is_that_worked_out_by_hand() -> None:
    # Units: a with ab; b with b; ab with ac. Observed: 2 (2/3 + 0 + 8/9) / 6 = 14/27. Of the values a b b ab ab ac the
    # 15 pairs differ by: a-b 1 twice, a-ab 2/3 twice, a-ac 2/3, b-b 0, b-ab 2/3 four times, b-ac 1 twice, ab-ab 0,
    # ab-ac 8/9 twice: 2 + 4/3 + 2/3 + 8/3 + 2 + 16/9 = 94/9. Expected: 94/9 / 15 = 94/135. Alpha: 1 - 70/94.
    counts = np.array([[1, 0, 1, 0], [0, 2, 0, 0], [0, 0, 1, 1]], dtype=np.float64)
    alpha = krippendorff_alpha_by_distance(counts, masi_distances(SETS)).value
    assert alpha == pytest.approx(24 / 94, abs=1e-12)


def _scale(name: str, counts: Array) -> Array:
    """Krippendorff 2011, section D: the squared difference of two values 1, 2, ... on a scale."""
    value = np.arange(1, counts.shape[1] + 1)
    if name == "interval":
        distances: Array = np.subtract.outer(value, value) ** 2.0
        return distances
    if name == "ratio":
        return np.asarray((np.subtract.outer(value, value) / np.add.outer(value, value)) ** 2.0)
    given_to = counts[counts.sum(axis=1) >= 2].sum(axis=0)
    middle = given_to.cumsum() - given_to / 2
    return np.asarray(np.subtract.outer(middle, middle) ** 2)


@pytest.mark.parametrize(
    ("scale", "alpha"),
    [("ordinal", 0.8153875037548814), ("interval", 0.8491071428571428), ("ratio", 0.7974027747116121)],
)
def test_alpha_on_a_scale_is_that_of_krippendorff_2011(scale: str, alpha: float) -> None:
    answers, labels = coded(KRIPPENDORFF_C)
    counts = label_counts(answers, len(labels))
    found = krippendorff_alpha_by_distance(counts, _scale(scale, counts)).value
    assert found == pytest.approx(alpha, abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(arrays_of.arrays(np.int64, (6, 3), elements=st.integers(-1, 2)))
def test_alpha_of_sets_of_one_label_is_nominal_alpha(answers: NDArray[np.int64]) -> None:
    counts = label_counts(answers, 3)
    figure = krippendorff_alpha_by_distance(counts, masi_distances([{0}, {1}, {2}]), resamples=2)
    assert figure.value == pytest.approx(krippendorff_alpha(counts).value, abs=1e-9)


def test_alpha_of_sets_of_one_label_has_the_interval_of_nominal_alpha() -> None:
    answers, labels = coded(KRIPPENDORFF_C)
    counts = label_counts(answers, len(labels))
    figure = krippendorff_alpha_by_distance(counts, 1 - np.eye(len(labels)))
    nominal = krippendorff_alpha(counts)
    assert (figure.low, figure.high) == pytest.approx((nominal.low, nominal.high), abs=1e-9)


@pytest.mark.parametrize(
    ("counts", "reason"), [([[2.0, 0.0]], ONE_LABEL), ([[1.0, 0.0]], NO_PAIR), (np.zeros((0, 2)), NO_PAIR)]
)
def test_an_undefined_alpha_is_none_with_its_reason(counts: list[list[float]], reason: str) -> None:
    figure = krippendorff_alpha_by_distance(np.array(counts), 1 - np.eye(2))
    assert (figure.value, figure.reason) == (None, reason)


def test_one_article_gives_no_interval() -> None:
    counts, article = np.array([[2.0, 0.0], [1.0, 1.0]]), np.zeros(2, dtype=np.int64)
    assert krippendorff_alpha_by_distance(counts, 1 - np.eye(2), articles=article).reason == NO_INTERVAL


def test_the_report_measures_label_and_second_label_as_one_set() -> None:
    answers = [
        Answer("u1", "a", "x"),
        Answer("u1", "b", "y", "x"),
        Answer("u2", "a", "y"),
        Answer("u2", "b", "y"),
        Answer("u3", "a", "x", "y"),
        Answer("u3", "b", "x", "z"),
    ]
    assert agreement(answers).krippendorff_alpha_masi.value == pytest.approx(24 / 94, abs=1e-12)


def test_the_order_of_label_and_second_label_is_no_difference() -> None:
    answers = [Answer("u1", "a", "x", "y"), Answer("u1", "b", "y", "x"), Answer("u2", "a", "z"), Answer("u2", "b", "z")]
    assert agreement(answers).krippendorff_alpha_masi.value == 1


def test_without_second_labels_the_report_says_so() -> None:
    figure = agreement([Answer("u", "a", "x"), Answer("u", "b", "y")]).krippendorff_alpha_masi
    assert (figure.value, figure.n_units, figure.reason) == (None, 1, NO_SECOND_LABEL)


def test_a_second_label_without_a_label_is_refused_by_name() -> None:
    with pytest.raises(AnswersInvalid, match="of 'a' for 'u'"):
        agreement([Answer("u", "a", None, "x")])
