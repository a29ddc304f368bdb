"""The list of labels that may be wrong, and its two buttons."""

import re

import pytest
from django.test import Client

from labeling.models import Sentence
from tests.cast import Cast, adjudicator
from tests.flow.test_suspects import doubted, told
from tests.views.conftest import Budget

pytestmark = pytest.mark.django_db
PAGE = "/p/berita/suspects/"


def words(client: Client, address: str = PAGE) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).content.decode()).split())


def test_without_a_model_the_page_says_when_the_list_comes(citra: Client) -> None:
    assert "None stands out. The list is made anew" in words(citra)


def test_a_sentence_stands_with_its_label_and_what_the_model_says(citra: Client, cast: Cast) -> None:
    (sentence,) = doubted(cast)
    told(cast, [{"id": sentence.pk, "label": "claim", "likelier": "none", "share": 0.83, "score": 0.9}])
    shown = words(citra)
    assert f"{sentence.text} settled: Claim the model says: None of these, 0.83 sure" in shown


def test_an_evaluation_of_before_has_no_share(citra: Client, cast: Cast) -> None:
    doubted(cast)
    shown = words(citra)
    assert ("the model says: None of these" in shown, "sure" in shown) == (True, False)


def test_the_page_says_how_many_were_looked_at(citra: Client, cast: Cast) -> None:
    doubted(cast, 2, second_look={"n": 4000, "suspected": 7})
    shown = words(citra)
    assert "Of 4,000 labels that models looked at, 7 are suspected. The 2 most doubted are listed." in shown


def test_somebody_is_asked_again(citra: Client, cast: Cast) -> None:
    (sentence,) = doubted(cast)
    said = citra.post(f"{PAGE}{sentence.pk}/again/", follow=True).content.decode()
    assert ("Somebody else will be asked." in said, "somebody is asked" in said) == (True, True)


def test_a_refusal_says_the_cure(citra: Client, cast: Cast) -> None:
    (sentence,) = doubted(cast)
    cast.budi.delete()
    assert "Invite somebody" in citra.post(f"{PAGE}{sentence.pk}/again/", follow=True).content.decode()


def test_a_label_that_is_right_leaves_the_list(citra: Client, cast: Cast) -> None:
    (sentence,) = doubted(cast)
    citra.post(f"{PAGE}{sentence.pk}/right/", {"label": "claim"})
    shown = words(citra)
    assert (sentence.text in shown, "All of them were seen to" in shown) == (False, True)


def test_a_label_that_is_right_leaves_the_model_page_too(citra: Client, cast: Cast) -> None:
    (sentence,) = doubted(cast)
    citra.post(f"{PAGE}{sentence.pk}/right/", {"label": "claim"})
    assert sentence.text not in words(citra, "/p/berita/model/")


def test_the_model_page_leads_to_the_list(citra: Client, cast: Cast) -> None:
    doubted(cast)
    assert PAGE in citra.get("/p/berita/model/").content.decode()


def test_adjudicators_find_the_list_beside_the_sentences(client: Client, cast: Cast) -> None:
    client.force_login(adjudicator(cast).user)
    assert PAGE in client.get("/p/berita/sentences/").content.decode()


def test_whoever_acts_stays_on_the_page_they_were_on(citra: Client, cast: Cast) -> None:
    (sentence,) = doubted(cast)
    answer = citra.post(f"{PAGE}{sentence.pk}/right/", {"label": "claim", "from": "50"})
    assert answer.headers["Location"] == f"{PAGE}?from=50"


def test_the_page_of_the_sentence_tells_that_it_was_looked_into(citra: Client, cast: Cast) -> None:
    (sentence,) = doubted(cast)
    citra.post(f"{PAGE}{sentence.pk}/right/", {"label": "claim"})
    assert "looked into, since the model doubted its label" in words(citra, f"/p/berita/sentences/{sentence.pk}/")


def test_the_list_speaks_indonesian(citra: Client, cast: Cast) -> None:
    doubted(cast)
    citra.post("/language/", {"language": "id", "next": "/"})
    assert "Tanyakan ke orang lain" in words(citra)


def test_the_list_costs_the_same_however_long(citra: Client, cast: Cast, django_assert_max_num_queries: Budget) -> None:
    doubted(cast, 60)
    Sentence.objects.filter(number__lt=5).update(slots_free=1)
    with django_assert_max_num_queries(16):
        citra.get(PAGE)
