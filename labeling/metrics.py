"""Figures for Prometheus: of requests, counted as they come; of the rows, asked when the figures are read."""

import os
from collections.abc import Iterator
from datetime import datetime

from django.db import DatabaseError
from django.db.models import Count, Min
from django.db.models.functions import Now
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from labeling.models import Lease, Project, Pulse, Run, RunState

SUBMIT = "annotate_sync"
_REQUESTS = Counter("factcheck_requests", "Requests that were answered.", ["route", "status"])
_SECONDS = Histogram(
    "factcheck_submit_seconds",
    "How long a request of the annotate page took: answers saved, sentences handed out.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def count(route: str, status: int, seconds: float) -> None:
    """One request more."""
    _REQUESTS.labels(route, str(status)).inc()
    if route == SUBMIT:
        _SECONDS.observe(seconds)


def page() -> bytes:
    """All figures in Prometheus' text form, of every web process of this server together."""
    counted = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    asked = CollectorRegistry()
    asked.register(_Rows())
    return generate_latest(counted) + generate_latest(asked)


class _Rows(Collector):
    """What the database knows. Where it does not answer, that is all that is told of it."""

    def collect(self) -> Iterator[Metric]:
        try:
            yield from [*_work(), *_projects(), _gauge("factcheck_database_up", "Whether the database answers.", 1)]
        except DatabaseError:
            yield _gauge("factcheck_database_up", "Whether the database answers.", 0)


def _work() -> Iterator[Metric]:
    held = Lease.objects.filter(held=True).count()
    yield _gauge("factcheck_leases_held", "Sentences in somebody's hand.", held)
    owed = GaugeMetricFamily("factcheck_runs_owed", "Runs that wait for a worker.", labels=["kind"])
    oldest = GaugeMetricFamily("factcheck_runs_owed_oldest_seconds", "How long the oldest has waited.", labels=["kind"])
    waiting = Run.objects.filter(state=RunState.OWED).order_by().values("kind")
    for row in waiting.annotate(n=Count("pk"), since=Min("due_at"), now=Now()):
        owed.add_metric([row["kind"]], row["n"])
        oldest.add_metric([row["kind"]], _age(row["now"], row["since"]))
    yield from (owed, oldest)
    pulse = GaugeMetricFamily(
        "factcheck_pulse_age_seconds",
        "Since a program last rang. The sweep rings through Redis: a high age means that Redis, beat or sweep is down.",
        labels=["program"],
    )
    for one in Pulse.objects.annotate(now=Now()):
        pulse.add_metric([one.name], _age(one.now, one.at))
    yield pulse


def _projects() -> Iterator[Metric]:
    model = GaugeMetricFamily(
        "factcheck_model_age_seconds", "Since the model in service was trained.", labels=["project"]
    )
    ranking = GaugeMetricFamily(
        "factcheck_ranking_age_seconds", "Since the order of the queue was published.", labels=["project"]
    )
    served = Project.objects.filter(version__isnull=False).order_by("slug").annotate(now=Now())
    for slug, now, trained, published in served.values_list(
        "slug", "now", "version__trained_at", "version__run__ended_at"
    ):
        model.add_metric([slug], _age(now, trained))
        ranking.add_metric([slug], _age(now, published or trained))
    yield from (model, ranking)


def _gauge(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, says, value=value)


def _age(now: datetime, then: datetime) -> float:
    return max((now - then).total_seconds(), 0.0)
