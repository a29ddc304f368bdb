"""Pulling: what changed since the last whole pull, once, cut anywhere. The server is one in memory."""

from importlib import import_module
from typing import Any

import pytest

from labeling.claims import Claim
from labeling.errors import Refused
from labeling.flow import revision
from labeling.flow.archive import archive
from labeling.labelstudio.bringing import bring
from labeling.models import Annotation, Event, Kind, Project, RemoteProject, Run, RunState, Sentence
from tests.cast import Cast
from tests.factories import make_sentences
from tests.labelstudio.fake_wire import URL, FakeWire, Killed

# The client of Label Studio is loaded with the verb.
pytestmark = pytest.mark.slow


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> FakeWire:
    fake, pull = FakeWire(), import_module("labeling.labelstudio.pull")
    monkeypatch.setattr(pull, "connect", fake.connect)
    monkeypatch.setattr(pull, "BATCH", 2)
    fake.projects[1] = {"id": 1, "num_tasks_with_annotations": 5}
    return fake


@pytest.fixture
def pool(cast: Cast, wire: FakeWire) -> list[Sentence]:
    """Five sentences, each with its task, and with one annotation there."""
    sentences = make_sentences(cast.project, [f"Kalimat nomor {n}." for n in range(5)])
    for number, one in enumerate(sentences, start=1):
        wire.add(1, data={"text": one.text, "ext_id": str(one.pk)})
        wire.annotate(one.pk, number, "denial")
    return sentences


def attempt(run: Run) -> dict[str, Any]:
    Run.objects.filter(pk=run.pk).update(state=RunState.OWED, token=None)
    claim = Claim.take(run.pk)
    assert claim is not None
    return dict(import_module("labeling.labelstudio.pull").run(claim=claim))


def owed(project: Project, **options: Any) -> Run:
    return Run.objects.create(project=project, kind=Kind.PULL, options={"url": URL, "remote": 1, **options})


def pulled(project: Project) -> tuple[int, int, int, int]:
    told = attempt(owed(project))
    return (told["created"], told["updated"], told["unchanged"], told["n_conflicts"])


def test_all_pages_are_read(cast: Cast, pool: list[Sentence]) -> None:
    assert (pulled(cast.project), Annotation.objects.count()) == ((5, 0, 0, 0), 5)


def test_later_only_what_changed_since_is_read(cast: Cast, wire: FakeWire, pool: list[Sentence]) -> None:
    pulled(cast.project)
    wire.time = "2026-05-04T09:00:00.000000Z"
    wire.annotate(pool[2].pk, 3, "claim")
    assert pulled(cast.project) == (0, 1, 4, 0)
    wire.time = "2026-05-04T09:30:00.000000Z"
    assert pulled(cast.project) == (0, 0, 1, 0)
    assert pulled(cast.project) == (0, 0, 0, 0)


def test_what_changes_while_a_pull_lasts_comes_with_the_next(cast: Cast, wire: FakeWire, pool: list[Sentence]) -> None:
    began = wire.time
    read = wire.tasks

    def tasks(project: int, **how: Any) -> list[dict[str, Any]]:
        found = read(project, **how)
        wire.time = "2026-05-04T12:00:00.000000Z"
        return found

    wire.tasks = tasks  # type: ignore[method-assign]  # the clock goes on while it is read
    pulled(cast.project)
    assert RemoteProject.objects.get().pulled == began


def test_what_a_webhook_brings_while_a_page_is_read_was_not_deleted(
    cast: Cast, wire: FakeWire, pool: list[Sentence]
) -> None:
    read = wire.tasks

    def tasks(project: int, **how: Any) -> list[dict[str, Any]]:
        found = read(project, **how)
        for number, one in enumerate(pool, start=11):
            wire.annotate(one.pk, number, "claim", by=8)
        bring(cast.project, RemoteProject.objects.get(), read(project))
        return found

    wire.tasks = tasks  # type: ignore[method-assign]  # somebody annotates all the while
    assert (pulled(cast.project)[3], Annotation.objects.count()) == (0, 10)


def test_where_the_last_annotation_of_a_task_was_deleted_it_is_named(
    cast: Cast, wire: FakeWire, pool: list[Sentence]
) -> None:
    pulled(cast.project)
    wire.task_of(pool[0].pk)["annotations"] = []
    assert (pulled(cast.project)[3], Annotation.objects.given().count()) == (1, 5)


def test_killed_between_two_pages_it_goes_on(
    cast: Cast, wire: FakeWire, pool: list[Sentence], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [0]
    read = wire.tasks

    def tasks(project: int, **how: Any) -> list[dict[str, Any]]:
        pages[0] += 1
        if pages[0] == 3:
            raise Killed
        return read(project, **how)

    monkeypatch.setattr(wire, "tasks", tasks)
    run = owed(cast.project)
    with pytest.raises(Killed):
        attempt(run)
    n = Annotation.objects.count()
    told = attempt(run)
    assert (n, told["created"], Annotation.objects.count()) == (4, 5, 5)


def test_killed_while_a_page_is_written_nothing_of_it_is_there(
    cast: Cast, wire: FakeWire, pool: list[Sentence], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(claim: Claim, *_: Any, **__: Any) -> None:
        raise Killed

    run = owed(cast.project)
    with monkeypatch.context() as patched:
        patched.setattr(Claim, "went_on", die)
        with pytest.raises(Killed):
            attempt(run)
    assert (Annotation.objects.count(), attempt(run)["created"]) == (0, 5)


def test_a_pull_that_brings_nothing_is_no_change(cast: Cast, wire: FakeWire, pool: list[Sentence]) -> None:
    pulled(cast.project)
    before = (revision.revision_of(Project.objects.get(pk=cast.project.pk)), Event.objects.count())
    pulled(cast.project)
    assert (revision.revision_of(Project.objects.get(pk=cast.project.pk)), Event.objects.count()) == before


def test_an_archived_project_is_not_pulled_into(cast: Cast, wire: FakeWire, pool: list[Sentence]) -> None:
    archive(project=cast.project, by=cast.citra.user)
    with pytest.raises(Refused, match="archived"):
        pulled(Project.objects.get(pk=cast.project.pk))
