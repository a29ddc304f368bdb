"""The sentence cut into what spoke for a label, what spoke against it, and the rest."""

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from labeling.flow.why import Piece, pieces


def span(start: int, end: int, weight: float = 1.0) -> dict[str, Any]:
    return {"text": "", "start": start, "end": end, "weight": weight}


SPANS = st.lists(st.builds(span, st.integers(-3, 12), st.integers(-3, 12), st.floats(0, 5)), max_size=5)


def test_words_are_cut_out_where_they_stand() -> None:
    assert pieces("Dia membantah.", [span(4, 13)], []) == [
        Piece("Dia ", ""),
        Piece("membantah", "for"),
        Piece(".", ""),
    ]


def test_where_both_sides_cover_a_stretch_the_heavier_has_it() -> None:
    assert [one.side for one in pieces("abcd", [span(0, 3, 1)], [span(1, 4, 2)])] == ["for", "against"]


def test_sides_of_the_same_weight_cancel_out() -> None:
    assert pieces("ab", [span(0, 2)], [span(0, 2)]) == [Piece("ab", "")]


def test_a_weight_below_zero_counts_by_its_size() -> None:
    assert pieces("ab", [], [span(0, 2, -1)]) == [Piece("ab", "against")]


@given(st.text(max_size=10), SPANS, SPANS)
def test_the_pieces_together_are_the_sentence(
    text: str, spoke_for: list[dict[str, Any]], against: list[dict[str, Any]]
) -> None:
    assert "".join(one.text for one in pieces(text, spoke_for, against)) == text


@given(st.text(max_size=10), SPANS, SPANS)
def test_no_two_neighbours_are_of_one_side(
    text: str, spoke_for: list[dict[str, Any]], against: list[dict[str, Any]]
) -> None:
    cut = pieces(text, spoke_for, against)
    assert all(first.side != second.side for first, second in itertools.pairwise(cut))
