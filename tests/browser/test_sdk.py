"""Label Studio's own client against the server that the browser's tests use too: its door is shut between tests."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django.live_server_helper import LiveServer

from labeling.flow.tokens import make, revoke
from tests.browser.door import Door
from tests.cast import gather

pytestmark = pytest.mark.once


@pytest.fixture
def server(live_server: LiveServer, door: Door) -> Iterator[str]:
    """The server's address, its door open."""
    door.open()
    yield str(live_server.url)
    door.shut()


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
def test_label_studios_client_asks_who_it_is(server: str) -> None:
    _token, text = make(name="script", by=gather().ani.user)
    assert whoami_by_sdk(server, text) == "ani"


@over_loopback
@pytest.mark.django_db(transaction=True)
def test_label_studios_client_is_told_of_a_revoked_token(server: str) -> None:
    ani = gather().ani.user
    token, text = make(name="script", by=ani)
    revoke(token=token, by=ani)
    refusal = pytest.importorskip("label_studio_sdk.core.api_error").ApiError
    with pytest.raises(refusal, match="401"):
        whoami_by_sdk(server, text)
