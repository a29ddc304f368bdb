"""Chromium against the real server: one browser for all tests, a fresh context and a fresh database for each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from django.conf import settings as configured
from django.test import Client, override_settings
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from labeling.models import Membership
from tests.browser.door import Door, before
from tests.cast import Cast, gather
from tests.flow.pool_of import pool_of

POOL = 40


@pytest.fixture(scope="session", autouse=True)
def _static_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """WhiteNoise warns where nothing was collected; the test server finds the files by itself."""
    with override_settings(STATIC_ROOT=tmp_path_factory.mktemp("static")):
        yield


@pytest.fixture(scope="session")
def door(live_server: LiveServer) -> Door:
    """The server's application, with a door before it."""
    return before(live_server)


@dataclass
class Desk:
    """A person at the annotate page, and what the browser complained about."""

    context: BrowserContext
    origin: str
    address: str
    cast: Cast
    complaints: list[str] = field(default_factory=list)

    def sit_down(self) -> Page:
        """Open the page in a new tab and wait for a sentence."""
        page = self.tab()
        page.goto(self.address)
        page.wait_for_selector(".here:not(:empty)")
        return page

    def tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page


Seat = Callable[..., Desk]


@pytest.fixture
def seat(chromium: Browser, live_server: LiveServer, door: Door) -> Iterator[Seat]:
    """Signs ani in; keywords go to the browser's context (`viewport`, `color_scheme`, ...)."""
    contexts: list[BrowserContext] = []
    door.open()

    def take(*, language: str = "en", pool: int = POOL, **how: object) -> Desk:
        cast = gather(audit_size=0)
        pool_of(cast.project, pool)
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **how})  # type: ignore[arg-type]  # keywords of several types
        context.set_default_timeout(8_000)
        contexts.append(context)
        cookies = {configured.SESSION_COOKIE_NAME: session_of(cast.ani), configured.LANGUAGE_COOKIE_NAME: language}
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])
        return Desk(context, live_server.url, live_server.url + reverse("annotate", args=[cast.project.slug]), cast)

    yield take
    for context in contexts:
        context.close()
    door.shut()


@pytest.fixture
def desk(seat: Seat) -> Desk:
    return seat()


def session_of(member: Membership) -> str:
    """The value of a session cookie that signs the member in."""
    client = Client()
    client.force_login(member.user, backend=configured.AUTHENTICATION_BACKENDS[-1])
    return client.cookies[configured.SESSION_COOKIE_NAME].value
