"""When agreement is measured anew by itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labeling import jobs
from labeling.flow import remeasure
from labeling.models import AgreementReport, Event, Kind, Run, RunState, Verb
from labeling.sweeping import tidy
from tests.cast import Cast

pytestmark = pytest.mark.django_db
LONG_AGO = remeasure.PATIENCE + timedelta(seconds=5)


def acts(cast: Cast, n: int, *, ago: timedelta = timedelta(0), verb: str = Verb.ANSWERED) -> None:
    made = Event.objects.bulk_create(Event(project=cast.project, verb=verb) for _ in range(n))
    Event.objects.filter(pk__in=[one.pk for one in made]).update(at=timezone.now() - ago)


def reported(cast: Cast) -> None:
    AgreementReport.objects.create(project=cast.project, revision=Event.objects.latest("pk").pk)


@pytest.mark.parametrize(("n", "due"), [(remeasure.ENOUGH, True), (remeasure.ENOUGH - 1, False)])
def test_enough_new_answers_are_measured(cast: Cast, n: int, due: bool) -> None:
    acts(cast, n)
    assert remeasure.is_due(cast.project) is due


@pytest.mark.parametrize(("n", "due"), [(remeasure.ENOUGH + 10, False), (remeasure.ENOUGH + 50, True)])
def test_a_large_project_waits_for_a_hundredth_of_what_was_measured(cast: Cast, n: int, due: bool) -> None:
    measured = {"n_answers": remeasure.PART * (remeasure.ENOUGH + 50)}
    Run.objects.create(project=cast.project, kind=Kind.AGREE, state=RunState.DONE, result=measured)
    acts(cast, n)
    assert remeasure.is_due(cast.project) is due


@pytest.mark.parametrize(("ago", "due"), [(LONG_AGO, True), (timedelta(seconds=5), False)])
def test_one_answer_is_measured_once_it_has_waited(cast: Cast, ago: timedelta, due: bool) -> None:
    acts(cast, 1, ago=ago)
    assert remeasure.is_due(cast.project) is due


def test_what_the_report_has_heard_of_is_not_measured_again(cast: Cast) -> None:
    acts(cast, remeasure.ENOUGH, ago=LONG_AGO)
    reported(cast)
    assert not remeasure.is_due(cast.project)


def test_the_oldest_answer_since_the_report_is_what_waits(cast: Cast) -> None:
    acts(cast, 1, ago=LONG_AGO)
    reported(cast)
    acts(cast, 1)
    assert not remeasure.is_due(cast.project)


def test_what_is_no_answer_is_not_measured(cast: Cast) -> None:
    acts(cast, remeasure.ENOUGH, ago=LONG_AGO, verb=Verb.EXPORTED)
    assert not remeasure.is_due(cast.project)


def test_nothing_is_owed_while_a_run_is_open(cast: Cast) -> None:
    acts(cast, 1, ago=LONG_AGO)
    jobs.owe(project=cast.project, kind=Kind.AGREE, by=None)
    assert not remeasure.is_due(cast.project)


@pytest.mark.parametrize(("ago", "due"), [(timedelta(minutes=50), False), (timedelta(minutes=70), True)])
def test_after_a_failure_there_is_a_rest(cast: Cast, ago: timedelta, due: bool) -> None:
    acts(cast, 1, ago=LONG_AGO)
    ended = timezone.now() - ago
    Run.objects.create(project=cast.project, kind=Kind.AGREE, state=RunState.FAILED, ended_at=ended)
    assert remeasure.is_due(cast.project) is due


def test_the_sweep_owes_the_run(cast: Cast) -> None:
    acts(cast, 1, ago=LONG_AGO)
    tidy()
    assert Run.objects.filter(project=cast.project, kind=Kind.AGREE).count() == 1
