"""Which dispute is in which adjudicator's hand, and what stands in the queue."""

import pytest

from labeling.flow import adjudicate_queue, desk, queue
from labeling.flow.adjudicate import decide, send_back
from labeling.flow.archive import archive
from labeling.models import Dispute, Lease, Membership, Selection, Sentence
from tests.cast import Cast, adjudicator
from tests.flow.disputing import dispute
from tests.flow.pool_of import pool_of


@pytest.fixture
def ada(cast: Cast) -> Membership:
    return adjudicator(cast)


@pytest.fixture
def three(cast: Cast) -> list[Sentence]:
    """The first is the least of them, the last the worst."""
    rows = pool_of(cast.project, 3)
    for place, one in enumerate(rows):
        dispute(one, (cast.ani, "claim"), (cast.budi, "denial"), priority=0.2 + place / 10)
    return rows


def test_the_worst_comes_first(cast: Cast, ada: Membership, three: list[Sentence]) -> None:
    assert desk.take(by=ada.user, project=cast.project) == three[2].pk


def test_what_is_in_hand_comes_before_all_else(cast: Cast, ada: Membership, three: list[Sentence]) -> None:
    desk.claim(by=ada.user, sentence=three[0])
    assert desk.take(by=ada.user, project=cast.project) == three[0].pk


def test_another_adjudicator_gets_another_sentence(cast: Cast, ada: Membership, three: list[Sentence]) -> None:
    taken = [desk.take(by=who, project=cast.project) for who in (ada.user, cast.citra.user)]
    assert taken == [three[2].pk, three[1].pk]


def test_what_ran_out_is_free_for_others(cast: Cast, ada: Membership, three: list[Sentence]) -> None:
    desk.take(by=ada.user, project=cast.project)
    Dispute.objects.filter(adjudicator=ada.user).update(until="2001-01-01T00:00:00Z")
    assert desk.take(by=cast.citra.user, project=cast.project) == three[2].pk


def test_what_was_left_comes_again_after_all_else(cast: Cast, ada: Membership, three: list[Sentence]) -> None:
    taken = []
    for _ in range(4):
        taken.append(desk.take(by=ada.user, project=cast.project) or 0)
        desk.leave(by=ada.user, sentence=Sentence.objects.get(pk=taken[-1]))
    assert taken == [three[2].pk, three[1].pk, three[0].pk, three[2].pk]


def test_nobody_leaves_what_another_has(cast: Cast, ada: Membership, three: list[Sentence]) -> None:
    desk.claim(by=ada.user, sentence=three[0])
    desk.leave(by=cast.citra.user, sentence=three[0])
    assert desk.in_other_hands(by=cast.citra.user, sentence=three[0])


def test_nobody_takes_what_another_has_by_its_address(cast: Cast, ada: Membership, three: list[Sentence]) -> None:
    desk.claim(by=ada.user, sentence=three[0])
    assert desk.claim(by=cast.citra.user, sentence=three[0]) is False


def test_renewing_keeps_it_for_another_quarter_of_an_hour(cast: Cast, ada: Membership, three: list[Sentence]) -> None:
    desk.claim(by=ada.user, sentence=three[0])
    Dispute.objects.filter(sentence=three[0]).update(until="2001-01-01T00:00:00Z")
    desk.claim(by=ada.user, sentence=three[0])
    assert desk.in_other_hands(by=cast.citra.user, sentence=three[0])


def test_nobody_is_offered_what_they_answered(cast: Cast, ada: Membership) -> None:
    (sentence,) = pool_of(cast.project, 1)
    dispute(sentence, (ada, "claim"), (cast.budi, "denial"))
    assert desk.take(by=ada.user, project=cast.project) is None


def test_nobody_is_offered_what_they_hold_to_answer(cast: Cast, ada: Membership) -> None:
    pool_of(cast.project, 1)
    queue.take(by=ada)
    dispute(Sentence.objects.get(), (cast.ani, "claim"), (cast.budi, "denial"))
    assert desk.take(by=ada.user, project=cast.project) is None


def test_what_another_person_has_in_hand_to_answer_waits(cast: Cast, ada: Membership, three: list[Sentence]) -> None:
    held = {"project": cast.project, "annotator": cast.citra.user, "until": "2099-01-01T00:00:00Z"}
    Lease.objects.create(sentence=three[2], selection=Selection.TIE_BREAK, **held)
    assert desk.take(by=ada.user, project=cast.project) == three[1].pk


def test_what_was_sent_back_waits_for_the_replies(cast: Cast, ada: Membership, three: list[Sentence]) -> None:
    send_back(by=ada.user, sentence=three[2], text="Who says so?")
    assert desk.take(by=ada.user, project=cast.project) == three[1].pk


def test_an_archived_project_offers_nothing(cast: Cast, ada: Membership, three: list[Sentence]) -> None:
    assert desk.take(by=ada.user, project=archive(project=cast.project, by=cast.citra.user)) is None


def test_each_dispute_is_counted_once(cast: Cast, ada: Membership, three: list[Sentence]) -> None:
    own, replied, held = pool_of(cast.project, 3)
    for one, first in ((own, ada), (replied, cast.ani), (held, cast.ani)):
        dispute(one, (first, "claim"), (cast.budi, "denial"))
    send_back(by=ada.user, sentence=replied, text="Who says so?")
    desk.claim(by=cast.citra.user, sentence=three[0])
    row = {"project": cast.project, "annotator": cast.citra.user, "until": "2099-01-01T00:00:00Z"}
    Lease.objects.create(sentence=held, selection=Selection.TIE_BREAK, **row)
    found = adjudicate_queue.standing(cast.project, by=ada.user)
    assert found == adjudicate_queue.Standing(ready=2, elsewhere=1, mine=1, answer=1, reply=1)


def test_what_is_decided_today_is_counted_with_ones_own(cast: Cast, ada: Membership, three: list[Sentence]) -> None:
    for who, one in zip((ada.user, ada.user, cast.citra.user), three, strict=True):
        decide(by=who, sentence=one, label=cast.project.labels.get(key="claim"))
    found = adjudicate_queue.today(cast.project, by=ada.user)
    assert (found.n, found.mine, found.rows[0].sentence_id) == (3, 2, three[2].pk)
