"""What a server's answers become: errors with a cure, what may be tried again, and a key that is told to nobody."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import httpx
import pytest
from pytest_django.fixtures import Settings

from labeling.claims import Claim
from labeling.errors import FactcheckError, Refused
from labeling.labelstudio import allowed
from labeling.models import Kind, Run
from labeling.sealing import seal
from tests.cast import Cast

pytestmark = [pytest.mark.slow, pytest.mark.once]
URL, KEY = "https://studio.example", "rahasia-3f2a"
Answer = Callable[[httpx.Request], httpx.Response]


class Server:
    """Answers as it is told; `asked` are the requests that came."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.answer: Answer = lambda request: httpx.Response(200, json={"id": 1})

    def answered(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer(request)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    one = Server()
    monkeypatch.setattr(httpx, "HTTPTransport", lambda **_: httpx.MockTransport(one.answered))
    monkeypatch.setattr(import_module("label_studio_sdk.core.http_client").time, "sleep", lambda seconds: None)
    return one


@pytest.fixture
def wire(server: Server) -> Iterator[Any]:
    made = import_module("labeling.labelstudio.wire").Wire(url=URL, key=KEY, addresses=["93.184.216.34"])
    yield made
    made.close()


@pytest.mark.parametrize(
    ("code", "body", "says"),
    [
        (401, {"detail": "Invalid token."}, "does not accept this key"),
        (403, {"detail": "No."}, "does not accept this key"),
        (404, {"detail": "Not found."}, "no such project or task"),
        (401, {"detail": f"No such token: {KEY}"}, r"No such token: \*\*\*"),
        (400, {"validation_errors": {"title": ["too short"]}}, "too short"),
        (500, {"detail": "oops"}, "in trouble"),
        (200, None, "refused"),
    ],
)
def test_what_a_server_says_becomes_a_sentence(wire: Any, server: Server, code: int, body: Any, says: str) -> None:
    server.answer = lambda request: httpx.Response(code, json=body) if body else httpx.Response(code, html="<p>Hi</p>")
    with pytest.raises(FactcheckError, match=says) as raised:
        wire.project(1)
    assert KEY not in str(raised.value)


@pytest.mark.parametrize("reason", ["status", "cut"])
def test_reading_is_tried_again_and_making_is_not(wire: Any, server: Server, reason: str) -> None:
    unanswered = import_module("labeling.labelstudio.wire").Unanswered

    def answer(request: httpx.Request) -> httpx.Response:
        if reason == "cut":
            raise httpx.RemoteProtocolError("gone")
        return httpx.Response(503)

    server.answer = answer
    with pytest.raises(unanswered):
        wire.project(1)
    with pytest.raises(unanswered):
        wire.make_tasks(1, [{"data": {"text": "Satu."}}])
    assert [one.method for one in server.asked] == ["GET"] * 4 + ["POST"]


def test_a_server_that_takes_too_long_is_unanswered(wire: Any, server: Server) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    server.answer = answer
    with pytest.raises(import_module("labeling.labelstudio.wire").Unanswered, match="does not answer"):
        wire.project(1)


def test_a_redirect_ends_it_and_the_key_goes_nowhere(wire: Any, server: Server) -> None:
    server.answer = lambda request: httpx.Response(302, headers={"Location": "https://evil.example/"})
    with pytest.raises(Refused, match="not followed"):
        wire.project(1)
    assert [one.url.host for one in server.asked] == ["93.184.216.34"]


def test_its_clock_is_read_as_its_filters_take_it(wire: Any, server: Server) -> None:
    assert wire.clock() == ""
    date = {"Date": "Mon, 04 May 2026 03:02:01 GMT"}
    server.answer = lambda request: httpx.Response(200, json={"id": 1}, headers=date)
    wire.project(1)
    assert wire.clock() == "2026-05-04T03:02:01.000000Z"


def test_a_clock_that_is_ahead_has_nothing_left_out(wire: Any, server: Server) -> None:
    ahead = {"Date": (datetime.now(UTC) + timedelta(days=9)).strftime("%a, %d %b %Y %H:%M:%S GMT")}
    server.answer = lambda request: httpx.Response(200, json={"id": 1}, headers=ahead)
    wire.project(1)
    assert wire.clock() <= datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_a_key_that_is_said_back_is_never_cut_in_half(wire: Any, server: Server) -> None:
    server.answer = lambda request: httpx.Response(400, json={"detail": f"{'x' * 290} {KEY}"})
    with pytest.raises(Refused) as raised:
        wire.project(1)
    assert KEY[:5] not in str(raised.value)


def endless() -> Iterator[bytes]:
    """Six megabytes, piece by piece."""
    for _ in range(100):
        yield b" " * 65_536


def test_an_answer_without_an_end_is_not_read(wire: Any, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("labeling.labelstudio.pinned"), "MOST_BYTES", 1_000_000)
    server.answer = lambda request: httpx.Response(200, content=endless())
    with pytest.raises(Refused, match="more than 1 MB"):
        wire.project(1)


def test_an_answer_that_takes_for_ever_is_unanswered(
    wire: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("labeling.labelstudio.pinned"), "PATIENCE", 0.0)
    server.answer = lambda request: httpx.Response(200, content=endless())
    with pytest.raises(import_module("labeling.labelstudio.wire").Unanswered, match="ReadTimeout"):
        wire.project(1)


def test_a_packed_answer_is_not_unpacked(wire: Any, server: Server) -> None:
    server.answer = lambda request: httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=endless())
    with pytest.raises(Refused, match="packs"):
        wire.project(1)
    assert server.asked[0].headers["Accept-Encoding"] == "identity"


TASK = {"id": 5, "data": {"text": "Satu."}}


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize(
    "said",
    [
        *([TASK | {"id": 4}], [TASK, TASK], [TASK | {"id": 6}, TASK], [TASK | {"id": 2**63}]),
        *([TASK | {"data": KEY}], [KEY], {"a": 1}, KEY, [[]], [None]),
    ],
)
def test_tasks_that_were_not_asked_for_end_it(wire: Any, server: Server, said: Any) -> None:
    server.answer = lambda request: httpx.Response(200, json={"tasks": said, "total": 1})
    with pytest.raises(Refused, match="as Label Studio does") as raised:
        wire.tasks(1, after=4)
    assert KEY not in str(raised.value)


def test_tasks_beyond_the_last_are_given(wire: Any, server: Server) -> None:
    server.answer = lambda request: httpx.Response(200, json={"tasks": [TASK, TASK | {"id": 7}], "total": 1})
    assert [one["id"] for one in wire.tasks(1, after=4)] == [5, 7]


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("said", [[], [KEY], KEY, 3, {"id": KEY}, {"id": 0}])
def test_a_project_that_is_none_ends_it(wire: Any, server: Server, said: Any) -> None:
    server.answer = lambda request: httpx.Response(200, json=said)
    with pytest.raises(Refused, match="as Label Studio does") as raised:
        wire.project(1)
    assert KEY not in str(raised.value)


def test_very_many_projects_are_looked_through_for_a_while(
    wire: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("labeling.labelstudio.wire"), "_PROJECTS", 5)
    rows = [{"id": 1}, {"id": 2}]

    def answer(request: httpx.Request) -> httpx.Response:
        found = rows if len(server.asked) < 9 else []
        return httpx.Response(200, json={"count": 9, "next": f"{URL}/?page=2", "results": found})

    server.answer = answer
    assert wire.project_marked("mark", title="Berita") is None
    assert len(server.asked) == 3


@pytest.mark.parametrize("said", [[], [7], [7, 7], [7, 0], [7, 8, 9], None])
def test_tasks_whose_numbers_are_not_said_are_unanswered(wire: Any, server: Server, said: Any) -> None:
    server.answer = lambda request: httpx.Response(201, json={"task_ids": said})
    with pytest.raises(import_module("labeling.labelstudio.wire").Unanswered, match="which tasks"):
        wire.make_tasks(1, [TASK, TASK])


def test_a_personal_access_token_that_is_answered_with_a_page_is_told_as_a_sentence(server: Server) -> None:
    jwt = pytest.importorskip("jwt")
    key = jwt.encode({"exp": 2**33, "token_type": "refresh"}, "x" * 32, algorithm="HS256")
    server.answer = lambda request: httpx.Response(502, html="<p>Bad gateway</p>")
    made = import_module("labeling.labelstudio.wire").Wire(url=URL, key=key, addresses=["93.184.216.34"])
    with pytest.raises(Refused, match="as Label Studio does"):
        made.project(1)
    made.close()


def claimed(cast: Cast, **options: Any) -> Claim:
    run = Run.objects.create(project=cast.project, kind=Kind.PULL, options={"url": URL, **options}, sealed=seal(KEY))
    claim = Claim.take(run.pk)
    assert claim is not None
    return claim


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("trusted", [True, False])
def test_a_worker_looks_at_the_list_again(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch, server: Server, *, listed: bool, trusted: bool
) -> None:
    settings.LABEL_STUDIO_SERVERS = [URL] if listed else []
    monkeypatch.setattr(allowed, "resolved", lambda url, *, private: ["93.184.216.34"])
    connect = import_module("labeling.labelstudio.wire").connect
    claim = claimed(cast, trusted=trusted)
    if listed or trusted:
        with connect(claim) as made:
            assert made.url == URL
    else:
        with pytest.raises(Refused, match="FACTCHECK_LABEL_STUDIO_SERVERS"), connect(claim):
            pass


def test_without_its_key_a_run_says_what_to_do(cast: Cast, settings: Settings, server: Server) -> None:
    settings.LABEL_STUDIO_SERVERS = [URL]
    claim = claimed(cast)
    claim.run.sealed = ""
    with pytest.raises(Refused, match="type it once more"), import_module("labeling.labelstudio.wire").connect(claim):
        pass
