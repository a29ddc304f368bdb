"""Coefficients on plain arrays, overall and one label against the rest."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from ml.agreement import arrays, coefficients
from ml.agreement.figures import NO_INTERVAL, NO_PAIR, ONE_LABEL, Figure
from ml.errors import AnswersInvalid
from tests.ml.agreement_examples import (
    ABSTRACTORS,
    FLEISS,
    FOURTEEN_RATERS,
    KRIPPENDORFF_C,
    Matrix,
    coded,
    measured,
    table,
)

Integers = NDArray[np.int64]
FEW = arrays_of.arrays(np.int64, (6, 3), elements=st.integers(-1, 2))


def counts_of(answers: Integers) -> NDArray[np.float64]:
    return arrays.label_counts(answers, 3)


def values(answers: Integers) -> list[float | None]:
    """All coefficients, and the last label against the rest."""
    whole = arrays.measured(counts_of(answers), resamples=2)
    overall = [
        whole.figure(coefficients.percent_agreement),
        whole.figure(coefficients.krippendorff_alpha),
        whole.figure(coefficients.fleiss_kappa),
        whole.figure(coefficients.gwet_ac1),
    ]
    return [figure.value for figure in overall + per_label(answers)]


def per_label(answers: Integers) -> list[Figure]:
    whole = arrays.measured(counts_of(answers), resamples=2)
    return [
        whole.against_rest(coefficients.percent_agreement_per_label)[2],
        whole.against_rest(coefficients.fleiss_kappa_per_label)[2],
        whole.against_rest(coefficients.gwet_ac1_per_label)[2],
    ]


def test_answers_become_counts() -> None:
    counted = arrays.label_counts(np.array([[0, 2, 2], [-1, -1, 1]]), 3)
    assert counted.tolist() == [[1, 0, 2], [0, 1, 0]]


def test_a_number_that_is_no_label_is_refused() -> None:
    with pytest.raises(AnswersInvalid, match="numbers 0 to 3"):
        arrays.label_counts(np.array([[0, 3]]), 3)


def test_scotts_pi_is_fleiss_kappa_of_two() -> None:
    answers, labels = coded(table(ABSTRACTORS))
    figure = arrays.fleiss_kappa(arrays.label_counts(answers, len(labels)))
    assert figure.value == pytest.approx(0.7962397, abs=5e-8)  # Gwet, irrCAC: scott.pi


def test_percent_agreement_of_the_abstractors_is_that_of_the_publication() -> None:
    answers, labels = coded(table(ABSTRACTORS))
    assert arrays.percent_agreement(arrays.label_counts(answers, len(labels))).value == pytest.approx(0.89, abs=1e-12)


def test_mean_pairwise_agreement_is_that_of_fleiss_1971() -> None:
    answers, labels = coded(FLEISS)
    figure = arrays.percent_agreement(arrays.label_counts(answers, len(labels)))
    assert figure.value == pytest.approx(0.5556, abs=5e-5)


def test_mean_pairwise_agreement_of_fourteen_raters_is_that_of_the_worked_example() -> None:
    assert arrays.percent_agreement(FOURTEEN_RATERS).value == pytest.approx(0.378, abs=5e-4)


def test_chance_agreement_is_that_of_the_worked_example() -> None:
    # Fleiss' kappa is (p - e) / (1 - e), so e = (p - kappa) / (1 - kappa); English Wikipedia, "Fleiss' kappa".
    share, kappa = arrays.percent_agreement(FOURTEEN_RATERS).value, arrays.fleiss_kappa(FOURTEEN_RATERS).value
    assert share is not None
    assert kappa is not None
    assert (share - kappa) / (1 - kappa) == pytest.approx(0.213, abs=5e-4)


def test_chance_agreement_is_that_of_fleiss_1971() -> None:
    report = measured(FLEISS)
    share, kappa = report.percent.value, report.fleiss_kappa.value
    assert share is not None
    assert kappa is not None
    assert (share - kappa) / (1 - kappa) == pytest.approx(0.2199, abs=5e-5)


def test_fleiss_kappa_of_each_label_is_that_of_fleiss_1971() -> None:
    values = [figures.fleiss_kappa.value for figures in measured(FLEISS).against_rest.values()]
    # Published .245 .245 .520 .471 .566; here as recomputed.
    assert values == pytest.approx([0.244755, 0.244755, 0.52, 0.471127, 0.566118], abs=5e-7)


@pytest.mark.parametrize("label", range(5))
def test_a_label_against_the_rest_is_the_coefficient_of_two_labels(label: int) -> None:
    answers, labels = coded(KRIPPENDORFF_C)
    two = arrays.label_counts(np.where(answers < 0, -1, answers == label), 2)
    figures = measured(KRIPPENDORFF_C).against_rest[labels[label]]
    found = [figures.percent.value, figures.fleiss_kappa.value, figures.gwet_ac1.value]
    expected = [arrays.percent_agreement(two), arrays.fleiss_kappa(two), arrays.gwet_ac1(two)]
    assert found == pytest.approx([figure.value for figure in expected], abs=1e-12)


def test_a_label_against_the_rest_has_an_interval() -> None:
    figure = measured(FLEISS).against_rest["4"].gwet_ac1
    assert figure.value is not None
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < figure.value < figure.high


def test_a_label_that_all_give_has_no_ac1_against_the_rest() -> None:
    figure = measured([[1, 1], [1, 1]]).against_rest["1"].gwet_ac1
    assert (figure.value, figure.reason) == (None, ONE_LABEL)


@pytest.mark.parametrize(
    ("coefficient", "matrix", "error"),
    [
        (arrays.gwet_ac1, table(ABSTRACTORS), 0.04321747),
        (arrays.gwet_ac1, FLEISS[:15], 0.08418757),
        (arrays.fleiss_kappa, FLEISS[:15], 0.08119291),
        (arrays.krippendorff_alpha, FLEISS[:15], 0.08243228),
    ],
)
def test_the_interval_is_about_as_wide_as_the_published_standard_error_says(
    coefficient: Callable[..., Figure], matrix: Matrix, error: float
) -> None:
    # Gwet, irrCAC: standard errors by a formula for independent units. A bootstrap of few units comes out narrower.
    answers, labels = coded(matrix)
    figure = coefficient(arrays.label_counts(answers, len(labels)))
    assert figure.low is not None
    assert figure.high is not None
    assert (figure.high - figure.low) / (2 * 1.96) == pytest.approx(error, rel=0.15)


def test_the_interval_of_cohen_kappa_is_about_as_wide_as_the_published_standard_error_says() -> None:
    answers, labels = coded(table(ABSTRACTORS))
    figure = arrays.cohen_kappa(answers[:, 0], answers[:, 1], len(labels))
    assert figure.low is not None
    assert figure.high is not None
    assert (figure.high - figure.low) / (2 * 1.96) == pytest.approx(0.05891072, rel=0.15)


@pytest.mark.parametrize(
    "coefficient", [arrays.krippendorff_alpha, arrays.fleiss_kappa, arrays.gwet_ac1], ids=lambda one: one.__name__
)
@pytest.mark.parametrize(
    ("answers", "reason"), [([[0, 0], [0, 0]], ONE_LABEL), ([[0, -1], [-1, 1]], NO_PAIR)], ids=["one label", "no pair"]
)
def test_an_undefined_coefficient_is_none_with_its_reason(
    coefficient: Callable[..., Figure], answers: list[list[int]], reason: str
) -> None:
    figure = coefficient(arrays.label_counts(np.array(answers), 2 if reason == NO_PAIR else 1))
    assert (figure.value, figure.reason) == (None, reason)


def test_one_article_gives_no_interval() -> None:
    counts = np.array([[2.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    assert arrays.krippendorff_alpha(counts, articles=np.zeros(3, dtype=np.int64)).reason == NO_INTERVAL


def test_cohen_kappa_leaves_out_what_one_did_not_answer() -> None:
    first, second = np.array([0, 0, 1, 1, -1, 0]), np.array([0, 1, 1, 1, 1, -1])
    figure = arrays.cohen_kappa(first, second, 2)
    assert (figure.value, figure.n_units, figure.n_answers) == (0.5, 4, 8)


def test_cohen_kappa_without_a_shared_unit_is_not_defined() -> None:
    figure = arrays.cohen_kappa(np.array([0, -1]), np.array([-1, 1]), 2)
    assert (figure.value, figure.reason) == (None, NO_PAIR)


@settings(max_examples=20, deadline=None)
@given(arrays_of.arrays(np.int64, (2, 8), elements=st.integers(0, 2)))
def test_cohen_kappa_is_that_of_scikit_learn(pair: Integers) -> None:
    figure = arrays.cohen_kappa(pair[0], pair[1], 3)
    if figure.value is None:
        assert len(np.unique(pair)) == 1
    else:
        assert figure.value == pytest.approx(cohen_kappa_score(pair[0], pair[1]), abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(FEW, st.permutations(range(6)))
def test_the_order_of_units_changes_no_coefficient(answers: Integers, order: list[int]) -> None:
    assert values(answers[order]) == pytest.approx(values(answers), abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(FEW, st.permutations(range(3)))
def test_the_order_of_annotators_changes_no_coefficient(answers: Integers, order: list[int]) -> None:
    assert values(answers[:, order]) == pytest.approx(values(answers), abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(FEW)
def test_other_names_of_the_labels_change_no_coefficient(answers: Integers) -> None:
    # The first two trade names; the third, which `values` sets against the rest, keeps its own.
    renamed = np.array([1, 0, 2, -1])[answers]
    assert values(renamed) == pytest.approx(values(answers), abs=1e-9)
