"""A member's role, what they hold, and their leaving."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.utils import timezone

from labeling.errors import Refused
from labeling.flow import annotate, membership, queue
from labeling.flow.invite import invite, offered
from labeling.flow.people import add_person
from labeling.flow.roster import about, roster
from labeling.models import Annotation, Event, Lease, Membership, Role, Sentence, Verb
from tests.cast import Cast, adjudicator, person
from tests.flow.acting import answer
from tests.flow.pool_of import pool_of


def role_of(member: Membership) -> str:
    return Membership.objects.get(pk=member.pk).role


def test_another_role_is_kept_with_what_it_was(cast: Cast) -> None:
    membership.change_role(member=cast.ani, role=Role.ADJUDICATOR, by=cast.citra.user)
    told = Event.objects.get(verb=Verb.CHANGED)
    assert (told.before, told.after) == ({"role": "annotator"}, {"name": "ani", "role": "adjudicator"})


def test_the_same_role_again_is_no_change(cast: Cast) -> None:
    membership.change_role(member=cast.ani, role=Role.ANNOTATOR, by=cast.citra.user)
    assert not Event.objects.filter(verb=Verb.CHANGED).exists()


def test_the_last_owner_stays_an_owner(cast: Cast) -> None:
    with pytest.raises(Refused, match="Make somebody else an owner first"):
        membership.change_role(member=cast.citra, role=Role.ANNOTATOR, by=cast.citra.user)


def test_an_owner_whose_account_is_closed_is_no_other_owner(cast: Cast) -> None:
    membership.change_role(member=cast.ani, role=Role.OWNER, by=cast.citra.user)
    User.objects.filter(pk=cast.ani.user_id).update(is_active=False)
    with pytest.raises(Refused, match="needs an owner"):
        membership.change_role(member=cast.citra, role=Role.ANNOTATOR, by=cast.citra.user)


def test_of_two_owners_one_may_step_back(cast: Cast) -> None:
    membership.change_role(member=cast.ani, role=Role.OWNER, by=cast.citra.user)
    membership.change_role(member=cast.citra, role=Role.ANNOTATOR, by=cast.ani.user)
    assert role_of(cast.citra) == Role.ANNOTATOR


def test_adding_the_last_owner_in_a_lesser_role_is_refused_too(cast: Cast) -> None:
    with pytest.raises(Refused, match="needs an owner"):
        add_person(project=cast.project, name="citra", role=Role.ANNOTATOR, by=None)


def test_what_a_member_holds_is_open_for_others_after_it_is_handed_back(cast: Cast) -> None:
    pool_of(cast.project, 4)
    lent = [lease.sentence_id for lease in queue.take(by=cast.ani, want=4)]
    membership.hand_back(member=cast.ani, by=cast.citra.user)
    assert sorted(lease.sentence_id for lease in queue.take(by=cast.budi, want=4)) == sorted(lent)


def test_handing_back_leaves_every_slot_where_it_belongs(cast: Cast) -> None:
    pool_of(cast.project, 4)
    queue.take(by=cast.ani, want=3)
    membership.hand_back(member=cast.ani, by=cast.citra.user)
    assert set(Sentence.objects.values_list("slots_free", flat=True)) == {1}


def test_handing_back_twice_gives_nothing_twice(cast: Cast) -> None:
    pool_of(cast.project, 4)
    queue.take(by=cast.ani, want=3)
    given = [membership.hand_back(member=cast.ani, by=cast.citra.user) for _ in range(2)]
    assert given == [3, 0]


def test_an_answer_on_its_way_is_kept_after_the_sentence_was_handed_back(cast: Cast) -> None:
    pool_of(cast.project, 1)
    (lease,) = queue.take(by=cast.ani, want=1)
    membership.hand_back(member=cast.ani, by=cast.citra.user)
    (receipt,) = annotate.submit(by=cast.ani, acts=[answer(lease.sentence_id)])
    assert (receipt.saved, receipt.surplus) == (True, False)


def test_such_an_answer_is_surplus_where_somebody_else_took_the_sentence(cast: Cast) -> None:
    pool_of(cast.project, 1)
    (lease,) = queue.take(by=cast.ani, want=1)
    membership.hand_back(member=cast.ani, by=cast.citra.user)
    queue.take(by=cast.budi, want=1)
    (receipt,) = annotate.submit(by=cast.ani, acts=[answer(lease.sentence_id)])
    assert (receipt.saved, receipt.surplus) == (True, True)


def test_who_is_removed_leaves_their_answers_under_their_name(cast: Cast) -> None:
    pool_of(cast.project, 1)
    (lease,) = queue.take(by=cast.ani, want=1)
    annotate.submit(by=cast.ani, acts=[answer(lease.sentence_id)])
    membership.remove(member=cast.ani, by=cast.citra.user)
    assert Annotation.objects.get().annotator.username == "ani"


def test_who_is_removed_holds_nothing_any_more(cast: Cast) -> None:
    pool_of(cast.project, 3)
    queue.take(by=cast.ani, want=3)
    membership.remove(member=cast.ani, by=cast.citra.user)
    assert not Lease.objects.filter(held=True).exists()


def test_a_removal_is_told_with_the_role_that_was(cast: Cast) -> None:
    membership.remove(member=cast.ani, by=cast.citra.user)
    told = Event.objects.get(verb=Verb.LEFT)
    assert (told.who, told.before, told.after) == (
        cast.citra.user,
        {"role": "annotator"},
        {"name": "ani", "handed_back": 0},
    )


def test_the_last_owner_cannot_leave(cast: Cast) -> None:
    with pytest.raises(Refused, match="needs an owner"):
        membership.remove(member=cast.citra, by=cast.citra.user)


def test_removing_somebody_twice_is_refused_with_a_sentence(cast: Cast) -> None:
    membership.remove(member=cast.ani, by=cast.citra.user)
    with pytest.raises(Refused, match="not in the project any more"):
        membership.remove(member=cast.ani, by=cast.citra.user)


def test_a_failed_event_removes_nobody(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_of: object) -> None:
        raise RuntimeError("the Event failed")

    monkeypatch.setattr(Event.objects, "create", fails)
    with pytest.raises(RuntimeError, match="the Event failed"):
        membership.remove(member=cast.ani, by=cast.citra.user)
    assert Membership.objects.filter(pk=cast.ani.pk).exists()


@pytest.mark.parametrize("leaves", [True, False])
def test_a_former_owner_cannot_come_back_by_a_link_of_their_own(cast: Cast, leaves: bool) -> None:
    owner = Membership.objects.create(project=cast.project, user=person("eka"), role=Role.OWNER)
    _invitation, token = invite(project=cast.project, role=Role.OWNER, by=owner.user)
    if leaves:
        membership.remove(member=owner, by=cast.citra.user)
    else:
        membership.change_role(member=owner, role=Role.ANNOTATOR, by=cast.citra.user)
    with pytest.raises(Refused):
        offered(token)


def test_who_was_removed_while_asking_is_lent_nothing(cast: Cast) -> None:
    pool_of(cast.project, 3)
    membership.remove(member=cast.ani, by=cast.citra.user)
    assert queue.take(by=cast.ani, want=3) == []


def test_who_comes_back_is_served_again(cast: Cast) -> None:
    pool_of(cast.project, 3)
    queue.take(by=cast.ani, want=3)
    membership.remove(member=cast.ani, by=cast.citra.user)
    again = Membership.objects.create(project=cast.project, user=cast.ani.user, role=Role.ANNOTATOR)
    assert len(queue.take(by=again, want=3)) == 3


def test_the_roster_counts_what_is_in_hand(cast: Cast) -> None:
    pool_of(cast.project, 5)
    queue.take(by=cast.ani, want=3)
    assert {one.membership.user.username: one.held for one in roster(cast.project, by=None)} == {
        "ani": 3,
        "budi": 0,
        "citra": 0,
    }


def test_what_ran_out_is_in_nobodys_hand(cast: Cast) -> None:
    pool_of(cast.project, 5)
    queue.take(by=cast.ani, want=3)
    Lease.objects.update(until=Now() - timedelta(seconds=1))
    assert about(cast.ani).held == 0


def test_being_here_is_kept_to_the_minute(cast: Cast) -> None:
    just_now = timezone.now() - timedelta(seconds=50)
    Membership.objects.filter(pk=cast.ani.pk).update(seen_at=just_now)
    cast.ani.refresh_from_db()
    membership.note_seen(cast.ani)
    cast.ani.refresh_from_db()
    assert cast.ani.seen_at == just_now


def test_being_here_after_a_while_is_kept(cast: Cast) -> None:
    long_ago = timezone.now() - timedelta(minutes=2)
    Membership.objects.filter(pk=cast.ani.pk).update(seen_at=long_ago)
    cast.ani.refresh_from_db()
    membership.note_seen(cast.ani)
    cast.ani.refresh_from_db()
    assert cast.ani.seen_at is not None
    assert cast.ani.seen_at > long_ago + timedelta(minutes=1)


@pytest.mark.parametrize(("role", "may"), [("annotator", False), ("adjudicator", True), ("owner", True)])
def test_who_adjudicates(cast: Cast, role: str, may: bool) -> None:
    ada = adjudicator(cast)
    ada.role = role
    assert ada.adjudicates is may
