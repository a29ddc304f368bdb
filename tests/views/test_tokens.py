"""Tokens: the page, and who is let in by one."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from labeling.flow.tokens import make, revoke
from tests.cast import Cast, gather

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
    assert told == {"id": cast.ani.user_id, "username": "ani", "email": "", "first_name": "", "last_name": ""}


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


def over_loopback(test: Callable[..., None]) -> Callable[..., None]:
    """A slow test against the server itself, which comes before the folder that WhiteNoise asks for."""
    for mark in (
        pytest.mark.slow,
        pytest.mark.allow_hosts(["127.0.0.1", "localhost"]),
        pytest.mark.filterwarnings("ignore:No directory at"),
    ):
        test = mark(test)
    return test


def whoami_by_sdk(url: str, text: str) -> str:
    """What Label Studio's own client hears; loaded here, since that takes three seconds."""
    sdk = pytest.importorskip("label_studio_sdk.client")
    with pytest.importorskip("httpx").Client() as wire:
        return str(sdk.LabelStudio(base_url=url, api_key=text, httpx_client=wire).users.whoami().username)


@over_loopback
@pytest.mark.django_db(transaction=True)
def test_label_studios_client_asks_who_it_is(live_server: LiveServer) -> None:
    _token, text = make(name="script", by=gather().ani.user)
    assert whoami_by_sdk(live_server.url, text) == "ani"


@over_loopback
@pytest.mark.django_db(transaction=True)
def test_label_studios_client_is_told_of_a_revoked_token(live_server: LiveServer) -> None:
    ani = gather().ani.user
    token, text = make(name="script", by=ani)
    revoke(token=token, by=ani)
    refusal = pytest.importorskip("label_studio_sdk.core.api_error").ApiError
    with pytest.raises(refusal, match="401"):
        whoami_by_sdk(live_server.url, text)
