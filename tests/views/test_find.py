"""Finding sentences by words, and having them labelled first."""

import pytest
from django.test import Client

from labeling.flow import find
from labeling.models import Sentence
from tests.cast import Cast
from tests.flow.pool_of import pool_of
from tests.views.conftest import Budget

PAGE = "/p/berita/find/"


def shown(citra: Client, words: str) -> str:
    return citra.get(PAGE, {"q": words}).content.decode()


def test_without_words_the_page_only_asks_for_them(citra: Client, cast: Cast) -> None:
    pool_of(cast.project, 3)
    page = citra.get(PAGE)
    assert (page.status_code, "Speaker 1" in page.content.decode()) == (200, False)


def test_what_holds_the_words_is_shown(citra: Client, cast: Cast) -> None:
    pool_of(cast.project, 3)
    assert "Speaker 2 says" in shown(citra, "bridge 2")


def test_what_is_found_is_escaped(citra: Client, cast: Cast) -> None:
    pool_of(cast.project, 1)
    Sentence.objects.update(text="<script>alert(1)</script>")
    assert "<script>alert" not in shown(citra, "alert")


def test_nothing_found_says_what_to_try(citra: Client, cast: Cast) -> None:
    assert "Try fewer, or a part of a word." in shown(citra, "volcano")


def test_more_than_is_shown_is_said(citra: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "SHOWN", 2)
    pool_of(cast.project, 3)
    assert "There are more" in shown(citra, "bridge")


@pytest.mark.parametrize(("words", "said"), [("  ", "Write at least one word."), ("x" * 201, "at most 200")])
def test_words_that_make_no_sense_are_answered(citra: Client, cast: Cast, words: str, said: str) -> None:
    assert said in shown(citra, words)


def test_what_was_ticked_is_asked_first(citra: Client, cast: Cast) -> None:
    pool = pool_of(cast.project, 3)
    page = citra.post(PAGE + "ask/", {"sentence": [pool[0].pk, pool[2].pk]}, follow=True).content.decode()
    assert "2 sentences are labelled next." in page
    assert [one.pk for one in find.sought(cast.project)] == [pool[0].pk, pool[2].pk]


def test_nothing_ticked_says_what_to_do(citra: Client, cast: Cast) -> None:
    assert "Tick the sentences first" in citra.post(PAGE + "ask/", follow=True).content.decode()


@pytest.mark.parametrize("sent", ["x", "9" * 30, "-1", ""])
def test_a_key_that_is_none_is_passed_over(citra: Client, cast: Cast, sent: str) -> None:
    assert citra.post(PAGE + "ask/", {"sentence": sent}).status_code == 302


def test_too_many_wishes_are_refused_in_a_sentence(citra: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "AT_ONCE", 1)
    pool = pool_of(cast.project, 2)
    page = citra.post(PAGE + "ask/", {"sentence": [one.pk for one in pool]}, follow=True).content.decode()
    assert "At most 1 sentences can be asked for at once." in page


def test_wishes_are_taken_back(citra: Client, cast: Cast) -> None:
    pool = pool_of(cast.project, 2)
    citra.post(PAGE + "ask/", {"sentence": [one.pk for one in pool]})
    page = citra.post(PAGE + "take-back/", follow=True).content.decode()
    assert ("2 sentences were taken back." in page, find.sought(cast.project)) == (True, [])


def test_the_page_costs_the_same_however_much_is_found(
    citra: Client, cast: Cast, django_assert_max_num_queries: Budget
) -> None:
    pool_of(cast.project, 60)
    citra.post(PAGE + "ask/", {"sentence": list(Sentence.objects.values_list("pk", flat=True)[:9])})
    with django_assert_max_num_queries(6):
        shown(citra, "bridge")
