"""The migrations of before and the one that stands for them: a database is the same by either way."""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

STEPS = """
import sys
import django
django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
executor = MigrationExecutor(connection)
executor.loader = MigrationLoader(connection, replace_migrations=False)
executor.migrate([("labeling", sys.argv[1])])
"""


def run(data: Path, *arguments: str) -> None:
    data.mkdir(exist_ok=True)
    environment = {**os.environ, "FACTCHECK_DATA": str(data), "DJANGO_SETTINGS_MODULE": "factcheck.settings"}
    environment.pop("DATABASE_URL", None)
    subprocess.run([sys.executable, *arguments], env=environment, check=True, timeout=120)


def tables(data: Path) -> dict[str, list[str]]:
    """What each table and each index is made of; the order of a table's columns is left out."""
    with sqlite3.connect(data / "factcheck.sqlite3") as raw:
        made = raw.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name LIKE 'labeling%'")
        parts = {name: re.split(r", (?=\"|CONSTRAINT)", sql.partition("(")[2].removesuffix(")")) for name, sql in made}
    return {name: sorted(each) for name, each in parts.items()}


@pytest.mark.slow
@pytest.mark.once
def test_a_new_database_is_that_of_one_that_was_upgraded(tmp_path: Path) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    run(new, "manage.py", "migrate", "--verbosity", "0")
    run(old, "-c", STEPS, "0008_agreement_and_adjudication")

    run(old, "manage.py", "migrate", "--verbosity", "0")

    run(old, "manage.py", "migrate", "--check", "--verbosity", "0")
    assert len(tables(new)) > 50
    assert tables(old) == tables(new)
