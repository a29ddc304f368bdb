"""How far and how fast a project goes, as the overview counts it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.flow import progress, route
from labeling.flow.adjudicate import decide
from labeling.flow.apart import apart as told_apart
from labeling.flow.overview import glance
from labeling.flow.pace import end_in_words, pace
from labeling.models import Project, Selection, Sentence, State
from tests.cast import Cast
from tests.factories import answer
from tests.flow.pool_of import pool_of


def days(cast: Cast) -> list[tuple[int, int]]:
    """How many days ago, and the answers of that day."""
    told = pace(cast.project, [cast.ani.user_id, cast.budi.user_id])
    return [((timezone.localtime().date() - one.day).days, one.n) for one in told.days]


def given(sentence: Sentence, *, ago: int, **more: object) -> None:
    answer(sentence, "ani", "claim", answered_at=timezone.now() - timedelta(days=ago), **more)


def test_answers_are_counted_by_day(cast: Cast) -> None:
    for sentence, ago in zip(pool_of(cast.project, 4), (0, 2, 2, 5), strict=True):
        given(sentence, ago=ago)
    assert days(cast) == [(5, 1), (2, 2), (0, 1)]


def test_the_seven_latest_days_with_answers_are_shown(cast: Cast) -> None:
    for ago, sentence in enumerate(pool_of(cast.project, 10)):
        given(sentence, ago=ago)
    assert [ago for ago, _n in days(cast)] == [6, 5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    "more", [{"selection": Selection.IMPORTED}, {"state": State.WITHDRAWN}], ids=["imported", "undone"]
)
def test_what_came_with_a_file_or_was_undone_is_no_pace(cast: Cast, more: dict[str, object]) -> None:
    (sentence,) = pool_of(cast.project, 1)
    given(sentence, ago=1, **more)
    assert days(cast) == []


def test_today_is_not_over_and_weighs_nothing(cast: Cast) -> None:
    for sentence, ago in zip(pool_of(cast.project, 7), (0, 1, 1, 1, 1, 2, 2), strict=True):
        given(sentence, ago=ago)
    assert pace(cast.project, [cast.ani.user_id]).a_day == 3


def test_one_whole_day_says_nothing(cast: Cast) -> None:
    for sentence, ago in zip(pool_of(cast.project, 2), (0, 1), strict=True):
        given(sentence, ago=ago)
    assert pace(cast.project, [cast.ani.user_id]).a_day is None


def test_another_projects_answers_are_not_counted(cast: Cast) -> None:
    given(pool_of(cast.elsewhere, 1)[0], ago=1)
    assert days(cast) == []


@pytest.mark.parametrize(
    ("rest", "a_day", "said"),
    [
        (2_880, 240.0, "about 12 working days, at 240 answers a day"),
        (2_881, 240.0, "about 13 working days"),
        (1, 240.0, "about 1 working day, at"),
        (5, None, "Not enough days"),
        (0, None, "Every sentence has the answers it wants."),
    ],
)
def test_the_end_is_told_in_words(rest: int, a_day: float | None, said: str) -> None:
    assert said in end_in_words(rest, a_day)


def test_the_rest_counts_every_answer_that_is_wanted(cast: Cast) -> None:
    """Ten sentences of two answers, one of two of the audit sample; four are given, two a day."""
    Project.objects.update(overlap=2)
    cast.project.refresh_from_db()
    for sentence, ago in zip(pool_of(cast.project, 10, audit=2)[:4], (1, 1, 2, 2), strict=True):
        given(sentence, ago=ago)
    assert "about 8 working days, at 2 answers a day" in glance(cast.project).end


def test_the_audit_sample_wants_two_answers_of_each(cast: Cast) -> None:
    for sentence, ago in zip(pool_of(cast.project, 10, audit=2)[:4], (1, 1, 2, 2), strict=True):
        given(sentence, ago=ago)
    assert "about 4 working days, at 2 answers a day" in glance(cast.project).end


def test_disputes_are_counted_as_they_are_listed(cast: Cast) -> None:
    apart, alike, doubted, settled, late = pool_of(cast.project, 5)
    for sentence, labels in ((apart, "claim denial"), (alike, "none none"), (settled, "claim none")):
        for name, key in zip(("ani", "budi"), labels.split(), strict=True):
            answer(sentence, name, key)
    answer(doubted, "ani", None)
    answer(late, "ani", "claim")
    answer(late, "budi", "denial", surplus=True)
    decide(by=cast.citra.user, sentence=settled, label=cast.project.labels.get(key="claim"))
    route.follow(cast.project)
    listed = set(told_apart(cast.project).values_list("pk", flat=True))
    assert (listed, progress.counted(cast.project.pk).disputed) == ({apart.pk, doubted.pk}, 2)
