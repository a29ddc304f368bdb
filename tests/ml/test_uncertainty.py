"""Uncertainty against slow references, and probabilities that are none."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from ml.errors import ProbabilitiesInvalid
from ml.uncertainty import disagreement, entropy, information, least_confidence, margin

Measure = Callable[[ArrayLike], NDArray[np.float64]]
MEASURES: list[Measure] = [margin, entropy, least_confidence]
ROW = st.lists(st.floats(0.001, 1), min_size=2, max_size=6).map(lambda row: [value / sum(row) for value in row])


@given(ROW)
def test_margin_is_that_of_a_sorted_row(row: list[float]) -> None:
    first, second = sorted(row, reverse=True)[:2]
    assert margin([row])[0] == pytest.approx(1 - (first - second), abs=1e-6)


@given(ROW)
def test_entropy_is_that_of_its_definition(row: list[float]) -> None:
    reference = -sum(value * math.log(value) for value in row) / math.log(len(row))
    assert entropy([row])[0] == pytest.approx(reference, abs=1e-6)


@given(ROW)
def test_least_confidence_is_that_of_its_definition(row: list[float]) -> None:
    assert least_confidence([row])[0] == pytest.approx((1 - max(row)) * len(row) / (len(row) - 1), abs=1e-6)


@given(ROW)
def test_information_is_one_less_the_sum_of_squares(row: list[float]) -> None:
    assert information([row])[0] == pytest.approx(1 - sum(value * value for value in row), abs=1e-6)


@given(st.integers(2, 60), st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_a_row_is_the_same_whatever_stands_beside_it(k: int, n: int, seed: int) -> None:
    rows = np.random.default_rng(seed).dirichlet(np.ones(k), n).astype(np.float32)
    for measure in (*MEASURES, information):
        assert measure(rows).tolist() == [measure(rows[at : at + 1])[0] for at in range(n)]


@pytest.mark.parametrize("k", [2, 50])
def test_rows_beyond_the_first_block_are_measured_too(k: int) -> None:
    rows = np.full((2**17 // k + 5, k), 1 / k, np.float32)
    rows[-1], rows[-1, 0] = 0, 1
    assert margin(rows)[-2:].tolist() == pytest.approx([1, 0])


def test_nan_beyond_the_first_block_is_refused() -> None:
    rows = np.full((2**16 + 5, 2), 0.5, np.float32)
    rows[-1] = math.nan
    with pytest.raises(ProbabilitiesInvalid, match="NaN in 1 rows"):
        margin(rows)


def test_a_committee_that_agrees_is_at_nought_and_one_that_is_torn_at_one() -> None:
    agreed, torn = [[0.7, 0.3], [0.7, 0.3]], [[1.0, 0.0], [0.0, 1.0]]
    assert disagreement([agreed, torn]).tolist() == pytest.approx([0, 1], abs=1e-6)


def test_a_committee_that_is_unsure_together_does_not_disagree() -> None:
    assert disagreement([[[0.5, 0.5], [0.5, 0.5]]])[0] == pytest.approx(0, abs=1e-6)


def test_a_committee_without_members_in_its_shape_is_refused() -> None:
    with pytest.raises(ProbabilitiesInvalid, match="members of shape"):
        disagreement([[0.5, 0.5]])


@pytest.mark.parametrize("measure", MEASURES)
def test_an_even_row_is_one_and_a_sure_row_is_nought(measure: Measure) -> None:
    assert measure([[0.25] * 4, [0.0, 0.0, 1.0, 0.0]]).tolist() == pytest.approx([1, 0])


@pytest.mark.parametrize("measure", MEASURES)
def test_no_rows_give_no_values(measure: Measure) -> None:
    assert measure(np.zeros((0, 3))).shape == (0,)


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        ([[math.nan, 1.0]], "NaN in 1 rows"),
        ([[2.0, -1.0]], "from -1 to 2"),
        ([[0.2, 0.2]], "do not sum to 1"),
        ([[1.0]], r"shape \(1, 1\)"),
        ([0.5, 0.5], r"shape \(2,\)"),
        ([[math.inf, 0.0]], "to inf"),
    ],
)
def test_what_is_no_probability_is_refused_by_name(matrix: ArrayLike, said: str) -> None:
    with pytest.raises(ProbabilitiesInvalid, match=said):
        margin(matrix)
