"""Figures for Prometheus: off unless asked for, for whoever may read them, and true."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.db.models.functions import Now
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import Settings

from labeling import jobs, metrics, sweeping
from labeling.flow import queue
from labeling.models import Kind, ModelVersion, Pulse, Run
from tests.cast import Cast
from tests.flow.pool_of import pool_of
from tests.house.sources import ROOT

Figures = dict[tuple[str, ...], float]


@pytest.fixture
def on(settings: Settings) -> None:
    settings.METRICS, settings.METRICS_TOKEN = True, ""


def figures(client: Client) -> Figures:
    """(name, values of its labels) -> value."""
    text = client.get("/metrics").content.decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(one.name, *one.labels.values()): one.value for one in samples}


def test_they_are_not_there_unless_they_are_asked_for(db: None, client: Client) -> None:
    assert client.get("/metrics").status_code == 404


def test_this_machine_may_read_them(on: None, db: None, client: Client) -> None:
    assert client.get("/metrics").status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
    ],
)
def test_others_may_not_nor_those_behind_a_proxy(sent: dict[str, str], on: None, db: None, client: Client) -> None:
    assert client.get("/metrics", **sent).status_code == 401  # type: ignore[arg-type]


@pytest.mark.parametrize(("given", "status"), [("Bearer geheim", 200), ("Bearer other", 401), ("", 401), ("é", 401)])
def test_with_a_token_set_only_the_token_opens(
    given: str, status: int, on: None, db: None, client: Client, settings: Settings
) -> None:
    settings.METRICS_TOKEN = "geheim"
    assert client.get("/metrics", headers={"Authorization": given}, REMOTE_ADDR="192.0.2.7").status_code == status


def test_requests_are_counted_by_route_and_status(on: None, citra: Client) -> None:
    name = ("factcheck_requests_total", "model", "200")
    before = figures(citra).get(name, 0)
    citra.get("/p/berita/model/")
    assert figures(citra)[name] == before + 1


def test_nothing_is_counted_while_they_are_off(citra: Client, settings: Settings) -> None:
    citra.get("/p/berita/model/")
    settings.METRICS, settings.METRICS_TOKEN = True, ""
    before = figures(citra).get(("factcheck_requests_total", "runs", "200"), 0)
    settings.METRICS = False
    citra.get("/p/berita/runs/")
    settings.METRICS = True
    assert figures(citra).get(("factcheck_requests_total", "runs", "200"), 0) == before


def test_the_annotate_pages_requests_are_timed(on: None, citra: Client) -> None:
    before = figures(citra)[("factcheck_submit_seconds_count",)]
    citra.post("/p/berita/annotate/sync/", {"acts": [], "want": 0}, content_type="application/json")
    assert figures(citra)[("factcheck_submit_seconds_count",)] == before + 1


def test_sentences_in_hand_are_counted(on: None, cast: Cast, client: Client) -> None:
    pool_of(cast.project, 5)
    queue.take(by=cast.ani, want=3)
    assert figures(client)[("factcheck_leases_held",)] == 3


def test_runs_that_wait_are_counted_by_kind_with_the_age_of_the_oldest(on: None, cast: Cast, client: Client) -> None:
    run = jobs.owe(project=cast.project, kind=Kind.AGREE, by=None)
    Run.objects.filter(pk=run.pk).update(due_at=Now() - timedelta(seconds=100))
    found = figures(client)
    assert found[("factcheck_runs_owed", "agree")] == 1
    assert 99 <= found[("factcheck_runs_owed_oldest_seconds", "agree")] < 160


def test_the_pulse_of_the_sweep_has_an_age(on: None, db: None, client: Client) -> None:
    sweeping.tidy()
    Pulse.objects.update(at=Now() - timedelta(seconds=100))
    assert 99 <= figures(client)[("factcheck_pulse_age_seconds", "sweep")] < 160


def test_model_and_ranking_have_an_age_by_project(on: None, cast: Cast, client: Client) -> None:
    run = Run.objects.create(
        project=cast.project, kind=Kind.TRAIN, state="done", ended_at=Now() - timedelta(seconds=50)
    )
    version = ModelVersion.objects.create(
        project=cast.project, number=1, run=run, path="", sha256="", n_labels=2, n_label_events=2
    )
    ModelVersion.objects.update(trained_at=Now() - timedelta(seconds=100))
    cast.project.version = version
    cast.project.save()
    found = figures(client)
    assert 99 <= found[("factcheck_model_age_seconds", "berita")] < 160
    assert 49 <= found[("factcheck_ranking_age_seconds", "berita")] < 99


def test_a_database_that_is_away_is_told_and_the_rest_is_there(
    on: None, db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> object:
        raise DatabaseError("gone")

    monkeypatch.setattr(metrics, "_work", gone)
    found = figures(client)
    assert (found[("factcheck_database_up",)], ("factcheck_submit_seconds_count",) in found) == (0, True)


def test_no_name_and_no_text_is_among_the_labels(on: None, citra: Client) -> None:
    citra.get("/p/berita/find/", {"words": "jembatan"})
    assert "jembatan" not in citra.get("/metrics").content.decode()


COUNTED = "import django; django.setup(); from labeling import metrics; metrics.count('home', 200, 0.1)"
TOLD = "[line for line in metrics.page().decode().splitlines() if line.startswith('factcheck_requests_total')]"
READ = f"{COUNTED}; print(*{TOLD})"


@pytest.mark.slow
def test_several_web_processes_are_counted_together(tmp_path: Path) -> None:
    own = {**os.environ, "DJANGO_SETTINGS_MODULE": "factcheck.settings", "FACTCHECK_DATA": str(tmp_path)}
    own["PROMETHEUS_MULTIPROC_DIR"] = str(tmp_path)
    for program in (COUNTED, READ):
        said = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=own, capture_output=True, text=True, check=True
        ).stdout
    assert said.split()[-1] == "2.0"
