"""Information: greedy A-optimal design against a slow reference that inverts the matrix at every step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ml.fisher import Design, balanced
from ml.latent import DENSE_WEIGHT

Array = NDArray[np.float64]

SEEDS = st.integers(0, 2**32 - 1)
WIDTH = 5


def unit(n: int, generator: np.random.Generator) -> Array:
    rows = generator.normal(size=(n, WIDTH))
    found: Array = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return found


def design(m: int, seed: int, known: int = 6) -> Design:
    generator = np.random.default_rng(seed)
    return Design(
        rows=unit(m, generator),
        told=generator.uniform(0.1, 0.5, m),
        favour=np.ones(m),
        reference=unit(30, generator),
        weights=generator.uniform(0.1, 2, 30),
        known=unit(known, generator),
    )


def left(of: Design, asked: list[int]) -> float:
    """The variance of what is predicted of the reference once `asked` are labelled, up to a factor."""
    rows, known, reference = of.rows * DENSE_WEIGHT, of.known * DENSE_WEIGHT, of.reference * DENSE_WEIGHT
    precision = np.eye(WIDTH) + 0.25 * known.T @ known + (rows[asked] * of.told[asked, None]).T @ rows[asked]
    return float(np.einsum("ij,jk,ik,i->", reference, np.linalg.inv(precision), reference, of.weights)) / len(reference)


@given(SEEDS, st.integers(1, 15))
def test_the_worth_is_by_how_much_the_variance_falls(seed: int, m: int) -> None:
    of = design(m, seed)
    falls = [left(of, []) - left(of, [place]) for place in range(m)]
    assert of.worth() == pytest.approx(np.array(falls), rel=1e-6)


@given(SEEDS, st.integers(2, 15))
def test_after_some_were_taken_the_worth_is_still_right(seed: int, m: int) -> None:
    of = design(m, seed)
    of.take(0)
    of.take(m - 1)
    falls = [left(of, [0, m - 1]) - left(of, [0, m - 1, place]) for place in range(m)]
    assert of.worth() == pytest.approx(np.array(falls), rel=1e-6)


@given(SEEDS)
def test_a_batch_lowers_the_variance_more_than_the_same_number_by_lot(seed: int) -> None:
    of = design(40, seed)
    lots = [left(of, np.random.default_rng(at).permutation(40)[:5].tolist()) for at in range(20)]
    assert left(of, of.batch(np.arange(40), 5, None).tolist()) < np.mean(lots)


def test_a_batch_stands_in_the_places_it_was_given() -> None:
    of = design(10, 1)
    best = int(of.worth()[[7, 2, 5]].argmax())
    assert of.batch(np.array([7, 2, 5]), 1, None).tolist() == [best]


def test_a_second_batch_knows_the_first() -> None:
    whole = design(30, 2).batch(np.arange(30), 8, None)
    parted = design(30, 2)
    first = parted.batch(np.arange(30), 4, None)
    rest = np.setdiff1d(np.arange(30), first)
    assert [*first.tolist(), *rest[parted.batch(rest, 4, None)].tolist()] == whole.tolist()


def test_two_of_a_group_never_share_a_batch() -> None:
    groups = np.arange(12) // 3
    assert len({place // 3 for place in design(12, 3).batch(np.arange(12), 12, groups).tolist()}) == 4


def test_near_copies_never_share_a_batch() -> None:
    of = design(1, 4)
    twins = Design(np.repeat(of.rows, 3, axis=0), np.full(3, 0.5), np.ones(3), of.reference, of.weights, of.known)
    assert len(twins.batch(np.arange(3), 3, None)) == 1


def test_nothing_need_be_known() -> None:
    assert len(design(5, 5, known=0).batch(np.arange(5), 2, None)) == 2


@given(SEEDS, st.integers(2, 50), st.integers(2, 6))
def test_all_classes_weigh_the_same_in_a_balanced_sample(seed: int, r: int, k: int) -> None:
    told = np.random.default_rng(seed).dirichlet(np.ones(k), r).astype(np.float32)
    shares = told.mean(axis=0)
    assert balanced(told) == pytest.approx((told / shares).sum(axis=1), rel=1e-5)
    assert balanced(told).sum() == pytest.approx(k * r, rel=1e-4)


def test_a_sample_without_rows_has_no_weights() -> None:
    assert balanced(np.zeros((0, 3), np.float32)).shape == (0,)


def test_what_is_favoured_is_worth_so_many_times_more() -> None:
    of = design(8, 3)
    twice = design(8, 3)
    twice.favour[5] = 2.0
    assert np.allclose(twice.worth() / of.worth(), [1, 1, 1, 1, 1, 2, 1, 1])
