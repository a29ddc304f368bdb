"""Two annotators reply to one question at once, each in a thread with a connection of its own."""

import pytest

from labeling.errors import AlreadyHere
from labeling.flow import question
from labeling.models import Annotation, Event, Membership, Question, Reply
from tests.cast import Cast, adjudicator, gather
from tests.flow.acting import answer
from tests.flow.pool_of import pool_of
from tests.flow.racing import at_once
from tests.views.answering import answers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def cast() -> Cast:
    return gather(overlap=2, audit_size=0)


@pytest.fixture
def asked(cast: Cast) -> Question:
    (sentence,) = pool_of(cast.project, 1)
    answers(cast.ani, sentence, "claim")
    answers(cast.budi, sentence, "denial")
    return question.ask(by=adjudicator(cast).user, sentence=sentence, text="Who speaks?")


def test_the_last_of_two_who_reply_at_once_closes_the_question(cast: Cast, asked: Question) -> None:
    def reply(member: Membership) -> None:
        question.reply(by=member, question=asked, act=answer(asked.sentence_id, "none"))

    at_once(reply, [cast.ani, cast.budi])
    kept = Reply.objects.filter(question=asked).count()
    amended = Annotation.objects.filter(label__key="none").count()
    assert (kept, amended, Question.objects.filter(closed_at__isnull=True).exists()) == (2, 2, False)


def test_a_reply_that_one_person_sends_from_two_tabs_at_once_is_kept_once(cast: Cast, asked: Question) -> None:
    refused = []

    def reply(member: Membership) -> None:
        try:
            question.reply(by=member, question=asked, act=answer(asked.sentence_id, "none"))
        except AlreadyHere as told:
            refused.append(told)

    at_once(reply, [cast.ani, cast.ani, cast.ani])
    assert (Event.objects.filter(verb="amended").count(), len(refused)) == (1, 2)
