"""Sentences that an owner finds by words, and has labelled first."""

import pytest

from labeling.errors import Refused
from labeling.flow import annotate, find, queue, review
from labeling.models import Event, Project, Sentence, Verb
from tests.cast import Cast
from tests.factories import make_project, make_sentences
from tests.flow.acting import answer
from tests.flow.pool_of import pool_of
from tests.flow.test_queue import rank, run_out, taken
from tests.views.conftest import Budget

TEXTS = ["Menteri membantah kabar itu.", "Hujan turun.", "MEMBANTAH, kata menteri.", "Dia menyangkal 100% kabar_itu."]


@pytest.fixture
def project(db: None) -> Project:
    project = make_project()
    make_sentences(project, TEXTS)
    return project


def texts(project: Project, words: str) -> list[str]:
    return [one.text for one in find.find(project=project, words=words).sentences]


@pytest.mark.parametrize(
    ("words", "places"),
    [("membantah", [2, 0]), ("bantah KABAR", [0]), ("banjir", []), ("", []), (" \t", []), ("100%", [3]), ("r_i", [3])],
)
def test_what_holds_all_the_words_is_found(project: Project, words: str, places: list[int]) -> None:
    assert texts(project, words) == [TEXTS[place] for place in places]


@pytest.mark.parametrize(
    "shut",
    [{"slots_free": 0}, {"in_pool": False}, {"audit_place": 3, "audit_probability": 0.5}, {"reviews": 1}],
)
def test_what_nobody_can_be_asked_newly_is_not_found(project: Project, shut: dict[str, object]) -> None:
    Sentence.objects.update(**shut)
    assert texts(project, "kabar") == []


def test_another_project_is_not_searched(project: Project) -> None:
    assert texts(make_project("lain"), "kabar") == []


def test_the_first_are_shown_and_that_there_are_more(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "SHOWN", 3)
    pool_of(cast.project, 4)
    found = find.find(project=cast.project, words="bridge")
    assert (len(found.sentences), found.more) == (3, True)


def ask(cast: Cast, sentences: list[Sentence]) -> int:
    return find.ask_first(project=cast.project, by=cast.citra.user, sentence_ids=[one.pk for one in sentences])


def test_what_was_asked_for_comes_before_the_ranking(cast: Cast) -> None:
    pool = pool_of(cast.project, 20)
    rank(cast, pool)
    ask(cast, [pool[17], pool[12]])
    assert taken(cast.ani)[:3] == [pool[12].pk, pool[17].pk, pool[0].pk]


def test_what_was_asked_for_comes_first_where_there_is_no_ranking(cast: Cast) -> None:
    pool = pool_of(cast.project, 20)
    ask(cast, pool[15:17])
    assert taken(cast.ani)[:2] == [pool[15].pk, pool[16].pk]


def test_a_later_wish_comes_after_an_earlier_one(cast: Cast) -> None:
    pool = pool_of(cast.project, 20)
    ask(cast, pool[15:17])
    Sentence.objects.filter(pk=pool[15].pk).update(sought_at="2001-01-01T00:00:00Z")
    Sentence.objects.filter(pk=pool[16].pk).update(sought_at="2000-01-01T00:00:00Z")
    assert taken(cast.ani)[:2] == [pool[16].pk, pool[15].pk]


def test_the_audit_sample_keeps_its_fifth(cast: Cast) -> None:
    pool = pool_of(cast.project, 40, audit=5)
    ask(cast, pool[20:40])
    audit = {one.pk for one in pool[:5]}
    assert [pk in audit for pk in taken(cast.ani)] == [False] * 4 + [True] + [False] * 4 + [True]


def test_one_wish_is_served_to_one_person_at_overlap_one(cast: Cast) -> None:
    pool = pool_of(cast.project, 30)
    ask(cast, pool[20:24])
    assert not set(taken(cast.ani)) & set(taken(cast.budi))


def test_a_wish_whose_lease_ran_out_comes_first_again(cast: Cast) -> None:
    pool = pool_of(cast.project, 30)
    ask(cast, [pool[20]])
    taken(cast.ani)
    run_out()
    queue.reap()
    assert taken(cast.budi)[0] == pool[20].pk


def test_an_answered_wish_is_done(cast: Cast) -> None:
    pool = pool_of(cast.project, 3)
    ask(cast, [pool[2]])
    annotate.submit(by=cast.ani, acts=[answer(pk) for pk in taken(cast.ani, want=1)])
    assert find.sought(cast.project) == []


def test_a_wish_that_is_reviewed_later_is_served_to_another(cast: Cast) -> None:
    pool = pool_of(cast.project, 1)
    ask(cast, pool)
    annotate.submit(by=cast.ani, acts=[answer(pk) for pk in taken(cast.ani)])
    review.open_for_review(cast.project, [pool[0].pk])
    assert (taken(cast.ani), taken(cast.budi)) == ([], [pool[0].pk])


def test_asking_is_in_the_history(cast: Cast) -> None:
    pool = pool_of(cast.project, 3)
    ask(cast, pool[:2])
    event = Event.objects.get(verb=Verb.SOUGHT)
    assert (event.who, event.after) == (cast.citra.user, {"sentences": [pool[0].pk, pool[1].pk], "first": True})


def test_asking_again_changes_nothing(cast: Cast) -> None:
    pool = pool_of(cast.project, 3)
    assert (ask(cast, pool), ask(cast, pool), Event.objects.filter(verb=Verb.SOUGHT).count()) == (3, 0, 1)


@pytest.mark.parametrize("shut", [{"slots_free": 0}, {"in_pool": False}, {"audit_place": 3, "audit_probability": 0.5}])
def test_what_is_closed_cannot_be_asked_for(cast: Cast, shut: dict[str, object]) -> None:
    pool = pool_of(cast.project, 1)
    Sentence.objects.update(**shut)
    assert ask(cast, pool) == 0


def test_a_sentence_of_another_project_cannot_be_asked_for(cast: Cast) -> None:
    assert ask(cast, pool_of(cast.elsewhere, 1)) == 0


def test_wishes_have_a_limit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "AT_ONCE", 3)
    pool = pool_of(cast.project, 5)
    ask(cast, pool[:2])
    with pytest.raises(Refused, match="At most 3"):
        ask(cast, pool[2:4])
    assert len(find.sought(cast.project)) == 2


def test_wishes_can_be_taken_back(cast: Cast) -> None:
    pool = pool_of(cast.project, 20)
    ask(cast, pool[15:17])
    n = find.take_back(project=cast.project, by=cast.citra.user)
    assert (n, taken(cast.ani)) == (2, [one.pk for one in sorted(pool, key=lambda one: one.shuffle)[:10]])


def test_taking_back_leaves_what_is_in_a_hand(cast: Cast) -> None:
    pool = pool_of(cast.project, 20)
    ask(cast, pool[15:17])
    held = taken(cast.ani, want=1)
    find.take_back(project=cast.project, by=cast.citra.user)
    assert [lease.sentence_id for lease in queue.in_hand(cast.ani)] == held


def test_without_wishes_taking_costs_no_query_more(cast: Cast, django_assert_max_num_queries: Budget) -> None:
    pool_of(cast.project, 40)
    with django_assert_max_num_queries(10):
        taken(cast.ani)


def test_wishes_cost_one_query(cast: Cast, django_assert_max_num_queries: Budget) -> None:
    ask(cast, pool_of(cast.project, 40)[:3])
    with django_assert_max_num_queries(11):
        taken(cast.ani)
