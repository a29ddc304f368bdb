"""Whose labels are reviewed first: how often people's answers agree with those of others."""

import pytest

from labeling.flow import review, route
from labeling.models import Prediction, Project, Sentence, Verdict
from tests.cast import Cast
from tests.factories import answer
from tests.flow.newsroom import news, trained, truth
from tests.flow.pool_of import pool_of


def agreement(cast: Cast) -> dict[str, tuple[float, float]]:
    names = {cast.ani.user_id: "ani", cast.budi.user_id: "budi"}
    return {names[person]: told for person, told in review.records(cast.project).items() if person in names}


def told(cast: Cast, *pairs: tuple[str, ...]) -> list[Sentence]:
    rows = pool_of(cast.project, len(pairs), audit=len(pairs))
    for sentence, labels in zip(rows, pairs, strict=True):
        for name, label in zip(("ani", "budi", "cici"), labels, strict=False):
            answer(sentence, name, label)
    return rows


def test_answers_to_one_sentence_are_compared(cast: Cast) -> None:
    told(cast, ("claim", "claim"), ("claim", "denial"))
    assert agreement(cast) == {"ani": (2, 1), "budi": (2, 1)}


def test_with_half_of_two_others_one_agrees_half_a_time(cast: Cast) -> None:
    told(cast, ("claim", "claim", "denial"))
    assert agreement(cast)["ani"] == (1, 0.5)


def test_a_single_answer_says_nothing(cast: Cast) -> None:
    told(cast, ("claim",))
    assert agreement(cast) == {}


def test_what_was_asked_for_because_of_a_doubt_says_nothing(cast: Cast) -> None:
    reviewed, tied = told(cast, ("claim", "denial"), ("claim", "denial"))
    Sentence.objects.filter(pk=reviewed.pk).update(reviews=1)
    tied.annotations.filter(annotator=cast.budi.user).update(selection="tie_break")
    assert agreement(cast) == {}


def test_what_is_out_of_the_pool_says_nothing(cast: Cast) -> None:
    told(cast, ("claim", "denial"))
    Sentence.objects.update(in_pool=False)
    assert agreement(cast) == {}


@pytest.mark.parametrize("setting", [{"review_share": 0}, {"overlap": 2}])
def test_where_nothing_is_reviewed_nobody_is_compared(cast: Cast, setting: dict[str, int]) -> None:
    told(cast, ("claim", "denial"))
    Project.objects.update(**setting)
    cast.project.refresh_from_db()
    assert (review.records(cast.project), review.givers(cast.project)) == ({}, {})


def test_who_gave_a_single_label_is_known_while_its_review_waits_too(cast: Cast) -> None:
    single, waiting, decided = pool_of(cast.project, 3)
    for one in (single, waiting, decided):
        answer(one, "ani", "claim")
    Sentence.objects.update(slots_free=0)
    Sentence.objects.filter(pk=waiting.pk).update(slots_free=1, reviews=1)
    label = cast.project.labels.get(key="claim")
    Verdict.objects.create(project=cast.project, sentence=decided, label=label, decided_by=cast.citra.user)
    assert review.givers(cast.project) == {single.pk: cast.ani.user_id, waiting.pk: cast.ani.user_id}


@pytest.mark.slow
def test_of_two_labels_alike_the_one_of_who_agrees_less_is_reviewed_first(cast: Cast) -> None:
    """Ani and cici agree on the audit sample, budi with neither; both ani and budi called two facts the same wrong."""
    rows = news(cast.project, 200, audit=40)
    for number, one in enumerate(rows[:40]):
        answer(one, "budi" if number % 2 else "cici", "none" if number % 2 else truth(one))
        answer(one, "ani", truth(one))
    for one in rows[48:]:
        answer(one, "ani", truth(one))
    for one, name in zip(rows[40:44], ("ani", "budi", "ani", "budi"), strict=True):
        answer(one, name, "none" if truth(one) != "none" else "claim")
    Sentence.objects.filter(annotations__isnull=False).update(slots_free=0)
    reviews = trained(cast.project).entries.filter(selection="review").order_by("place")
    first = list(reviews.values_list("sentence_id", flat=True))[:2]
    assert {one.pk for one in rows[41:44:2]} == set(first)


@pytest.mark.slow
def test_a_training_keeps_its_view_of_what_is_disputed_and_puts_it_in_that_order(cast: Cast) -> None:
    rows = news(cast.project, 80)
    for one in rows[:40]:
        answer(one, "ani", truth(one))
    for one in rows[40:42]:
        answer(one, "ani", "claim")
        answer(one, "budi", "denial")
    Sentence.objects.filter(annotations__isnull=False).update(slots_free=0)
    route.follow(cast.project)
    versions = [trained(cast.project) for _ in range(2)]
    found = Prediction.objects.all()
    assert {(one.sentence_id, one.version_id) for one in found} == {(one.pk, versions[1].pk) for one in rows[40:42]}
    assert all(sum(one.shares.values()) == pytest.approx(1, abs=1e-3) for one in found)
    route.follow(cast.project)
    assert {one.uncertainty < 1 for one in route.ready(cast.project)} == {True}
