"""Another number of answers in a large project: a Run walks the sentences, and labelling goes on meanwhile."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now

from labeling import claims, work
from labeling.claims import Claim
from labeling.errors import LostClaim
from labeling.flow import annotate, cut, overlap, queue, withdraw
from labeling.flow.change import change
from labeling.models import Annotation, Kind, Lease, Run, RunState, Sentence
from tests import factories
from tests.cast import Cast
from tests.flow.acting import answer, undo
from tests.flow.pool_of import pool_of


@pytest.fixture(autouse=True)
def _walk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every project is large, a step is two sentences, and nobody rests between two."""
    monkeypatch.setattr(overlap, "AT_ONCE", 0)
    monkeypatch.setattr(overlap, "STEP", 2)
    monkeypatch.setattr(overlap, "give_way", lambda _spent: None)


def want(cast: Cast, answers: int) -> None:
    change(project=cast.project, by=cast.citra.user, settings={"overlap": answers}, cues={})
    cast.project.refresh_from_db()


def walk(cast: Cast) -> None:
    overlap.run(claim=factories.claimed(owed(cast)))


def owed(cast: Cast) -> Run:
    return Run.objects.unfinished().get(project=cast.project, kind=Kind.OVERLAP)


def slots(cast: Cast) -> list[int]:
    return list(Sentence.objects.filter(project=cast.project).order_by("pk").values_list("slots_free", flat=True))


def of_one_update(cast: Cast, answers: int) -> list[int]:
    """What the sentences would have free if all were written at once; nothing is kept of it."""
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(overlap, "AT_ONCE", 20_000)
        overlap.want(project=cast.project, by=cast.citra.user, answers=answers)
        found = slots(cast)
        transaction.set_rollback(True)
    return found


def newsroom(cast: Cast) -> list[Sentence]:
    """Of everything something: sentences answered, lent, undone, in the audit sample, in review, taken out, split."""
    sentences = pool_of(cast.project, 11, audit=2)
    for member in (cast.ani, cast.budi):
        first, second, *_rest = (lease.sentence_id for lease in queue.take(by=member, want=4))
        annotate.submit(by=member, acts=[answer(first), answer(second), undo(second)])
    Annotation.objects.filter(annotator=cast.budi.user).update(surplus=True)
    Sentence.objects.filter(pk=sentences[8].pk).update(reviews=1, slots_free=2)
    withdraw.take_out(by=cast.citra.user, sentence=sentences[9])
    cut.split(by=cast.citra.user, sentence=sentences[10], at=10)
    return sentences


def test_a_small_project_follows_at_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    pool_of(cast.project, 3)
    monkeypatch.setattr(overlap, "AT_ONCE", 3)
    want(cast, 3)
    assert (slots(cast), overlap.is_walking(cast.project)) == ([3, 3, 3], False)


def test_a_large_one_keeps_its_number_at_once_and_owes_a_walk(cast: Cast) -> None:
    pool_of(cast.project, 3)
    want(cast, 3)
    run = owed(cast)
    assert (cast.project.overlap, slots(cast), run.options, run.asked_by) == (
        3,
        [1, 1, 1],
        {"answers": 3},
        cast.citra.user,
    )


def test_a_walk_says_how_many_sentences_follow(cast: Cast) -> None:
    pool_of(cast.project, 5)
    want(cast, 3)
    run = owed(cast)
    assert work.perform(run.pk)
    run.refresh_from_db()
    assert (run.state, run.result, run.done, run.total) == (RunState.DONE, {"answers": 3, "sentences": 5}, 5, 5)


def test_another_project_stays_as_it_was(cast: Cast) -> None:
    pool_of(cast.project, 3)
    (other,) = pool_of(cast.elsewhere, 1)
    want(cast, 3)
    walk(cast)
    other.refresh_from_db()
    assert other.slots_free == 1


class Killed(Exception):
    """Stands for kill -9."""


@pytest.mark.parametrize("answers", [1, 2, 4])
@pytest.mark.parametrize("at", ["after each step", "amid each step"])
def test_a_walk_that_is_cut_at_every_step_ends_as_one_update(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, answers: int, at: str
) -> None:
    want(cast, 3)
    newsroom(cast)
    expected = of_one_update(cast, answers)
    want(cast, answers)
    run, went_on, deaths = owed(cast), Claim.went_on, 0

    def kill(*_given: object) -> None:
        raise Killed

    def kill_each_other(claim: Claim) -> None:
        went_on(claim)
        if deaths % 2 == 0:
            raise Killed

    monkeypatch.setattr(overlap, "give_way", kill)
    if at == "amid each step":
        monkeypatch.setattr(Claim, "went_on", kill_each_other)
    while True:
        claim = factories.claimed(run)
        try:
            overlap.run(claim=claim)
            break
        except Killed:
            deaths += 1
            Run.objects.filter(pk=run.pk).update(leased_until=Now() - timedelta(seconds=1))
            claims.recover()
    assert (slots(cast), deaths >= 6) == (expected, True)


def stepping(cast: Cast, steps: int) -> Claim:
    """A walk that has gone so many steps and is still at work."""
    claim = factories.claimed(owed(cast))
    gone = iter(range(steps))

    def pause(_spent: float) -> None:
        if next(gone, None) in (None, steps - 1):
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overlap, "give_way", pause)
        with pytest.raises(Killed):
            overlap.run(claim=claim)
    return claim


@pytest.mark.parametrize("numbers", [(3, 2), (3, 1), (3, 4), (2, 3, 2)])
def test_of_two_changes_the_newest_holds_for_all(cast: Cast, numbers: tuple[int, ...]) -> None:
    pool_of(cast.project, 6)
    for number in numbers:
        want(cast, number)
        stepping(cast, 1)
    Run.objects.unfinished().update(state=RunState.OWED)
    walk(cast)
    assert slots(cast) == [numbers[-1]] * 6


def test_the_walk_of_an_older_number_writes_nothing_more(cast: Cast) -> None:
    pool_of(cast.project, 6)
    want(cast, 3)
    older = stepping(cast, 1)
    want(cast, 2)
    with pytest.raises(LostClaim):
        overlap.run(claim=older)
    older.run.refresh_from_db()
    assert (older.run.state, slots(cast)) == (RunState.STOPPED, [3, 3, 1, 1, 1, 1])


def test_a_change_amid_a_step_is_not_overtaken_by_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    pool_of(cast.project, 6)
    want(cast, 3)
    claim = factories.claimed(owed(cast))
    hold = Sentence.objects.hold

    def changed_here(ids: list[int]) -> None:
        monkeypatch.undo()
        hold(ids)
        Run.objects.filter(pk=claim.run.pk).update(state=RunState.STOPPED, token=None)

    monkeypatch.setattr(Sentence.objects, "hold", changed_here)
    with pytest.raises(LostClaim):
        overlap.run(claim=claim)
    assert slots(cast) == [1] * 6


def brought_in(cast: Cast, _sentences: list[Sentence]) -> None:
    factories.rows(cast.project, "Gubernur membuka jembatan.\nHujan turun di pelabuhan.")


def split_one(cast: Cast, sentences: list[Sentence]) -> None:
    for one in (sentences[0], sentences[-1]):
        cut.split(by=cast.citra.user, sentence=one, at=10)


def moved_out_and_in(cast: Cast, sentences: list[Sentence]) -> None:
    for one in (sentences[1], sentences[-2]):
        withdraw.take_out(by=cast.citra.user, sentence=one)
    withdraw.put_back(by=cast.citra.user, sentence=sentences[1])


def answered(cast: Cast, _sentences: list[Sentence]) -> None:
    first, second, third, *_rest = (lease.sentence_id for lease in queue.take(by=cast.ani))
    annotate.submit(by=cast.ani, acts=[answer(first), answer(second), undo(second)])
    Lease.objects.filter(sentence=third).update(until="2001-01-01T00:00:00Z")
    queue.reap()
    annotate.submit(by=cast.ani, acts=[answer(third)])


@pytest.mark.parametrize("deed", [brought_in, split_one, moved_out_and_in, answered])
@pytest.mark.parametrize("answers", [2, 4])
def test_what_happens_amid_a_walk_counts(
    cast: Cast, answers: int, deed: Callable[[Cast, list[Sentence]], None]
) -> None:
    want(cast, 3)
    sentences = pool_of(cast.project, 10, audit=2)
    want(cast, answers)
    claim = stepping(cast, 3)
    deed(cast, sentences)
    overlap.run(claim=claim)
    assert slots(cast) == of_one_update(cast, answers)


def test_what_comes_in_amid_a_walk_wants_the_new_number_at_once(cast: Cast) -> None:
    pool_of(cast.project, 4)
    want(cast, 3)
    stepping(cast, 1)
    brought_in(cast, [])
    assert slots(cast) == [3, 3, 1, 1, 3, 3]


def test_a_walk_that_failed_begins_anew_when_the_settings_are_saved_again(cast: Cast) -> None:
    pool_of(cast.project, 4)
    want(cast, 3)
    stepping(cast, 1).fail("the disk is full", again=False)
    want(cast, 3)
    walk(cast)
    assert slots(cast) == [3, 3, 3, 3]


def test_saving_again_owes_nothing_where_the_walk_went_well(cast: Cast) -> None:
    pool_of(cast.project, 4)
    want(cast, 3)
    walk(cast)
    want(cast, 3)
    assert not overlap.is_walking(cast.project)
