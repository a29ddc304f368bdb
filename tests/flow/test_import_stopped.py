"""Stopping an import: what went in stays, and it goes on when the file is sent again."""

import time
from typing import Any

import pytest

from labeling.claims import Claim
from labeling.errors import AlreadyHere, FactcheckError, LostClaim, Refused
from labeling.flow import receive, segment
from labeling.management.waiting import wait_for
from labeling.models import Event, Kind, Project, Run, RunState, Sentence, Unit, Verb
from tests.factories import claimed, imported, make_project, person, received, rows

pytestmark = pytest.mark.django_db
CONTENT = "".join(f"Hujan turun {n}.\n" for n in range(20))


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "CHUNK_RECORDS", 4)


def stop(run: Run) -> Run:
    return receive.stop(run=run, by=person("citra"))


@pytest.fixture
def stopped(project: Project, monkeypatch: pytest.MonkeyPatch) -> Run:
    """An import of twenty lines that an owner stopped after eight; the worker noticed."""
    run = received(project, CONTENT, unit=Unit.SENTENCE)
    honest = segment._lay

    def laying(claim: Claim, layer: Any, chunk: Any, **place: Any) -> None:
        if layer.tally.records == 8:
            stop(run)
        honest(claim, layer, chunk, **place)

    with monkeypatch.context() as patched:
        patched.setattr(segment, "_lay", laying)
        with pytest.raises(LostClaim):
            segment.run(claim=claimed(run))
    run.refresh_from_db()
    return run


def test_what_went_in_stays(stopped: Run) -> None:
    assert (stopped.state, Sentence.objects.count()) == (RunState.STOPPED, 8)


def test_the_report_says_how_much_went_in(stopped: Run) -> None:
    assert (stopped.result["records"], stopped.result["added"]) == (8, 8)


def test_the_event_says_who_stopped_it(stopped: Run) -> None:
    told = Event.objects.get(verb=Verb.STOPPED)
    assert (told.who and told.who.username, told.after["records"]) == ("citra", 8)


def test_what_went_in_is_read_for_the_model(stopped: Run) -> None:
    assert Run.objects.filter(kind=Kind.FEATURES, state=RunState.OWED).count() == 1


def test_sending_the_file_again_goes_on(stopped: Run, project: Project) -> None:
    report = imported(project, CONTENT, unit=Unit.SENTENCE)
    assert (report["added"], report["n_duplicates"], Sentence.objects.count()) == (20, 0, 20)


def test_it_goes_on_in_the_same_run(stopped: Run, project: Project) -> None:
    assert received(project, CONTENT, unit=Unit.SENTENCE).pk == stopped.pk


def test_one_that_waits_for_a_worker_may_be_stopped(project: Project) -> None:
    assert stop(received(project, CONTENT)).state == RunState.STOPPED


def test_one_that_has_ended_is_refused(project: Project) -> None:
    rows(project, CONTENT)
    with pytest.raises(Refused, match="ended already"):
        stop(Run.objects.get(kind=Kind.IMPORT))


def test_another_kind_of_work_is_refused(project: Project) -> None:
    with pytest.raises(Refused):
        stop(Run.objects.create(project=project, kind=Kind.TRAIN))


def test_a_command_that_waits_is_told(project: Project) -> None:
    with pytest.raises(FactcheckError, match="Run the command again"):
        wait_for(stop(received(project, CONTENT)))


def test_the_same_file_twice_at_once_is_one_import_and_the_other_is_told(project: Project) -> None:
    claimed(received(project, CONTENT))
    with pytest.raises(AlreadyHere, match="Nothing was added twice"):
        received(project, CONTENT, "b.txt")


def test_a_worker_that_dies_after_a_chunk_went_in_is_not_counted_against_the_upload(project: Project) -> None:
    run = received(project, CONTENT, unit=Unit.SENTENCE)
    Run.objects.filter(pk=run.pk).update(attempts=2)
    segment.run(claim=claimed(run))
    run.refresh_from_db()
    assert run.attempts == 1


def test_the_page_knows_how_fast_it_goes() -> None:
    pace = segment.Pace(records=100, place=1_000, began=time.monotonic() - 10)
    said = pace.at(1_100, 2_000, 13_000)
    assert (said["rate"], said["minutes"]) == (100, 2)
