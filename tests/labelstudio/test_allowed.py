"""Which servers may be spoken to: the listed ones, on the open network, at the place that was looked at, no further."""

import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from factcheck import env
from labeling.errors import Refused
from labeling.labelstudio import allowed
from labeling.labelstudio.pinned import Pinned

pytestmark = pytest.mark.once
URL = "https://studio.example"
Leads = Callable[..., None]


@pytest.fixture
def leads(monkeypatch: pytest.MonkeyPatch) -> Leads:
    """Every name leads to these addresses from now on."""

    def to(*addresses: str) -> None:
        def found(host: str, port: int, **_: Any) -> list[Any]:
            if not addresses:
                raise socket.gaierror
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

        monkeypatch.setattr(socket, "getaddrinfo", found)

    return to


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://studio.example/", "https://studio.example"),
        ("HTTPS://Studio.Example:443", "https://studio.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://studio.example/labels/", "https://studio.example/labels"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_address_has_one_spelling(typed: str, kept: str) -> None:
    assert allowed.spelled(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("", "studio.example", "ftp://studio.example", "file:///etc/passwd", "https://", "https://a b"),
        *("https://ani:rahasia@studio.example", "https://studio.example?x=1", "https://studio.example:99999"),
        *("https://studio.example#x", "https://@studio.example", "https://studio.example\\@evil.example"),
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        allowed.spelled(typed)


def test_nonsense_in_the_setting_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACTCHECK_LABEL_STUDIO_SERVERS", "https://studio.example, studio")
    with pytest.raises(ImproperlyConfigured, match="FACTCHECK_LABEL_STUDIO_SERVERS"):
        env.addresses("FACTCHECK_LABEL_STUDIO_SERVERS")


@pytest.mark.parametrize("typed", ["https://evil.example", "http://studio.example", "https://studio.example:8443"])
def test_what_is_not_on_the_list_is_refused(typed: str, settings: Settings) -> None:
    settings.LABEL_STUDIO_SERVERS = [URL]
    with pytest.raises(Refused, match="FACTCHECK_LABEL_STUDIO_SERVERS"):
        allowed.require(typed)


INSIDE = ["127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.9", "::1", "fd00::1", "::ffff:10.0.0.1", "100.64.0.1"]
NEVER = ["169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1", "::", "::ffff:169.254.169.254"]
# IPv6 addresses that carry an IPv4 one, or lead to the keys of a cloud.
CARRYING = ["64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::"]
NEVER += ["64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "::127.0.0.1", "fec0::1", "fd00:ec2::254", "100.100.100.200"]


@pytest.mark.parametrize("address", [*INSIDE, *CARRYING, *NEVER])
def test_a_listed_name_that_leads_inside_is_refused(address: str, leads: Leads) -> None:
    leads("93.184.216.34", address)
    with pytest.raises(Refused, match="FACTCHECK_LABEL_STUDIO_PRIVATE"):
        allowed.resolved(URL, private=False)


@pytest.mark.parametrize("address", [*INSIDE[:-1], *CARRYING])
def test_inside_is_fine_where_whoever_runs_the_server_says_so(address: str, leads: Leads, settings: Settings) -> None:
    settings.LABEL_STUDIO_PRIVATE = True
    leads(address)
    assert allowed.resolved(URL) == [address]


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_spoken_to(address: str, leads: Leads) -> None:
    leads(address)
    with pytest.raises(Refused, match="never spoken to"):
        allowed.resolved(URL, private=True)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_the_open_network_is_fine(address: str, leads: Leads) -> None:
    leads(address)
    assert allowed.resolved(URL, private=False) == [address]


def test_a_name_that_leads_nowhere_is_named(leads: Leads) -> None:
    leads()
    with pytest.raises(Refused, match=r"studio\.example"):
        allowed.resolved(URL)


def answering(asked: list[httpx.Request], **answer: Any) -> httpx.MockTransport:
    def answered(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(**{"status_code": 200, "json": {}, **answer})

    return httpx.MockTransport(answered)


def asking(line: Pinned) -> httpx.Client:
    return httpx.Client(transport=line, follow_redirects=True)


def test_a_name_that_leads_elsewhere_a_moment_later_changes_nothing(leads: Leads) -> None:
    leads("93.184.216.34")
    asked: list[httpx.Request] = []
    with asking(Pinned(URL, allowed.resolved(URL), inner=answering(asked))) as client:
        leads("127.0.0.1")
        client.get(f"{URL}/api/projects/")
    (one,) = asked
    assert (one.url.host, one.headers["Host"], one.extensions["sni_hostname"]) == (
        "93.184.216.34",
        "studio.example",
        "studio.example",
    )


@pytest.mark.parametrize("place", ["http://169.254.169.254/latest/", "https://studio.example/elsewhere", "/login"])
@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(place: str, code: int) -> None:
    asked: list[httpx.Request] = []
    line = Pinned(URL, ["93.184.216.34"], inner=answering(asked, status_code=code, headers={"Location": place}))
    with asking(line) as client, pytest.raises(Refused, match="not followed"):
        client.get(f"{URL}/api/projects/", headers={"Authorization": "Token abc"})
    assert len(asked) == 1


@pytest.mark.parametrize("other", ["https://evil.example/", "http://studio.example/", "https://studio.example:8443/"])
def test_no_other_machine_is_spoken_to(other: str) -> None:
    asked: list[httpx.Request] = []
    with asking(Pinned(URL, ["93.184.216.34"], inner=answering(asked))) as client, pytest.raises(Refused):
        client.get(other)
    assert asked == []


def test_the_next_address_is_tried_where_nobody_listens() -> None:
    tried: list[str] = []

    def answered(request: httpx.Request) -> httpx.Response:
        tried.append(request.url.host)
        if request.url.host == "192.0.2.1":
            raise httpx.ConnectError("refused")
        return httpx.Response(200, json={})

    with asking(Pinned(URL, ["192.0.2.1", "192.0.2.2"], inner=httpx.MockTransport(answered))) as client:
        client.get(f"{URL}/a")
        client.get(f"{URL}/b")
    assert tried == ["192.0.2.1", "192.0.2.2", "192.0.2.2"]
