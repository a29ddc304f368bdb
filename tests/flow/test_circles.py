"""Who waits for whom on PostgreSQL: a circle of waiters does not come about, or does no harm."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from labeling.flow import annotate, queue
from labeling.models import Annotation, Lease, Selection, Sentence
from tests.cast import gather
from tests.flow.acting import answer, undo
from tests.flow.pool_of import pool_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
PATIENCE = 20.0


def wait_for_a_waiter() -> None:
    """Until another connection waits for a lock."""
    for _ in range(int(PATIENCE / 0.01)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.01)
    raise TimeoutError("nobody waits for a lock")


@contextmanager
def alongside() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool
        pool.submit(lambda: connection.close()).result(PATIENCE)


def test_a_row_that_points_at_a_held_sentence_is_committed_without_waiting() -> None:
    cast = gather(overlap=2, audit_size=0)
    low, high = pool_of(cast.project, 2)

    def give_back_both() -> None:
        with transaction.atomic():
            queue.give_back([high.pk, low.pk])

    with alongside() as thread:
        with transaction.atomic():
            Sentence.objects.filter(pk=high.pk).update(slots_free=0)
            # The foreign key is looked at when this is committed: the giver holds `low` by then, and waits for `high`.
            Lease.objects.create(
                project=cast.project,
                sentence=low,
                annotator=cast.ani.user,
                until="2001-01-01T00:00:00Z",
                selection=Selection.SEED,
                turn=1,
            )
            given = thread.submit(give_back_both)
            wait_for_a_waiter()
        given.result(PATIENCE)
    assert set(Sentence.objects.filter(pk__in=[low.pk, high.pk]).values_list("pk", "slots_free")) == {
        (low.pk, 3),
        (high.pk, 1),
    }


def test_answers_that_the_database_ends_to_break_a_circle_are_kept_in_the_end() -> None:
    cast = gather(overlap=2, audit_size=0)
    pool_of(cast.project, 3)
    first, second, third = (lease.sentence_id for lease in queue.take(by=cast.ani, want=3))
    Lease.objects.update(until="2001-01-01T00:00:00Z")
    queue.reap()
    # An undo between two answers parts them: the sentences are held in the order of the acts.
    acts = [answer(second), answer(third), undo(third), answer(first)]
    with alongside() as thread:
        with transaction.atomic():
            with connection.cursor() as cursor:
                # Who waits first looks for a circle first, and is ended: never this connection.
                cursor.execute("SET LOCAL deadlock_timeout = '60s'")
            Sentence.objects.filter(pk=first).update(slots_free=2)
            receipts = thread.submit(annotate.submit, by=cast.ani, acts=acts)
            wait_for_a_waiter()
            Sentence.objects.filter(pk=second).update(slots_free=2)
        assert all(receipt.saved for receipt in receipts.result(PATIENCE))
    assert set(Annotation.objects.given().values_list("sentence_id", flat=True)) == {first, second}
    assert all(
        one.slots_free + one.leases.filter(held=True).count() + one.annotations.filter(state="given").count() == 2
        for one in Sentence.objects.all()
    )


def test_a_late_answer_and_the_next_sentences_of_one_person_take_turns() -> None:
    cast = gather(overlap=2, audit_size=0)
    pool_of(cast.project, 1)
    (lease,) = queue.take(by=cast.ani)
    Lease.objects.update(until="2001-01-01T00:00:00Z")
    queue.reap()
    with alongside() as thread:
        with transaction.atomic():
            annotate.submit(by=cast.ani, acts=[answer(lease.sentence_id)])
            # The other tab: at a sentence's row it would still see the moment before the answer, and lend it again.
            taken = thread.submit(lambda: queue.take(by=cast.ani))
            wait_for_a_waiter()
        assert taken.result(PATIENCE) == []
    assert Sentence.objects.get().slots_free == 1
