"""What an adjudicator sees and does: what the matrix of routes cannot say."""

import re

import pytest
from django.test import Client

from labeling.flow import queue
from labeling.models import ModelVersion, Verdict
from tests.cast import Cast, adjudicator
from tests.flow.pool_of import pool_of
from tests.views.answering import answers


@pytest.fixture
def ada(cast: Cast, client: Client) -> Client:
    client.force_login(adjudicator(cast).user)
    return client


def links(page: str) -> list[str]:
    """Where the navigation of the project leads."""
    return re.findall(r'href="/p/berita/(\w*)/?"', page.partition("<nav")[2].partition("</nav>")[0])


def test_an_adjudicator_settles_a_dispute(ada: Client, cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    answers(cast.ani, sentence, "claim")
    answers(cast.budi, sentence, "denial")
    ada.post(f"/p/berita/disputes/{sentence.pk}/", {"label": cast.project.labels.get(key="denial").pk, "blind": "1"})
    assert Verdict.objects.get().decided_by.username == "ada"


def test_an_adjudicator_measures_nothing(ada: Client) -> None:
    assert "Measure now" not in ada.get("/p/berita/agreement/").content.decode()


def test_the_navigation_leads_an_adjudicator_to_what_opens(ada: Client) -> None:
    page = ada.get("/p/berita/guideline/").content.decode()
    assert {ada.get(f"/p/berita/{one}/" if one else "/p/berita/", follow=True).status_code for one in links(page)} == {
        200
    }


def test_the_navigation_leads_an_adjudicator_to_agreement(ada: Client) -> None:
    assert "agreement" in links(ada.get("/p/berita/guideline/").content.decode())


def test_the_navigation_leads_an_adjudicator_to_the_disputes(ada: Client) -> None:
    assert "disputes" in links(ada.get("/p/berita/guideline/").content.decode())


def test_the_navigation_leads_an_annotator_to_no_agreement(cast: Cast, client: Client) -> None:
    client.force_login(cast.ani.user)
    assert not {"agreement", "disputes"} & set(links(client.get("/p/berita/guideline/").content.decode()))


@pytest.mark.parametrize(
    "page", ["disputes/", "disputes/{sentence}/", "articles/{source}/", "sentences/{sentence}/why/"]
)
def test_no_page_leads_an_adjudicator_to_a_list_that_does_not_open(ada: Client, cast: Cast, page: str) -> None:
    (sentence,) = pool_of(cast.project, 1)
    answers(cast.ani, sentence, None)
    address = f"/p/berita/{page.format(source=sentence.source_id, sentence=sentence.pk)}"
    found = set(re.findall(r'href="(/p/berita/[^"?#]*)"', ada.get(address).content.decode()))
    assert {one for one in found if ada.get(one).status_code == 404} == set()


def test_what_the_model_reads_is_not_shown_to_an_adjudicator_who_holds_the_sentence(cast: Cast, client: Client) -> None:
    member = adjudicator(cast)
    (sentence,) = pool_of(cast.project, 1)
    cast.project.version = ModelVersion.objects.create(
        project=cast.project, number=1, path="x", sha256="x", n_labels=3, n_label_events=3
    )
    cast.project.save(update_fields=["version"])
    queue.take(by=member, want=1)
    client.force_login(member.user)
    assert "in your hand" in client.get(f"/p/berita/sentences/{sentence.pk}/why/").content.decode()
