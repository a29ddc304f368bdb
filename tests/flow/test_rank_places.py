"""Places in the ranking that go to reviews and to labels that lack examples."""

from collections.abc import Iterable

import pytest

from labeling.flow import find, queue, rank
from labeling.models import Label, Membership, ModelVersion, Project, Selection, Sentence
from tests.cast import Cast, gather
from tests.flow.newsroom import answer, news, trained, truth

# Each trains a model: more than a moment.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def wrong(cast: Cast) -> list[Sentence]:
    """Forty labelled sentences of a hundred and sixty, four of them wrongly; those four."""
    rows = news(cast.project, 160)
    answer(cast.ani, rows[4:40])
    for one in rows[:4]:
        answer(cast.ani, [one], label="condemnation" if truth(one) == "none" else "none")
    return rows[:4]


def placed(version: ModelVersion, why: str) -> list[int]:
    return list(version.entries.filter(selection=why).order_by("place").values_list("place", flat=True))


def reviewed(version: ModelVersion) -> set[int]:
    return set(version.entries.filter(selection=Selection.REVIEW).values_list("sentence_id", flat=True))


def ids(sentences: Iterable[Sentence]) -> set[int]:
    return {one.pk for one in sentences}


def test_doubted_labels_stand_in_every_tenth_place(cast: Cast, wrong: list[Sentence]) -> None:
    version = trained(cast.project)
    places = placed(version, Selection.REVIEW)
    assert places[:4] == [10, 20, 30, 40][: len(places)]


def test_wrong_labels_are_among_those_reviewed(cast: Cast, wrong: list[Sentence]) -> None:
    assert len(reviewed(trained(cast.project)) & ids(wrong)) >= 3


def test_a_review_wants_one_more_answer_than_the_overlap(cast: Cast, wrong: list[Sentence]) -> None:
    found = reviewed(trained(cast.project))
    assert set(Sentence.objects.filter(pk__in=found).values_list("slots_free", "reviews")) == {(1, 1)}


def test_a_review_that_waits_stands_once_in_the_next_ranking(cast: Cast, wrong: list[Sentence]) -> None:
    first = reviewed(trained(cast.project))
    second = trained(cast.project)
    assert first
    assert first <= reviewed(second)
    assert not first & set(second.entries.exclude(selection=Selection.REVIEW).values_list("sentence_id", flat=True))


def test_a_review_in_a_hand_is_not_ranked(cast: Cast, wrong: list[Sentence]) -> None:
    found = reviewed(trained(cast.project))
    Sentence.objects.exclude(pk__in=found).update(slots_free=0)
    held = {lease.sentence_id for lease in queue.take(by=Membership.objects.get(pk=cast.budi.pk))}
    assert held == found
    assert not held & set(trained(cast.project).entries.values_list("sentence_id", flat=True))


def test_the_share_is_the_owners(cast: Cast, wrong: list[Sentence]) -> None:
    Project.objects.update(review_share=0.5)
    assert placed(trained(cast.project), Selection.REVIEW)[:2] == [2, 4]


def test_without_a_share_nothing_is_reviewed(cast: Cast, wrong: list[Sentence]) -> None:
    Project.objects.update(review_share=0)
    assert reviewed(trained(cast.project)) == set()


def test_nobody_reviews_where_everybody_is_asked_anyway(db: None) -> None:
    cast = gather(overlap=2)
    rows = news(cast.project, 120)
    answer(cast.ani, rows[:40])
    answer(cast.budi, rows[:36])
    answer(cast.budi, rows[36:40], label="claim")
    assert reviewed(trained(cast.project)) == set()


def test_what_was_answered_while_the_model_ranked_is_not_opened(
    cast: Cast, wrong: list[Sentence], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the swap an owner decides: the entry falls out, the slot stays shut."""
    forget = rank._forget_entries

    def drawn_meanwhile(project: Project) -> None:
        forget(project)
        Sentence.objects.filter(pk__in=ids(wrong)).update(audit_place=7, audit_probability=0.1)

    monkeypatch.setattr(rank, "_forget_entries", drawn_meanwhile)
    assert not reviewed(trained(cast.project)) & ids(wrong)
    assert not Sentence.objects.filter(pk__in=ids(wrong), slots_free__gt=0).exists()


def unseen(cast: Cast, label: str) -> None:
    """Sentences of every kind are in the pool, and nobody has met `label`."""
    rows = news(cast.project, 160)
    answer(cast.ani, [one for one in rows[:48] if truth(one) != label])


@pytest.mark.parametrize("label", ["denial", "condemnation"])
def test_a_label_that_nobody_met_is_sought_in_every_fifth_place(cast: Cast, label: str) -> None:
    unseen(cast, label)
    version = trained(cast.project)
    sought = version.entries.filter(selection=Selection.SEED).order_by("place").select_related("sentence")[:3]
    assert [one.place for one in sought] == [5, 10, 15]
    assert {truth(one.sentence) for one in sought} == {label}


def test_what_an_owner_writes_is_what_is_sought(cast: Cast) -> None:
    unseen(cast, "denial")
    Label.objects.filter(key="denial").update(cue_en="rain fell on the fields", cue_id="")
    sought = trained(cast.project).entries.filter(selection=Selection.SEED).select_related("sentence")[:3]
    assert {truth(one.sentence) for one in sought} == {"none"}


def test_a_label_that_has_its_examples_is_not_sought(cast: Cast, wrong: list[Sentence]) -> None:
    assert placed(trained(cast.project), Selection.SEED) == []


def test_an_owner_can_switch_the_search_off(cast: Cast) -> None:
    unseen(cast, "denial")
    Project.objects.update(find_rare=False)
    assert placed(trained(cast.project), Selection.SEED) == []


def test_what_an_owner_asked_for_is_left_to_the_queue(cast: Cast, wrong: list[Sentence]) -> None:
    wished = list(Sentence.objects.filter(slots_free=1)[:5])
    find.ask_first(project=cast.project, by=cast.citra.user, sentence_ids=ids(wished))
    version = trained(cast.project)
    assert not ids(wished) & set(version.entries.values_list("sentence_id", flat=True))


def test_the_same_labels_and_pool_give_the_same_places(cast: Cast, wrong: list[Sentence]) -> None:
    orders = [
        list(trained(cast.project).entries.order_by("place").values_list("sentence_id", "selection")) for _ in range(2)
    ]
    assert orders[0] == orders[1]


def test_another_strategy_gives_another_order(cast: Cast, wrong: list[Sentence]) -> None:
    first = list(trained(cast.project).entries.values_list("sentence_id", flat=True))
    Project.objects.update(strategy="random", review_share=0)
    second = list(trained(cast.project).entries.values_list("sentence_id", flat=True))
    assert (first != second, set(trained(cast.project).entries.values_list("selection", flat=True))) == (
        True,
        {Selection.RANDOM, Selection.REVIEW},
    )
