"""Removing people and handing back while everybody labels."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection

from labeling.errors import Refused
from labeling.flow import annotate, membership, queue
from labeling.models import Lease, Membership, Role, Sentence
from tests.cast import Cast, gather
from tests.flow.acting import answer
from tests.flow.pool_of import pool_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def cast() -> Cast:
    """A project of overlap two with eight more annotators."""
    cast = gather(overlap=2, audit_size=0)
    for number in range(8):
        user = User.objects.create(username=f"annotator-{number}")
        Membership.objects.create(project=cast.project, user=user)
    return cast


def label(member: Membership) -> None:
    for _ in range(6):
        leases = queue.take(by=member, want=3)
        annotate.submit(by=member, acts=[answer(lease.sentence_id) for lease in leases])


def meddle(owner: Membership, others: list[Membership]) -> None:
    """Hand back from everybody, twice, then remove every second one."""
    for other in others + others:
        membership.hand_back(member=other, by=owner.user)
    for other in others[::2]:
        membership.remove(member=other, by=owner.user)


def test_every_slot_is_accounted_for_after_people_were_removed_while_they_label(cast: Cast) -> None:
    pool_of(cast.project, 60)
    others = list(cast.project.memberships.exclude(role=Role.OWNER).select_related("user"))
    start = threading.Barrier(len(others) + 1)

    def one(member: Membership) -> None:
        start.wait()
        try:
            meddle(member, others) if member == cast.citra else label(member)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(others) + 1) as pool:
        list(pool.map(one, [cast.citra, *others]))
    for sentence in Sentence.objects.all():
        counted = sentence.annotations.filter(surplus=False).count()
        assert sentence.slots_free + sentence.leases.filter(held=True).count() + counted == 2


def test_who_is_removed_while_they_take_holds_nothing_afterwards(cast: Cast) -> None:
    pool_of(cast.project, 60)
    others = list(cast.project.memberships.exclude(role=Role.OWNER).select_related("user"))
    start = threading.Barrier(2 * len(others))

    def one(act: tuple[str, Membership]) -> None:
        start.wait()
        try:
            if act[0] == "take":
                queue.take(by=act[1], want=5)
            else:
                membership.remove(member=act[1], by=cast.citra.user)
        finally:
            connection.close()

    with ThreadPoolExecutor(2 * len(others)) as pool:
        list(pool.map(one, [(name, other) for other in others for name in ("take", "remove")]))
    assert not Lease.objects.filter(held=True).exists()


def test_of_two_owners_who_remove_each_other_at_once_one_stays(cast: Cast) -> None:
    ani = membership.change_role(member=cast.ani, role=Role.OWNER, by=cast.citra.user)
    start = threading.Barrier(2)

    def one(pair: tuple[Membership, Membership]) -> bool:
        start.wait()
        try:
            membership.remove(member=pair[1], by=pair[0].user)
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, [(ani, cast.citra), (cast.citra, ani)])) == [False, True]
