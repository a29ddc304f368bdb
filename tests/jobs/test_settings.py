"""A setting that makes no sense: one sentence that names it, and no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from factcheck import env
from labeling import checkup
from tests.house.sources import ROOT


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that this user may not enter. Root may enter any, so the system's answer is made up."""
    folder, look = tmp_path / "closed", os.stat

    def refused(path: str | Path, **how: bool) -> os.stat_result:
        if str(path).startswith(f"{folder}/"):
            raise PermissionError(13, "Permission denied", str(path))
        return look(path, **how)

    monkeypatch.setattr(os, "stat", refused)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("command", ["up", "doctor"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "garbage:geheim"),
        ("DATABASE_URL", "mysql://ani:geheim@localhost/news"),
        ("DATABASE_URL", "postgres://ani:geheim@localhost:port/news"),
        ("TIME_ZONE", "Nonsense"),
        ("TIME_ZONE", "../etc/passwd"),
        ("FACTCHECK_WEB_THREADS", "many"),
        ("FACTCHECK_WEB_PROCESSES", "0"),
        ("FACTCHECK_WEB_PROCESSES", "²"),
        ("FACTCHECK_DATA", "~nobody-of-this-name/var"),
        ("FACTCHECK_LEARNING_STORAGE", '{"BACKEND": "no.such.Storage", "OPTIONS": {"secret_key": "geheim"}}'),
    ],
)
def test_it_stops_the_start_with_one_sentence_and_no_password(
    tmp_path: Path, command: str, name: str, value: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=ROOT,
        env={**os.environ, "FACTCHECK_DATA": str(tmp_path / "var"), name: value},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,  # one that is not refused would run on
    )
    said = ended.stderr
    assert (ended.returncode, said.count("\n"), name in said, "geheim" in said) == (1, 1, True, False), said


def test_a_key_where_this_user_may_not_look_stops_nothing_so_that_up_says_why(closed: Path) -> None:
    assert len(env.secret_key(closed / "var")) >= 50


@pytest.mark.django_db
def test_doctor_names_a_data_directory_that_may_not_be_entered(closed: Path, settings: Settings) -> None:
    settings.DATA_DIR = closed / "var"
    assert {one.name: one.state for one in checkup.run_all()}["data directory"] == "failed"


def test_a_key_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_path: Path) -> str:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "secret_key").write_text("k" * 64)
    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(ImproperlyConfigured, match=r"secret_key .*Permission denied"):
        env.secret_key(tmp_path)


def test_a_key_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_bytes(b"\xff" * 64)
    with pytest.raises(ImproperlyConfigured, match="secret_key holds no text"):
        env.secret_key(tmp_path)


def test_a_database_of_postgresql_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://ani:geheim@db.example.org/news")
    found = env.database("DATABASE_URL", default={})
    assert (found["HOST"], found["NAME"], found["CONN_MAX_AGE"]) == ("db.example.org", "news", 600)


STORAGE = '{"BACKEND": "django.core.files.storage.InMemoryStorage", "OPTIONS": {"location": "/memory"}}'


@pytest.mark.parametrize(
    "value", ["s3", "[]", "{}", '{"BACKEND": 3}', '{"BACKEND": "S3Storage"}', f'{STORAGE[:-1]}, "X": 1}}']
)
def test_a_storage_that_makes_no_sense_is_named(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACTCHECK_LEARNING_STORAGE", value)
    with pytest.raises(ImproperlyConfigured, match="FACTCHECK_LEARNING_STORAGE must be like"):
        env.storage("FACTCHECK_LEARNING_STORAGE", default={})


def test_a_storage_of_djangos_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACTCHECK_LEARNING_STORAGE", STORAGE)
    found = env.storage("FACTCHECK_LEARNING_STORAGE", default={})
    assert (found["BACKEND"], found["OPTIONS"]) == (
        "django.core.files.storage.InMemoryStorage",
        {"location": "/memory"},
    )
