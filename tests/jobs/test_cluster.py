"""Several machines: what docker-compose.yml starts, as processes; people label, and a worker dies in a training."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User

from labeling.flow.found import create_project
from labeling.flow.people import new_link
from labeling.models import Annotation, Event, Kind, Membership, ModelVersion, Project, Role, Run, RunState, Verb
from tests.flow.newsroom import MARKS, news
from tests.jobs.cluster import Cluster
from tests.jobs.launching import until
from tests.jobs.learners import database_url
from tests.journeys.visitor import Visitor, act

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.allow_hosts(["127.0.0.1"]),
]
LEARNERS = ("learner-1", "learner-2", "learner-3")
# Enough that the first training, which makes the features too, is met while it lasts.
SENTENCES = 6_000


@pytest.fixture
def project() -> Project:
    project = create_project(slug="demo", name="Demo", by=None, overlap=1, audit_size=20)
    news(project, SENTENCES)
    return project


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    cluster = Cluster(database_url())
    yield cluster
    cluster.clean_up()


class Annotators:
    """People who label until they are told to stop; `kept` are the keys of the answers that a server called saved."""

    def __init__(self, project: Project, addresses: list[str]) -> None:
        self.kept: list[str] = []
        self._over = threading.Event()
        people = [User.objects.create_user(username=f"annotator-{n}") for n in range(len(addresses))]
        links = []
        for user, address in zip(people, addresses, strict=True):
            Membership.objects.create(project=project, user=user, role=Role.ANNOTATOR)
            links.append(f"{address}/link/{new_link(user=user)}/")
        self._threads = [threading.Thread(target=self._label, args=(Visitor(link),)) for link in links]
        for thread in self._threads:
            thread.start()

    def _label(self, visitor: Visitor) -> None:
        sentences = visitor.insist([])["sentences"]
        while not self._over.is_set() and sentences:
            acts = [act(one["id"], truth(one["text"])) for one in sentences]
            answered = visitor.insist(acts)
            self.kept += [one["key"] for one in answered["receipts"] if one["saved"]]
            sentences = answered["sentences"]
            time.sleep(0.5)

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def truth(text: str) -> str:
    return next((label for mark, label in MARKS.items() if mark in text), "none")


def busy(cluster: Cluster) -> str:
    """The machine that began the training that runs now; empty where none does."""
    run = Run.objects.filter(kind=Kind.TRAIN, state=RunState.RUNNING).first()
    found = [name for name in LEARNERS if run and any(_begins(one, run.pk) for one in cluster.lines(name))]
    return found[0] if found else ""


def _begins(line: dict[str, object], run_id: int) -> bool:
    return line.get("run") == run_id and "begins" in str(line["message"])


def test_no_label_is_lost_and_another_worker_trains_when_one_is_killed(project: Project, cluster: Cluster) -> None:
    for service in ("sweep", "measure", "exchange", "beat"):
        cluster.start(service)
    for name in LEARNERS:
        cluster.start("worker", name)
    addresses = [cluster.web("web-1"), cluster.web("web-2")]
    annotators = Annotators(project, addresses * 2)
    try:
        assert until(lambda: busy(cluster) != "", seconds=120), cluster.said()
        dead = busy(cluster)
        run = Run.objects.get(kind=Kind.TRAIN, state=RunState.RUNNING)
        cluster.kill(dead)
        ended = until(lambda: Run.objects.filter(pk=run.pk, state=RunState.DONE).exists(), seconds=150)
    finally:
        annotators.stop()
    run.refresh_from_db()
    assert (ended, run.attempts) == (True, 2), cluster.said()
    after = {name for name in LEARNERS if any(_begins(one, run.pk) for one in cluster.lines(name))} - {dead}
    assert len(after) == 1
    assert ModelVersion.objects.filter(run=run).count() == 1
    stood = {str(key) for key in Event.objects.filter(key__isnull=False).values_list("key", flat=True)}
    assert set(annotators.kept) - stood == set()
    # An answer to a repeat is no Annotation.
    again = Event.objects.filter(verb=Verb.REPEATED).count()
    assert Annotation.objects.given().count() + again == len(annotators.kept) > 20
