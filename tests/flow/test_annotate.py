"""Answers: once, amended with history, undone, late."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.db.models.functions import Now

from labeling.flow import queue
from labeling.flow.annotate import submit
from labeling.models import Annotation, Event, Lease, Sentence
from tests.cast import Cast
from tests.flow.acting import answer, undo
from tests.flow.pool_of import pool_of


@pytest.fixture
def lent(cast: Cast) -> list[int]:
    """Five sentences in ani's hand."""
    pool_of(cast.project, 5)
    return [lease.sentence_id for lease in queue.take(by=cast.ani)]


def test_an_answer_is_kept_with_its_label(cast: Cast, lent: list[int]) -> None:
    submit(by=cast.ani, acts=[answer(lent[0], "denial")])
    assert Annotation.objects.get().label.key == "denial"  # type: ignore[union-attr]  # the answer has a label


def test_an_answer_uses_its_lease_up(cast: Cast, lent: list[int]) -> None:
    submit(by=cast.ani, acts=[answer(lent[0])])
    assert not Lease.objects.filter(sentence=lent[0]).exists()


def test_the_same_act_sent_twice_is_kept_once(cast: Cast, lent: list[int]) -> None:
    act = answer(lent[0])
    submit(by=cast.ani, acts=[act])
    submit(by=cast.ani, acts=[act])
    assert (Annotation.objects.count(), Event.objects.filter(key=act.key).count()) == (1, 1)


def test_the_same_act_twice_in_one_batch_is_kept_once(cast: Cast, lent: list[int]) -> None:
    act = answer(lent[0])
    assert [one.saved for one in submit(by=cast.ani, acts=[act, act])] == [True, True]
    assert Annotation.objects.count() == 1


def test_a_replay_after_an_amendment_changes_nothing(cast: Cast, lent: list[int]) -> None:
    first = answer(lent[0], "claim")
    submit(by=cast.ani, acts=[first])
    submit(by=cast.ani, acts=[answer(lent[0], "denial")])
    submit(by=cast.ani, acts=[first])
    assert Annotation.objects.get().label.key == "denial"  # type: ignore[union-attr]  # the answer has a label


def test_a_replay_after_an_undo_changes_nothing(cast: Cast, lent: list[int]) -> None:
    first = answer(lent[0], "claim")
    submit(by=cast.ani, acts=[first])
    submit(by=cast.ani, acts=[undo(lent[0])])
    assert [one.saved for one in submit(by=cast.ani, acts=[first])] == [True]
    assert not Annotation.objects.given().exists()


def test_an_undo_sent_twice_is_saved_both_times_and_done_once(cast: Cast, lent: list[int]) -> None:
    act = undo(lent[0])
    submit(by=cast.ani, acts=[answer(lent[0])])
    assert [submit(by=cast.ani, acts=[act])[0].saved for _ in range(2)] == [True, True]
    assert Event.objects.filter(verb="withdrew").count() == 1


def test_an_amendment_remembers_what_was_said_before(cast: Cast, lent: list[int]) -> None:
    submit(by=cast.ani, acts=[answer(lent[0], "claim")])
    submit(by=cast.ani, acts=[answer(lent[0], "denial")])
    assert Event.objects.get(verb="amended").before["label"] == "claim"


def test_an_unknown_label_is_refused_and_the_others_are_kept(cast: Cast, lent: list[int]) -> None:
    receipts = submit(by=cast.ani, acts=[answer(lent[0], "rumour"), answer(lent[1])])
    assert [one.saved for one in receipts] == [False, True]


def test_a_refused_answer_leaves_its_lease(cast: Cast, lent: list[int]) -> None:
    submit(by=cast.ani, acts=[answer(lent[0], "rumour")])
    assert Lease.objects.filter(sentence=lent[0], held=True).exists()


def test_a_sentence_never_lent_is_refused(cast: Cast, lent: list[int]) -> None:
    (receipt,) = submit(by=cast.budi, acts=[answer(lent[0])])
    assert "never lent to you" in receipt.reason


def test_a_sentence_of_another_project_is_refused(cast: Cast) -> None:
    (theirs,) = pool_of(cast.elsewhere, 1)
    queue.take(by=cast.dewi)
    (receipt,) = submit(by=cast.ani, acts=[answer(theirs.pk)])
    assert not receipt.saved


def test_unsure_has_no_label(cast: Cast, lent: list[int]) -> None:
    submit(by=cast.ani, acts=[answer(lent[0], None, unsure=True)])
    assert Annotation.objects.get().label is None


def test_a_second_label_that_repeats_the_first_is_dropped(cast: Cast, lent: list[int]) -> None:
    submit(by=cast.ani, acts=[answer(lent[0], "claim", second_label="claim")])
    assert Annotation.objects.get().second_label is None


def test_undo_takes_the_answer_back_and_keeps_its_history(cast: Cast, lent: list[int]) -> None:
    submit(by=cast.ani, acts=[answer(lent[0], "denial")])
    submit(by=cast.ani, acts=[undo(lent[0])])
    assert not Annotation.objects.given().exists()
    assert Event.objects.get(verb="withdrew").before["label"] == "denial"


def test_an_undone_sentence_is_first_in_hand_again(cast: Cast, lent: list[int]) -> None:
    submit(by=cast.ani, acts=[answer(lent[0])])
    submit(by=cast.ani, acts=[undo(lent[0])])
    assert queue.in_hand(cast.ani)[0].sentence_id == lent[0]


def test_ten_answers_can_be_undone_and_given_anew(cast: Cast) -> None:
    pool_of(cast.project, 12)
    ids = [lease.sentence_id for lease in queue.take(by=cast.ani)]
    submit(by=cast.ani, acts=[answer(pk, "claim") for pk in ids])
    submit(by=cast.ani, acts=[undo(pk) for pk in reversed(ids)])
    submit(by=cast.ani, acts=[answer(pk, "none") for pk in ids])
    assert Annotation.objects.given().filter(label__key="none").count() == 10


def test_answer_undo_answer_in_one_batch_ends_with_the_last(cast: Cast, lent: list[int]) -> None:
    submit(by=cast.ani, acts=[answer(lent[0], "claim"), undo(lent[0]), answer(lent[0], "denial")])
    assert Annotation.objects.given().get().label.key == "denial"  # type: ignore[union-attr]  # the answer has a label


def test_an_undo_without_an_answer_is_refused(cast: Cast, lent: list[int]) -> None:
    (receipt,) = submit(by=cast.ani, acts=[undo(lent[0])])
    assert not receipt.saved


def test_a_late_answer_takes_the_slot_that_is_still_free(cast: Cast, lent: list[int]) -> None:
    Lease.objects.update(until=Now() - timedelta(hours=1))
    queue.reap()
    (receipt,) = submit(by=cast.ani, acts=[answer(lent[0])])
    assert (receipt.saved, receipt.surplus, Sentence.objects.get(pk=lent[0]).slots_free) == (True, False, 0)


def test_a_late_answer_beyond_the_overlap_is_kept_as_surplus(cast: Cast, lent: list[int]) -> None:
    Lease.objects.update(until=Now() - timedelta(hours=1))
    queue.take(by=cast.budi)
    submit(by=cast.budi, acts=[answer(pk) for pk in lent])
    (receipt,) = submit(by=cast.ani, acts=[answer(lent[0])])
    assert (receipt.saved, receipt.surplus) == (True, True)


@pytest.mark.django_db(transaction=True)
def test_a_failed_event_saves_nothing(lent: list[int], cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE labeling_event RENAME TO gone")
        with pytest.raises(DatabaseError):
            submit(by=cast.ani, acts=[answer(lent[0])])
        cursor.execute("ALTER TABLE gone RENAME TO labeling_event")
    assert (Annotation.objects.count(), Lease.objects.filter(sentence=lent[0], held=True).count()) == (0, 1)


def test_the_guideline_version_stands_on_the_answer(cast: Cast, lent: list[int]) -> None:
    submit(by=cast.ani, acts=[answer(lent[0])])
    assert Annotation.objects.get().guideline == cast.project.current_guideline()


def test_an_older_answer_from_another_device_does_not_replace_a_newer_one(cast: Cast, lent: list[int]) -> None:
    submit(by=cast.ani, acts=[answer(lent[0], "denial")])
    Annotation.objects.update(answered_at=Now() - timedelta(minutes=60))
    (late,) = submit(by=cast.ani, acts=[answer(lent[0], "claim", age=7_200.0)])
    assert (late.saved, Annotation.objects.get().label.key) == (False, "denial")  # type: ignore[union-attr]  # the answer has a label


def test_a_newer_answer_from_another_device_replaces_an_older_one(cast: Cast, lent: list[int]) -> None:
    submit(by=cast.ani, acts=[answer(lent[0], "denial")])
    Annotation.objects.update(answered_at=Now() - timedelta(minutes=60))
    (late,) = submit(by=cast.ani, acts=[answer(lent[0], "claim", age=600.0)])
    assert (late.saved, Annotation.objects.get().label.key) == (True, "claim")  # type: ignore[union-attr]  # the answer has a label
