"""Pages for when something is wrong: plain sentences, and nothing inside out."""

import pytest
from django.test import Client

from labeling.views import home
from tests.cast import Cast


def test_an_address_that_is_not_here_says_so(db: None, client: Client) -> None:
    assert "This page is not here" in client.get("/nowhere/").content.decode()


def test_a_page_that_is_too_old_says_what_to_do(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    assert "reload the page" in client.post("/sign-in/").content.decode()


def test_a_request_that_is_too_large_says_so(citra: Client) -> None:
    page = citra.post("/p/berita/articles/", {"text": "x" * 2_600_000})
    assert (page.status_code, "goes in as a file" in page.content.decode()) == (400, True)


def test_a_fault_of_ours_is_admitted(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_project: object) -> object:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(home, "glance", broken)
    client = Client(raise_request_exception=False)
    client.force_login(cast.citra.user)
    page = client.get("/p/berita/").content.decode()
    assert ("The fault is ours" in page, "secret detail" in page) == (True, False)


def test_the_error_pages_speak_indonesian_too(db: None, client: Client) -> None:
    assert 'lang="id"' in client.get("/nowhere/", headers={"Accept-Language": "id"}).content.decode()


@pytest.mark.parametrize("address", ["/", "/p/berita/", "/p/berita/articles/", "/p/berita/model/", "/p/berita/people/"])
def test_pages_carry_neither_inline_script_nor_inline_style(citra: Client, address: str) -> None:
    page = citra.get(address).content.decode()
    assert not any(word in page for word in ("<script>", " style=", "<style", " onclick=", " onload="))
