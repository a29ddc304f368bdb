"""What becomes of the sentences when an owner changes how many answers each wants."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from labeling.flow import annotate, queue
from labeling.flow.change import change
from labeling.models import Annotation, Lease, Sentence
from tests.cast import Cast, gather
from tests.flow import acting
from tests.flow.pool_of import pool_of


def want(cast: Cast, overlap: int) -> None:
    change(project=cast.project, by=cast.citra.user, settings={"overlap": overlap}, cues={})
    cast.project.refresh_from_db()


def free(sentence: Sentence) -> int:
    return Sentence.objects.values_list("slots_free", flat=True).get(pk=sentence.pk)


def test_sentences_want_as_many_as_was_set(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    want(cast, 3)
    assert free(sentence) == 3


def test_one_that_has_its_answer_is_asked_again_of_another_person(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    queue.take(by=cast.ani)
    annotate.submit(by=cast.ani, acts=[acting.answer(sentence.pk)])
    want(cast, 2)
    assert ([one.sentence_id for one in queue.take(by=cast.budi)], queue.take(by=cast.ani)) == ([sentence.pk], [])


def test_what_is_lent_out_counts(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    queue.take(by=cast.ani)
    want(cast, 2)
    assert free(sentence) == 1


def test_fewer_never_goes_below_what_is_out(cast: Cast) -> None:
    want(cast, 3)
    (sentence,) = pool_of(cast.project, 1)
    for member in (cast.ani, cast.budi):
        queue.take(by=member)
    want(cast, 1)
    for member in (cast.ani, cast.budi):
        annotate.submit(by=member, acts=[acting.answer(sentence.pk)])
    assert (free(sentence), Annotation.objects.filter(surplus=False).count()) == (0, 2)


def test_fewer_and_more_again_asks_no_more_than_was_asked_before(cast: Cast) -> None:
    want(cast, 2)
    (sentence,) = pool_of(cast.project, 1)
    for member in (cast.ani, cast.budi):
        queue.take(by=member)
        annotate.submit(by=member, acts=[acting.answer(sentence.pk)])
    want(cast, 1)
    want(cast, 2)
    assert free(sentence) == 0


def test_the_audit_sample_wants_two_at_least(cast: Cast) -> None:
    sentence, *_rest = pool_of(cast.project, 5, audit=1)
    want(cast, 3)
    more = free(sentence)
    want(cast, 1)
    assert (more, free(sentence)) == (3, 2)


def test_a_sentence_in_review_wants_one_more(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    Sentence.objects.update(reviews=1, slots_free=2)
    want(cast, 2)
    assert free(sentence) == 3


def test_another_project_stays_as_it_was(cast: Cast) -> None:
    (sentence,) = pool_of(cast.elsewhere, 1)
    want(cast, 4)
    assert free(sentence) == 1


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("want"), st.integers(1, 4)),
        st.tuples(st.sampled_from(["ani", "budi", "citra"]), st.sampled_from(["take", "answer", "undo"])),
    ),
    max_size=14,
)


@pytest.mark.slow
class TestAnyRowOfSteps(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(STEPS)
    def test_what_is_free_is_what_is_wanted_less_what_is_out(self, steps: list[tuple[str, object]]) -> None:
        cast = gather()
        sentences = pool_of(cast.project, 3, audit=1)
        for who, deed in steps:
            if isinstance(deed, int):
                want(cast, deed)
            else:
                _act(cast, who, str(deed))
        for one in Sentence.objects.filter(pk__in=[sentence.pk for sentence in sentences]):
            wanted = max(cast.project.overlap, 2 if one.audit_place is not None else 1)
            counted = one.annotations.filter(state="given", surplus=False).count()
            assert one.slots_free == max(0, wanted - counted - Lease.objects.filter(sentence=one, held=True).count())


def _act(cast: Cast, who: str, deed: str) -> None:
    member = getattr(cast, who)
    if deed == "take":
        queue.take(by=member, want=2)
        return
    held = [one.sentence_id for one in queue.in_hand(member)]
    mine = list(Annotation.objects.given().filter(annotator=member.user).values_list("sentence_id", flat=True))
    if deed == "answer" and held:
        annotate.submit(by=member, acts=[acting.answer(held[0])])
    if deed == "undo" and mine:
        annotate.submit(by=member, acts=[acting.undo(mine[0])])
