"""No request outlives the test that sent it."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from tests.browser.door import Door


def test_a_shut_door_waits_for_who_is_inside_and_turns_away_who_comes_late() -> None:
    entered, may_leave, asked = Event(), Event(), []

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        entered.set()
        assert may_leave.wait(5)
        return [b"done"]

    def start_response(status: str, *_: object) -> None:
        asked.append(status)

    door = Door(application)
    door.open()
    with ThreadPoolExecutor() as threads:
        answer = threads.submit(door, {}, start_response)  # type: ignore[arg-type]  # no one writes in this test
        assert entered.wait(5)
        shutting = threads.submit(door.shut)
        with pytest.raises(TimeoutError):
            shutting.result(0.1)
        may_leave.set()
        shutting.result(5)
        assert answer.result(5) == [b"done"]
    assert list(door({}, start_response)) == []  # type: ignore[arg-type]  # as above
    assert asked == ["503 Service Unavailable"]
