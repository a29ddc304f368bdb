"""Training under faults: a process that is killed in the middle, two workers at once, a worker paused too long."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from labeling import claims, jobs, learning, work
from labeling.models import Kind, ModelVersion, Project, QueueEntry, Run, RunState
from tests.cast import Cast, gather
from tests.flow.newsroom import answer, model_file, news, trained

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# Where a process is killed: module, name of the step before which it hangs.
STEPS = {
    "fit": (learning, "fit"),
    "save": (learning, "save"),
    "rank": (learning, "rank"),
    "swap": (QueueEntry.objects, "bulk_create"),
}
# Where a worker is paused: room and name of the step after which another worker takes over and publishes.
PAUSES: dict[str, tuple[Any, str]] = {
    "load": (learning, "load"),
    "rank": (learning, "rank"),
    "renew": (claims.Claim, "renew"),
}


@pytest.fixture
def taught() -> Cast:
    """A project in service with version 1, and twenty labels that it has not heard of."""
    cast = gather()
    sentences = news(cast.project, 120)
    answer(cast.ani, sentences[:30])
    trained(cast.project)
    answer(cast.ani, sentences[30:50])
    return cast


@pytest.mark.parametrize("step", STEPS)
def test_the_old_version_and_its_whole_order_serve_on_when_the_process_is_killed(taught: Cast, step: str) -> None:
    before = list(QueueEntry.objects.order_by("place").values_list("sentence_id", flat=True))
    _killed_before(taught.project, step)
    assert (_service(taught.project).number, ModelVersion.objects.count()) == (1, 1)
    assert list(QueueEntry.objects.order_by("place").values_list("sentence_id", flat=True)) == before


@pytest.mark.parametrize("step", STEPS)
def test_a_new_attempt_succeeds_after_a_kill(taught: Cast, step: str) -> None:
    run = _killed_before(taught.project, step)
    _expire(run)
    claims.recover()
    work.perform(run.pk)
    assert (_service(taught.project).number, learning.load(_service(taught.project)).n_labels) == (2, 50)


def test_no_half_file_is_left_after_the_new_attempt(taught: Cast) -> None:
    run = _killed_before(taught.project, "swap")
    _expire(run)
    claims.recover()
    work.perform(run.pk)
    found = set(learning.models_folder(taught.project).glob("*.npz"))
    assert found == {model_file(one) for one in ModelVersion.objects.all()}


def test_a_training_that_always_kills_its_process_fails_after_three_attempts(taught: Cast) -> None:
    for _ in range(claims.ATTEMPTS):
        run = _killed_before(taught.project, "fit")
        _expire(run)
        claims.recover()
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.FAILED, "The worker died 3 times while it did this.")


def test_two_workers_that_train_at_once_give_one_version(taught: Cast) -> None:
    run = jobs.owe(project=taught.project, kind=Kind.TRAIN, by=None)
    done: list[bool] = []
    _together([lambda: done.append(work.perform(run.pk))] * 2)
    assert (sorted(done), ModelVersion.objects.count()) == ([False, True], 2)


def test_two_who_ask_for_a_training_at_once_get_the_same_one(taught: Cast) -> None:
    runs: list[int] = []
    _together([lambda: runs.append(jobs.owe(project=taught.project, kind=Kind.TRAIN, by=None).pk)] * 2)
    assert len(set(runs)) == 1


@pytest.mark.parametrize("step", PAUSES)
def test_a_worker_that_was_paused_past_its_lease_publishes_nothing(
    taught: Cast, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    run = jobs.owe(project=taught.project, kind=Kind.TRAIN, by=None)
    others = _paused_after(run, step, monkeypatch)
    late = work.perform(run.pk)
    assert (others, late, ModelVersion.objects.count()) == ([True], False, 2)


@pytest.mark.parametrize("step", PAUSES)
def test_a_worker_that_was_paused_past_its_lease_leaves_the_order_of_the_other_whole(
    taught: Cast, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    run = jobs.owe(project=taught.project, kind=Kind.TRAIN, by=None)
    _paused_after(run, step, monkeypatch)
    work.perform(run.pk)
    version = _service(taught.project)
    assert (version.number, version.entries.count()) == (2, version.n_ranked)


def _paused_after(run: Run, step: str, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Pause the first who does `step` until another worker has done the Run; returns whether that one did it."""
    room, name = PAUSES[step]
    verb = getattr(room, name)
    others: list[bool] = []

    def paused(*args: Any, **options: Any) -> Any:
        done = verb(*args, **options)
        monkeypatch.setattr(room, name, verb)
        _expire(run)
        claims.recover()
        others.append(work.perform(run.pk))
        return done

    monkeypatch.setattr(room, name, paused)
    return others


def _killed_before(project: Project, step: str) -> Run:
    """Train in a process of its own, and kill it with signal 9 when it reaches `step`."""
    run = jobs.owe(project=project, kind=Kind.TRAIN, by=None)
    Run.objects.filter(pk=run.pk).update(due_at=timezone.now().replace(year=2020))
    connections.close_all()
    reached, tell = os.pipe()
    child = os.fork()
    if not child:
        _train_until(run.pk, step, tell)
    os.close(tell)
    assert os.read(reached, 1) == b"!"
    os.close(reached)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    return run


def _train_until(run_id: int, step: str, tell: int) -> None:
    """In the child: never returns. An error closes the pipe, which fails the test in the parent."""
    room, name = STEPS[step]
    inherited = [(one, one.connection) for one in connections.all(initialized_only=True)]
    for one, _socket in inherited:
        # Another loop's storage may hold a connection that the parent did not see and close. Used here, its server
        # side would outlive this process; closed here, it would be gone for the parent. So it is left alone.
        one.connection = None

    def hang(*_args: Any, **_options: Any) -> None:
        os.write(tell, b"!")
        time.sleep(600)

    try:
        setattr(room, name, hang)
        work.perform(run_id)
    finally:
        sys.stderr.flush()
        os._exit(1)


def _expire(run: Run) -> None:
    """As if the lease had run out: no test waits for it."""
    Run.objects.filter(pk=run.pk).update(leased_until=timezone.now().replace(year=2020))


def _service(project: Project) -> ModelVersion:
    return ModelVersion.objects.get(pk=Project.objects.values_list("version", flat=True).get(pk=project.pk) or 0)


def _together(acts: list[Callable[[], object]]) -> None:
    start = threading.Barrier(len(acts))

    def one(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
