"""Two orders in one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.flow.weave import woven

SHARES = st.floats(0, 1)


def test_at_a_fifth_every_fifth_place_is_theirs() -> None:
    assert woven(list("abcdefgh"), [1, 2], share=0.2) == ["a", "b", "c", "d", 1, "e", "f", "g", "h", 2]


def test_without_a_share_the_others_stand_at_the_end() -> None:
    assert woven(["a", "b"], [1, 2], share=0) == ["a", "b", 1, 2]


def test_what_lasts_longer_goes_on_alone() -> None:
    assert woven(["a"], [1, 2, 3], share=0.5) == ["a", 1, 2, 3]


@pytest.mark.parametrize("percent", range(1, 51))
def test_of_a_hundred_places_the_share_is_exact(percent: int) -> None:
    order = woven([0] * 100, [1] * 100, share=percent / 100)
    assert sum(order[:100]) == percent


@given(st.lists(st.integers(0, 99)), st.lists(st.integers(100, 199)), SHARES)
def test_nothing_is_lost_doubled_or_reordered(ranked: list[int], others: list[int], share: float) -> None:
    order = woven(ranked, others, share=share)
    assert [one for one in order if one < 100] == ranked
    assert [one for one in order if one >= 100] == others


@given(SHARES)
def test_no_stretch_holds_more_of_the_others_than_its_share_and_one(share: float) -> None:
    order = woven([0] * 60, [1] * 60, share=share)
    assert all(share * n - 1 <= sum(order[:n]) <= share * n + 1 for n in range(60))
