"""The owner's page of addresses for Label Studio."""

import re

import pytest
from django.test import Client

from labeling.flow import archive, backend_keys
from labeling.models import BackendKey
from tests.cast import Cast

pytestmark = pytest.mark.once
PAGE = "/p/berita/label-studio/backend/"


@pytest.fixture
def citra(cast: Cast, client: Client) -> Client:
    client.force_login(cast.citra.user)
    return client


def shown(page: str) -> str:
    found = re.search(r'id="backend-address" type="text" readonly value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_new_address_is_shown_whole_and_works(citra: Client) -> None:
    address = shown(citra.post(PAGE).content.decode())
    assert address.startswith("http://testserver/ls/")
    assert Client().get(f"{address}/health").json()["status"] == "UP"


def test_it_is_shown_once_only_and_kept_in_no_cache(citra: Client) -> None:
    response = citra.post(PAGE)
    text = shown(response.content.decode()).rsplit("/", 1)[1]
    assert (text in citra.get(PAGE).content.decode(), "no-store" in response.headers["Cache-Control"]) == (False, True)


def test_a_revoked_one_leaves_the_list(citra: Client, cast: Cast) -> None:
    key, text = backend_keys.make(project=cast.project, by=cast.citra.user)
    page = citra.post(f"{PAGE}{key.pk}/revoke/", follow=True).content.decode()
    assert ("<code>" in page, Client().get(f"/ls/{text}/health").status_code) == (False, 404)


def test_what_label_studio_said_of_itself_is_shown_as_text(citra: Client, cast: Cast) -> None:
    key, _text = backend_keys.make(project=cast.project, by=cast.citra.user)
    backend_keys.note(key, {"hostname": "<script>alert(1)</script>", "project": "4.17", "number": "4"})
    page = citra.get(PAGE).content.decode()
    assert ("<script>alert(1)" in page, "project 4" in page) == (False, True)


def test_the_key_of_another_project_is_not_here(cast: Cast, client: Client) -> None:
    key, _text = backend_keys.make(project=cast.project, by=cast.citra.user)
    client.force_login(cast.dewi.user)
    assert client.post(f"/p/lain/label-studio/backend/{key.pk}/revoke/").status_code == 404
    assert BackendKey.objects.get().revoked_at is None


def test_an_archived_project_says_why_there_is_none(citra: Client, cast: Cast) -> None:
    archive.archive(project=cast.project, by=cast.citra.user)
    response = citra.post(PAGE)
    assert (response.status_code, "archived" in response.content.decode()) == (422, True)
