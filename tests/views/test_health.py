"""Whether the server lives, and whether it is ready: what is degraded is told apart from what is down."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.db.models.functions import Now
from django.test import Client
from pytest_django.fixtures import Settings

from labeling import jobs, readiness, sweeping
from labeling.models import Kind, Pulse, Run
from tests.cast import Cast


def checks(client: Client) -> dict[str, str]:
    return {one["name"]: one["state"] for one in client.get("/readyz").json()["checks"]}


class Away:
    def ensure_connection(self) -> None:
        raise DatabaseError("db.example.org:5432 refused ani")


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "connection", Away())


def test_the_process_is_alive_also_without_a_database(client: Client) -> None:
    # No database may be asked in this test: asking would fail it.
    assert client.get("/healthz").content == b"ok\n"


def test_all_is_well_where_the_sweep_rings(db: None, client: Client) -> None:
    sweeping.tidy()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["state"]) == (200, "ok")


def test_without_a_pulse_it_is_degraded_and_serves(db: None, client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["state"], checks(client)["sweep"]) == (200, "degraded", "degraded")


def test_a_pulse_of_long_ago_is_none(db: None, client: Client) -> None:
    sweeping.tidy()
    Pulse.objects.update(at=Now() - timedelta(minutes=2))
    assert checks(client)["sweep"] == "degraded"


def test_a_run_that_nobody_takes_up_is_degraded(cast: Cast, client: Client) -> None:
    run = jobs.owe(project=cast.project, kind=Kind.AGREE, by=None)
    Run.objects.filter(pk=run.pk).update(due_at=Now() - timedelta(minutes=5))
    assert checks(client)["workers"] == "degraded"


def test_a_database_that_is_away_is_down(db: None, client: Client, away: None) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, checks(client)["database"]) == (503, "failed")


def test_a_database_that_is_away_is_told_without_its_address(db: None, client: Client, away: None) -> None:
    assert "example.org" not in client.get("/readyz").content.decode()


def test_a_migration_that_is_not_applied_is_down(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_known_migrations", lambda: frozenset({("labeling", "9999_future")}))
    assert (client.get("/readyz").status_code, checks(client)["migrations"]) == (503, "failed")


def test_a_full_disk_is_down(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "FREE_MEGABYTES", 10**12)
    assert checks(client)["disk"] == "failed"


def test_a_data_directory_that_is_gone_is_down(db: None, client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "gone"
    assert checks(client)["data directory"] == "failed"


def test_a_probe_inside_the_house_needs_no_https(db: None, client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert [client.get(address).status_code for address in ("/healthz", "/readyz", "/sign-in/")] == [200, 200, 301]


def test_the_sweep_writes_its_pulse_at_most_every_five_seconds(db: None) -> None:
    sweeping.tidy()
    before = Pulse.objects.get(name="sweep").at
    sweeping.tidy()
    assert Pulse.objects.get(name="sweep").at == before


def test_a_pulse_that_is_five_seconds_old_is_written_anew(db: None) -> None:
    sweeping.tidy()
    Pulse.objects.update(at=Now() - timedelta(seconds=6))
    before = Pulse.objects.get(name="sweep").at
    sweeping.tidy()
    assert Pulse.objects.get(name="sweep").at > before
