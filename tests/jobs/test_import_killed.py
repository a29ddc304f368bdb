"""An import in a process of its own, killed half-way, and run again."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.jobs.launching import ROOT, until

pytestmark = pytest.mark.slow
LINES = 12_000
# The lease of the killed process, given back at once instead of after forty seconds.
EXPIRE = "UPDATE labeling_run SET leased_until = '2020-01-01 00:00:00' WHERE state = 'running'"
# Imports in chunks as small as while people label: there are more to be killed in between.
IN_SMALL_CHUNKS = """
import sys
import django
django.setup()
from django.core.management import execute_from_command_line
from labeling.flow import segment
segment.CHUNK_RECORDS = 100
execute_from_command_line(sys.argv)
"""
# Does the same, forking at each line that it reads, and tells the child's id; a child leaves nobody to wait for it.
FORKING = """
import os, signal, sys
import django
django.setup()
from django.core.management import call_command
from labeling.flow import segment
segment.CHUNK_RECORDS = 100
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _line in sys.stdin:
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        call_command("import_sentences", "berita", sys.argv[1], "--unit", "sentence", "--wait")
        os._exit(0)
    print(child, flush=True)
"""

ROWS = (
    "SELECT t.text, t.number, t.start, t.text_hash, t.lang, t.in_pool, t.slots_free, t.shuffle, t.audit_place,"
    " t.audit_probability, s.sha256, s.n_sentences FROM labeling_sentence t JOIN labeling_source s"
    " ON s.id = t.source_id ORDER BY t.text_hash",
    "SELECT t.text, l.key, u.username, u.is_active, a.selection, a.surplus, a.seconds, a.state"
    " FROM labeling_annotation a JOIN labeling_sentence t ON t.id = a.sentence_id JOIN labeling_label l"
    " ON l.id = a.label_id JOIN auth_user u ON u.id = a.annotator_id ORDER BY t.text_hash, u.username",
    "SELECT verb, COUNT(*) FROM labeling_event WHERE verb = 'answered'",
    "SELECT n_sentences, n_pool FROM labeling_project",
)


def at(folder: Path) -> dict[str, str]:
    """The environment of a data directory of its own on SQLite."""
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return kept | {"FACTCHECK_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "factcheck.settings"}


def two_places(first: Path, second: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Each with a project: the same."""
    first.mkdir()
    manage(at(first), "migrate", "--skip-checks", "-v0")
    manage(at(first), "create_project", "berita")
    shutil.copytree(first, second)
    return at(first), at(second)


def line(n: int) -> str:
    """Of ten lines eight are new, one repeats another with a second label, one is refused."""
    if n % 10 == 8:
        return f"Menteri {n - 8} berkata bahwa jembatan dibuka.,denial,fajar\n"
    label = "opini" if n % 10 == 9 else ("claim", "")[n % 2]
    return f"Menteri {n} berkata bahwa jembatan dibuka.,{label},eka\n"


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(command(*arguments), env=environment, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


def ask(environment: dict[str, str], sql: str) -> Any:
    connection = sqlite3.connect(Path(environment["FACTCHECK_DATA"]) / "factcheck.sqlite3", timeout=20)
    try:
        found = connection.execute(sql).fetchone()
        connection.commit()
        return found
    finally:
        connection.close()


@contextmanager
def importers(environment: dict[str, str], upload: Path) -> Iterator[Callable[[], int]]:
    """Each call starts an import in a process of its own and gives its id; all has been loaded before."""
    started = subprocess.Popen(
        [sys.executable, "-c", FORKING, str(upload)], cwd=ROOT, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def start() -> int:
        assert started.stdin is not None
        assert started.stdout is not None
        started.stdin.write(b"\n")
        started.stdin.flush()
        return int(started.stdout.readline())

    with started:
        yield start


def sentences(environment: dict[str, str]) -> int:
    return int(ask(environment, "SELECT COUNT(*) FROM labeling_sentence")[0])


def kill_at(environment: dict[str, str], importer: int, there: int, later: float) -> None:
    """Wait until `there` sentences are there, and kill -9 the importing process a moment later."""
    try:
        while is_there(importer) and sentences(environment) < there:
            time.sleep(0.01)
        time.sleep(later)
        assert is_there(importer), "the import ended before it was killed"
    finally:
        with suppress(ProcessLookupError):
            os.kill(importer, signal.SIGKILL)
    assert until(lambda: not is_there(importer))
    ask(environment, EXPIRE)


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def whole(environment: dict[str, str], upload: Path) -> dict[str, Any]:
    """The report of the import, done to its end."""
    arguments = ("import_sentences", "berita", str(upload), "--unit", "sentence", "--wait", "--json")
    done = subprocess.run(
        [sys.executable, "-c", IN_SMALL_CHUNKS, *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def rows_of(environment: dict[str, str]) -> list[list[Any]]:
    """Every row that an import writes, but for keys and times."""
    connection = sqlite3.connect(Path(environment["FACTCHECK_DATA"]) / "factcheck.sqlite3", timeout=20)
    try:
        return [connection.execute(sql).fetchall() for sql in ROWS]
    finally:
        connection.close()


def test_an_import_killed_at_twenty_points_has_the_same_rows_as_one_that_was_not(tmp_path: Path) -> None:
    upload = tmp_path / "lines.csv"
    upload.write_text("text,label,annotator\n" + "".join(map(line, range(LINES))))
    quiet, killed = two_places(tmp_path / "quiet", tmp_path / "killed")
    points = random.Random(4)
    with importers(killed, upload) as start:
        for there in sorted(points.randrange(LINES * 8 // 10) for _ in range(20)):
            kill_at(killed, start(), there, points.uniform(0, 0.3))
    told = [report | {"run": 0, "runs": []} for report in (whole(quiet, upload), whole(killed, upload))]
    reports = [next((tmp_path / name / "files" / "reports").glob("*.csv")).read_bytes() for name in ("quiet", "killed")]
    assert (told[0], reports[0], rows_of(quiet)) == (told[1], reports[1], rows_of(killed))
    assert told[1]["added"] == LINES * 8 // 10
