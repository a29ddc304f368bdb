"""The product, started for real."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.jobs.launching import Launcher, free_port


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
