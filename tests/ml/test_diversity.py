"""Batches that are varied, against slow references."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ml.diversity import COPY, clustered, gradient_plus_plus, greedy_mmr, local_density, lone, most_typical

Ids = NDArray[np.int64]
Floats = NDArray[np.float32]

SEEDS = st.integers(0, 2**32 - 1)


def unit(n: int, seed: int, width: int = 4) -> Floats:
    """Rows of unit length in drawn directions."""
    rows = np.random.default_rng(seed).normal(size=(n, width))
    found: Floats = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return found


def turned(*degrees: float) -> Floats:
    """Rows of unit length in a plane, each at its angle."""
    angles = np.radians(degrees)
    return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


@given(SEEDS, st.integers(1, 30), st.integers(1, 10))
def test_mmr_is_that_of_its_definition(seed: int, m: int, n: int) -> None:
    rows, worth = unit(m, seed), np.random.default_rng(seed).random(m)
    batch: list[int] = []
    while len(batch) < n:
        free = [at for at in range(m) if at not in batch and all(rows[at] @ rows[one] < COPY for one in batch)]
        if not free:
            break
        near = {at: max([0.0, *(float(rows[at] @ rows[one]) for one in batch)]) for at in free}
        batch.append(max(free, key=lambda at: worth[at] - 0.5 * near[at]))
    assert greedy_mmr(worth, rows, n).tolist() == batch


def test_what_is_like_the_batch_waits_for_a_row_that_is_a_little_surer() -> None:
    assert greedy_mmr(np.array([0.9, 0.89, 0.6]), turned(0, 30, 90), 3).tolist() == [0, 2, 1]


def test_without_a_penalty_the_batch_is_plain() -> None:
    assert greedy_mmr(np.array([0.1, 0.9, 0.5]), turned(0, 30, 60), 3, penalty=0).tolist() == [1, 2, 0]


def test_near_copies_never_share_a_batch() -> None:
    assert greedy_mmr(np.array([0.9, 0.89, 0.1]), turned(0, 3, 180), 3).tolist() == [0, 2]


def test_two_of_a_group_never_share_a_batch() -> None:
    picked = greedy_mmr(np.array([0.9, 0.8, 0.7, 0.6]), unit(4, 1), 4, groups=np.array([5, 5, -1, -1]))
    assert sorted(picked.tolist()) == [0, 2, 3]


def test_what_somebody_has_in_hand_is_avoided() -> None:
    assert greedy_mmr(np.array([0.9, 0.8]), turned(0, 90), 1, taken=turned(5)).tolist() == [1]


def test_a_row_without_direction_is_like_nothing() -> None:
    rows = np.vstack([turned(0), np.zeros((1, 2), np.float32)])
    assert greedy_mmr(np.array([0.2, 0.1]), rows, 2).tolist() == [0, 1]


@given(st.lists(st.integers(-1, 3), max_size=20))
def test_the_first_of_each_group_is_alone(groups: list[int]) -> None:
    seen: set[int] = set()
    expected = []
    for at, group in enumerate(groups):
        if group < 0 or group not in seen:
            expected.append(at)
        seen.add(group)
    of = np.array(groups, dtype=np.int64)
    assert lone(np.arange(len(groups)), of).tolist() == expected


def test_without_groups_all_are_alone() -> None:
    assert lone(np.array([7, 5, 6]), None).tolist() == [0, 1, 2]


def gradients(n: int, seed: int) -> tuple[Floats, Floats]:
    return np.random.default_rng(seed).dirichlet(np.ones(3), n).astype(np.float32), unit(n, seed)


@given(SEEDS, st.integers(1, 25), st.integers(0, 10))
def test_gradients_give_each_row_once(seed: int, m: int, n: int) -> None:
    chances, rows = gradients(m, seed)
    picked = gradient_plus_plus(chances, rows, n, generator=np.random.default_rng(seed)).tolist()
    assert len(picked) == len(set(picked)) <= min(m, n)


def test_the_longest_gradient_comes_first() -> None:
    chances = np.array([[0.9, 0.1], [0.5, 0.5], [0.7, 0.3]], dtype=np.float32)
    picked = gradient_plus_plus(chances, turned(0, 40, 80), 1, generator=np.random.default_rng(1))
    assert picked.tolist() == [1]


def test_gradients_that_are_all_nothing_still_give_a_batch() -> None:
    sure = np.repeat(np.array([[1.0, 0.0]], np.float32), 5, axis=0)
    picked = gradient_plus_plus(sure, turned(0, 40, 80, 120, 160), 3, generator=np.random.default_rng(1))
    assert len(set(picked.tolist())) == 3


def test_gradients_keep_groups_and_copies_apart() -> None:
    chances, rows = np.full((4, 2), 0.5, np.float32), turned(0, 2, 90, 140)
    picked = gradient_plus_plus(chances, rows, 4, generator=np.random.default_rng(1), groups=np.array([-1, -1, 8, 8]))
    assert len(picked) == 2


def by_quadrant(rows: Floats, k: int) -> Ids:
    """A clustering that knows four clusters at most."""
    return ((rows[:, 0] > 0) * 2 + (rows[:, 1] > 0)).astype(np.int64).clip(max=k - 1)


def test_the_middle_of_the_largest_cluster_is_typical() -> None:
    rows = turned(20, 40, 45, 50, 70, 200)
    assert most_typical(rows, rows[:0], 4, cluster=by_quadrant, near=4).tolist()[:2] == [2, 5]


def test_a_cluster_that_has_a_label_waits() -> None:
    rows = turned(20, 40, 45, 50, 70, 200)
    assert most_typical(rows, turned(30), 3, cluster=by_quadrant).tolist()[0] == 5


def test_rows_that_lie_apart_are_clusters() -> None:
    found = clustered(turned(0, 120, 240, 5, 125, 245), 3).tolist()
    assert (found[:3], len(set(found))) == (found[3:], 3)


@pytest.mark.parametrize("rows", [np.zeros((4, 2)), np.zeros((4, 0)), turned(7, 7, 7, 7)])
def test_rows_that_are_all_alike_are_clustered_too(rows: Floats) -> None:
    assert clustered(rows.astype(np.float32), 3).tolist() == [0] * 4


@given(SEEDS, st.integers(1, 20), st.integers(1, 60))
def test_density_is_that_of_its_definition(seed: int, m: int, r: int) -> None:
    rows, reference = unit(m, seed), unit(r, seed + 1)
    cosines = np.sort(rows @ reference.T, axis=1)[:, -min(20, r) :]
    assert local_density(rows, reference) == pytest.approx(cosines.mean(axis=1), abs=1e-5)


def test_a_row_is_not_its_own_neighbour() -> None:
    assert local_density(turned(0), turned(0, 60), near=1)[0] == pytest.approx(0.5, abs=1e-5)


@pytest.mark.parametrize(("m", "r"), [(0, 5), (3, 0), (0, 0)])
def test_without_rows_or_reference_nothing_is_dense(m: int, r: int) -> None:
    assert local_density(unit(m, 1), unit(r, 2)).tolist() == [0] * m
