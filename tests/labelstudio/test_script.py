"""The example script, as it is written for Label Studio, against that and against ours: only the address changed."""

import gc
import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from labeling import work
from labeling.flow.tokens import make
from labeling.labelstudio.api import importing
from labeling.models import Kind, Membership, Project, Run, RunState
from tests.browser.door import before
from tests.cast import Cast, gather
from tests.labelstudio.server import Studio, join

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "label_studio" / "label_studio_script.py"
EXPORTED = {
    "tasks": 4,
    "annotations": 8,
    "people": 2,
    "skipped": 1,
    "labels": {"claim": 3, "denial": 2, "none": 2},
    "desks": ["city", "nation"],
    "rows": 7,
}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
    pytest.mark.allow_hosts(["127.0.0.1", "localhost"]),
    pytest.mark.filterwarnings("ignore:No directory at"),
    # A script leaves its connections to the end of its process: they are collected while nobody minds.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def cast() -> Cast:
    return gather()


@pytest.fixture
def script(
    live_server: LiveServer, settings: Settings, monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> Iterator[ModuleType]:
    """The script as citra runs it, with a token of hers and one of ani's."""
    settings.API_RATE = 0
    keys = [make(name="script", by=member.user)[1] for member in (cast.citra, cast.ani)]
    door = before(live_server)
    door.open()
    monkeypatch.setattr(importing, "rest", work_off)
    yield loaded(monkeypatch, live_server.url, keys)
    gc.collect()
    door.shut()


def loaded(monkeypatch: pytest.MonkeyPatch, url: str, keys: Sequence[str]) -> ModuleType:
    """The script, as whoever runs it has set its address and the keys of two people."""
    names = ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY", "LABEL_STUDIO_SECOND_KEY")
    for name, value in zip(names, (url, *keys), strict=True):
        monkeypatch.setenv(name, value)
    spec = importlib.util.spec_from_file_location("label_studio_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def work_off(_seconds: float) -> None:
    """What a worker does while the request of an import waits for it."""
    for run in Run.objects.filter(kind=Kind.IMPORT, state=RunState.OWED):
        work.perform(run.pk)


def test_a_script_for_label_studio_runs_against_ours(script: ModuleType, cast: Cast) -> None:
    number = script.prepare()
    Membership.objects.create(project=Project.objects.get(pk=number), user=cast.ani.user)
    script.label(number)
    script.label(number)  # a script that is run again changes nothing
    assert script.export(number) == EXPORTED


@pytest.mark.labelstudio
def test_the_same_script_runs_against_label_studio(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    script = loaded(monkeypatch, studio.url, [studio.token, join(studio, "budi@studio.example")])
    number = script.prepare()
    script.label(number)
    assert script.export(number) == EXPORTED
    gc.collect()
