"""An import in a process of its own, killed half-way, and run again."""

import json
import os
import random
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


def place(folder: Path) -> dict[str, str]:
    """The environment of a data directory of its own on SQLite, with a project."""
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    own = kept | {"FACTCHECK_DATA": str(folder)}
    folder.mkdir()
    manage(own, "migrate", "--skip-checks", "-v0")
    manage(own, "create_project", "berita")
    return own


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


def importing(environment: dict[str, str], upload: Path) -> "subprocess.Popen[bytes]":
    arguments = command("import_sentences", "berita", str(upload), "--unit", "sentence", "--wait")
    return subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def sentences(environment: dict[str, str]) -> int:
    return int(ask(environment, "SELECT COUNT(*) FROM labeling_sentence")[0])


def kill_at(environment: dict[str, str], upload: Path, there: int, later: float) -> None:
    """Import until `there` sentences are there, and kill -9 the process a moment later."""
    process = importing(environment, upload)
    try:
        while process.poll() is None and sentences(environment) < there:
            time.sleep(0.01)
        time.sleep(later)
        assert process.poll() is None, "the import ended before it was killed"
    finally:
        process.kill()
        process.wait()
    ask(environment, EXPIRE)


def whole(environment: dict[str, str], upload: Path) -> dict[str, Any]:
    """The report of the import, done to its end."""
    arguments = ("import_sentences", "berita", str(upload), "--unit", "sentence", "--wait", "--json")
    done = subprocess.run(command(*arguments), env=environment, capture_output=True, text=True, check=False)
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
    quiet, killed = place(tmp_path / "quiet"), place(tmp_path / "killed")
    points = random.Random(4)
    for there in sorted(points.randrange(LINES * 8 // 10) for _ in range(20)):
        kill_at(killed, upload, there, points.uniform(0, 0.3))
    told = [report | {"run": 0, "runs": []} for report in (whole(quiet, upload), whole(killed, upload))]
    reports = [next((tmp_path / name / "files" / "reports").glob("*.csv")).read_bytes() for name in ("quiet", "killed")]
    assert (told[0], reports[0], rows_of(quiet)) == (told[1], reports[1], rows_of(killed))
    assert told[1]["added"] == LINES * 8 // 10
