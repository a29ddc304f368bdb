"""Which worker serves which queue: what takes long holds up neither the sweep nor what the sweep hands out."""

import configparser
import re
import shlex
import sqlite3
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from factcheck.launcher.crew import CONFIGURATION
from tests.jobs.launching import ROOT, Launcher, free_port, until

OPERATORS = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
NUMBERS = {5: "five", 6: "six", 7: "seven"}
STATE = "SELECT state FROM labeling_run WHERE kind = 'export'"
OWE = (
    "INSERT INTO labeling_run (project_id, kind, state, options, cursor, result, done, total, attempts, error, due_at,"
    " asked_at, request_id) SELECT id, 'export', 'owed', '{\"to\": \"csv\"}', '{}', '{}', 0, 0, 0, '',"
    " '2020-01-01 00:00:00', '2020-01-01 00:00:00', '' FROM labeling_project LIMIT 1"
)


def under_supervisor() -> dict[str, list[str]]:
    """Program -> the words of its command."""
    parser = configparser.RawConfigParser()
    parser.read(CONFIGURATION, encoding="utf-8")
    programs = [name for name in parser.sections() if name.startswith("program:")]
    return {name.removeprefix("program:"): shlex.split(parser[name]["command"]) for name in programs}


def under_compose() -> dict[str, list[str]]:
    """Service -> the words of its command."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    return {name: shlex.split(service.get("command", "")) for name, service in services.items()}


BOTH = pytest.mark.parametrize("commands", [under_supervisor(), under_compose()], ids=["supervisor", "compose"])


def queues(commands: dict[str, list[str]]) -> list[str]:
    return sorted(words[words.index("-Q") + 1] for words in commands.values() if "-Q" in words)


@BOTH
def test_each_queue_has_a_worker_of_its_own(commands: dict[str, list[str]]) -> None:
    routes = settings.CELERY_TASK_ROUTES.values()
    assert queues(commands) == sorted({settings.CELERY_TASK_DEFAULT_QUEUE, *(route["queue"] for route in routes)})


@BOTH
def test_only_the_sweep_runs_where_no_time_limit_is_kept(commands: dict[str, list[str]]) -> None:
    assert queues({name: words for name, words in commands.items() if "solo" in words}) == ["sweep"]


@BOTH
def test_no_worker_runs_two_tasks_at_a_time(commands: dict[str, list[str]]) -> None:
    workers = [words for words in commands.values() if "-Q" in words]
    assert [words for words in workers if "solo" not in words and words[words.index("-c") + 1] != "1"] == []


@BOTH
def test_what_every_import_needs_is_loaded_before_the_first(commands: dict[str, list[str]]) -> None:
    words = commands["exchange"]
    for name in words[words.index("-I") + 1].split(","):
        assert import_module(name)


@BOTH
def test_a_process_that_grew_is_not_kept(commands: dict[str, list[str]]) -> None:
    words = commands["exchange"]
    assert int(words[words.index("--max-memory-per-child") + 1]) <= 200_000


def test_operators_are_told_of_every_program() -> None:
    told = re.search(r"runs (\w+) programs under one supervisor:(.*?)One that", OPERATORS, re.DOTALL)
    programs = under_supervisor()
    assert told
    assert (told[1], sorted(re.findall(r"\*\*(\w+)\*\*", told[2]))) == (NUMBERS[len(programs)], sorted(programs))


@pytest.mark.slow
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_an_export_is_handed_out_while_the_learning_worker_takes_nothing(tmp_path: Path) -> None:
    launcher = Launcher(tmp_path / "var", port=free_port())
    try:
        launcher.ready()
        launcher.running("exchange")
        with launcher.at_rest("worker"):
            ask(launcher.data, OWE)
            assert until(lambda: ask(launcher.data, STATE) != [("owed",)], seconds=30)
    finally:
        launcher.clean_up()


def ask(data: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(data / "factcheck.sqlite3", timeout=20)) as connection, connection:
        return connection.execute(sql).fetchall()
