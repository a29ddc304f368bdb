"""One sentence that a person names themselves, lent before its turn."""

import pytest

from labeling.flow import annotate, queue, withdraw
from labeling.flow.archive import archive
from labeling.models import Annotation, Lease, Selection, Sentence
from tests.cast import Cast
from tests.flow.acting import answer
from tests.flow.pool_of import pool_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sentence(cast: Cast) -> Sentence:
    return pool_of(cast.project, 1)[0]


def free() -> int:
    return Sentence.objects.get().slots_free


def test_it_takes_the_sentences_slot(cast: Cast, sentence: Sentence) -> None:
    assert queue.lend(by=cast.ani, sentence=sentence.pk)
    assert (free(), Lease.objects.get().selection) == (0, Selection.SEED)


def test_what_is_held_already_is_not_lent_twice(cast: Cast, sentence: Sentence) -> None:
    queue.take(by=cast.ani)
    assert queue.lend(by=cast.ani, sentence=sentence.pk)
    assert (free(), Lease.objects.count()) == (0, 1)


def test_without_a_free_slot_an_answer_is_kept_as_surplus(cast: Cast, sentence: Sentence) -> None:
    queue.take(by=cast.budi)
    assert queue.lend(by=cast.ani, sentence=sentence.pk)
    annotate.submit(by=cast.ani, acts=[answer(sentence.pk)])
    assert Annotation.objects.get().surplus
    assert free() == 0


def test_a_slot_whose_lease_ran_out_is_free_again(cast: Cast, sentence: Sentence) -> None:
    queue.take(by=cast.budi)
    Lease.objects.update(until="2020-01-01T00:00:00Z")
    assert queue.lend(by=cast.ani, sentence=sentence.pk)
    assert Lease.objects.get(held=True).annotator == cast.ani.user


def test_what_was_answered_is_not_lent(cast: Cast, sentence: Sentence) -> None:
    queue.take(by=cast.ani)
    annotate.submit(by=cast.ani, acts=[answer(sentence.pk)])
    assert not queue.lend(by=cast.ani, sentence=sentence.pk)
    assert not Lease.objects.exists()


def test_what_is_out_of_the_pool_is_not_lent(cast: Cast, sentence: Sentence) -> None:
    withdraw.take_out(by=cast.citra.user, sentence=sentence)
    assert not queue.lend(by=cast.ani, sentence=sentence.pk)


def test_an_archived_project_lends_nothing(cast: Cast, sentence: Sentence) -> None:
    archive(project=cast.project, by=cast.citra.user)
    assert not queue.lend(by=cast.ani, sentence=sentence.pk)


def test_a_sentence_of_another_project_is_not_lent(cast: Cast, sentence: Sentence) -> None:
    assert not queue.lend(by=cast.dewi, sentence=sentence.pk)
