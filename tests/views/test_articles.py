"""Importing, the list of articles, and one as it reads."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from labeling.models import Kind, Run, Source, Upload, Verdict
from tests.cast import Cast
from tests.flow.pool_of import pool_of
from tests.views.answering import answers
from tests.views.conftest import Budget

PASTE = {"title": "Pasar", "text": "Bupati membantah kabar itu.", "lang": "id"}


def test_a_paste_leads_to_its_run(citra: Client) -> None:
    response = citra.post("/p/berita/articles/", PASTE)
    assert response.headers["Location"] == f"/p/berita/runs/{Run.objects.get().pk}/"


def test_a_paste_owes_an_import(citra: Client) -> None:
    citra.post("/p/berita/articles/", PASTE)
    assert Run.objects.get().kind == Kind.IMPORT


def test_a_paste_keeps_its_title(citra: Client) -> None:
    citra.post("/p/berita/articles/", PASTE)
    assert Upload.objects.get().options == {"title": "Pasar"}


def test_an_upload_is_kept_as_it_came(citra: Client) -> None:
    citra.post("/p/berita/articles/", {"file": SimpleUploadedFile("a.csv", b"text\nOne.\n"), "unit": "sentence"})
    upload = Upload.objects.get()
    assert (upload.name, upload.format, upload.unit) == ("a.csv", "csv", "sentence")


def test_the_column_that_holds_the_text_may_have_another_name(citra: Client) -> None:
    sent = {"file": SimpleUploadedFile("a.csv", b"kalimat\nSatu.\n"), "unit": "sentence", "text_column": "kalimat"}
    citra.post("/p/berita/articles/", sent)
    assert Upload.objects.get().options == {"columns": {"text": "kalimat"}}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "one of the two"),
        ({"text": "A.", "file": SimpleUploadedFile("a.txt", b"B.")}, "one of the two"),
        ({"file": SimpleUploadedFile("a.exe", b"MZ")}, "does not end like a file that can be read"),
        ({"file": SimpleUploadedFile("a.txt", b"")}, "is empty"),
        ({"text": "A\0B"}, "Null characters are not allowed"),
        ({"text": "A.", "lang": "xx"}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_imported_is_refused_with_a_sentence(citra: Client, sent: dict[str, object], said: str) -> None:
    assert said in citra.post("/p/berita/articles/", sent).content.decode()


def test_the_same_bytes_twice_are_named_not_doubled(citra: Client) -> None:
    citra.post("/p/berita/articles/", PASTE)
    assert "is here already" in citra.post("/p/berita/articles/", PASTE).content.decode()


def test_an_empty_project_says_how_to_begin(citra: Client) -> None:
    assert "No articles yet" in citra.get("/p/berita/articles/").content.decode()


def test_long_lists_go_on_by_key(citra: Client, cast: Cast) -> None:
    rows = [Source(project=cast.project, title=f"T{n:03}", lang="en", text="x", sha256=str(n)) for n in range(60)]
    Source.objects.bulk_create(rows)
    first = Source.objects.order_by("-pk")[49].pk
    assert f"?before={first}" in citra.get("/p/berita/articles/").content.decode()


def test_the_next_page_shows_what_the_first_did_not(citra: Client, cast: Cast) -> None:
    rows = [Source(project=cast.project, title=f"T{n:03}", lang="en", text="x", sha256=str(n)) for n in range(60)]
    Source.objects.bulk_create(rows)
    key = Source.objects.order_by("-pk")[49].pk
    page = citra.get(f"/p/berita/articles/?before={key}").content.decode()
    assert ("T009" in page, "T010" in page) == (True, False)


@pytest.mark.parametrize("key", ["x", "-1", "9" * 30, "٣"])
def test_a_key_that_makes_no_sense_shows_the_first_page(citra: Client, key: str) -> None:
    assert citra.get("/p/berita/articles/", {"before": key}).status_code == 200


def test_the_list_never_reads_the_texts(citra: Client, cast: Cast, django_assert_max_num_queries: Budget) -> None:
    pool_of(cast.project, 3)
    with django_assert_max_num_queries(5):
        citra.get("/p/berita/articles/")


def test_a_sentence_shows_what_it_settled_on(citra: Client, cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    answers(cast.ani, sentence, "denial")
    page = citra.get(f"/p/berita/articles/{sentence.source_id}/").content.decode()
    assert '<span class="badge ok">Denial</span>' in page


def test_differing_answers_are_shown_as_disputed(citra: Client, cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    answers(cast.ani, sentence, "denial")
    answers(cast.budi, sentence, "claim")
    assert ">disputed</a>" in citra.get(f"/p/berita/articles/{sentence.source_id}/").content.decode()


def test_a_decision_settles_a_dispute(citra: Client, cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    answers(cast.ani, sentence, "denial")
    answers(cast.budi, sentence, "claim")
    label = cast.project.labels.get(key="claim")
    Verdict.objects.create(project=cast.project, sentence=sentence, label=label, decided_by=cast.citra.user)
    assert "Claim · decided" in citra.get(f"/p/berita/articles/{sentence.source_id}/").content.decode()


def test_a_long_article_is_read_in_pages(citra: Client, cast: Cast) -> None:
    source = pool_of(cast.project, 250)[0].source_id
    assert "bridge 249 " in citra.get(f"/p/berita/articles/{source}/?after=199").content.decode()


def test_an_article_costs_the_same_with_many_answers(
    citra: Client, cast: Cast, django_assert_max_num_queries: Budget
) -> None:
    sentences = pool_of(cast.project, 20)
    for one in sentences:
        answers(cast.ani, one, "claim")
    with django_assert_max_num_queries(11):
        citra.get(f"/p/berita/articles/{sentences[0].source_id}/")


def test_script_in_an_article_is_shown_as_text(citra: Client, cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    hostile = "<script>alert(1)</script>"
    type(sentence).objects.filter(pk=sentence.pk).update(text=hostile)
    Source.objects.filter(pk=sentence.source_id).update(title=hostile, publisher=hostile)
    assert hostile not in citra.get(f"/p/berita/articles/{sentence.source_id}/").content.decode()


def test_the_page_says_which_columns_are_understood(citra: Client) -> None:
    assert "published_at, article, label, annotator" in citra.get("/p/berita/articles/").content.decode()
