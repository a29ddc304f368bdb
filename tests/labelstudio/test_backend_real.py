"""A real Label Studio connected to our model: predictions on its tasks, its annotations in our trainer."""

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from labeling import sweeping, work
from labeling.flow import backend_keys
from labeling.flow.train import gather
from labeling.labelstudio.config import config_of
from labeling.labelstudio.shapes import result_of
from labeling.models import Annotation, Kind, Run, RunState, Sentence
from tests import cast as people
from tests.flow.newsroom import answer, news, trained, truth
from tests.labelstudio.connected import KEYS
from tests.labelstudio.server import Studio

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.labelstudio]
TITLE = "berita"


def until(true: Callable[[], bool], *, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def worker() -> Iterator[None]:
    """A sweep that rings and a measuring worker, in a thread."""
    over = threading.Event()

    def serve() -> None:
        while not over.wait(0.1):
            sweeping.ring()
            for run_id in Run.objects.filter(kind=Kind.PREDICT, state=RunState.OWED).values_list("pk", flat=True):
                work.perform(run_id)
        connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield
    over.set()
    thread.join()


@dataclass(frozen=True)
class Connection:
    """A project of theirs with some of our sentences as its tasks, connected to our trained model."""

    studio: Studio
    sdk: Any
    remote: int
    rows: list[Sentence]

    def tasks(self) -> list[Any]:
        return list(self.sdk.tasks.list(project=self.remote, fields="all"))

    def served(self) -> Any:
        """The task that a person there gets next."""
        address = f"{self.studio.url}/api/projects/{self.remote}/next/"
        request = urllib.request.Request(address, headers={"Authorization": f"Token {self.studio.token}"})
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)


@pytest.fixture
def their_project(studio: Studio, live_server: LiveServer, settings: Settings, worker: None) -> Iterator[Connection]:
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    cast = people.gather()
    rows = news(cast.project, 120)
    answer(cast.ani, rows[:60])
    trained(cast.project)
    loaded, httpx = pytest.importorskip("label_studio_sdk.client"), pytest.importorskip("httpx")
    with httpx.Client(timeout=60) as wire:
        # Label Studio waits for a second; the first request to a server that has just started loads all its pages.
        wire.get(f"{live_server.url}/healthz")
        sdk = loaded.LabelStudio(base_url=studio.url, api_key=studio.token, httpx_client=wire)
        remote = sdk.projects.create(title="Berita", label_config=config_of(KEYS), sampling="Uncertainty sampling").id
        bodies = [{"data": {"text": row.text, "ext_id": str(row.pk)}} for row in rows[60:72]]
        sdk.projects.import_tasks(remote, request=bodies)
        _key, text = backend_keys.make(project=cast.project, by=cast.citra.user)
        # By the same name as the backend's title, Label Studio's uncertainty sampling is what it says.
        named = {"title": TITLE, "extra_params": {"model_version": TITLE}}
        sdk.ml.create(project=remote, url=f"{live_server.url}/ls/{text}", **named)
        yield Connection(studio, sdk, remote, rows[60:72])


def test_label_studio_shows_our_predictions_serves_the_least_sure_first_and_teaches_us_what_is_labelled_there(
    their_project: Connection,
) -> None:
    one, everything = their_project, {"all": True, "excluded": []}
    one.sdk.actions.create(id="retrieve_tasks_predictions", project=one.remote, selected_items=everything)
    tasks = {task.data["ext_id"]: task for task in one.tasks()}
    told = {name: said for name, task in tasks.items() for said in task.predictions}
    assert {said.model_version for said in told.values()} == {TITLE}
    chosen = {name: said.result[0]["value"]["choices"][0] for name, said in told.items()}
    assert chosen == {str(row.pk): truth(row) for row in one.rows}

    least = min(told, key=lambda name: float(told[name].score))
    assert one.served()["data"]["ext_id"] == least

    sentence = next(row for row in one.rows if str(row.pk) == least)
    made = one.sdk.annotations.create(id=tasks[least].id, result=result_of(truth(sentence)), lead_time=3)
    assert until(lambda: Annotation.objects.filter(sentence=sentence).exists())
    taught, _audit = gather(sentence.project)
    assert (sentence.pk, truth(sentence)) in [(each.sentence_id, each.label) for each in taught]

    other = "none" if truth(sentence) != "none" else "claim"
    one.sdk.annotations.update(id=made.id, result=result_of(other))
    assert until(lambda: Annotation.objects.filter(sentence=sentence, label__key=other).exists())
