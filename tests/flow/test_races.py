"""Many people at once, each in a thread with a connection of its own."""

from collections import Counter

import pytest
from django.contrib.auth.models import User

from labeling.flow import annotate, queue
from labeling.models import Annotation, Lease, Membership, Project, Sentence
from tests.cast import gather
from tests.flow.acting import answer
from tests.flow.pool_of import pool_of
from tests.flow.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def crowd() -> tuple[Project, list[Membership]]:
    """A project of overlap two, and fifty annotators."""
    project = gather(overlap=2, audit_size=0).project
    people = [User.objects.create(username=f"annotator-{number}") for number in range(50)]
    return project, [Membership.objects.create(project=project, user=user) for user in people]


def label_all(member: Membership) -> None:
    """Take and answer until nothing is offered."""
    while leases := queue.take(by=member, want=3):
        annotate.submit(by=member, acts=[answer(lease.sentence_id) for lease in leases])


def test_fifty_people_race_for_twenty_sentences(crowd: tuple[Project, list[Membership]]) -> None:
    project, people = crowd
    pool_of(project, 20)
    at_once(label_all, people)
    answers = Counter(Annotation.objects.filter(surplus=False).values_list("sentence_id", flat=True))
    assert set(answers.values()) == {2}
    assert len(answers) == 20


def test_nothing_is_lent_beyond_the_overlap_while_all_only_take(crowd: tuple[Project, list[Membership]]) -> None:
    project, people = crowd
    pool_of(project, 20)
    at_once(lambda member: len(queue.take(by=member, want=3)), people)
    held = Counter(Lease.objects.filter(held=True).values_list("sentence_id", flat=True))
    assert max(held.values()) <= 2
    assert all(one.slots_free + held[one.pk] == 2 for one in Sentence.objects.all())


def test_one_act_sent_by_two_tabs_at_once_is_kept_once(crowd: tuple[Project, list[Membership]]) -> None:
    project, people = crowd
    pool_of(project, 1)
    (lease,) = queue.take(by=people[0])
    act = answer(lease.sentence_id)
    at_once(lambda member: annotate.submit(by=member, acts=[act]), [people[0]] * 8)
    assert Annotation.objects.count() == 1


def test_two_tabs_of_one_person_hold_ten_together(crowd: tuple[Project, list[Membership]]) -> None:
    project, people = crowd
    pool_of(project, 60)
    at_once(lambda member: queue.take(by=member), [people[0]] * 8)
    assert Lease.objects.filter(annotator=people[0].user).count() == 10


def test_reaping_and_answering_at_once_never_overfills(crowd: tuple[Project, list[Membership]]) -> None:
    project, people = crowd
    pool_of(project, 10)

    def hurry(member: Membership) -> None:
        for _ in range(4):
            leases = queue.take(by=member, want=2)
            Lease.objects.filter(annotator=member.user_id).update(until="2001-01-01T00:00:00Z")
            queue.reap()
            annotate.submit(by=member, acts=[answer(lease.sentence_id) for lease in leases])

    at_once(hurry, people[:12])
    for one in Sentence.objects.all():
        counted = one.annotations.filter(surplus=False).count()
        assert one.slots_free + one.leases.filter(held=True).count() + counted == 2
