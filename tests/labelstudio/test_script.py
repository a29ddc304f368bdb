"""The example script, as it is written for Label Studio, against ours over HTTP: only the address changed."""

import gc
import importlib.util
from collections.abc import Iterator
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

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "label_studio" / "label_studio_script.py"
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
    monkeypatch.setenv("LABEL_STUDIO_URL", live_server.url)
    for name, member in (("LABEL_STUDIO_API_KEY", cast.citra), ("LABEL_STUDIO_SECOND_KEY", cast.ani)):
        monkeypatch.setenv(name, make(name="script", by=member.user)[1])
    spec = importlib.util.spec_from_file_location("label_studio_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    door = before(live_server)
    door.open()
    monkeypatch.setattr(importing, "rest", work_off)
    spec.loader.exec_module(module)
    yield module
    gc.collect()
    door.shut()


def work_off(_seconds: float) -> None:
    """What a worker does while the request of an import waits for it."""
    for run in Run.objects.filter(kind=Kind.IMPORT, state=RunState.OWED):
        work.perform(run.pk)


def test_a_script_for_label_studio_runs_against_ours(script: ModuleType, cast: Cast) -> None:
    number = script.prepare()
    Membership.objects.create(project=Project.objects.get(pk=number), user=cast.ani.user)
    script.label(number)
    script.label(number)  # a script that is run again changes nothing
    assert script.export(number) == {
        "tasks": 4,
        "annotations": 8,
        "people": 2,
        "skipped": 1,
        "labels": {"claim": 3, "denial": 2, "none": 2},
        "desks": ["city", "nation"],
        "rows": 7,
    }
