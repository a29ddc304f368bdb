"""The number of answers changes again and again while people label: each in a thread with a connection of its own."""

from collections.abc import Callable

import pytest

from labeling import work
from labeling.flow import annotate, overlap, queue
from labeling.flow.change import change
from labeling.models import Annotation, Kind, Lease, Membership, Project, Run, Sentence
from tests.cast import Cast
from tests.flow.acting import answer, undo
from tests.flow.pool_of import pool_of
from tests.flow.racing import at_once
from tests.flow.test_review_races import add_up

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROUNDS = 12


@pytest.fixture
def large(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """Forty sentences count as many, walked three at a step.

    Wanted are three answers at least, one of each who labels: nobody's is ever too many, so the slots are exact.
    """
    monkeypatch.setattr(overlap, "AT_ONCE", 0)
    monkeypatch.setattr(overlap, "STEP", 3)
    monkeypatch.setattr(overlap, "give_way", lambda _spent: None)
    Project.objects.filter(pk=cast.project.pk).update(overlap=3)
    cast.project.refresh_from_db()
    pool_of(cast.project, 40)
    return cast


def label(member: Membership) -> None:
    """Take, answer, undo, be late and give back."""
    for number in range(ROUNDS):
        held = [lease.sentence_id for lease in queue.take(by=member, want=4)]
        annotate.submit(by=member, acts=[answer(pk) for pk in held[:3]])
        if held and number % 2:
            annotate.submit(by=member, acts=[undo(held[0])])
        if number % 3 == 2:
            Lease.objects.filter(annotator=member.user_id).update(until="2001-01-01T00:00:00Z")
            queue.reap()
            annotate.submit(by=member, acts=[answer(pk) for pk in held[3:]])


def walk() -> None:
    """Do what is owed, as a worker would; a newer number may end it at any step."""
    for pk in Run.objects.filter(kind=Kind.OVERLAP, state="owed").values_list("pk", flat=True):
        work.perform(pk)


def race(cast: Cast, owner: Callable[[Membership], None]) -> None:
    """Two label, the owner does as told, and a worker walks until the three are done, and once more."""
    deeds = {cast.ani.pk: label, cast.budi.pk: label, cast.citra.pk: owner}
    busy = set(deeds)

    def act(member: Membership) -> None:
        if member.pk in deeds:
            try:
                deeds[member.pk](member)
            finally:
                busy.discard(member.pk)
        while busy and member.pk not in deeds:
            walk()

    at_once(act, [cast.ani, cast.budi, cast.citra, Membership(pk=0, project=cast.project)])
    walk()
    cast.project.refresh_from_db()


def test_slots_stay_exact_while_two_label_and_the_owner_changes_the_number(large: Cast) -> None:
    def own(member: Membership) -> None:
        for number in (4, 5, 3) * (ROUNDS // 3):
            change(project=member.project, by=member.user, settings={"overlap": number}, cues={})

    race(large, own)
    assert (add_up(large.project), Annotation.objects.given().exists()) == (True, True)
    assert not overlap.is_walking(large.project)


def test_slots_stay_exact_while_two_label_and_one_walk_goes_its_way(large: Cast) -> None:
    change(project=large.project, by=large.citra.user, settings={"overlap": 5}, cues={})
    race(large, lambda _member: None)
    assert (add_up(large.project), Sentence.objects.filter(slots_free=5).exists()) == (True, True)
