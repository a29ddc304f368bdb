"""Several adjudicators at once: each sentence is in one hand, and decided once."""

import uuid

import pytest

from labeling.errors import Refused
from labeling.flow import desk
from labeling.flow.adjudicate import decide
from labeling.models import Event, Membership, Role, Sentence, Verdict
from tests.cast import Cast, gather, person
from tests.flow.disputing import dispute
from tests.flow.pool_of import pool_of
from tests.flow.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TAKERS, SENTENCES = 6, 18


@pytest.fixture
def cast() -> Cast:
    return gather(audit_size=0)


@pytest.fixture
def takers(cast: Cast) -> list[Membership]:
    named = [person(f"adjudicator-{number}") for number in range(TAKERS)]
    return [Membership.objects.create(project=cast.project, user=one, role=Role.ADJUDICATOR) for one in named]


def test_however_many_take_no_sentence_comes_to_two_and_each_is_decided_once(
    cast: Cast, takers: list[Membership]
) -> None:
    for place, one in enumerate(pool_of(cast.project, SENTENCES)):
        dispute(one, (cast.ani, "claim"), (cast.budi, "denial"), priority=(place + 1) / 20)
    label, taken = cast.project.labels.get(key="claim"), []

    def settle(member: Membership) -> None:
        while (pk := desk.take(by=member.user, project=cast.project)) is not None:
            taken.append(pk)
            decide(by=member.user, sentence=Sentence.objects.get(pk=pk), label=label, blind=True, key=uuid.uuid4())

    at_once(settle, takers)
    assert sorted(taken) == sorted(Sentence.objects.values_list("pk", flat=True))


def test_one_act_that_arrives_many_times_at_once_decides_once(cast: Cast, takers: list[Membership]) -> None:
    (sentence,) = pool_of(cast.project, 1)
    dispute(sentence, (cast.ani, "claim"), (cast.budi, "denial"))
    label, key = cast.project.labels.get(key="claim"), uuid.uuid4()
    at_once(lambda one: _decide(one, sentence, label, key), takers[:1] * 6)
    assert (Verdict.objects.count(), Event.objects.filter(verb="decided").count()) == (1, 1)


def test_of_two_who_decide_blind_at_once_one_is_told_so(cast: Cast, takers: list[Membership]) -> None:
    (sentence,) = pool_of(cast.project, 1)
    label, refused = cast.project.labels.get(key="claim"), []

    def act(member: Membership) -> None:
        try:
            _decide(member, sentence, label, uuid.uuid4())
        except Refused:
            refused.append(member)

    at_once(act, takers)
    assert (Verdict.objects.count(), len(refused)) == (1, TAKERS - 1)


def _decide(member: Membership, sentence: Sentence, label: object, key: uuid.UUID) -> None:
    decide(by=member.user, sentence=sentence, label=label, blind=True, key=key)  # type: ignore[arg-type]  # a Label
