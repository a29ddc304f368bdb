"""What an adjudicator asks of those whose answers differ, and what they reply."""

import pytest

from labeling.acts import Act
from labeling.errors import AlreadyHere, Refused
from labeling.flow import annotate, awaited, membership, question, withdraw
from labeling.flow.adjudicate import decide
from labeling.flow.archive import archive
from labeling.models import Annotation, Event, Membership, Question, Repeat, Reply, Sentence
from tests.cast import Cast, adjudicator, gather
from tests.flow.acting import answer, undo
from tests.flow.pool_of import pool_of
from tests.views.answering import answers


@pytest.fixture
def cast(db: None) -> Cast:
    return gather(overlap=2, audit_size=0)


@pytest.fixture
def ada(cast: Cast) -> Membership:
    return adjudicator(cast)


@pytest.fixture
def dispute(cast: Cast) -> Sentence:
    """Ani says claim, budi says denial."""
    (sentence,) = pool_of(cast.project, 1)
    answers(cast.ani, sentence, "claim", comment="He says so.")
    answers(cast.budi, sentence, "denial")
    return sentence


@pytest.fixture
def asked(ada: Membership, dispute: Sentence) -> Question:
    return question.ask(by=ada.user, sentence=dispute, text=" Who speaks here? ")


def told(verb: str) -> Event:
    return Event.objects.filter(verb=verb).latest("pk")


def is_open(asked: Question) -> bool:
    return Question.objects.get(pk=asked.pk).closed_at is None


def change(cast: Cast, asked: Question, label: str = "denial") -> Reply:
    return question.reply(by=cast.ani, question=asked, text="I misread.", act=answer(asked.sentence_id, label))


def test_a_question_is_kept_without_the_space_around_it(asked: Question) -> None:
    assert asked.text == "Who speaks here?"


def test_its_event_names_who_was_asked(cast: Cast, asked: Question) -> None:
    assert told("asked").after["asked"] == [cast.ani.user_id, cast.budi.user_id]


@pytest.mark.parametrize(("text", "said"), [("  ", "Write the question"), ("a" * 2_001, "At most 2000")])
def test_a_question_without_words_or_with_too_many_is_refused(
    ada: Membership, dispute: Sentence, text: str, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        question.ask(by=ada.user, sentence=dispute, text=text)


def test_a_sentence_has_one_open_question(ada: Membership, asked: Question) -> None:
    with pytest.raises(Refused, match="open already"):
        question.ask(by=ada.user, sentence=asked.sentence, text="And why?")


def test_nobody_asks_about_a_sentence_that_they_answered(cast: Cast, dispute: Sentence) -> None:
    answers(cast.citra, dispute, "claim")
    with pytest.raises(Refused, match="yourself"):
        question.ask(by=cast.citra.user, sentence=dispute, text="Why?")


def test_nothing_is_asked_about_a_decided_sentence(cast: Cast, ada: Membership, dispute: Sentence) -> None:
    decide(by=ada.user, sentence=dispute, label=cast.project.labels.get(key="claim"))
    with pytest.raises(Refused, match="decided already"):
        question.ask(by=ada.user, sentence=dispute, text="Why?")


def test_nothing_is_asked_about_a_sentence_outside_the_pool(cast: Cast, ada: Membership, dispute: Sentence) -> None:
    withdraw.take_out(by=cast.citra.user, sentence=dispute)
    with pytest.raises(Refused, match="not in the pool"):
        question.ask(by=ada.user, sentence=dispute, text="Why?")


def test_nothing_is_asked_in_an_archived_project(cast: Cast, ada: Membership, dispute: Sentence) -> None:
    archive(project=cast.project, by=cast.citra.user)
    with pytest.raises(Refused, match="archived"):
        question.ask(by=ada.user, sentence=dispute, text="Why?")


def test_where_nobody_is_left_to_reply_nothing_is_asked(cast: Cast, ada: Membership, dispute: Sentence) -> None:
    for member in (cast.ani, cast.budi):
        membership.remove(member=member, by=cast.citra.user)
    with pytest.raises(Refused, match="Nobody who answered"):
        question.ask(by=ada.user, sentence=dispute, text="Why?")
    assert not Question.objects.exists()


def test_whoever_keeps_their_answer_says_why(cast: Cast, asked: Question) -> None:
    question.reply(by=cast.ani, question=asked, text=" The minister does. ")
    assert (Reply.objects.get().text, Annotation.objects.get(annotator=cast.ani.user).label.key) == (  # type: ignore[union-attr]  # they chose one
        "The minister does.",
        "claim",
    )


def test_a_changed_answer_is_an_amendment(cast: Cast, asked: Question) -> None:
    change(cast, asked)
    event = told("amended")
    assert (event.before["label"], event.after["label"], event.who) == ("claim", "denial", cast.ani.user)


def test_the_event_of_a_reply_says_what_changed(cast: Cast, asked: Question) -> None:
    change(cast, asked)
    event = told("replied")
    assert (event.before["label"], event.after["label"], event.after["changed"]) == ("claim", "denial", True)


def test_a_person_replies_once(cast: Cast, asked: Question) -> None:
    question.reply(by=cast.ani, question=asked)
    with pytest.raises(AlreadyHere, match="that reply stands"):
        change(cast, asked)
    assert Annotation.objects.get(annotator=cast.ani.user).label.key == "claim"  # type: ignore[union-attr]  # they chose one


def test_a_question_stays_open_until_everybody_replied(cast: Cast, asked: Question) -> None:
    question.reply(by=cast.ani, question=asked)
    assert is_open(asked)
    question.reply(by=cast.budi, question=asked)
    assert not is_open(asked)


def test_a_closed_question_takes_no_reply(cast: Cast, ada: Membership, asked: Question) -> None:
    question.take_back(by=ada.user, question=asked)
    with pytest.raises(Refused, match="closed"):
        question.reply(by=cast.ani, question=asked)


def test_an_answer_that_makes_no_sense_leaves_no_reply(cast: Cast, asked: Question) -> None:
    with pytest.raises(Refused, match="no label rumour"):
        change(cast, asked, "rumour")
    assert not Reply.objects.exists()


def test_an_act_about_another_sentence_is_refused(cast: Cast, asked: Question) -> None:
    other: Act = answer(asked.sentence_id + 1)
    with pytest.raises(Refused, match="name its sentence"):
        question.reply(by=cast.ani, question=asked, act=other)


def test_a_stranger_cannot_reply(cast: Cast, asked: Question) -> None:
    with pytest.raises(Refused, match="no answer to this sentence"):
        question.reply(by=cast.dewi, question=asked)


def test_who_was_asked_in_silence_too_is_asked_openly_only(cast: Cast, asked: Question) -> None:
    Repeat.objects.create(
        project=cast.project, sentence=asked.sentence, annotator=cast.ani.user, until="2100-01-01T00:00:00Z"
    )
    change(cast, asked)
    assert (Repeat.objects.exists(), Annotation.objects.get(annotator=cast.ani.user).label.key) == (False, "denial")  # type: ignore[union-attr]  # they chose one


def test_who_has_left_holds_nothing_up(cast: Cast, asked: Question) -> None:
    question.reply(by=cast.ani, question=asked)
    membership.remove(member=cast.budi, by=cast.citra.user)
    assert (question.follow(), is_open(asked)) == (1, False)


def test_who_undid_their_answer_holds_nothing_up(cast: Cast, asked: Question) -> None:
    question.reply(by=cast.ani, question=asked)
    annotate.submit(by=cast.budi, acts=[undo(asked.sentence_id)])
    assert (question.follow(cast.project), is_open(asked)) == (1, False)


def test_what_still_waits_is_left_open(cast: Cast, asked: Question) -> None:
    question.reply(by=cast.ani, question=asked)
    assert (question.follow(cast.project), is_open(asked)) == (0, True)


def test_a_decided_sentence_has_no_open_question(cast: Cast, ada: Membership, asked: Question) -> None:
    decide(by=ada.user, sentence=asked.sentence, label=cast.project.labels.get(key="claim"))
    question.follow()
    assert not is_open(asked)


def test_a_question_taken_back_waits_no_longer(cast: Cast, ada: Membership, asked: Question) -> None:
    question.take_back(by=ada.user, question=asked)
    assert (question.open_questions(cast.project), told("asked").after) == ([], {"taken_back": True})


def test_a_closed_question_is_not_taken_back(ada: Membership, asked: Question) -> None:
    question.take_back(by=ada.user, question=asked)
    with pytest.raises(Refused, match="closed already"):
        question.take_back(by=ada.user, question=asked)


def test_a_question_waits_for_those_who_have_not_replied(cast: Cast, asked: Question) -> None:
    question.reply(by=cast.ani, question=asked)
    assert [awaited.n_mine(one) for one in (cast.ani, cast.budi, cast.citra, cast.dewi)] == [0, 1, 0, 0]


def test_in_an_archived_project_nobody_is_waited_for(cast: Cast, asked: Question) -> None:
    archive(project=cast.project, by=cast.citra.user)
    assert awaited.n_mine(cast.ani) == 0


def test_adjudicators_see_the_replies_and_who_is_missing(cast: Cast, asked: Question) -> None:
    change(cast, asked)
    (shown,) = question.asked_about(asked.sentence)
    (said,) = shown.replies
    assert (said.was, said.now, said.changed, shown.waiting) == ("claim", "denial", True, [cast.budi.user_id])


def test_of_a_closed_question_nobody_is_missing(cast: Cast, ada: Membership, asked: Question) -> None:
    question.take_back(by=ada.user, question=asked)
    assert [one.waiting for one in question.asked_about(asked.sentence)] == [[]]
