"""Disputes are followed while people answer, amend, undo and lose leases: a thread and a connection for each."""

import pytest

from labeling.flow import annotate, queue, route
from labeling.flow.change import change
from labeling.models import Annotation, Dispute, Lease, Membership, Project, Role, Sentence
from tests.cast import gather, person
from tests.factories import answer
from tests.flow import acting
from tests.flow.pool_of import pool_of
from tests.flow.racing import at_once
from tests.flow.test_route_walk import check

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROUNDS = 6


@pytest.fixture
def crowd() -> list[Membership]:
    """Ani, budi and cici, who label in a project of overlap two, then its owner citra."""
    cast = gather(overlap=2, audit_size=0)
    cici = Membership.objects.create(project=cast.project, user=person("cici"), role=Role.ANNOTATOR)
    return [cast.ani, cast.budi, cici, cast.citra]


def test_many_routers_at_once_ask_one_more_person_once(crowd: list[Membership]) -> None:
    project = crowd[0].project
    for sentence in pool_of(project, 6):
        answer(sentence, "ani", "claim")
        answer(sentence, "budi", "denial")
    Sentence.objects.update(slots_free=0)
    at_once(lambda member: route.follow(member.project), crowd * 2)
    route.follow(project)
    assert (set(Sentence.objects.values_list("slots_free", "tie_breaks")), Dispute.objects.count()) == ({(1, 1)}, 6)


def label(member: Membership, labels: tuple[str, str]) -> None:
    """Take, answer, amend, undo, be late and give back."""
    for number in range(ROUNDS):
        held = [lease.sentence_id for lease in queue.take(by=member, want=4)]
        annotate.submit(by=member, acts=[acting.answer(pk, labels[pk % 2]) for pk in held[:3]])
        annotate.submit(by=member, acts=[acting.answer(pk, labels[number % 2]) for pk in held[:1]])
        if held and number % 2:
            annotate.submit(by=member, acts=[acting.undo(held[1 % len(held)])])
        if number % 3 == 2:
            Lease.objects.filter(annotator=member.user_id).update(until="2001-01-01T00:00:00Z")
            queue.reap()
            annotate.submit(by=member, acts=[acting.answer(pk) for pk in held[3:]])


def test_slots_and_disputes_are_exact_whatever_happens_meanwhile(crowd: list[Membership]) -> None:
    """Three label, the owner changes how many are asked, and two routers follow until all are done."""
    project, labels = crowd[0].project, (("claim", "denial"), ("denial", "claim"), ("claim", "none"))
    pool_of(project, 24)
    busy = {member.pk for member in crowd}

    def act(member: Membership) -> None:
        try:
            if member in crowd[:3]:
                label(member, labels[crowd.index(member)])
            elif member == crowd[3]:
                for number in (2, 3, 1, 4, 3):
                    change(project=project, by=member.user, settings={"most_answers": number}, cues={})
        finally:
            busy.discard(member.pk)
        while busy and member.pk not in {one.pk for one in crowd}:
            route.follow(project)

    at_once(act, [*crowd, Membership(pk=-1, project=project), Membership(pk=-2, project=project)])
    route.follow(project)
    for sentence in Sentence.objects.filter(project=project):
        check(Project.objects.get(pk=project.pk), sentence)
    assert Annotation.objects.given().exists()
