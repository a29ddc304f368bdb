"""Why the model reads a sentence as it does: who sees it, when, and how it is asked for."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models.functions import Now
from django.test import Client

from labeling.flow import queue
from labeling.flow.adjudicate import decide
from labeling.models import Explanation, Kind, Lease, ModelVersion, QueueEntry, Run, RunState, Sentence
from tests.cast import Cast
from tests.flow.pool_of import pool_of
from tests.views.answering import answers
from tests.views.conftest import Budget
from tests.views.test_model import version

# Speaker 0 says that bridge 0 is open.
SAYS = {"text": "says", "start": 10, "end": 14, "weight": 0.6}
OPEN = {"text": "open", "start": 32, "end": 36, "weight": 0.2}
WORDS = [
    {"label": "denial", "probability": 0.25, "for": [OPEN], "against": [SAYS]},
    {"label": "claim", "probability": 0.75, "for": [SAYS], "against": []},
]


@pytest.fixture
def sentence(cast: Cast) -> Sentence:
    return pool_of(cast.project, 3)[0]


@pytest.fixture
def model(cast: Cast) -> ModelVersion:
    return version(cast, 1)


def explained(model: ModelVersion, sentence: Sentence) -> None:
    Explanation.objects.create(project=model.project, version=model, sentence=sentence, words=WORDS)


def shown(citra: Client, sentence: Sentence) -> str:
    return citra.get(f"/p/berita/sentences/{sentence.pk}/why/").content.decode()


def test_the_first_look_owes_the_work(citra: Client, sentence: Sentence, model: ModelVersion) -> None:
    page = shown(citra, sentence)
    run = Run.objects.get()
    assert (run.kind, run.options) == (Kind.EXPLAIN, {"sentence": sentence.pk, "version": model.pk})
    assert ('hx-trigger="every 1s"' in page, "waits for a worker" in page) == (True, True)


def test_looking_again_owes_nothing_more(citra: Client, sentence: Sentence, model: ModelVersion) -> None:
    shown(citra, sentence)
    Run.objects.update(state=RunState.RUNNING)
    assert ("at work" in shown(citra, sentence), Run.objects.count()) == (True, 1)


def test_two_sentences_are_owed_at_once(citra: Client, cast: Cast, model: ModelVersion) -> None:
    for one in pool_of(cast.project, 2):
        shown(citra, one)
    assert Run.objects.unfinished().count() == 2


def test_a_failure_is_shown_and_tried_again_when_asked(citra: Client, sentence: Sentence, model: ModelVersion) -> None:
    shown(citra, sentence)
    Run.objects.update(state=RunState.FAILED, error="The model file is gone.")
    page = shown(citra, sentence)
    assert ("The model file is gone." in page, "hx-trigger" in page, Run.objects.count()) == (True, False, 1)
    citra.post(f"/p/berita/sentences/{sentence.pk}/why/")
    assert Run.objects.unfinished().count() == 1


def test_a_newer_version_is_asked_anew(citra: Client, cast: Cast, sentence: Sentence, model: ModelVersion) -> None:
    explained(model, sentence)
    version(cast, 2)
    assert "waits for a worker" in shown(citra, sentence)


def test_what_was_explained_is_shown_without_any_work(citra: Client, sentence: Sentence, model: ModelVersion) -> None:
    explained(model, sentence)
    page = shown(citra, sentence)
    assert ('<mark class="for">says</mark>' in page, "hx-trigger" in page, Run.objects.exists()) == (True, False, False)


def test_the_likeliest_label_comes_first(citra: Client, sentence: Sentence, model: ModelVersion) -> None:
    explained(model, sentence)
    page = shown(citra, sentence)
    assert page.index("<strong>Claim</strong>") < page.index("<strong>Denial</strong>")


def test_words_say_in_words_which_side_they_are_on(citra: Client, sentence: Sentence, model: ModelVersion) -> None:
    explained(model, sentence)
    page = shown(citra, sentence)
    assert ("<td>for</td>" in page, "<td>against</td>" in page, "0.600" in page) == (True, True, True)


def test_the_probability_is_shown(citra: Client, sentence: Sentence, model: ModelVersion) -> None:
    explained(model, sentence)
    assert '<span class="number">0.75</span>' in shown(citra, sentence)


def test_the_page_speaks_indonesian(citra: Client, sentence: Sentence, model: ModelVersion) -> None:
    explained(model, sentence)
    citra.cookies[settings.LANGUAGE_COOKIE_NAME] = "id"
    page = shown(citra, sentence)
    assert ("<td>mendukung</td>" in page, "<strong>Klaim</strong>" in page) == (True, True)


def test_without_a_model_the_page_says_so(citra: Client, sentence: Sentence) -> None:
    assert ("There is no model yet." in shown(citra, sentence), Run.objects.exists()) == (True, False)


def lent(cast: Cast) -> Sentence:
    return Sentence.objects.get(pk=queue.take(by=cast.citra, want=1)[0].sentence_id)


def test_whoever_has_the_sentence_in_hand_is_refused(
    citra: Client, cast: Cast, sentence: Sentence, model: ModelVersion
) -> None:
    mine = lent(cast)
    explained(model, mine)
    page = shown(citra, mine)
    assert ("This sentence is in your hand." in page, "<mark" in page) == (True, False)


def test_whoever_took_an_answer_back_is_refused_again(
    citra: Client, cast: Cast, sentence: Sentence, model: ModelVersion
) -> None:
    Lease.objects.create(
        project=cast.project, sentence=sentence, annotator=cast.citra.user, until=Now() + queue.LEASE, selection="seed"
    )
    answers(cast.citra, sentence, "claim", state="withdrawn")
    assert "This sentence is in your hand." in shown(citra, sentence)


def test_somebody_elses_hand_hides_nothing(citra: Client, cast: Cast, sentence: Sentence, model: ModelVersion) -> None:
    queue.take(by=cast.ani)
    explained(model, sentence)
    assert "<mark" in shown(citra, sentence)


def test_a_lease_that_ran_out_hides_nothing(citra: Client, cast: Cast, sentence: Sentence, model: ModelVersion) -> None:
    mine = lent(cast)
    explained(model, mine)
    Lease.objects.update(until=Now() - timedelta(seconds=1))
    assert "<mark" in shown(citra, mine)


def test_a_refused_look_owes_no_work(citra: Client, cast: Cast, sentence: Sentence, model: ModelVersion) -> None:
    shown(citra, lent(cast))
    assert not Run.objects.exists()


def test_a_text_with_markup_is_escaped(citra: Client, sentence: Sentence, model: ModelVersion) -> None:
    Sentence.objects.filter(pk=sentence.pk).update(text="<b>a</b> says that it is and was open.")
    explained(model, sentence)
    assert "<b>a" not in shown(citra, sentence)


def test_an_article_leads_to_it(citra: Client, sentence: Sentence, model: ModelVersion) -> None:
    page = citra.get(f"/p/berita/articles/{sentence.source_id}/").content.decode()
    assert f"/p/berita/sentences/{sentence.pk}/why/" in page


def test_without_a_model_no_article_leads_to_it(citra: Client, sentence: Sentence) -> None:
    assert "/why/" not in citra.get(f"/p/berita/articles/{sentence.source_id}/").content.decode()


def test_a_decided_dispute_leads_to_it(citra: Client, cast: Cast, sentence: Sentence, model: ModelVersion) -> None:
    answers(cast.ani, sentence, "claim")
    answers(cast.budi, sentence, "denial")
    decide(by=cast.citra.user, sentence=sentence, label=cast.project.labels.get(key="claim"))
    page = citra.get(f"/p/berita/disputes/{sentence.pk}/").content.decode()
    assert f"/p/berita/sentences/{sentence.pk}/why/" in page


def test_the_page_costs_the_same_however_much_there_is(
    citra: Client, cast: Cast, sentence: Sentence, model: ModelVersion, django_assert_max_num_queries: Budget
) -> None:
    for place, one in enumerate(pool_of(cast.project, 20)):
        explained(model, one)
        QueueEntry.objects.create(
            project=cast.project, version=model, place=place, sentence=one, selection="diverse", score=0.5
        )
    explained(model, sentence)
    with django_assert_max_num_queries(7):
        shown(citra, sentence)
