"""The product, started for real, and Chromium."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import LOOPBACK, QUIET
from tests.jobs.launching import Launcher, free_port


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for test in items:
        if "/tests/journeys/" in test.path.as_posix():
            test.add_marker(pytest.mark.browser)
            test.add_marker(pytest.mark.slow)
            test.add_marker(pytest.mark.allow_hosts(LOOPBACK))


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[[], Launcher]]:
    """Starts the product in a data directory of the test's own, and ends it."""
    started: list[Launcher] = []

    def start() -> Launcher:
        started.append(Launcher(tmp_path / "var", port=free_port()))
        return started[-1]

    yield start
    for launcher in started:
        launcher.clean_up()
