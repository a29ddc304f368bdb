"""What the sweep owes, and when."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from labeling import jobs, sweeping
from labeling.flow import annotate, queue
from labeling.models import Event, Kind, Lease, Membership, ModelVersion, Run, RunState, Sentence
from tests.cast import Cast
from tests.flow.acting import answer
from tests.flow.pool_of import pool_of


def label(by: Membership, n: int, labels: tuple[str, ...] = ("claim", "denial")) -> None:
    done = 0
    while done < n:
        leases = queue.take(by=by)[: n - done]
        acts = [answer(lease.sentence_id, labels[place % len(labels)]) for place, lease in enumerate(leases)]
        annotate.submit(by=by, acts=acts)
        done += len(acts)


def grow_old() -> None:
    Event.objects.update(at=Now() - timedelta(seconds=90))


def test_twenty_new_labels_make_a_training_due(cast: Cast) -> None:
    pool_of(cast.project, 40)
    label(cast.ani, 20)
    assert sweeping.training_is_due(cast.project)


def test_nineteen_new_labels_wait(cast: Cast) -> None:
    pool_of(cast.project, 40)
    label(cast.ani, 19)
    assert not sweeping.training_is_due(cast.project)


def test_a_few_labels_are_trained_after_a_minute(cast: Cast) -> None:
    pool_of(cast.project, 40)
    label(cast.ani, 4)
    grow_old()
    assert sweeping.training_is_due(cast.project)


def test_one_class_alone_is_never_trained(cast: Cast) -> None:
    pool_of(cast.project, 40)
    label(cast.ani, 30, labels=("claim",))
    assert not sweeping.training_is_due(cast.project)


def test_labels_of_the_audit_sample_make_nothing_due(cast: Cast) -> None:
    pool_of(cast.project, 30, audit=30)
    label(cast.ani, 30)
    assert not sweeping.training_is_due(cast.project)


def test_what_a_version_has_heard_of_is_not_new(cast: Cast) -> None:
    pool_of(cast.project, 40)
    label(cast.ani, 20)
    heard = Event.objects.of_labels(cast.project).count()
    cast.project.version = ModelVersion.objects.create(
        project=cast.project, number=1, path="", sha256="", n_labels=20, n_label_events=heard
    )
    assert sweeping.new_label_acts(cast.project) == 0


def test_labels_that_arrive_while_a_training_runs_are_trained_next(cast: Cast) -> None:
    pool_of(cast.project, 60)
    label(cast.ani, 20)
    sweeping.tidy()
    heard = Event.objects.of_labels(cast.project).count()
    label(cast.ani, 20)
    version = ModelVersion.objects.create(
        project=cast.project, number=1, path="", sha256="", n_labels=20, n_label_events=heard
    )
    cast.project.version = version
    cast.project.save()
    Run.objects.update(state=RunState.DONE)
    sweeping.tidy()
    assert Run.objects.unfinished().filter(kind=Kind.TRAIN).exists()


def test_a_training_that_failed_waits_a_minute_before_the_next(cast: Cast) -> None:
    pool_of(cast.project, 40)
    label(cast.ani, 20)
    jobs.owe(project=cast.project, kind=Kind.TRAIN, by=None)
    Run.objects.update(state=RunState.FAILED)
    assert not sweeping.training_is_due(cast.project)


def test_an_owed_run_is_called_once_a_while(cast: Cast) -> None:
    run = jobs.owe(project=cast.project, kind=Kind.EXPORT, by=None)
    assert [list(sweeping.owed()) for _ in range(2)] == [[(run.pk, "exchange")], []]


def test_a_call_that_was_lost_is_made_again(cast: Cast) -> None:
    run = jobs.owe(project=cast.project, kind=Kind.TRAIN, by=None)
    list(sweeping.owed())
    Run.objects.update(called_at=Now() - timedelta(seconds=30))
    assert list(sweeping.owed()) == [(run.pk, "learn")]


def test_the_sweep_gives_back_leases_that_ran_out(cast: Cast) -> None:
    pool_of(cast.project, 5)
    queue.take(by=cast.ani)
    Lease.objects.update(until=Now() - timedelta(seconds=1))
    sweeping.tidy()
    assert set(Sentence.objects.values_list("slots_free", flat=True)) == {1}


@pytest.mark.parametrize("verb", ["withdrew", "amended"])
def test_a_change_of_mind_counts_as_new(cast: Cast, verb: str) -> None:
    (one,) = pool_of(cast.project, 1)
    Event.objects.create(project=cast.project, verb=verb, sentence=one)
    assert sweeping.new_label_acts(cast.project) == 1
