"""The adjudicators' queue and the desk: what is shown when, and what is not."""

import re
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from labeling.flow import desk
from labeling.flow.adjudicate import decide
from labeling.flow.archive import archive
from labeling.models import (
    Dispute,
    Event,
    GuidelineExample,
    Membership,
    ModelVersion,
    Prediction,
    Project,
    Question,
    Sentence,
    Verdict,
)
from tests.cast import Cast, adjudicator
from tests.flow.disputing import dispute
from tests.flow.pool_of import pool_of
from tests.views.answering import answers
from tests.views.conftest import Budget

QUEUE = "/p/berita/disputes/"


@pytest.fixture
def ada(cast: Cast, client: Client) -> Client:
    """Signed in as ada, who was here a moment ago."""
    member = adjudicator(cast)
    Membership.objects.filter(pk=member.pk).update(seen_at=timezone.now())
    client.force_login(member.user)
    return client


@pytest.fixture
def sentence(cast: Cast) -> Sentence:
    """Ani says claim, budi says denial and why."""
    (row,) = pool_of(cast.project, 1)
    dispute(row, (cast.ani, "claim"))
    answers(cast.budi, row, "denial", comment="He answers a charge.")
    version = ModelVersion.objects.create(
        project=cast.project, number=1, path="x", sha256="x", n_labels=3, n_label_events=3
    )
    Project.objects.filter(pk=cast.project.pk).update(version=version)
    Prediction.objects.create(project=cast.project, sentence=row, version=version, shares={"claim": 0.71, "none": 0.29})
    return row


def page(client: Client, sentence: Sentence) -> str:
    return client.get(f"{QUEUE}{sentence.pk}/").content.decode()


def send(client: Client, cast: Cast, sentence: Sentence, label: str = "claim", **more: object) -> str:
    """What comes of deciding."""
    fields = {"label": cast.project.labels.get(key=label).pk, "key": uuid.uuid4(), **more}
    return client.post(f"{QUEUE}{sentence.pk}/", fields, follow=True).content.decode()


# The queue.


def test_start_leads_to_the_worst(ada: Client, cast: Cast) -> None:
    mild, worst = pool_of(cast.project, 2)
    dispute(mild, (cast.ani, "claim"), (cast.budi, "claim"), priority=0.1)
    dispute(worst, (cast.ani, None), priority=0.9)
    Project.objects.update(most_answers=1)
    assert ada.get(f"{QUEUE}next/").headers["Location"] == f"{QUEUE}{worst.pk}/"


def test_the_queue_says_how_many_are_ready(ada: Client, cast: Cast, sentence: Sentence) -> None:
    assert "1 sentence is ready for you" in ada.get(QUEUE).content.decode()


def test_an_empty_queue_says_when_something_comes(ada: Client) -> None:
    assert "Nothing is disputed" in ada.get(QUEUE).content.decode()


def test_one_who_answered_all_is_told_who_may_settle_them(citra: Client, cast: Cast) -> None:
    (row,) = pool_of(cast.project, 1)
    dispute(row, (cast.citra, "claim"), (cast.budi, "denial"))
    answers(cast.ani, row, "none")
    assert "invite another adjudicator" in citra.get(QUEUE).content.decode()


def test_what_waits_can_be_settled_all_the_same(ada: Client, cast: Cast, sentence: Sentence) -> None:
    ada.post(f"{QUEUE}{sentence.pk}/ask/", {"text": "Who says so?"})
    assert "1 sentence is ready" not in ada.get(QUEUE).content.decode()
    assert f"{QUEUE}{sentence.pk}/" in ada.get(f"{QUEUE}waiting/").content.decode()


def test_the_list_of_what_waits_tells_no_answers(ada: Client, cast: Cast, sentence: Sentence) -> None:
    ada.post(f"{QUEUE}{sentence.pk}/ask/", {"text": "Who says so?"})
    shown = ada.get(f"{QUEUE}waiting/").content.decode()
    assert [word for word in ("Claim", "Denial", "ani", "budi") if re.search(rf"\b{word}\b", shown)] == []


def test_the_queue_costs_the_same_however_many(ada: Client, cast: Cast, django_assert_max_num_queries: Budget) -> None:
    for one in pool_of(cast.project, 12):
        dispute(one, (cast.ani, "claim"), (cast.budi, "denial"))
    Event.objects.update(at="2026-01-01T00:00:00Z")
    ada.get(QUEUE)
    with django_assert_max_num_queries(12):
        ada.get(QUEUE)


def test_the_list_of_decisions_costs_the_same_however_many(
    ada: Client, cast: Cast, django_assert_max_num_queries: Budget
) -> None:
    for one in pool_of(cast.project, 12):
        decide(by=cast.citra.user, sentence=one, label=cast.project.labels.get(key="claim"))
    with django_assert_max_num_queries(5):
        assert ada.get(f"{QUEUE}decided/").content.decode().count("Claim") == 12


def test_who_decided_is_hidden_as_long_as_the_owner_wishes(ada: Client, cast: Cast, sentence: Sentence) -> None:
    decide(by=cast.citra.user, sentence=sentence, label=cast.project.labels.get(key="claim"))
    shown = []
    for hides in (True, False):
        Project.objects.update(hides_names=hides)
        shown.append("citra" in ada.get(f"{QUEUE}decided/").content.decode())
    assert shown == [False, True]


# Step one, blind.


def test_nothing_of_the_answers_is_on_the_page_before_one_decides(ada: Client, sentence: Sentence) -> None:
    shown = page(ada, sentence)
    told = ("ani", "budi", "Annotator", "answers a charge", "71", "/why/", "Who said what", "2.0")
    assert sentence.text in shown
    assert [word for word in told if re.search(rf"(?<!\w){word}(?!\w)", shown)] == []


def test_an_earlier_verdict_of_another_is_not_told_before_one_decides(
    ada: Client, cast: Cast, sentence: Sentence
) -> None:
    label = cast.project.labels.get(key="condemnation")
    decide(by=cast.citra.user, sentence=sentence, label=label, reason="So it seems.")
    Verdict.objects.all().delete()
    assert ("citra" in page(ada, sentence), "So it seems" in page(ada, sentence)) == (False, False)


def test_all_labels_have_their_digits(ada: Client, cast: Cast, sentence: Sentence) -> None:
    assert re.findall(r'data-digit="(\d)"', page(ada, sentence)) == ["1", "2", "3", "4"]


def test_opening_a_sentence_takes_it_in_hand(ada: Client, cast: Cast, sentence: Sentence) -> None:
    page(ada, sentence)
    assert Dispute.objects.get().adjudicator == Membership.objects.get(role="adjudicator").user


def test_what_another_has_in_hand_is_not_shown(ada: Client, cast: Cast, sentence: Sentence) -> None:
    desk.claim(by=cast.citra.user, sentence=sentence)
    shown = ada.get(f"{QUEUE}{sentence.pk}/", follow=True).content.decode()
    assert ("has this sentence in hand" in shown, sentence.text in shown) == (True, False)


def test_nobody_sees_at_the_desk_what_they_answered(citra: Client, cast: Cast, sentence: Sentence) -> None:
    answers(cast.citra, sentence, "claim")
    shown = citra.get(f"{QUEUE}{sentence.pk}/", follow=True).content.decode()
    assert ("You answered this sentence yourself" in shown, "Who said what" in shown) == (True, False)


def test_an_archived_project_shows_why_nothing_is_decided(ada: Client, cast: Cast, sentence: Sentence) -> None:
    archive(project=cast.project, by=cast.citra.user)
    assert "archived and read only" in ada.get(f"{QUEUE}{sentence.pk}/", follow=True).content.decode()


def test_leaving_a_sentence_goes_on_to_another(ada: Client, cast: Cast, sentence: Sentence) -> None:
    (other,) = pool_of(cast.project, 1)
    dispute(other, (cast.ani, "claim"), (cast.budi, "denial"), priority=0.001)
    page(ada, sentence)
    assert other.text in ada.post(f"{QUEUE}{sentence.pk}/leave/", follow=True).content.decode()


def test_renewing_what_another_has_by_now_says_so(ada: Client, cast: Cast, sentence: Sentence) -> None:
    desk.claim(by=cast.citra.user, sentence=sentence)
    assert ada.post(f"{QUEUE}{sentence.pk}/renew/").status_code == 409


def test_a_decision_without_a_label_says_what_to_do(ada: Client, sentence: Sentence) -> None:
    answer = ada.post(f"{QUEUE}{sentence.pk}/", {"blind": "1"})
    assert (answer.status_code, "Choose a label first." in answer.content.decode()) == (422, True)


def test_a_label_of_another_project_decides_nothing(ada: Client, cast: Cast, sentence: Sentence) -> None:
    ada.post(f"{QUEUE}{sentence.pk}/", {"label": cast.elsewhere.labels.get(key="claim").pk, "blind": "1"})
    assert not Verdict.objects.exists()


def test_step_one_costs_few_queries(ada: Client, sentence: Sentence, django_assert_max_num_queries: Budget) -> None:
    with django_assert_max_num_queries(15):
        page(ada, sentence)


# Step two.


def test_a_blind_decision_is_kept_as_both(ada: Client, cast: Cast, sentence: Sentence) -> None:
    send(ada, cast, sentence, blind="1")
    assert Verdict.objects.values_list("label__key", "blind_label__key").get() == ("claim", "claim")


def test_everything_is_shown_once_one_has_decided(ada: Client, cast: Cast, sentence: Sentence) -> None:
    shown = send(ada, cast, sentence, blind="1")
    told = ("You decided:", "Annotator A", "Annotator B", "He answers a charge.", "71 %", "/why/")
    assert [words for words in told if words not in shown] == []


@pytest.mark.parametrize(("hides", "shown"), [(True, (True, False)), (False, (False, True))])
def test_names_are_hidden_as_long_as_the_owner_wishes(
    ada: Client, cast: Cast, sentence: Sentence, hides: bool, shown: tuple[bool, bool]
) -> None:
    Project.objects.update(hides_names=hides)
    told = send(ada, cast, sentence, blind="1")
    assert ("Annotator A" in told, '<th scope="row">budi</th>' in told) == shown


def test_an_owner_sees_the_names(citra: Client, cast: Cast, sentence: Sentence) -> None:
    assert '<th scope="row">budi</th>' in send(citra, cast, sentence, blind="1")


def test_a_comment_is_no_markup(ada: Client, cast: Cast, sentence: Sentence) -> None:
    cast.project.annotations.update(comment="<script>alert(1)</script>")
    assert "<script>alert" not in send(ada, cast, sentence, blind="1")


def test_the_label_reason_and_kind_can_be_changed(ada: Client, cast: Cast, sentence: Sentence) -> None:
    send(ada, cast, sentence, blind="1")
    send(ada, cast, sentence, "denial", reason="He answers.", error_kind="slip", then="next")
    told = Verdict.objects.values_list("label__key", "blind_label__key", "reason", "error_kind").get()
    assert told == ("denial", "claim", "He answers.", "slip")


def test_the_page_remembers_what_was_decided_blind(ada: Client, cast: Cast, sentence: Sentence) -> None:
    send(ada, cast, sentence, blind="1")
    assert "Before the answers were seen: Claim." in send(ada, cast, sentence, "denial")


def test_a_second_press_with_another_label_says_what_was_decided(ada: Client, cast: Cast, sentence: Sentence) -> None:
    key = uuid.uuid4()
    send(ada, cast, sentence, "claim", blind="1", key=key)
    assert "You had decided this sentence already: Claim." in send(ada, cast, sentence, "denial", blind="1", key=key)


def test_one_click_makes_it_an_example(ada: Client, cast: Cast, sentence: Sentence) -> None:
    send(ada, cast, sentence, blind="1")
    send(ada, cast, sentence, reason="He says so himself.", then="example")
    found = GuidelineExample.objects.values_list("label__key", "note").get()
    assert found == ("claim", "He says so himself.")


def test_a_sentence_of_the_audit_sample_says_why_it_is_no_example(ada: Client, cast: Cast) -> None:
    (row,) = pool_of(cast.project, 1, audit=1)
    shown = send(ada, cast, row, blind="1")
    assert ("in the audit sample" in shown, "Make it an example" in shown.partition("<dialog")[0]) == (True, False)


def test_taking_a_decision_back_shows_the_sentence_with_its_answers(
    ada: Client, cast: Cast, sentence: Sentence
) -> None:
    send(ada, cast, sentence, blind="1")
    shown = ada.post(f"{QUEUE}{sentence.pk}/undo/", follow=True).content.decode()
    assert ("will not count as blind" in shown, Verdict.objects.exists()) == (True, False)


def test_the_next_sentence_offers_to_undo_the_last(ada: Client, cast: Cast, sentence: Sentence) -> None:
    (other,) = pool_of(cast.project, 1)
    send(ada, cast, sentence, blind="1")
    assert f"{QUEUE}{sentence.pk}/undo/" in page(ada, other)


def test_sending_back_takes_the_decision_back_and_asks(ada: Client, cast: Cast, sentence: Sentence) -> None:
    send(ada, cast, sentence, blind="1")
    ada.post(f"{QUEUE}{sentence.pk}/ask/", {"text": "Who says so?"})
    assert (Verdict.objects.exists(), Question.objects.get().text) == (False, "Who says so?")


def test_a_question_without_words_says_what_to_do(ada: Client, sentence: Sentence) -> None:
    answer = ada.post(f"{QUEUE}{sentence.pk}/ask/", {"text": " "})
    assert (answer.status_code, "Write the question first." in answer.content.decode()) == (422, True)


def test_step_two_costs_few_queries(
    ada: Client, cast: Cast, sentence: Sentence, django_assert_max_num_queries: Budget
) -> None:
    send(ada, cast, sentence, blind="1")
    with django_assert_max_num_queries(22):
        page(ada, sentence)


# Later.


def test_a_decision_of_another_is_shown_with_its_history(citra: Client, ada: Client, cast: Cast) -> None:
    (row,) = pool_of(cast.project, 1)
    by = Membership.objects.get(role="adjudicator").user
    for key in ("claim", "denial"):
        decide(by=by, sentence=row, label=cast.project.labels.get(key=key), reason=f"It is a {key}.")
    citra.force_login(cast.citra.user)
    shown = page(citra, row)
    assert [words for words in ("ada decided:", "It is a claim.", "It is a denial.") if words not in shown] == []


def test_a_decision_of_another_can_be_changed(citra: Client, cast: Cast, sentence: Sentence) -> None:
    decide(by=adjudicator(cast).user, sentence=sentence, label=cast.project.labels.get(key="claim"))
    send(citra, cast, sentence, "denial")
    assert Verdict.objects.values_list("label__key", "decided_by__username").get() == ("denial", "citra")


def test_who_answered_reads_a_decision_and_changes_nothing(citra: Client, cast: Cast, sentence: Sentence) -> None:
    answers(cast.citra, sentence, "claim")
    decide(by=adjudicator(cast).user, sentence=sentence, label=cast.project.labels.get(key="claim"))
    shown = page(citra, sentence)
    assert ("You answered this sentence yourself" in shown, 'name="reason"' in shown) == (True, False)


# Names elsewhere.


@pytest.mark.parametrize("hides", [True, False])
def test_the_list_of_sentences_tells_who_answered_as_long_as_names_are_shown(
    ada: Client, cast: Cast, sentence: Sentence, hides: bool
) -> None:
    Project.objects.update(hides_names=hides)
    told = ada.get(f"/p/berita/sentences/?annotator={cast.dewi.user_id}").status_code
    assert told == (200 if hides else 422)


def test_a_sentences_page_hides_who_decided_it(ada: Client, cast: Cast, sentence: Sentence) -> None:
    decide(by=cast.citra.user, sentence=sentence, label=cast.project.labels.get(key="claim"), reason="He says so.")
    shown = ada.get(f"/p/berita/sentences/{sentence.pk}/").content.decode()
    assert ("He says so." in shown, "citra" in shown) == (True, False)
