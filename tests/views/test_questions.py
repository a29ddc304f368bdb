"""The page of questions to a person, and the notices that lead to it."""

import uuid

import pytest
from django.test import Client

from labeling.flow import question
from labeling.models import Annotation, Event, Membership, Question, Reply, Sentence, Unit
from tests.cast import Cast, adjudicator
from tests.flow.pool_of import pool_of
from tests.views.answering import answers
from tests.views.conftest import Budget

PAGE = "/p/berita/questions/"
WAITS = "asks about 1 of your sentences"


@pytest.fixture
def dispute(cast: Cast) -> Sentence:
    """Ani says claim, budi says denial of the second sentence of an article of three."""
    _first, sentence, _last = pool_of(cast.project, 3)
    answers(cast.ani, sentence, "claim", comment="He says so.", boilerplate=True)
    answers(cast.budi, sentence, "denial", comment="He takes it back.")
    return sentence


@pytest.fixture
def asked(cast: Cast, dispute: Sentence) -> Question:
    return question.ask(by=adjudicator(cast).user, sentence=dispute, text="Who speaks <here>?")


@pytest.fixture
def ani(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ani.user)
    return client


def shown(client: Client, path: str = PAGE) -> str:
    return client.get(path).content.decode()


def send(client: Client, asked: Question, answer: str, **more: str) -> int:
    fields = {"key": str(uuid.uuid4()), "answer": answer, "second_label": "", "text": "I misread."} | more
    return client.post(f"{PAGE}{asked.pk}/", fields).status_code


def said(member: Membership) -> Annotation:
    return Annotation.objects.select_related("label", "second_label").get(annotator=member.user_id)


def test_a_question_names_who_asks_and_shows_ones_own_answer(ani: Client, asked: Question) -> None:
    page = shown(ani)
    assert all(text in page for text in ("ada asks", "Who speaks &lt;here&gt;?", "He says so.", "boilerplate"))


def test_nobody_elses_answer_is_shown(ani: Client, asked: Question) -> None:
    assert "He takes it back." not in shown(ani)


def test_the_sentence_stands_between_its_neighbours(ani: Client, asked: Question) -> None:
    page = shown(ani)
    assert [f"bridge {number} is open" in page for number in range(3)] == [True, True, True]


def test_sentences_of_a_list_have_no_neighbours(ani: Client, asked: Question, dispute: Sentence) -> None:
    dispute.source.unit = Unit.SENTENCE
    dispute.source.save(update_fields=["unit"])
    assert [f"bridge {number} is open" in shown(ani) for number in range(3)] == [False, True, False]


def test_without_a_question_the_page_says_when_there_is_one(ani: Client, dispute: Sentence) -> None:
    assert "Nobody asks you anything" in shown(ani)


def test_keeping_leaves_the_answer_as_it_was(cast: Cast, ani: Client, asked: Question) -> None:
    assert send(ani, asked, "keep") == 302
    assert (Reply.objects.get().text, Event.objects.filter(verb="amended").exists()) == ("I misread.", False)


def test_choosing_the_same_label_is_keeping(cast: Cast, ani: Client, asked: Question) -> None:
    send(ani, asked, "label-claim")
    assert not Event.objects.filter(verb="amended").exists()


def test_another_label_is_kept_with_the_comment_and_the_time_of_the_first_reading(
    cast: Cast, ani: Client, asked: Question
) -> None:
    send(ani, asked, "label-denial", second_label="claim")
    kept = said(cast.ani)
    assert [str(kept.label), str(kept.second_label)] == ["Denial", "Claim"]
    assert (kept.comment, kept.seconds, kept.boilerplate) == ("He says so.", 2.0, False)


def test_a_second_label_alone_is_a_change(cast: Cast, ani: Client, asked: Question) -> None:
    send(ani, asked, "label-claim", second_label="denial")
    assert (str(said(cast.ani).second_label), said(cast.ani).boilerplate) == ("Denial", True)


def test_an_answer_may_become_unsure(cast: Cast, ani: Client, asked: Question) -> None:
    send(ani, asked, "unsure", second_label="denial")
    assert (said(cast.ani).unsure, said(cast.ani).label, said(cast.ani).second_label) == (True, None, None)


def test_without_a_choice_nothing_is_kept_and_the_words_stay_in_the_form(ani: Client, asked: Question) -> None:
    fields = {"key": str(uuid.uuid4()), "text": "The minister speaks."}
    response = ani.post(f"{PAGE}{asked.pk}/", fields)
    page = response.content.decode()
    assert (response.status_code, "The minister speaks." in page, "stays or becomes another" in page) == (
        422,
        True,
        True,
    )


@pytest.mark.parametrize("wrong", [{"text": "a" * 2_001}, {"key": "none"}, {"answer": "label-rumour"}])
def test_a_form_that_makes_no_sense_is_refused(ani: Client, asked: Question, wrong: dict[str, str]) -> None:
    assert send(ani, asked, **({"answer": "keep"} | wrong)) == 422
    assert not Reply.objects.exists()


def test_a_reply_that_is_sent_twice_is_no_error(ani: Client, asked: Question) -> None:
    send(ani, asked, "label-denial")
    assert send(ani, asked, "label-denial") == 302
    assert "that reply stands" in shown(ani)


def test_a_question_that_was_closed_meanwhile_says_so(cast: Cast, ani: Client, asked: Question) -> None:
    question.take_back(by=cast.citra.user, question=asked)
    fields = {"key": str(uuid.uuid4()), "answer": "keep"}
    response = ani.post(f"{PAGE}{asked.pk}/", fields)
    assert (response.status_code, "This question is closed" in response.content.decode()) == (422, True)


def test_who_was_not_asked_has_no_such_page(cast: Cast, client: Client, asked: Question) -> None:
    client.force_login(cast.citra.user)
    assert send(client, asked, "keep") == 404


def test_what_was_answered_stands_below(ani: Client, asked: Question) -> None:
    send(ani, asked, "label-denial")
    page = shown(ani)
    assert page.index("Answered") < page.index("Denial") < page.index("I misread.")


def test_the_page_reads_in_indonesian(ani: Client, asked: Question) -> None:
    ani.cookies["django_language"] = "id"
    assert "ada bertanya" in shown(ani)


def test_adjudicators_see_what_waits_and_who_asks_sees_their_words(
    cast: Cast, citra: Client, client: Client, asked: Question
) -> None:
    seen = shown(citra)
    client.force_login(asked.asked_by)
    assert ("still to come: 2" in seen, "Who speaks" in seen, "Who speaks" in shown(client)) == (True, False, True)


def test_an_adjudicator_takes_a_question_back(citra: Client, asked: Question) -> None:
    citra.post(f"{PAGE}{asked.pk}/take-back/")
    assert Question.objects.filter(closed_at__isnull=False).exists()
    assert "waits for no more replies" in shown(citra)


def test_annotators_take_nothing_back(ani: Client, asked: Question) -> None:
    assert ani.post(f"{PAGE}{asked.pk}/take-back/").status_code == 404


def test_the_page_costs_the_same_however_many(
    cast: Cast, ani: Client, asked: Question, django_assert_max_num_queries: Budget
) -> None:
    for sentence in pool_of(cast.project, 4):
        answers(cast.ani, sentence, "claim")
        question.ask(by=asked.asked_by, sentence=sentence, text="Why?")
    with django_assert_max_num_queries(9):
        assert shown(ani).count("<form") == 7


@pytest.mark.parametrize("path", ["/p/berita/annotate/", "/p/berita/questions/news/"])
def test_the_labelling_page_says_that_questions_wait(ani: Client, asked: Question, path: str) -> None:
    assert WAITS in shown(ani, path)


def test_it_says_nothing_of_it_to_others(cast: Cast, client: Client, asked: Question) -> None:
    client.force_login(cast.citra.user)
    assert "of your sentences" not in shown(client, "/p/berita/annotate/")


def test_the_overview_says_it_too(cast: Cast, citra: Client, dispute: Sentence) -> None:
    answers(cast.citra, dispute, "claim")
    question.ask(by=adjudicator(cast).user, sentence=dispute, text="Why?")
    assert WAITS in shown(citra, "/p/berita/")


def test_a_page_that_says_it_already_is_told_nothing_new(ani: Client, asked: Question) -> None:
    assert ani.get(f"{PAGE}news/?known=1").status_code == 204
