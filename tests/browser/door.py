"""Keeps a test's last requests out of the next test's database.

A browser that is closed does not wait for its answers: the server may still be writing when the test's tables are
emptied, which PostgreSQL ends as a deadlock.
"""

from collections.abc import Iterable
from threading import Condition
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from pytest_django.live_server_helper import LiveServer

_PATIENCE = 30.0


class Door:
    """A WSGI application around another: open, it lets requests through; shut, it turns them away."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._changed = Condition()
        self._is_open = False
        self._n_inside = 0

    def open(self) -> None:
        with self._changed:
            self._is_open = True

    def shut(self) -> None:
        """Let nobody in any more, and wait until everybody is out.

        Raises TimeoutError where a request does not end.
        """
        with self._changed:
            self._is_open = False
            if not self._changed.wait_for(lambda: self._n_inside == 0, _PATIENCE):
                raise TimeoutError(f"{self._n_inside} requests were still being answered after {_PATIENCE:g} s")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._changed:
            if not self._is_open:
                start_response("503 Service Unavailable", [("Content-Length", "0")])
                return []
            self._n_inside += 1
        try:
            return self._whole(self._application(environ, start_response))
        finally:
            with self._changed:
                self._n_inside -= 1
                self._changed.notify_all()

    @staticmethod
    def _whole(answer: Iterable[bytes]) -> list[bytes]:
        """The body to its end, and the request closed with its database: not left to whether anyone still reads."""
        try:
            return list(answer)
        finally:
            if close := getattr(answer, "close", None):
                close()


def before(live_server: LiveServer) -> Door:
    """The door of the server, which has one for all tests of a session."""
    server = live_server.thread.httpd
    application = server.get_app()
    assert application is not None
    if isinstance(application, Door):
        return application
    door = Door(application)
    server.set_app(door)
    return door
