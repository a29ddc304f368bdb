"""Reviews are opened while people take, answer and undo: each in a thread with a connection of its own."""

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from labeling import dialect
from labeling.flow import annotate, queue, review
from labeling.models import Annotation, Membership, Project, Sentence
from tests.cast import gather
from tests.flow.acting import answer, undo
from tests.flow.pool_of import pool_of
from tests.flow.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def crowd() -> list[Membership]:
    """Ten annotators of a project of overlap one."""
    project = gather(audit_size=0).project
    people = [User.objects.create(username=f"annotator-{number}") for number in range(10)]
    return [Membership.objects.create(project=project, user=user) for user in people]


def open_all(project: Project) -> list[int]:
    """Review whatever may be reviewed, as a ranking that is published does."""

    def publish() -> list[int]:
        with transaction.atomic():
            return review.open_for_review(project, [pk for pk, _label in review.candidates(project)])

    return dialect.undeterred(publish)


def add_up(project: Project) -> bool:
    """Free + lent + counted answers is what is wanted, of every sentence."""
    return all(
        one.slots_free + one.leases.filter(held=True).count() + one.annotations.given().filter(surplus=False).count()
        == project.overlap + one.reviews
        for one in Sentence.objects.filter(project=project)
    )


def test_two_publishers_at_once_open_a_review_once(crowd: list[Membership]) -> None:
    project = crowd[0].project
    pool_of(project, 8)
    annotate.submit(by=crowd[0], acts=[answer(lease.sentence_id) for lease in queue.take(by=crowd[0])])
    at_once(lambda member: open_all(member.project), crowd[:4])
    assert set(Sentence.objects.values_list("slots_free", "reviews")) == {(1, 1)}


def test_ten_people_race_for_reviews_and_each_is_answered_by_one_other(crowd: list[Membership]) -> None:
    project = crowd[0].project
    pool_of(project, 8)
    annotate.submit(by=crowd[0], acts=[answer(lease.sentence_id) for lease in queue.take(by=crowd[0])])
    open_all(project)

    def work(member: Membership) -> None:
        while leases := queue.take(by=member, want=2):
            annotate.submit(by=member, acts=[answer(lease.sentence_id) for lease in leases])

    at_once(work, crowd)
    counted = Annotation.objects.filter(surplus=False)
    assert (counted.count(), counted.values("sentence").distinct().count()) == (16, 8)
    assert add_up(project)


def test_opening_while_people_answer_and_undo_never_overfills(crowd: list[Membership]) -> None:
    project = crowd[0].project
    pool_of(project, 12)

    def hurry(member: Membership) -> None:
        for _ in range(4):
            leases = queue.take(by=member, want=2)
            annotate.submit(by=member, acts=[answer(lease.sentence_id) for lease in leases])
            annotate.submit(by=member, acts=[undo(lease.sentence_id) for lease in leases[:1]])

    def work(member: Membership) -> None:
        if member in crowd[:2]:
            for _ in range(6):
                open_all(member.project)
        else:
            hurry(member)

    at_once(work, crowd)
    assert add_up(project)
