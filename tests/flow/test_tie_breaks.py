"""A sentence whose answers differ in the queue: it comes soon, to a third person, and is told apart."""

import pytest

from labeling.flow import annotate, overlap, rank, review, route
from labeling.models import Annotation, Lease, Membership, Role, Selection, Sentence
from tests.cast import Cast, person
from tests.factories import answer
from tests.flow.acting import answer as act
from tests.flow.acting import undo
from tests.flow.pool_of import pool_of
from tests.flow.test_queue import rank as ranked
from tests.flow.test_queue import taken


@pytest.fixture
def cici(cast: Cast) -> Membership:
    return Membership.objects.create(project=cast.project, user=person("cici"), role=Role.ANNOTATOR)


def tied(cast: Cast, sentences: list[Sentence]) -> list[int]:
    """Ani and budi differ about these, and a third person is to be asked."""
    for sentence in sentences:
        answer(sentence, "ani", "claim")
        answer(sentence, "budi", "denial")
        Sentence.objects.filter(pk=sentence.pk).update(slots_free=0)
    route.follow(cast.project)
    return [sentence.pk for sentence in sentences]


def why(by: Membership) -> dict[int, str]:
    return dict(Lease.objects.filter(annotator=by.user).values_list("sentence_id", "selection"))


def test_it_comes_before_the_ranking(cast: Cast, cici: Membership) -> None:
    pool = pool_of(cast.project, 8)
    (pk,) = tied(cast, pool[5:6])
    ranked(cast, pool)
    assert (taken(cici, want=3)[0], why(cici)[pk]) == (pk, Selection.TIE_BREAK)


def test_it_comes_before_what_an_owner_asked_for(cast: Cast, cici: Membership) -> None:
    pool = pool_of(cast.project, 8)
    (pk,) = tied(cast, pool[5:6])
    Sentence.objects.filter(pk__in=[pk, pool[0].pk]).update(sought_at="2026-01-02T00:00:00Z")
    assert taken(cici, want=2) == [pk, pool[0].pk]


def test_one_of_the_audit_sample_comes_soon_too_and_says_why(cast: Cast, cici: Membership) -> None:
    pool = pool_of(cast.project, 20, audit=6)
    (pk,) = tied(cast, pool[5:6])
    assert (taken(cici, want=3)[0], why(cici)[pk]) == (pk, Selection.TIE_BREAK)


def test_whoever_answered_it_is_not_asked_again(cast: Cast, cici: Membership) -> None:
    tied(cast, pool_of(cast.project, 2))
    assert taken(cast.ani) == []


def test_every_second_place_goes_to_them_where_there_are_many(cast: Cast, cici: Membership) -> None:
    pool = pool_of(cast.project, 30)
    many = set(tied(cast, pool[:10]))
    assert len(many & set(taken(cici, want=8))) == 4


def test_they_stand_in_where_there_is_nothing_else(cast: Cast, cici: Membership) -> None:
    many = tied(cast, pool_of(cast.project, 6))
    assert taken(cici, want=6) == many


def test_the_fifth_place_is_still_of_the_audit_sample(cast: Cast, cici: Membership) -> None:
    pool = pool_of(cast.project, 30, audit=5)
    tied(cast, pool[10:20])
    assert taken(cici, want=5)[4] in {one.pk for one in pool[:5]}


def test_the_answer_remembers_why_it_was_asked_for(cast: Cast, cici: Membership) -> None:
    (pk,) = tied(cast, pool_of(cast.project, 1))
    taken(cici)
    annotate.submit(by=cici, acts=[act(pk)])
    told = Annotation.objects.get(annotator=cici.user)
    assert (told.selection, told.surplus) == (Selection.TIE_BREAK, False)


def test_undone_it_is_in_hand_for_the_same_reason(cast: Cast, cici: Membership) -> None:
    (pk,) = tied(cast, pool_of(cast.project, 1))
    taken(cici)
    annotate.submit(by=cici, acts=[act(pk), undo(pk)])
    route.follow(cast.project)
    assert why(cici) == {pk: Selection.TIE_BREAK}


def test_a_ranking_passes_over_it(cast: Cast, cici: Membership) -> None:
    pool = pool_of(cast.project, 3)
    (pk,) = tied(cast, pool[:1])
    assert (pk in rank.asked(cast.project, []).wish.closed, rank.asked(cast.project, []).waiting) == (True, {})


def test_a_review_on_which_two_differ_waits_for_a_third_and_is_no_review_any_more(cast: Cast, cici: Membership) -> None:
    tied(cast, pool_of(cast.project, 1))
    Sentence.objects.update(reviews=1)
    assert (review.waiting(cast.project), review.room(cast.project)) == ([], review.AT_ONCE)


def test_another_number_of_answers_counts_what_was_asked_for_beyond(cast: Cast, cici: Membership) -> None:
    (pk,) = tied(cast, pool_of(cast.project, 1))
    taken(cici)
    annotate.submit(by=cici, acts=[act(pk)])
    overlap.want(project=cast.project, by=cast.citra.user, answers=3)
    assert Sentence.objects.values_list("slots_free", "tie_breaks").get(pk=pk) == (1, 1)
