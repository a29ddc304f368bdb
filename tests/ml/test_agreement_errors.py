"""Values of Gwet's irrCAC that the report does not hold: standard errors by formula, two more coefficients."""

import math

import numpy as np
import pytest
from scipy.stats import t

from ml.agreement.arrays import brennan_prediger, cohen_kappa, conger_kappa, gwet_ac1, krippendorff_alpha, label_counts
from ml.agreement.figures import ONE_LABEL
from ml.agreement.standard_errors import (
    cohen_kappa_error,
    fleiss_kappa_error,
    gwet_ac1_error,
    krippendorff_alpha_error,
)
from tests.ml.agreement_examples import ABSTRACTORS, FLEISS, KRIPPENDORFF_C, Matrix, coded, table


def counts_of(matrix: Matrix) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    answers, labels = coded(matrix)
    return label_counts(answers, len(labels))


@pytest.mark.parametrize(
    ("matrix", "error", "digits"), [(KRIPPENDORFF_C, 0.14295, 5e-6), (FLEISS[:15], 0.08418757, 5e-9)]
)
def test_the_error_of_ac1_is_that_of_the_publication(matrix: Matrix, error: float, digits: float) -> None:
    assert gwet_ac1_error(counts_of(matrix)) == pytest.approx(error, abs=digits)


def test_the_error_of_ac1_of_a_contingency_table_is_that_of_the_publication() -> None:
    # For tables irrCAC divides by n, for ratings by n - 1.
    error = gwet_ac1_error(counts_of(table(ABSTRACTORS)))
    assert error is not None
    assert error * math.sqrt(99 / 100) == pytest.approx(0.04321747, abs=5e-9)


def test_the_interval_of_ac1_by_formula_is_that_of_the_publication() -> None:
    # Published: .461 to 1, by Student's t with 11 degrees of freedom.
    counts = counts_of(KRIPPENDORFF_C)
    value, error = gwet_ac1(counts).value, gwet_ac1_error(counts)
    assert value is not None
    assert error is not None
    bounds = (value - t.ppf(0.975, 11) * error, min(1, value + t.ppf(0.975, 11) * error))
    assert bounds == pytest.approx((0.461, 1), abs=5e-4)


def test_the_error_of_fleiss_kappa_is_that_of_the_publication() -> None:
    assert fleiss_kappa_error(counts_of(FLEISS[:15])) == pytest.approx(0.08119291, abs=5e-9)


def test_the_error_of_alpha_is_that_of_the_publication() -> None:
    assert krippendorff_alpha_error(counts_of(KRIPPENDORFF_C)) == pytest.approx(0.14557, abs=5e-6)


def test_the_lower_bound_of_alpha_by_formula_is_that_of_the_publication() -> None:
    # Published: .419 to 1, by Student's t with 10 degrees of freedom: unit 12 has one answer.
    counts = counts_of(KRIPPENDORFF_C)
    value, error = krippendorff_alpha(counts).value, krippendorff_alpha_error(counts)
    assert value is not None
    assert error is not None
    assert value - t.ppf(0.975, 10) * error == pytest.approx(0.419, abs=5e-4)


def test_with_no_answer_missing_the_error_of_alpha_is_that_of_fleiss_kappa() -> None:
    # An early release of irrCAC gave .0824 here, at half the weight of chance agreement; the later formula does not.
    counts = counts_of(FLEISS[:15])
    assert krippendorff_alpha_error(counts) == pytest.approx(fleiss_kappa_error(counts), abs=1e-12)


@pytest.mark.parametrize("counts", [[[2.0, 0.0], [2.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]])
def test_the_error_of_an_undefined_alpha_is_none(counts: list[list[float]]) -> None:
    assert krippendorff_alpha_error(np.array(counts)) is None


def test_the_error_of_cohen_kappa_is_that_of_the_publication() -> None:
    assert cohen_kappa_error(np.array(ABSTRACTORS, dtype=np.float64)) == pytest.approx(0.05891072, abs=5e-9)


@pytest.mark.parametrize("counts", [[[2.0, 0.0], [2.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0]]])
def test_the_error_of_an_undefined_kappa_is_none(counts: list[list[float]]) -> None:
    assert fleiss_kappa_error(np.array(counts)) is None


def test_the_error_of_ac1_with_one_label_is_none() -> None:
    assert gwet_ac1_error(np.array([[2.0], [2.0]])) is None


@pytest.mark.parametrize("contingency", [[[0.0, 0.0], [0.0, 0.0]], [[5.0, 0.0], [0.0, 0.0]]])
def test_the_error_of_an_undefined_cohen_kappa_is_none(contingency: list[list[float]]) -> None:
    assert cohen_kappa_error(np.array(contingency)) is None


@pytest.mark.parametrize(
    ("matrix", "kappa", "digits"),
    [(KRIPPENDORFF_C, 0.77273, 5e-6), (FLEISS[:15], 0.4388889, 5e-8), (table(ABSTRACTORS), 0.835, 5e-8)],
)
def test_brennan_and_predigers_kappa_is_that_of_the_publication(matrix: Matrix, kappa: float, digits: float) -> None:
    assert brennan_prediger(counts_of(matrix)).value == pytest.approx(kappa, abs=digits)


def test_congers_kappa_is_that_of_the_publication() -> None:
    answers, labels = coded(KRIPPENDORFF_C)
    assert conger_kappa(answers, len(labels)).value == pytest.approx(0.76282, abs=5e-6)


def test_congers_kappa_of_two_is_cohens() -> None:
    answers, labels = coded(table(ABSTRACTORS))
    cohens = cohen_kappa(answers[:, 0], answers[:, 1], len(labels))
    congers = conger_kappa(answers, len(labels))
    assert (congers.value, congers.low, congers.high) == pytest.approx((cohens.value, cohens.low, cohens.high))


def test_congers_kappa_with_one_label_only_is_not_defined() -> None:
    figure = conger_kappa(np.array([[0, 0], [0, 0]]), 1)
    assert (figure.value, figure.reason) == (None, ONE_LABEL)


def test_brennan_and_predigers_kappa_with_one_label_only_is_not_defined() -> None:
    figure = brennan_prediger(np.array([[2.0], [2.0]]))
    assert (figure.value, figure.reason) == (None, ONE_LABEL)
