"""Two real workers and a real Redis rank one pool."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from labeling import claims, jobs
from labeling.models import Kind, ModelVersion, Project, QueueEntry, Run, RunState
from tests.cast import Cast, gather
from tests.flow.newsroom import shards_of, trained
from tests.jobs.launching import until
from tests.jobs.learners import Learners

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def taught(settings: Settings) -> Cast:
    """A project in service with version 1, whose pool of four shards two workers may share."""
    settings.SCORING_PARTS = 2
    cast = gather()
    shards_of(cast, (80, 40, 16, 8))
    trained(cast.project)
    return cast


@pytest.fixture
def learners(taught: Cast, settings: Settings) -> Iterator[Learners]:
    started = Learners(settings.DATA_DIR)
    yield started
    started.clean_up()


def owed(taught: Cast) -> Run:
    run = jobs.owe(project=taught.project, kind=Kind.TRAIN, by=None)
    Run.objects.filter(pk=run.pk).update(due_at=Now() - timedelta(seconds=1))
    return run


def state(run: Run) -> str:
    run.refresh_from_db()
    return run.state


def order(project: Project) -> list[tuple[int, str, float]]:
    version = Project.objects.get(pk=project.pk).version_id
    rows = QueueEntry.objects.filter(version=version).order_by("place")
    return list(rows.values_list("sentence_id", "selection", "score"))


def test_two_workers_side_by_side_give_the_queue_of_one(taught: Cast, learners: Learners) -> None:
    before, run = order(taught.project), owed(taught)
    for name in ("one", "two"):
        learners.start(name)
    learners.call(run)
    assert until(lambda: state(run) == RunState.DONE), learners.said()
    assert (learners.met(), ModelVersion.objects.count(), order(taught.project)) == (2, 2, before)


def test_one_worker_alone_does_all_parts_before_the_next_run(taught: Cast, learners: Learners) -> None:
    run = owed(taught)
    (learners.meeting / "nobody").touch()  # it waits for no other
    learners.call(run)
    later = jobs.owe(project=taught.project, kind=Kind.AGREE, by=None)
    Run.objects.filter(pk=later.pk).update(due_at=Now() - timedelta(seconds=1))
    learners.call(later)
    learners.start("one")
    assert until(lambda: {state(run), state(later)} <= {RunState.DONE, RunState.FAILED}), learners.said()
    assert (run.state, run.ended_at is not None and later.ended_at is not None and run.ended_at < later.ended_at) == (
        RunState.DONE,
        True,
    )


def test_a_worker_killed_while_it_looks_is_made_good_and_one_version_is_published(
    taught: Cast, learners: Learners
) -> None:
    before, run = order(taught.project), owed(taught)
    learners.start("one")
    learners.start("two", LEARNERS_HANG="1")
    learners.call(run)
    assert until(lambda: learners.met() == 2), learners.said()
    learners.kill("two")
    served = order(taught.project)
    # As if the lease had run out: no test waits for it.
    Run.objects.filter(pk=run.pk).update(leased_until=Now() - timedelta(seconds=1))
    claims.recover()
    learners.call(run)
    assert until(lambda: state(run) == RunState.DONE), learners.said()
    assert (served, run.attempts, ModelVersion.objects.count(), order(taught.project)) == (before, 2, 2, before)


def test_an_attempt_whose_results_find_no_redis_is_made_again_when_it_is_back(taught: Cast, learners: Learners) -> None:
    run = owed(taught)
    (learners.meeting / "nobody").touch()
    learners.start("one", LEARNERS_RESULTS=learners.url_elsewhere)
    learners.call(run)
    assert until(lambda: state(run) == RunState.OWED and run.error != ""), learners.said()
    learners.bring_results_back()
    Run.objects.filter(pk=run.pk).update(due_at=Now() - timedelta(seconds=1))
    learners.call(run)
    assert until(lambda: state(run) == RunState.DONE), learners.said()
    assert (run.attempts, ModelVersion.objects.count()) == (2, 2)


def test_a_redis_that_is_emptied_while_two_look_is_made_good(taught: Cast, learners: Learners) -> None:
    run = owed(taught)
    learners.start("one", LEARNERS_HANG="1")
    learners.start("two", LEARNERS_HANG="1")
    learners.call(run)
    assert until(lambda: learners.met() == 2), learners.said()
    for name in ("one", "two", "redis"):
        learners.kill(name)
    learners.forget_redis()
    learners.start_redis()
    Run.objects.filter(pk=run.pk).update(leased_until=Now() - timedelta(seconds=1))
    claims.recover()
    learners.start("three")
    learners.call(run)
    assert until(lambda: state(run) == RunState.DONE), learners.said()
    assert ModelVersion.objects.count() == 2
