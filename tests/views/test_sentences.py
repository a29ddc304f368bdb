"""The list of sentences, one of them closely, and what an owner may do with it."""

import pytest
from django.test import Client

from labeling.models import Sentence, Source
from tests.cast import Cast, adjudicator
from tests.flow.pool_of import pool_of
from tests.views.answering import answers
from tests.views.conftest import Budget

LIST = "/p/berita/sentences/"


def one(cast: Cast) -> Sentence:
    return pool_of(cast.project, 3)[1]


def shown(client: Client, path: str, **query: str) -> str:
    return client.get(path, query).content.decode()


def test_the_list_shows_sentences_and_their_articles(citra: Client, cast: Cast) -> None:
    pool_of(cast.project, 1)
    page = shown(citra, LIST)
    assert ("Speaker 0 says" in page, ">Bridges</a>" in page) == (True, True)


def test_an_empty_project_says_what_to_do(citra: Client) -> None:
    assert "Import articles first" in shown(citra, LIST)


def test_a_filter_that_finds_nothing_says_what_to_do(citra: Client, cast: Cast) -> None:
    pool_of(cast.project, 1)
    assert "Take away a filter" in shown(citra, LIST, q="volcano")


def test_the_filters_of_the_address_are_in_the_form(citra: Client, cast: Cast) -> None:
    pool_of(cast.project, 1)
    assert 'value="bridge"' in shown(citra, LIST, q="bridge")


def test_the_next_page_keeps_the_filters(citra: Client, cast: Cast) -> None:
    pool_of(cast.project, 60)
    assert 'href="?q=bridge&amp;before=' in shown(citra, LIST, q="bridge")


@pytest.mark.parametrize(
    "query",
    [
        {"status": "x"},
        {"label": "__class__"},
        {"annotator": "0"},
        {"flag": "password"},
        {"lang": "'"},
        {"article": "x"},
        {"article": str(2**63)},
        {"q": "x" * 201},
        {"q": "a\0b"},
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(citra: Client, query: dict[str, str]) -> None:
    assert citra.get(LIST, query).status_code == 422


@pytest.mark.parametrize("query", [{"source__project": "1"}, {"project__memberships__user": "1"}, {"before": "x"}])
def test_keys_that_are_no_filter_are_passed_over(citra: Client, cast: Cast, query: dict[str, str]) -> None:
    pool_of(cast.project, 1)
    response = citra.get(LIST, query)
    assert (response.status_code, "Speaker 0 says" in response.content.decode()) == (200, True)


def test_people_of_another_project_are_not_offered(citra: Client, cast: Cast) -> None:
    assert citra.get(LIST, {"annotator": cast.dewi.user_id}).status_code == 422


def test_who_left_answers_behind_is_still_offered(citra: Client, cast: Cast) -> None:
    answers(cast.budi, one(cast), "claim")
    cast.budi.delete()
    assert ">budi</option>" in shown(citra, LIST)


def test_script_in_a_sentence_is_shown_as_text(citra: Client, cast: Cast) -> None:
    hostile = "<script>alert(1)</script>"
    Sentence.objects.filter(pk=one(cast).pk).update(text=hostile)
    Source.objects.update(title=hostile)
    assert hostile not in shown(citra, LIST)


def test_the_list_costs_the_same_however_long_it_is(
    citra: Client, cast: Cast, django_assert_max_num_queries: Budget
) -> None:
    for row in pool_of(cast.project, 40):
        answers(cast.ani, row, "claim")
    with django_assert_max_num_queries(12):
        shown(citra, LIST, status="settled")


def test_an_adjudicator_reads_without_changing(cast: Cast, client: Client) -> None:
    client.force_login(adjudicator(cast).user)
    page = shown(client, f"{LIST}{one(cast).pk}/")
    assert ("Speaker 1 says" in page, "Take out" in page) == (True, False)


def test_one_sentence_is_shown_between_its_neighbours(citra: Client, cast: Cast) -> None:
    page = shown(citra, f"{LIST}{one(cast).pk}/")
    assert page.index("bridge 0") < page.index("bridge 1") < page.index("bridge 2")


def test_taken_out_says_so(citra: Client, cast: Cast) -> None:
    row = one(cast)
    page = citra.post(f"{LIST}{row.pk}/take-out/", {"reason": "Not ours."}, follow=True).content.decode()
    assert ("nobody is asked about it" in page, "<q>Not ours.</q>" in page) == (True, True)


def test_put_back_says_so(citra: Client, cast: Cast) -> None:
    row = one(cast)
    citra.post(f"{LIST}{row.pk}/take-out/")
    assert "Put back into the pool." in citra.post(f"{LIST}{row.pk}/put-back/", follow=True).content.decode()


def test_a_refusal_is_told_in_a_sentence(citra: Client, cast: Cast) -> None:
    assert "in the pool already" in citra.post(f"{LIST}{one(cast).pk}/put-back/", follow=True).content.decode()


def test_a_split_leads_to_the_first_half(citra: Client, cast: Cast) -> None:
    response = citra.post(f"{LIST}{one(cast).pk}/split/", {"at": "10"})
    half = Sentence.objects.get(text="Speaker 1")
    assert response.headers["Location"] == f"{LIST}{half.pk}/"


@pytest.mark.parametrize("at", ["", "x", "0", "-1", "9" * 30])
def test_a_split_without_a_place_says_what_to_choose(citra: Client, cast: Cast, at: str) -> None:
    page = citra.post(f"{LIST}{one(cast).pk}/split/", {"at": at}, follow=True).content.decode()
    assert "Choose the word that the second sentence begins with." in page


def test_the_place_to_split_is_a_word_of_the_sentence(citra: Client, cast: Cast) -> None:
    assert 'name="at" value="8" required> 1 ' in shown(citra, f"{LIST}{one(cast).pk}/")


def test_a_merge_leads_to_the_new_sentence(citra: Client, cast: Cast) -> None:
    response = citra.post(f"{LIST}{one(cast).pk}/merge/")
    merged = Sentence.objects.get(text__startswith="Speaker 1", text__endswith="bridge 2 is open.")
    assert response.headers["Location"] == f"{LIST}{merged.pk}/"


def test_the_old_sentence_leads_to_what_stands_in_its_place(citra: Client, cast: Cast) -> None:
    row = one(cast)
    citra.post(f"{LIST}{row.pk}/split/", {"at": "10"})
    page = shown(citra, f"{LIST}{row.pk}/")
    assert ("In its place stands" in page, ">Speaker 1</a>" in page, "Split before" in page) == (True, True, False)


def test_the_new_sentence_leads_back_to_the_old_one(citra: Client, cast: Cast) -> None:
    row = one(cast)
    citra.post(f"{LIST}{row.pk}/split/", {"at": "10"})
    half = Sentence.objects.get(text="Speaker 1")
    assert f'href="{LIST}{row.pk}/"' in shown(citra, f"{LIST}{half.pk}/")


def test_a_text_says_in_how_many_articles_it_stands(citra: Client, cast: Cast) -> None:
    first, second = one(cast), pool_of(cast.project, 1)[0]
    Sentence.objects.filter(pk=second.pk).update(in_pool=False, twin_of=first, text_hash=first.text_hash)
    assert "in 2 articles" in shown(citra, f"{LIST}{first.pk}/")


def test_what_becomes_of_the_answers_is_said_before(citra: Client, cast: Cast) -> None:
    assert "stay in its history and count no more" in shown(citra, f"{LIST}{one(cast).pk}/")
