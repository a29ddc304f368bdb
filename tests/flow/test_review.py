"""Reviews: which answers may be asked of a second person, and what becomes of the slots."""

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling.flow import annotate, queue, review
from labeling.models import Annotation, Lease, Membership, Project, Sentence, Verdict
from tests.cast import Cast, gather
from tests.flow.acting import answer, undo
from tests.flow.pool_of import pool_of
from tests.flow.test_queue import rank, run_out, taken
from tests.views.conftest import Budget


def answered(by: Membership, n: int, label: str = "claim") -> list[int]:
    """`by` answers `n` sentences; their ids in order."""
    ids = taken(by, want=n)
    annotate.submit(by=by, acts=[answer(pk, label) for pk in ids])
    return sorted(ids)


def opened(project: Project, ids: list[int]) -> list[int]:
    with transaction.atomic():
        return review.open_for_review(project, ids)


def test_a_single_answer_may_be_reviewed(cast: Cast) -> None:
    pool_of(cast.project, 5)
    ids = answered(cast.ani, 2, "denial")
    assert review.candidates(cast.project) == [(pk, "denial") for pk in ids]


def test_a_review_wants_one_more_answer(cast: Cast) -> None:
    pool_of(cast.project, 5)
    (pk,) = opened(cast.project, answered(cast.ani, 1))
    assert Sentence.objects.values_list("slots_free", "reviews").get(pk=pk) == (1, 1)


def test_opened_are_named_in_the_order_they_were_asked_for(cast: Cast) -> None:
    pool_of(cast.project, 5)
    ids = answered(cast.ani, 3)[::-1]
    assert opened(cast.project, ids) == ids


def test_a_review_goes_to_another_person(cast: Cast) -> None:
    pool_of(cast.project, 1)
    (pk,) = opened(cast.project, answered(cast.ani, 1))
    assert (taken(cast.ani), taken(cast.budi)) == ([], [pk])


def test_a_review_that_is_ranked_is_served_as_a_review(cast: Cast) -> None:
    pool_of(cast.project, 4)
    (pk,) = opened(cast.project, answered(cast.ani, 1))
    version = rank(cast, [Sentence.objects.get(pk=pk)])
    version.entries.update(selection="review")
    taken(cast.budi, want=1)
    assert Lease.objects.values_list("sentence_id", "selection").get(annotator=cast.budi.user) == (pk, "review")


def test_a_review_that_agrees_settles_it(cast: Cast) -> None:
    pool_of(cast.project, 1)
    (pk,) = opened(cast.project, answered(cast.ani, 1))
    answered(cast.budi, 1)
    assert (review.waiting(cast.project), Sentence.objects.get(pk=pk).slots_free) == ([], 0)


def test_nothing_is_reviewed_twice(cast: Cast) -> None:
    pool_of(cast.project, 1)
    ids = opened(cast.project, answered(cast.ani, 1))
    annotate.submit(by=cast.ani, acts=[undo(ids[0])])
    answered(cast.budi, 1)
    assert (review.candidates(cast.project), opened(cast.project, ids)) == ([], [])


def test_what_waits_is_known(cast: Cast) -> None:
    pool_of(cast.project, 5)
    ids = opened(cast.project, answered(cast.ani, 2))
    taken(cast.budi, want=1)
    assert set(review.waiting(cast.project)) == set(ids) - {one.sentence_id for one in queue.in_hand(cast.budi)}


def outside(**values: object) -> object:
    return pytest.param(values, id=next(iter(values)))


@pytest.mark.parametrize(
    "shut", [outside(in_pool=False), outside(audit_place=3, audit_probability=0.5), outside(slots_free=1)]
)
def test_what_is_outside_is_not_reviewed(cast: Cast, shut: dict[str, object]) -> None:
    pool_of(cast.project, 1)
    ids = answered(cast.ani, 1)
    Sentence.objects.update(**shut)
    assert (review.candidates(cast.project), opened(cast.project, ids)) == ([], [])


@pytest.mark.parametrize("told", [{"label": None, "unsure": True}, {"state": "withdrawn"}, {"surplus": True}])
def test_an_answer_that_settles_nothing_is_not_reviewed(cast: Cast, told: dict[str, object]) -> None:
    pool_of(cast.project, 1)
    answered(cast.ani, 1)
    Annotation.objects.update(**told)
    assert review.candidates(cast.project) == []


def test_what_an_owner_decided_is_not_reviewed(cast: Cast) -> None:
    pool_of(cast.project, 1)
    (pk,) = answered(cast.ani, 1)
    label = cast.project.labels.get(key="claim")
    Verdict.objects.create(project=cast.project, sentence_id=pk, label=label, decided_by=cast.citra.user)
    assert review.candidates(cast.project) == []


def test_a_project_of_one_reviews_nothing(cast: Cast) -> None:
    pool_of(cast.project, 1)
    ids = answered(cast.ani, 1)
    cast.budi.delete()
    assert (review.candidates(cast.project), opened(cast.project, ids)) == ([], [])


def test_an_owner_who_answers_is_a_second_person(cast: Cast) -> None:
    pool_of(cast.project, 3)
    answered(cast.ani, 1)
    answered(cast.citra, 1)
    cast.budi.delete()
    assert len(review.candidates(cast.project)) == 2


def test_somebody_whose_account_was_closed_is_not(cast: Cast) -> None:
    pool_of(cast.project, 1)
    answered(cast.ani, 1)
    cast.budi.user.is_active = False
    cast.budi.user.save()
    assert review.room(cast.project) == 0


def test_without_a_share_nothing_is_reviewed(cast: Cast) -> None:
    pool_of(cast.project, 1)
    answered(cast.ani, 1)
    cast.project.review_share = 0
    assert review.candidates(cast.project) == []


def test_where_several_are_asked_anyway_nothing_is_reviewed(db: None) -> None:
    cast = gather(overlap=2)
    pool_of(cast.project, 1)
    answered(cast.ani, 1)
    Sentence.objects.update(slots_free=0)
    assert review.candidates(cast.project) == []


def test_unclaimed_reviews_do_not_pile_up(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "AT_ONCE", 3)
    pool_of(cast.project, 10)
    ids = answered(cast.ani, 5)
    assert (opened(cast.project, ids), opened(cast.project, ids), review.room(cast.project)) == (ids[:3], [], 0)


def test_a_review_that_was_answered_makes_room(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "AT_ONCE", 1)
    pool_of(cast.project, 1)
    opened(cast.project, answered(cast.ani, 1))
    answered(cast.budi, 1)
    assert review.room(cast.project) == 1


def test_a_sentence_of_another_project_is_never_opened(cast: Cast) -> None:
    pool_of(cast.project, 1)
    ids = answered(cast.ani, 1)
    assert opened(cast.elsewhere, ids) == []


def test_candidates_cost_the_same_however_many_there_are(cast: Cast, django_assert_max_num_queries: Budget) -> None:
    pool_of(cast.project, 20)
    answered(cast.ani, 9)
    with django_assert_max_num_queries(3):
        review.candidates(cast.project)


# Answering and reviewing come oftenest: without answers nothing is reviewed.
DEEDS = ("take", "take", "answer", "answer", "answer", "review", "review", "review", "undo", "lapse", "late")
STEPS = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(DEEDS), st.integers(1, 4)), min_size=6, max_size=25)


def test_slots_always_add_up(cast: Cast) -> None:
    """Whatever is taken, answered, undone, given back, reviewed: free + lent + counted is overlap + reviews."""
    reviewed: list[int] = []

    @settings(max_examples=25, deadline=None, database=None, derandomize=True)
    @given(steps=STEPS)
    def walk(steps: list[tuple[int, str, int]]) -> None:
        Lease.objects.all().delete()
        cast.project.sources.all().delete()
        pool_of(cast.project, 6)
        for who, deed, n in steps:
            act((cast.ani, cast.budi)[who], deed, n)
        for one in Sentence.objects.filter(project=cast.project):
            lent = one.leases.filter(held=True).count()
            counted = one.annotations.given().filter(surplus=False).count()
            assert (one.slots_free + lent + counted, one.reviews <= 1) == (1 + one.reviews, True)
            reviewed.extend([one.pk] * one.reviews)

    walk()
    assert len(reviewed) > 10


def act(by: Membership, deed: str, n: int) -> None:
    if deed == "take":
        taken(by, want=n)
    elif deed == "answer":
        annotate.submit(by=by, acts=[answer(lease.sentence_id) for lease in queue.in_hand(by)[:n]])
    elif deed == "undo":
        told = list(by.user.annotations.given().values_list("sentence_id", flat=True))
        annotate.submit(by=by, acts=[undo(pk) for pk in told[:n]])
    elif deed == "lapse":
        run_out(annotator=by.user)
        queue.reap()
    elif deed == "review":
        opened(by.project, [pk for pk, _label in review.candidates(by.project)[:n]])
    else:
        late = Lease.objects.filter(annotator=by.user, held=False).values_list("sentence_id", flat=True)
        annotate.submit(by=by, acts=[answer(pk, "denial") for pk in list(late)[:n]])
