"""Lots and shortlists: the same however a pool is parted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.candidates import Candidates, Known, Shortlist, lot, merge, shortlist
from ml.errors import LengthMismatch

WORTHS = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=40)


def listed(worths: list[float], places: list[int], m: int, seed: int) -> Shortlist:
    """The shortlist of a part: ids are places, and each row's probabilities tell its id."""
    ids = np.array(places, dtype=np.int64)
    told = np.column_stack([ids, -ids]).astype(np.float32)
    return shortlist(ids, told, np.array([worths[place] for place in places]), m, seed=seed)


@given(WORTHS, st.integers(1, 45), st.integers(0, 2**40), st.data())
def test_the_shortlists_of_parts_merge_to_that_of_the_whole(
    worths: list[float], m: int, seed: int, data: st.DataObject
) -> None:
    parts = data.draw(st.lists(st.integers(0, 3), min_size=len(worths), max_size=len(worths)))
    lists = [listed(worths, [at for at, of in enumerate(parts) if of == part], m, seed) for part in range(4)]
    whole = listed(worths, [*range(len(worths))], m, seed)
    assert merge(lists, m, seed=seed).ids.tolist() == whole.ids.tolist()


@given(WORTHS, st.integers(1, 45), st.integers(0, 2**40))
def test_a_shortlist_holds_the_highest_worths_in_order(worths: list[float], m: int, seed: int) -> None:
    assert listed(worths, [*range(len(worths))], m, seed).worth.tolist() == sorted(worths, reverse=True)[:m]


@given(WORTHS, st.integers(1, 45))
def test_the_parts_of_a_row_stay_together(worths: list[float], m: int) -> None:
    found = listed(worths, [*range(len(worths))], m, seed=1)
    assert found.probabilities[:, 0].tolist() == found.ids.tolist()
    assert found.worth.tolist() == [worths[place] for place in found.ids.tolist()]


def test_equals_stand_in_another_order_for_another_seed() -> None:
    orders = {tuple(listed([0.5] * 30, [*range(30)], 30, seed).ids.tolist()) for seed in range(5)}
    assert len(orders) == 5


def test_no_shortlists_merge_to_an_empty_one() -> None:
    assert len(merge([], 10, seed=1).ids) == 0


@pytest.mark.parametrize("m", [0, -1])
def test_a_shortlist_of_none_is_empty(m: int) -> None:
    assert len(listed([0.1, 0.2], [0, 1], m, seed=1).ids) == 0


@given(st.lists(st.integers(0, 2**62), unique=True, min_size=2, max_size=50), st.integers(0, 2**62))
def test_ids_draw_different_lots(ids: list[int], seed: int) -> None:
    assert len(set(lot(np.array(ids, dtype=np.int64), seed=seed).tolist())) == len(ids)


@given(st.lists(st.integers(0, 2**62), min_size=2, max_size=50), st.integers(0, 2**62))
def test_a_lot_hangs_on_no_other_id(ids: list[int], seed: int) -> None:
    together = lot(np.array(ids, dtype=np.int64), seed=seed).tolist()
    assert together == [int(lot(np.array([one], dtype=np.int64), seed=seed)[0]) for one in ids]


def test_lots_are_spread_evenly() -> None:
    drawn = lot(np.arange(20_000, dtype=np.int64), seed=3) / 2.0**64
    shares = np.histogram(drawn, bins=10, range=(0, 1))[0] / len(drawn)
    assert abs(shares - 0.1).max() < 0.01


def test_labels_are_counted_over_all_classes() -> None:
    assert Known(np.array([3, 0, 4]), 1, np.zeros(3, np.float32)).n_labels == 7


def test_groups_of_another_length_are_refused() -> None:
    known = Known(np.zeros(2, np.int64), 1, np.zeros(2, np.float32))
    with pytest.raises(LengthMismatch, match="2 groups"):
        Candidates(
            listed([0.1, 0.2], [0, 1], 2, 1),
            known,
            lambda places: np.zeros((0, 0), np.float32),
            groups=np.zeros(3, int),
        )
