"""Sentences as examples, on the pages."""

import pytest
from django.test import Client

from labeling.models import GuidelineExample, Sentence
from tests.cast import Cast
from tests.flow.pool_of import pool_of


@pytest.fixture
def sentence(cast: Cast) -> Sentence:
    return pool_of(cast.project, 1)[0]


def send(client: Client, sentence: Sentence, cast: Cast, key: str = "claim", note: str = "") -> str:
    fields = {"label": cast.project.labels.get(key=key).pk, "note": note}
    return client.post(f"/p/berita/sentences/{sentence.pk}/example/", fields, follow=True).content.decode()


def test_an_example_stands_in_the_guideline_with_its_language(citra: Client, cast: Cast, sentence: Sentence) -> None:
    page = send(citra, sentence, cast)
    assert f'<blockquote class="sentence" lang="en">{sentence.text}</blockquote>' in page


def test_annotators_see_it_with_its_note_and_cannot_remove_it(citra: Client, cast: Cast, sentence: Sentence) -> None:
    send(citra, sentence, cast, note="Somebody says so.")
    citra.force_login(cast.ani.user)
    page = citra.get("/p/berita/guideline/text/").content.decode()
    assert ("Somebody says so." in page, "Remove the example" in page) == (True, False)


def test_a_sentence_of_the_audit_sample_is_not_taken_and_the_page_says_why(citra: Client, cast: Cast) -> None:
    (drawn,) = pool_of(cast.project, 1, audit=1)
    assert ("audit sample" in send(citra, drawn, cast), GuidelineExample.objects.exists()) == (True, False)


def test_without_a_label_it_is_not_taken(citra: Client, sentence: Sentence) -> None:
    assert citra.post(f"/p/berita/sentences/{sentence.pk}/example/", {}).status_code == 422


def test_an_example_can_be_removed(citra: Client, cast: Cast, sentence: Sentence) -> None:
    send(citra, sentence, cast)
    row = GuidelineExample.objects.get()
    page = citra.post(f"/p/berita/guideline/examples/{row.pk}/remove/", follow=True).content.decode()
    assert ("<blockquote" in page, "No examples yet" in page) == (False, True)


def test_an_article_leads_to_it(citra: Client, sentence: Sentence) -> None:
    page = citra.get(f"/p/berita/articles/{sentence.source_id}/").content.decode()
    assert f"/p/berita/sentences/{sentence.pk}/example/" in page
