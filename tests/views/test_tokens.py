"""Tokens: the page, and who is let in by one."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from labeling.flow.tokens import make
from tests.cast import Cast

WHOAMI = "/api/current-user/whoami"


@pytest.fixture
def ani(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ani.user)
    return client


def shown(page: str) -> str:
    found = re.search(r'id="new-token" type="text" readonly value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_new_token_is_shown_and_works(ani: Client) -> None:
    text = shown(ani.post("/preferences/tokens/", {"name": "script"}).content.decode())
    assert Client().get(WHOAMI, headers={"Authorization": f"Token {text}"}).json()["username"] == "ani"


def test_the_page_says_how_a_script_uses_it(ani: Client) -> None:
    page = ani.post("/preferences/tokens/", {"name": "script"}).content.decode()
    assert ('LabelStudio(base_url="http://testserver"' in page, "Authorization: Token" in page) == (True, True)


def test_it_is_shown_once_only(ani: Client) -> None:
    text = shown(ani.post("/preferences/tokens/", {"name": "script"}).content.decode())
    assert text not in ani.get("/preferences/tokens/").content.decode()


def test_the_page_with_it_is_kept_in_no_cache(ani: Client) -> None:
    assert "no-store" in ani.post("/preferences/tokens/", {"name": "script"}).headers["Cache-Control"]


def test_without_a_name_none_is_made(ani: Client) -> None:
    assert ani.post("/preferences/tokens/", {"name": " "}).status_code == 422


def test_the_list_holds_only_ones_own(ani: Client, cast: Cast) -> None:
    make(name="budi's script", by=cast.budi.user)
    assert "No tokens yet" in ani.get("/preferences/tokens/").content.decode()


def test_a_revoked_one_leaves_the_list(ani: Client, cast: Cast) -> None:
    token, _text = make(name="script", by=cast.ani.user)
    ani.post(f"/preferences/tokens/{token.pk}/revoke/")
    assert "No tokens yet" in ani.get("/preferences/tokens/").content.decode()


def test_a_script_in_its_name_is_shown_as_text(ani: Client) -> None:
    hostile = "<script>alert(1)</script>"
    assert hostile not in ani.post("/preferences/tokens/", {"name": hostile}).content.decode()


def test_label_studios_fields_are_all_there(cast: Cast, client: Client) -> None:
    _token, text = make(name="script", by=cast.ani.user)
    told = client.get(WHOAMI, headers={"Authorization": f"Token {text}"}).json()
    assert told["id"] == cast.ani.user_id
    assert [told[name] for name in ("username", "email", "first_name", "last_name")] == ["ani", "", "", ""]


@pytest.mark.parametrize("sent", ["", "Token", "Token ", "Token nonsense", "Basic YW5pOng=", "Token \0", "Token é"])
def test_without_a_token_the_answer_is_json_and_says_what_to_do(db: None, client: Client, sent: str) -> None:
    response = client.get(WHOAMI, headers={"Authorization": sent})
    assert (response.status_code, "Preferences" in response.json()["detail"]) == (401, True)


def test_a_session_is_no_token(ani: Client) -> None:
    assert ani.get(WHOAMI).status_code == 401


def test_a_closed_account_is_let_in_by_none(cast: Cast, client: Client) -> None:
    _token, text = make(name="script", by=cast.ani.user)
    User.objects.filter(pk=cast.ani.user_id).update(is_active=False)
    assert client.get(WHOAMI, headers={"Authorization": f"Token {text}"}).status_code == 401
