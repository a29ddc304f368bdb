"""Scripts that answer at the same moment, each in a thread with a connection of its own."""

from collections import Counter

import pytest
from django.contrib.auth.models import User

from labeling.errors import AlreadyHere
from labeling.flow import annotate, queue
from labeling.labelstudio.answering import give
from labeling.labelstudio.shapes import Answer
from labeling.models import Annotation, Event, Lease, Membership, Sentence, Verb
from tests.cast import gather
from tests.flow.acting import answer
from tests.flow.pool_of import pool_of
from tests.flow.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def crowd() -> list[Membership]:
    """Twelve annotators of a project of overlap two with eight sentences."""
    project = gather(overlap=2, audit_size=0).project
    pool_of(project, 8)
    people = [User.objects.create(username=f"annotator-{number}") for number in range(12)]
    return [Membership.objects.create(project=project, user=user) for user in people]


def slots_add_up() -> bool:
    """Whether every sentence has as many slots free, lent and counted as it wants."""
    counted = Counter(Annotation.objects.given().filter(surplus=False).values_list("sentence", flat=True))
    held = Counter(Lease.objects.filter(held=True).values_list("sentence", flat=True))
    return all(one.slots_free + counted[one.pk] + held[one.pk] == 2 for one in Sentence.objects.all())


def test_twelve_people_answer_one_task_that_nobody_was_lent(crowd: list[Membership]) -> None:
    task = Sentence.objects.order_by("pk")[0].pk
    at_once(lambda by: give(by=by, sentence=task, answer=Answer("claim"), seconds=1), crowd)
    surplus = Counter(Annotation.objects.values_list("surplus", flat=True))
    assert surplus == {False: 2, True: 10}
    assert slots_add_up()


def test_one_answer_sent_eight_times_at_once_is_kept_once(crowd: list[Membership]) -> None:
    task, told = Sentence.objects.order_by("pk")[0].pk, []
    at_once(lambda by: told.append(give(by=by, sentence=task, answer=Answer("claim"), seconds=1)), [crowd[0]] * 8)
    assert (len({one.annotation.key for one in told}), sum(one.new for one in told)) == (1, 1)
    assert Event.objects.filter(verb=Verb.ANSWERED).count() == 1
    assert slots_add_up()


def test_of_two_different_answers_at_once_one_is_kept_and_one_refused(crowd: list[Membership]) -> None:
    task, refused = Sentence.objects.order_by("pk")[0].pk, []
    labels = ["claim", "denial"] * 4

    def send(by: Membership) -> None:
        try:
            give(by=by, sentence=task, answer=Answer(labels.pop()), seconds=1)
        except AlreadyHere as error:
            refused.append(error)

    at_once(send, [crowd[0]] * 8)
    assert len(refused) == 4
    assert Event.objects.count() - Event.objects.exclude(verb=Verb.ANSWERED).count() == 1
    assert not Event.objects.filter(verb=Verb.AMENDED).exists()


def test_scripts_and_pages_share_the_slots(crowd: list[Membership]) -> None:
    tasks = list(Sentence.objects.order_by("pk").values_list("pk", flat=True))

    def act(by: Membership) -> None:
        if by.pk % 2:
            for task in tasks:
                give(by=by, sentence=task, answer=Answer("claim"), seconds=1)
        else:
            while leases := queue.take(by=by, want=3):
                annotate.submit(by=by, acts=[answer(lease.sentence_id) for lease in leases])

    at_once(act, crowd)
    counted = Counter(Annotation.objects.given().filter(surplus=False).values_list("sentence", flat=True))
    assert set(counted.values()) == {2}
    assert slots_add_up()
