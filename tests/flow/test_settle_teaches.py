"""What each kind of settled label teaches."""

import pytest

from labeling.flow.settle import Settled
from labeling.flow.train import SURE, _told

CLAIM, DENIAL, NONE = 1, 2, 3


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (Settled(1, CLAIM, "single", {CLAIM: 1}), [(CLAIM, 1)]),
        (Settled(1, CLAIM, "unanimous", {CLAIM: 2}), [(CLAIM, SURE)]),
        (Settled(1, DENIAL, "majority", {CLAIM: 1, DENIAL: 3}), [(DENIAL, SURE * 0.75), (CLAIM, SURE * 0.25)]),
        (Settled(1, DENIAL, "adjudicated", {CLAIM: 1, NONE: 1}), [(DENIAL, SURE)]),
    ],
)
def test_each_source_teaches_as_surely_as_it_is(one: Settled, told: list[tuple[int, float]]) -> None:
    assert _told(one) == told


def test_a_truly_ambiguous_sentence_teaches_the_shares_with_the_verdict_first() -> None:
    votes = {CLAIM: 3, DENIAL: 1}
    told = _told(Settled(1, DENIAL, "adjudicated", votes, error_kind="ambiguous"))
    assert told == [(DENIAL, SURE * 0.25), (CLAIM, SURE * 0.75)]


def test_a_verdict_that_nobody_chose_is_one_voice_more_among_the_shares() -> None:
    told = _told(Settled(1, NONE, "adjudicated", {CLAIM: 1, DENIAL: 1}, error_kind="ambiguous"))
    assert told == [(NONE, SURE / 3), (CLAIM, SURE / 3), (DENIAL, SURE / 3)]


def test_an_ambiguous_sentence_that_nobody_dared_teaches_the_verdict() -> None:
    assert _told(Settled(1, NONE, "adjudicated", {}, error_kind="ambiguous")) == [(NONE, SURE)]


def test_other_kinds_of_error_leave_the_verdict_beyond_doubt() -> None:
    assert _told(Settled(1, NONE, "adjudicated", {CLAIM: 2}, error_kind="guideline")) == [(NONE, SURE)]


def test_the_likeliest_label_teaches_its_posterior_and_the_other_votes_the_rest() -> None:
    told = _told(Settled(1, DENIAL, "dawid_skene", {CLAIM: 1, DENIAL: 1, NONE: 1}, probability=0.96))
    assert [label for label, _weight in told] == [DENIAL, CLAIM, NONE]
    assert [weight for _label, weight in told] == pytest.approx([SURE * 0.96, SURE * 0.02, SURE * 0.02])
