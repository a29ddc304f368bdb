"""The list of projects, and the overview."""

import pytest
from django.test import Client

from labeling.models import Kind, Membership, Run, RunState
from tests.cast import Cast, person


@pytest.fixture
def citra(cast: Cast, client: Client) -> Client:
    client.force_login(cast.citra.user)
    return client


def test_home_lists_only_my_projects(citra: Client) -> None:
    page = citra.get("/").content.decode()
    assert ("Berita" in page, "Lain" in page) == (True, False)


def test_somebody_without_a_project_is_told_what_to_do(db: None, client: Client) -> None:
    client.force_login(person("eka"))
    assert "ask to be added" in client.get("/").content.decode()


def test_home_costs_the_same_with_many_projects(
    citra: Client, cast: Cast, django_assert_max_num_queries: object
) -> None:
    Membership.objects.create(project=cast.elsewhere, user=cast.citra.user, role="annotator")
    with django_assert_max_num_queries(4):  # type: ignore[operator]  # pytest-django's fixture is a context factory
        citra.get("/")


def test_an_annotator_lands_on_the_labelling_page(cast: Cast, client: Client) -> None:
    client.force_login(cast.ani.user)
    assert client.get("/p/berita/").headers["Location"] == "/p/berita/annotate/"
