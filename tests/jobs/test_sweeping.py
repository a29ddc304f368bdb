"""What the sweep owes, and when."""

import time
from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from labeling import jobs, sweeping
from labeling.claims import Claim
from labeling.flow import annotate, queue
from labeling.flow.change import change
from labeling.models import Annotation, Event, Kind, Lease, Membership, ModelVersion, Project, Run, RunState, Sentence
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


def fail(project: Project, *, ended: int, asked: int = 0) -> None:
    """A training that failed for good so many seconds ago, and was asked for so many seconds before."""
    claim = Claim.take(jobs.owe(project=project, kind=Kind.TRAIN, by=None).pk)
    assert claim is not None
    claim.fail("the labels are too few", again=False)
    end = timedelta(seconds=ended)
    Run.objects.filter(pk=claim.run.pk).update(
        ended_at=F("ended_at") - end, asked_at=F("ended_at") - end - timedelta(seconds=asked)
    )


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


def test_labels_whose_sentences_are_drawn_for_the_audit_sample_hide_no_new_ones(cast: Cast) -> None:
    pool_of(cast.project, 60)
    label(cast.ani, 20)
    heard = Event.objects.of_labels(cast.project).count()
    cast.project.version = ModelVersion.objects.create(
        project=cast.project, number=1, path="", sha256="", n_labels=20, n_label_events=heard
    )
    drawn = Annotation.objects.order_by("pk").values_list("sentence", flat=True)[:10]
    Sentence.objects.filter(pk__in=list(drawn)).update(audit_place=F("pk"), audit_probability=0.1)
    label(cast.ani, 5)
    assert sweeping.new_label_acts(cast.project) == 5


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
    fail(cast.project, ended=0)
    assert not sweeping.training_is_due(cast.project)


def test_the_wait_after_a_failure_counts_from_its_end(cast: Cast) -> None:
    pool_of(cast.project, 40)
    label(cast.ani, 20)
    fail(cast.project, ended=50, asked=200)
    assert not sweeping.training_is_due(cast.project)


@pytest.mark.parametrize("n", [4, 20])
def test_labels_whose_training_failed_are_tried_again_after_a_minute(cast: Cast, n: int) -> None:
    pool_of(cast.project, 40)
    label(cast.ani, n)
    grow_old()
    fail(cast.project, ended=61)
    assert sweeping.training_is_due(cast.project)


@pytest.mark.parametrize(("failures", "wait"), [(2, 120), (3, 240), (7, 3600), (9, 3600)])
def test_each_failure_in_a_row_waits_twice_as_long_up_to_an_hour(cast: Cast, failures: int, wait: int) -> None:
    pool_of(cast.project, 40)
    label(cast.ani, 20)
    due = []
    for ended in (wait - 10, wait + 1):
        Run.objects.all().delete()
        for _ in range(failures):
            fail(cast.project, ended=ended)
        due.append(sweeping.training_is_due(cast.project))
    assert due == [False, True]


def test_a_success_in_between_ends_the_row_of_failures(cast: Cast) -> None:
    pool_of(cast.project, 40)
    label(cast.ani, 20)
    fail(cast.project, ended=61)
    Run.objects.create(project=cast.project, kind=Kind.TRAIN, state=RunState.DONE)
    fail(cast.project, ended=61)
    assert sweeping.training_is_due(cast.project)


def test_an_owner_who_asks_for_a_training_waits_for_no_failure(cast: Cast) -> None:
    fail(cast.project, ended=0)
    run = jobs.owe(project=cast.project, kind=Kind.TRAIN, by=cast.citra.user)
    assert list(sweeping.owed()) == [(run.pk, "learn")]


def test_an_owed_run_is_called_once_a_while(cast: Cast) -> None:
    run = jobs.owe(project=cast.project, kind=Kind.EXPORT, by=None)
    assert [list(sweeping.owed()) for _ in range(2)] == [[(run.pk, "exchange")], []]


def test_a_call_that_was_lost_is_made_again(cast: Cast) -> None:
    run = jobs.owe(project=cast.project, kind=Kind.TRAIN, by=None)
    list(sweeping.owed())
    Run.objects.update(called_at=Now() - timedelta(seconds=30))
    assert list(sweeping.owed()) == [(run.pk, "learn")]


def test_what_is_owed_between_two_rings_waits_for_neither(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    owed: list[Run] = []

    def meanwhile(_seconds: float) -> None:
        owed.append(jobs.owe(project=cast.project, kind=Kind.IMPORT, by=None))

    monkeypatch.setattr(sweeping, "rest", meanwhile)
    found = sweeping.owed_until(time.monotonic() + 600)
    assert [next(found) for _ in range(2)] == [(run.pk, "exchange") for run in owed]
    assert len(owed) == 2


def test_where_the_ring_itself_took_long_all_is_handed_out_once_and_no_more(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "rest", lambda _seconds: pytest.fail("it must not rest"))
    run = jobs.owe(project=cast.project, kind=Kind.IMPORT, by=None)
    assert list(sweeping.owed_until(time.monotonic())) == [(run.pk, "exchange")]


def test_a_ring_is_over_before_the_next(settings: Settings) -> None:
    assert settings.CELERY_BEAT_SCHEDULE["sweep"]["schedule"] > sweeping.RING + sweeping.LOOK_EVERY


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


def served(project: Project) -> None:
    """A version in service that has heard of every label."""
    label_acts = Event.objects.of_labels(project).count()
    run = jobs.owe(project=project, kind=Kind.TRAIN, by=None)
    Run.objects.filter(pk=run.pk).update(state=RunState.DONE)
    project.version = ModelVersion.objects.create(
        project=project, number=1, path="", sha256="", n_labels=20, n_label_events=label_acts, run=run
    )
    project.save(update_fields=["version"])


def tune(cast: Cast, **settings: object) -> None:
    change(project=cast.project, by=cast.citra.user, settings=settings, cues={})


def test_another_strategy_makes_a_training_due_without_new_labels(cast: Cast) -> None:
    pool_of(cast.project, 40)
    label(cast.ani, 20)
    served(cast.project)
    tune(cast, strategy="margin")
    assert sweeping.training_is_due(cast.project)


def test_other_cues_make_a_training_due(cast: Cast) -> None:
    pool_of(cast.project, 40)
    label(cast.ani, 20)
    served(cast.project)
    change(project=cast.project, by=cast.citra.user, settings={}, cues={"denial": {"cue_en": "denied"}})
    assert sweeping.training_is_due(cast.project)


def test_settings_that_order_nothing_make_no_training_due(cast: Cast) -> None:
    pool_of(cast.project, 40)
    label(cast.ani, 20)
    served(cast.project)
    tune(cast, retrain_after=30, stop_gain=0.5, audit_size=400)
    assert not sweeping.training_is_due(cast.project)


def test_a_training_asked_for_after_the_change_has_heard_of_it(cast: Cast) -> None:
    pool_of(cast.project, 40)
    label(cast.ani, 20)
    tune(cast, strategy="margin")
    Event.objects.update(at=Now() - timedelta(seconds=5))
    served(cast.project)
    assert not sweeping.training_is_due(cast.project)


def test_a_change_while_a_training_runs_is_followed_by_another(cast: Cast) -> None:
    pool_of(cast.project, 40)
    label(cast.ani, 20)
    served(cast.project)
    tune(cast, review_share=0.3)
    Run.objects.update(state=RunState.RUNNING)
    assert not sweeping.training_is_due(cast.project)
    Run.objects.update(state=RunState.DONE)
    assert sweeping.training_is_due(cast.project)


@pytest.mark.parametrize("ended", [-60, 60])
def test_a_walk_of_another_number_of_answers_that_ended_since_makes_a_training_due(cast: Cast, ended: int) -> None:
    pool_of(cast.project, 40)
    label(cast.ani, 20)
    served(cast.project)
    walk = jobs.owe(project=cast.project, kind=Kind.OVERLAP, by=None)
    Run.objects.filter(pk=walk.pk).update(state=RunState.DONE, ended_at=Now() + timedelta(seconds=ended))
    assert sweeping.training_is_due(cast.project) == (ended > 0)
