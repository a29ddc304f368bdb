"""An import in a process of its own, killed half-way, and run again."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent.parent
LINES = 12_000
# The lease of the killed process, given back at once instead of after forty seconds.
EXPIRE = "UPDATE labeling_run SET leased_until = '2020-01-01 00:00:00' WHERE state = 'running'"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A data directory of its own on SQLite, with a project."""
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    own = kept | {"FACTCHECK_DATA": str(tmp_path / "data")}
    (tmp_path / "data").mkdir()
    manage(own, "migrate", "--skip-checks", "-v0")
    manage(own, "create_project", "berita")
    return own


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


def kill_half_way(environment: dict[str, str], upload: Path) -> int:
    """Start the import, kill -9 it after a few chunks; returns how many sentences were there by then."""
    arguments = command("import_sentences", "berita", str(upload), "--unit", "sentence", "--wait")
    importing = subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while importing.poll() is None:
            done = ask(environment, "SELECT COUNT(*) FROM labeling_sentence")[0]
            if done >= 2_000:
                break
            time.sleep(0.02)
    finally:
        importing.kill()
        importing.wait()
    return int(ask(environment, "SELECT COUNT(*) FROM labeling_sentence")[0])


def test_an_import_killed_half_way_and_run_again_has_every_line_once(
    environment: dict[str, str], tmp_path: Path
) -> None:
    upload = tmp_path / "lines.txt"
    upload.write_text("".join(f"Menteri {n} berkata bahwa jembatan {n} dibuka.\n" for n in range(LINES)))
    there = kill_half_way(environment, upload)
    assert 0 < there < LINES, "the kill came too early or too late to show anything"
    ask(environment, EXPIRE)
    report = json.loads(
        manage(environment, "import_sentences", "berita", str(upload), "--unit", "sentence", "--wait", "--json")
    )
    rows = ask(
        environment, "SELECT COUNT(*), COUNT(DISTINCT text), SUM(audit_place IS NOT NULL) FROM labeling_sentence"
    )
    counted = ask(environment, "SELECT n_sentences, n_pool FROM labeling_project")
    assert (report["added"], report["duplicates"], rows, counted) == (LINES, 0, (LINES, LINES, 300), (LINES, LINES))
