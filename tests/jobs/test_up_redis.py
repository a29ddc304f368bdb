"""The Redis that `up` starts, and what is told of it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.launching import ROOT, Launcher, free_port

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    started = Launcher(tmp_path / "var", port=free_port())
    yield started
    started.clean_up()


def test_doctor_finds_the_redis_that_up_started_without_being_told_where_it_is(launcher: Launcher) -> None:
    launcher.ready()
    launcher.running("redis")
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    printed = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json"],
        cwd=ROOT,
        env={**environment, "FACTCHECK_DATA": str(launcher.data)},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert {one["name"]: one["state"] for one in json.loads(printed)["checks"]}["redis"] == "ok"


def test_a_setting_that_makes_no_sense_stops_the_start_with_one_sentence() -> None:
    ended = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env={**os.environ, "FACTCHECK_PORT": "eighty"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr.count("\n"), "FACTCHECK_PORT" in ended.stderr) == (1, 1, True)
