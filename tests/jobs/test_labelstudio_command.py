"""The command `labelstudio`: whose key, which project there, and how it ends."""

import getpass
import json
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from labeling.labelstudio.shapes import result_of
from labeling.models import Kind, RemoteProject, Run, Sentence
from labeling.sealing import unseal
from tests.cast import Cast
from tests.factories import make_sentences
from tests.labelstudio.fake_wire import URL, FakeWire

# The client of Label Studio is loaded with the verbs.
pytestmark = pytest.mark.slow


@pytest.fixture
def wire(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> FakeWire:
    fake = FakeWire()
    for name in ("push", "pull"):
        monkeypatch.setattr(import_module(f"labeling.labelstudio.{name}"), "connect", fake.connect)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "from-the-environment")
    make_sentences(cast.project, ["Satu.", "Dua."])
    return fake


def called(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("labelstudio", *words, "--url", URL, "--json", stdout=out, stderr=StringIO())
    return dict(json.loads(out.getvalue()))


def test_pushed_to_a_new_project_and_then_to_the_same_one(wire: FakeWire) -> None:
    first, second = called("push", "berita", "--new"), called("push", "berita")
    assert (first["created"], second["unchanged"], second["remote"], len(wire.projects)) == (2, 2, 1, 1)


def test_what_is_left_as_it_is_makes_the_exit_code_1_and_is_printed(wire: FakeWire) -> None:
    called("push", "berita", "--new")
    task = wire.task_of(Sentence.objects.order_by("pk")[0].pk)
    wire.projects[1]["num_tasks_with_annotations"] = 1
    task["annotations"] = [{"id": 9, "completed_by": 7, "result": result_of("satire"), "was_cancelled": False}]
    out = StringIO()
    with pytest.raises(CommandError, match="Not everything"):
        call_command("labelstudio", "pull", "berita", "--url", URL, stdout=out, stderr=StringIO())
    assert f"task {task['id']}, annotation 9: This project has no label satire" in out.getvalue()


def test_without_a_key_in_the_environment_it_is_asked_for(wire: FakeWire, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.delenv("LABEL_STUDIO_API_KEY")
    monkeypatch.setattr(getpass, "getpass", lambda prompt: "typed-in")
    wire.on_call = lambda name, when: seen.append(unseal(Run.objects.get(kind=Kind.PUSH).sealed))
    called("push", "berita", "--new")
    assert (set(seen), Run.objects.get().sealed) == ({"typed-in"}, "")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["push", "berita"], "--new"),
        (["pull", "berita", "--new"], "by its number"),
        (["push", "lainnya", "--new"], "no project called"),
    ],
)
def test_what_is_missing_is_named(wire: FakeWire, words: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        called(*words)
    assert (Run.objects.count(), RemoteProject.objects.count()) == (0, 0)
