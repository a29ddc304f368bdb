"""A backup while people annotate, restored in another process, and every row of every table compared."""

import json
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import dj_database_url
import psycopg
import pytest
from axes.models import AccessAttempt
from django.db import connection, connections
from django.db.utils import load_backend
from django.test import Client
from psycopg.sql import SQL, Identifier

from labeling import learning
from labeling.flow import annotate, backup, moment, queue, tables
from labeling.models import Membership, ModelVersion, Run
from tests.cast import Cast, gather
from tests.factories import received
from tests.flow.acting import answer
from tests.flow.newsroom import shards_of, trained
from tests.flow.pool_of import pool_of
from tests.jobs.launching import ROOT, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
Rows = dict[str, list[dict[str, Any]]]
ENOUGH = 20


def all_rows() -> Rows:
    """Every row of every table as Python values, sorted by key."""
    found = {name: list(table._base_manager.values()) for name, table in tables.kept().items()}
    keys = {name: table._meta.pk.attname for name, table in tables.kept().items()}
    return {name: sorted(rows, key=lambda row: row[keys[name]]) for name, rows in found.items()}


@pytest.fixture
def newsroom() -> Cast:
    """Rows of every kind that people make: a model, an upload, sessions, a wrong password."""
    cast = gather(overlap=2, audit_size=40)
    shards_of(cast, (80, 40))
    trained(cast.project)
    pool_of(cast.elsewhere, 20)
    pool_of(cast.project, 2_000)
    received(cast.project, "Jembatan “Kenari” dibuka\u2028hari ini.", "jembatan.txt")
    Client().force_login(cast.citra.user)
    AccessAttempt.objects.create(username="ani", ip_address="2001:db8::7", failures_since_start=3)
    Run.objects.create(project=cast.project, kind="export", state="done", token=uuid.uuid4(), result={"n": [1.5, None]})
    return cast


class Crowd:
    """Three people who label until they are told to stop; `said` grows with each answer."""

    def __init__(self, people: list[Membership]) -> None:
        self.said: list[int] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._label, args=(one,)) for one in people]

    def _label(self, member: Membership) -> None:
        try:
            while not self._stop.is_set() and (leases := queue.take(by=member, want=3)):
                annotate.submit(by=member, acts=[answer(lease.sentence_id) for lease in leases])
                self.said.extend(lease.sentence_id for lease in leases)
        finally:
            connection.close()

    def goes_on(self) -> None:
        before = len(self.said)
        assert until(lambda: len(self.said) >= before + ENOUGH)

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def taken_under_load(cast: Cast, path: Path, monkeypatch: pytest.MonkeyPatch) -> Rows:
    """Write a backup while the crowd labels; the rows of the moment that it holds."""
    rows: Rows = {}

    with Crowd([cast.ani, cast.budi, cast.citra]) as crowd:

        @contextmanager
        def watched() -> Iterator[None]:
            crowd.goes_on()
            with moment.one_moment():
                rows.update(all_rows())
                crowd.goes_on()
                yield
                crowd.goes_on()

        monkeypatch.setattr(backup, "one_moment", watched)
        backup.write(path=path)
    return rows


def restored(path: Path, data: Path, url: str) -> None:
    """In a process of its own, in an empty place."""
    own = {**os.environ, "FACTCHECK_DATA": str(data), "DATABASE_URL": url}
    command = [sys.executable, "manage.py", "restore", str(path), "--json"]
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ok"]


def rows_at(url: str) -> Rows:
    """Every row of another database."""
    here = connections["default"]
    named = {**connections.databases["default"], "OPTIONS": {}, **dj_database_url.parse(url)}
    connections["default"] = load_backend(named["ENGINE"]).DatabaseWrapper(named, "default")
    try:
        return all_rows()
    finally:
        connections["default"].close()
        connections["default"] = here


@pytest.fixture
def other_postgres() -> Iterator[str]:
    """The address of an empty database on the server of the tests."""
    url, name = os.environ["DATABASE_URL"], f"restored_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(SQL("DROP DATABASE {}").format(Identifier(name)))


def test_every_row_of_the_moment_is_in_sqlite_afterwards(
    newsroom: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = taken_under_load(newsroom, tmp_path / "backup.zip", monkeypatch)
    data = tmp_path / "anew"
    url = f"sqlite:///{data}/factcheck.sqlite3"
    data.mkdir()
    restored(tmp_path / "backup.zip", data, url)
    found = rows_at(url)
    assert {name for name in rows if rows[name] != found[name]} == set()
    assert len(rows["labeling_annotation"]) < len(all_rows()["labeling_annotation"]), "nobody labelled meanwhile"


@pytest.mark.postgres
def test_every_row_of_the_moment_is_in_postgresql_afterwards(
    newsroom: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other_postgres: str
) -> None:
    rows = taken_under_load(newsroom, tmp_path / "backup.zip", monkeypatch)
    restored(tmp_path / "backup.zip", tmp_path / "anew", other_postgres)
    found = rows_at(other_postgres)
    assert {name for name in rows if rows[name] != found[name]} == set()


@pytest.mark.postgres
def test_what_sqlite_kept_comes_back_to_postgresql(newsroom: Cast, tmp_path: Path, other_postgres: str) -> None:
    rows, data = all_rows(), tmp_path / "sqlite"
    backup.write(path=tmp_path / "first.zip")
    data.mkdir()
    sqlite = f"sqlite:///{data}/factcheck.sqlite3"
    restored(tmp_path / "first.zip", data, sqlite)
    own = {**os.environ, "FACTCHECK_DATA": str(data), "DATABASE_URL": sqlite}
    command = [sys.executable, "manage.py", "backup", str(tmp_path / "second.zip")]
    subprocess.run(command, cwd=ROOT, env=own, check=True, capture_output=True, timeout=120)
    restored(tmp_path / "second.zip", tmp_path / "anew", other_postgres)
    found = rows_at(other_postgres)
    assert {name for name in rows if rows[name] != found[name]} == set()


def test_the_model_in_service_is_whole_where_it_was_restored(newsroom: Cast, tmp_path: Path) -> None:
    backup.write(path=tmp_path / "backup.zip")
    data = tmp_path / "anew"
    data.mkdir()
    restored(tmp_path / "backup.zip", data, f"sqlite:///{data}/factcheck.sqlite3")
    version = ModelVersion.objects.get(project=newsroom.project)
    here = sorted(path.name for path in learning.models_folder(newsroom.project).iterdir() if path.is_file())
    there = sorted(path.name for path in (data / Path(version.path).parent).iterdir())
    assert [name for name in here if not name.startswith(".")] == there
