"""An export says how far it is, changes no byte by it, and ends once another worker has taken over."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from labeling import jobs, work
from labeling.claims import Claim
from labeling.errors import LostClaim
from labeling.flow import export, export_steps, rows, snapshot
from labeling.flow.export_steps import Steps
from labeling.flow.moment import one_moment
from labeling.models import Event, ExportVersion, Kind, Project, Run, RunState, Verb
from tests.factories import answer, claimed, make_project, make_sentences

Told = list[tuple[str, int, int]]


def project_of(n: int) -> Project:
    project = make_project()
    for sentence in make_sentences(project, [f"Menteri {one} membantah." for one in range(n)]):
        answer(sentence, "ani", "claim")
    return project


@pytest.fixture
def project(db: None) -> Project:
    return project_of(20)


def owed(project: Project, to: str = "csv") -> Run:
    return jobs.owe(project=project, kind=Kind.EXPORT, by=None, options={"to": to})


def heard(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What is told from now on, written or not: each step with its counts."""
    told: Told = []

    def hearing(act: Callable[..., None]) -> Callable[..., None]:
        def both(claim: Claim, done: int, total: int, *, step: str = "", **more: Any) -> None:
            told.append((step, done, total))
            act(claim, done, total, step=step, **more)

        return both

    monkeypatch.setattr(export_steps, "EACH", 10)
    monkeypatch.setattr(Claim, "progress", hearing(Claim.progress))
    monkeypatch.setattr(Claim, "tell", hearing(Claim.tell))
    return told


def test_the_steps_of_a_first_export(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    told = heard(monkeypatch)
    export.write(claim=claimed(owed(project)))
    assert list(dict.fromkeys(step for step, _done, _total in told if step)) == [
        *("reading", "keeping", "sentences", "judgements", "packing")
    ]
    assert [one for one in told if one[0] in ("reading", "sentences", "judgements")] == [
        *(("reading", done, 0) for done in (0, 10, 20, 30, 40)),
        *(("sentences", done, 40) for done in (0, 10, 20)),
        *(("judgements", done, 40) for done in (30, 40)),
    ]


def test_what_is_packed_is_counted_in_bytes(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    told = heard(monkeypatch)
    export.write(claim=claimed(owed(project)))
    packed = [(done, total) for step, done, total in told if step == "packing"]
    assert (packed[0][0], packed[0][1] > 0, packed[-1][0] == packed[-1][1]) == (0, True, True)


def test_a_version_that_is_there_is_read_and_not_kept_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    export.write(claim=claimed(owed(project)))
    told = heard(monkeypatch)
    export.write(claim=claimed(owed(project, "jsonl")))
    assert "keeping" not in {step for step, _done, _total in told}


def test_nothing_is_written_within_the_moment(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[bool] = []
    written: list[bool] = []

    @contextmanager
    def watched() -> Iterator[None]:
        with one_moment():
            inside.append(True)
            yield
            inside.pop()

    write = Claim._write

    def noted(claim: Claim, **more: Any) -> None:
        written.append(bool(inside))
        write(claim, **more)

    monkeypatch.setattr(Claim, "_write", noted)
    monkeypatch.setattr(snapshot, "one_moment", watched)
    monkeypatch.setattr(export_steps, "EACH", 1)
    export.write(claim=claimed(owed(project)))
    assert (len(written) > 3, any(written)) == (True, False)


def test_a_folder_is_the_same_whether_anybody_is_told(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export.write_folder(project=project, directory=tmp_path / "a", to="jsonl")
    heard(monkeypatch)
    export.write_folder(project=project, directory=tmp_path / "b", to="jsonl", steps=Steps(claimed(owed(project))))
    one, other = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in "ab")
    assert one == other


def test_an_export_that_lost_its_claim_ends_while_it_still_reads(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = claimed(owed(project))
    read: list[dict[str, Any]] = []
    judgements = rows.judgements

    def taken_over(*arguments: Any) -> Iterator[dict[str, Any]]:
        Run.objects.update(token=uuid.uuid4())
        # As the thread does that keeps the lease.
        with suppress(LostClaim):
            claim.renew()
        for one in judgements(*arguments):
            read.append(one)
            yield one

    monkeypatch.setattr(export_steps, "EACH", 10)
    monkeypatch.setattr(snapshot, "judgements", taken_over)
    with pytest.raises(LostClaim):
        export.write(claim=claim)
    assert len(read) == 10
    assert (ExportVersion.objects.exists(), Event.objects.filter(verb=Verb.EXPORTED).exists()) == (False, False)


def test_what_was_told_is_written_with_the_next_renewal(project: Project) -> None:
    run = owed(project)
    claim = claimed(run)
    claim.tell(3, 9, step="reading")
    run.refresh_from_db()
    assert (run.done, claim.has_news) == (0, True)
    claim.renew()
    run.refresh_from_db()
    assert (run.done, run.total, run.cursor, claim.has_news) == (3, 9, {"step": "reading"}, False)


@pytest.mark.django_db(transaction=True)
def test_a_worker_writes_what_its_verb_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    run = owed(project_of(1))

    def slowly(*, claim: Claim) -> dict[str, Any]:
        claim.tell(3, 9, step="reading")
        until = time.monotonic() + 30
        while not Run.objects.filter(pk=run.pk, done=3).exists() and time.monotonic() < until:
            time.sleep(0.01)
        claim.finish({"shown": Run.objects.get(pk=run.pk).done})
        return {}

    monkeypatch.setattr(export, "write", slowly)
    monkeypatch.setattr(work, "NEWS_SECONDS", 0.01)
    monkeypatch.setattr(work, "BEAT_SECONDS", 1_000)
    work.perform(run.pk)
    run.refresh_from_db()
    assert (run.state, run.result) == (RunState.DONE, {"shown": 3})
