"""The worker's hold on a Run."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from labeling import claims, jobs
from labeling.claims import Claim
from labeling.errors import LostClaim
from labeling.models import Kind, Run, RunState
from tests.cast import Cast


@pytest.fixture
def run(cast: Cast) -> Run:
    """A Run that is owed."""
    return jobs.owe(project=cast.project, kind=Kind.TRAIN, by=None)


def taken(run: Run) -> Claim:
    claim = Claim.take(run.pk)
    assert claim is not None
    return claim


def lapse(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(leased_until=Now() - timedelta(seconds=1))


def again(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(due_at=Now() - timedelta(seconds=1))


def test_asking_for_a_second_training_returns_the_first(cast: Cast, run: Run) -> None:
    assert jobs.owe(project=cast.project, kind=Kind.TRAIN, by=None) == run


def test_two_exports_may_be_owed(cast: Cast) -> None:
    first, second = (jobs.owe(project=cast.project, kind=Kind.EXPORT, by=None) for _ in range(2))
    assert first != second


def test_only_one_worker_claims_a_run(run: Run) -> None:
    assert [Claim.take(run.pk) is not None for _ in range(2)] == [True, False]


def test_a_run_that_is_not_due_is_not_claimed(run: Run) -> None:
    Run.objects.update(due_at=Now() + timedelta(minutes=1))
    assert Claim.take(run.pk) is None


def test_a_lapsed_claim_is_owed_again(run: Run) -> None:
    taken(run)
    lapse(run)
    claims.recover()
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.OWED, 1)


def test_a_worker_paused_while_it_claims_does_not_get_the_claim_of_another(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = Run.objects.select_related
    others: list[Claim] = []

    def paused(*names: str) -> object:
        monkeypatch.setattr(Run.objects, "select_related", look)
        lapse(run)
        claims.recover()
        others.append(taken(run))
        return look(*names)

    monkeypatch.setattr(Run.objects, "select_related", paused)
    assert (Claim.take(run.pk), len(others)) == (None, 1)


def test_a_worker_that_was_overtaken_publishes_nothing(run: Run) -> None:
    old = taken(run)
    lapse(run)
    claims.recover()
    taken(run)
    with pytest.raises(LostClaim):
        old.finish({"version": 1})


def test_a_worker_that_was_overtaken_cannot_fail_the_run(run: Run) -> None:
    old = taken(run)
    lapse(run)
    claims.recover()
    taken(run)
    with pytest.raises(LostClaim):
        old.fail("too late", again=False)


def test_a_run_whose_worker_dies_three_times_fails_with_its_reason(run: Run) -> None:
    for _ in range(3):
        taken(run)
        lapse(run)
        claims.recover()
    run.refresh_from_db()
    assert (run.state, "died 3 times" in run.error) == (RunState.FAILED, True)


def test_a_failure_that_may_pass_waits_and_is_tried_again(run: Run) -> None:
    taken(run).fail("disk full", again=True)
    assert Claim.take(run.pk) is None
    again(run)
    assert taken(run).run.attempts == 2


def test_the_third_failure_is_the_last(run: Run) -> None:
    for _ in range(3):
        again(run)
        taken(run).fail("disk full", again=True)
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.FAILED, "disk full")


@pytest.mark.parametrize("end", [lambda claim: claim.finish({}), lambda claim: claim.fail("no room", again=False)])
def test_a_run_ends_by_the_clock_of_the_database(
    run: Run, end: Callable[[Claim], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = taken(run)
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: datetime(2020, 1, 1, tzinfo=UTC))
        end(claim)
    assert Run.objects.filter(pk=run.pk, ended_at__gt=Now() - timedelta(minutes=1)).exists()


def test_progress_stands_on_the_run(run: Run) -> None:
    taken(run).progress(3, 10, line=7)
    run.refresh_from_db()
    assert (run.done, run.total, run.cursor) == (3, 10, {"line": 7})


def test_the_cursor_survives_to_the_next_attempt(run: Run) -> None:
    taken(run).progress(3, 10, line=7)
    lapse(run)
    claims.recover()
    assert taken(run).run.cursor == {"line": 7}
