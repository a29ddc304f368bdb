"""The queue: order, leases, overlap."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeling.flow import annotate, queue
from labeling.models import Lease, Membership, ModelVersion, QueueEntry, Sentence
from tests.cast import Cast
from tests.flow.acting import answer, undo
from tests.flow.pool_of import pool_of


def taken(by: Membership, want: int = 10) -> list[int]:
    return [lease.sentence_id for lease in queue.take(by=Membership.objects.get(pk=by.pk), want=want)]


def rank(cast: Cast, sentences: list[Sentence]) -> ModelVersion:
    version = ModelVersion.objects.create(
        project=cast.project, number=1, path="", sha256="", n_labels=0, n_label_events=0
    )
    QueueEntry.objects.bulk_create(
        QueueEntry(project=cast.project, version=version, place=place, sentence=one, selection="uncertain", score=0.5)
        for place, one in enumerate(sentences)
    )
    cast.project.version = version
    cast.project.save()
    return version


def run_out(**which: object) -> None:
    Lease.objects.filter(**which).update(until=Now() - timedelta(seconds=1))


def test_ten_are_lent_ahead(cast: Cast) -> None:
    pool_of(cast.project, 30)
    assert len(taken(cast.ani)) == 10


def test_taking_again_returns_what_is_held_in_the_same_order(cast: Cast) -> None:
    pool_of(cast.project, 30)
    assert taken(cast.ani) == taken(cast.ani)


def test_two_annotators_are_never_lent_the_same_sentence_at_overlap_one(cast: Cast) -> None:
    pool_of(cast.project, 30)
    assert not set(taken(cast.ani)) & set(taken(cast.budi))


def test_every_fifth_is_of_the_audit_sample(cast: Cast) -> None:
    audit = {one.pk for one in pool_of(cast.project, 40, audit=10)[:10]}
    assert [pk in audit for pk in taken(cast.ani)] == [False] * 4 + [True] + [False] * 4 + [True]


def test_the_fifth_is_counted_across_requests(cast: Cast) -> None:
    audit = {one.pk for one in pool_of(cast.project, 40, audit=10)[:10]}
    seen = []
    for _ in range(10):
        (pk,) = taken(cast.ani, want=1)
        annotate.submit(by=cast.ani, acts=[answer(pk)])
        seen.append(pk in audit)
    assert [place for place, is_audit in enumerate(seen) if is_audit] == [4, 9]


def test_the_audit_sample_goes_to_two_people_at_overlap_one(cast: Cast) -> None:
    audit = {one.pk for one in pool_of(cast.project, 40, audit=2)[:2]}
    assert audit <= set(taken(cast.ani)) & set(taken(cast.budi))


def test_the_audit_sample_is_served_when_nothing_else_is_left(cast: Cast) -> None:
    pool_of(cast.project, 6, audit=6)
    assert len(taken(cast.ani)) == 6


def test_the_ranking_comes_before_the_rest(cast: Cast) -> None:
    sentences = pool_of(cast.project, 30)
    rank(cast, sentences[20:25])
    assert taken(cast.ani)[:5] == [one.pk for one in sentences[20:25]]


def test_a_ranked_sentence_says_why_it_was_chosen(cast: Cast) -> None:
    rank(cast, pool_of(cast.project, 30)[:3])
    taken(cast.ani, want=4)
    assert [lease.selection for lease in queue.in_hand(cast.ani)] == ["uncertain"] * 3 + ["random"]


def test_before_any_ranking_a_sentence_is_a_seed(cast: Cast) -> None:
    pool_of(cast.project, 5)
    assert {lease.selection for lease in queue.take(by=cast.ani)} == {"seed"}


def test_a_new_ranking_leaves_what_is_leased(cast: Cast) -> None:
    sentences = pool_of(cast.project, 30)
    before = taken(cast.ani)
    rank(cast, sentences[::-1])
    assert taken(cast.ani) == before


def test_the_rest_comes_in_the_same_order_for_the_same_sentences(cast: Cast) -> None:
    sentences = pool_of(cast.project, 30)
    assert taken(cast.ani) == [one.pk for one in sorted(sentences, key=lambda one: one.shuffle)[:10]]


def test_boilerplate_is_never_lent(cast: Cast) -> None:
    sentences = pool_of(cast.project, 3)
    Sentence.objects.filter(pk=sentences[0].pk).update(in_pool=False, boilerplate=True)
    assert set(taken(cast.ani)) == {one.pk for one in sentences[1:]}


def test_a_lease_that_ran_out_gives_its_slot_to_somebody_else(cast: Cast) -> None:
    pool_of(cast.project, 3)
    mine = set(taken(cast.ani))
    run_out()
    assert set(taken(cast.budi)) == mine


def test_a_lease_that_ran_out_may_go_to_the_same_person_again(cast: Cast) -> None:
    pool_of(cast.project, 3)
    mine = taken(cast.ani)
    run_out()
    queue.reap()
    assert set(taken(cast.ani)) == set(mine)


def test_reaping_gives_back_every_slot(cast: Cast) -> None:
    cast.project.overlap = 2
    pool_of(cast.project, 4)
    taken(cast.ani)
    taken(cast.budi)
    run_out()
    queue.reap()
    assert set(Sentence.objects.values_list("slots_free", flat=True)) == {2}


def test_reaping_twice_gives_back_once(cast: Cast) -> None:
    pool_of(cast.project, 4)
    taken(cast.ani)
    run_out()
    assert (queue.reap(), queue.reap()) == (4, 0)


def test_nobody_is_asked_about_a_sentence_they_answered(cast: Cast) -> None:
    cast.project.overlap = 2
    pool_of(cast.project, 3)
    annotate.submit(by=cast.ani, acts=[answer(pk) for pk in taken(cast.ani)])
    assert taken(cast.ani) == []


def test_a_sentence_of_another_project_is_never_lent(cast: Cast) -> None:
    pool_of(cast.elsewhere, 3)
    assert taken(cast.ani) == []


def test_the_cost_of_taking_does_not_grow_with_what_is_answered(
    cast: Cast, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    pool_of(cast.project, 40, audit=5)
    with django_assert_max_num_queries(12):  # type: ignore[operator]  # a context manager by its plugin
        taken(cast.ani)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 4), st.integers(1, 4)), max_size=25))
def test_slots_always_add_up(cast: Cast, steps: list[tuple[int, int, int]]) -> None:
    """Whatever is taken, answered, undone, given back: free + lent + counted answers is what is wanted."""
    Lease.objects.all().delete()
    cast.project.sources.all().delete()
    cast.project.overlap = 2
    pool_of(cast.project, 6)
    for who, deed, n in steps:
        by = (cast.ani, cast.budi)[who]
        held = [lease.sentence_id for lease in queue.in_hand(by)]
        given_ = list(by.user.annotations.given().values_list("sentence_id", flat=True))
        if deed == 0:
            taken(by, want=n)
        elif deed == 1:
            annotate.submit(by=by, acts=[answer(pk) for pk in held[:n]])
        elif deed == 2:
            annotate.submit(by=by, acts=[undo(pk) for pk in given_[:n]])
        elif deed == 3:
            run_out(annotator=by.user)
            queue.reap()
        else:
            late = Lease.objects.filter(annotator=by.user, held=False).values_list("sentence_id", flat=True)
            annotate.submit(by=by, acts=[answer(pk, "denial") for pk in list(late)[:n]])
    for one in Sentence.objects.filter(project=cast.project):
        lent = one.leases.filter(held=True).count()
        counted = one.annotations.given().filter(surplus=False).count()
        assert one.slots_free + lent + counted == 2


def test_a_ranked_sentence_that_was_drawn_for_the_audit_sample_since_starves_nobody(cast: Cast) -> None:
    pool = pool_of(cast.project, 40)
    rank(cast, pool)
    for place, one in enumerate(pool[:8]):
        Sentence.objects.filter(pk=one.pk).update(audit_place=place, audit_probability=0.2)
    taken_by_turn = taken(cast.ani)
    assert (len(taken_by_turn), taken_by_turn[4], taken_by_turn[9]) == (10, pool[0].pk, pool[1].pk)


def half_used_up() -> None:
    Lease.objects.update(until=Now() + queue.LEASE / 3)


def test_a_page_that_nobody_works_at_does_not_renew_what_it_holds(cast: Cast) -> None:
    pool_of(cast.project, 4)
    taken(cast.ani)
    half_used_up()
    taken(cast.ani)
    assert not Lease.objects.filter(until__gt=Now() + queue.LEASE / 2).exists()


def test_answering_renews_what_is_held(cast: Cast) -> None:
    pool_of(cast.project, 4)
    annotate.submit(by=cast.ani, acts=[answer(taken(cast.ani)[0])])
    half_used_up()
    taken(cast.ani)
    assert Lease.objects.filter(until__gt=Now() + queue.LEASE / 2).count() == 3


def test_what_ran_out_is_not_served_as_if_it_were_held(cast: Cast) -> None:
    pool_of(cast.project, 3)
    taken(cast.ani)
    run_out()
    assert len(taken(cast.ani)) == 3
    assert Lease.objects.filter(until__gt=Now()).count() == 3
