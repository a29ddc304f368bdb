"""One Chromium for the whole run: Playwright keeps an event loop in its thread, and bears no second one beside it."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
)
LOOPBACK = ["127.0.0.1", "localhost", "::1"]
FOLDERS = ("/tests/browser/", "/tests/journeys/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of these folders drives Chromium or the whole product, over loopback alone."""
    for test in items:
        if any(folder in test.path.as_posix() for folder in FOLDERS):
            test.add_marker(pytest.mark.browser)
            test.add_marker(pytest.mark.slow)
            test.add_marker(pytest.mark.allow_hosts(LOOPBACK))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # The event loop is in this thread, beside which Django would refuse to query; no coroutine queries here.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()
