"""People's figures: what is measured against whom, and that nobody is measured against themselves."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from labeling.flow.quality import measure
from labeling.models import Annotation, Membership, Repeat, Selection, Sentence, Verdict
from tests.cast import Cast, adjudicator
from tests.flow.pool_of import pool_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def told(cast: Cast, member: Membership | None = None) -> dict[str, Any]:
    """What is measured of `member`, of ani if nobody is named."""
    found: dict[str, Any] = measure(cast.project)[str((member or cast.ani).user_id)]
    return found


def three(cast: Cast) -> tuple[Membership, Membership, Membership]:
    return cast.ani, cast.budi, cast.citra


def say(member: Membership, sentences: Sequence[Sentence], label: str | None = "claim", **more: object) -> None:
    """`member` gives each of these the label; none is unsure."""
    project = member.project
    fixed = {"project": project, "annotator": member.user, "guideline": project.current_guideline()}
    chosen = project.labels.get(key=label) if label else None
    mine: dict[str, Any] = {"label": chosen, "unsure": label is None, "seconds": 2.0, "selection": Selection.SEED}
    mine |= {"answered_at": timezone.now(), **more}
    Annotation.objects.bulk_create([Annotation(sentence=one, **fixed, **mine) for one in sentences])


def timed(cast: Cast, member: Membership, sentences: Sequence[Sentence], seconds: Sequence[float]) -> None:
    """Answers a minute apart, from noon on, that took so long."""
    say(member, sentences)
    took = dict(zip((one.pk for one in sentences), seconds, strict=True))
    mine = list(Annotation.objects.filter(annotator=member.user, sentence__in=took).order_by("sentence_id"))
    for minute, one in enumerate(mine):
        one.seconds, one.answered_at = took[one.sentence_id], NOON + timedelta(minutes=minute)
    Annotation.objects.bulk_update(mine, ["seconds", "answered_at"])


def decide(sentence: Sentence, label: str, by: Membership) -> None:
    chosen = by.project.labels.get(key=label)
    Verdict.objects.create(project=by.project, sentence=sentence, label=chosen, decided_by=by.user)


def cells(found: dict[str, Any]) -> dict[tuple[str, str], tuple[int, int, list[int]]]:
    return {(one["others"], one["said"]): (one["n"], one["open"], one["ids"]) for one in found["cells"]}


def test_without_answers_nobody_has_figures(cast: Cast) -> None:
    assert measure(cast.project) == {}


def test_answers_are_counted_in_all_and_of_the_last_seven_days(cast: Cast) -> None:
    sentences = pool_of(cast.project, 5)
    say(cast.ani, sentences)
    Annotation.objects.filter(sentence__in=sentences[:2]).update(answered_at=NOON - timedelta(days=900))
    assert (told(cast)["given"], told(cast)["week"]) == (5, 3)


def test_the_share_unsure_has_its_n_and_interval(cast: Cast) -> None:
    first, *rest = pool_of(cast.project, 4)
    say(cast.ani, [first], None)
    say(cast.ani, rest)
    figure = told(cast)["unsure"]
    assert (figure["value"], figure["n"], figure["low"] < 0.25 < figure["high"]) == (0.25, 4, True)


def test_who_was_never_sure_has_figures_too(cast: Cast) -> None:
    say(cast.ani, pool_of(cast.project, 2), None)
    assert (told(cast)["unsure"]["value"], told(cast)["percent"]["value"], told(cast)["cells"]) == (1, None, [])


def test_agreement_is_with_all_others_each_sentence_once(cast: Cast) -> None:
    alike, apart = pool_of(cast.project, 2)
    for member in three(cast):
        say(member, [alike])
    say(cast.ani, [apart], "denial")
    say(cast.budi, [apart], "denial")
    say(cast.citra, [apart], "none")
    percent = told(cast)["percent"]
    assert (percent["value"], percent["n_units"], percent["n_answers"]) == (0.75, 2, 6)


@pytest.mark.parametrize("why", [Selection.TIE_BREAK, Selection.REVIEW])
def test_what_was_asked_because_of_a_doubt_is_no_agreement_but_is_confusion(cast: Cast, why: Selection) -> None:
    (sentence,) = pool_of(cast.project, 1)
    say(cast.ani, [sentence])
    say(cast.budi, [sentence], "denial", selection=why)
    found = told(cast)
    assert (found["percent"]["n_units"], cells(found)) == (0, {("denial", "claim"): (1, 1, [])})


@pytest.mark.parametrize("change", [{"surplus": True}, {"state": "withdrawn"}])
def test_answers_that_do_not_count_are_nobodys_others(cast: Cast, change: dict[str, object]) -> None:
    (sentence,) = pool_of(cast.project, 1)
    say(cast.ani, [sentence])
    say(cast.budi, [sentence], "denial", **change)
    assert told(cast)["cells"] == []


def test_what_left_the_pool_is_not_measured(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    say(cast.ani, [sentence])
    say(cast.budi, [sentence], "denial")
    Sentence.objects.update(in_pool=False)
    assert told(cast)["cells"] == []


def test_nobody_is_measured_against_themselves(cast: Cast) -> None:
    """With her own answer the label would have a majority; the two others differ, so they say nothing."""
    (sentence,) = pool_of(cast.project, 1)
    say(cast.ani, [sentence])
    say(cast.budi, [sentence])
    say(cast.citra, [sentence], "denial")
    assert cells(told(cast)) == {}


def test_what_more_than_half_of_the_others_chose_is_what_others_say(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    say(cast.ani, [sentence])
    say(cast.budi, [sentence], "denial")
    say(cast.citra, [sentence], "denial")
    assert cells(told(cast)) == {("denial", "claim"): (1, 0, [sentence.pk])}


def test_a_verdict_goes_before_the_others(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    say(cast.ani, [sentence])
    say(cast.budi, [sentence])
    decide(sentence, "none", adjudicator(cast))
    assert cells(told(cast)) == {("none", "claim"): (1, 0, [sentence.pk])}


def test_ones_own_verdict_is_not_what_others_say(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    say(cast.ani, [sentence])
    say(cast.citra, [sentence], "denial")
    decide(sentence, "denial", cast.citra)
    assert cells(told(cast, cast.citra)) == {("claim", "denial"): (1, 0, [sentence.pk])}


def test_what_is_not_settled_is_counted_and_not_named(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    say(cast.ani, [sentence])
    say(cast.budi, [sentence], "denial")
    assert cells(told(cast)) == {("denial", "claim"): (1, 1, [])}


def test_sentences_that_agree_are_not_named(cast: Cast) -> None:
    sentences = pool_of(cast.project, 3)
    say(cast.ani, sentences)
    say(cast.budi, sentences)
    assert cells(told(cast)) == {("claim", "claim"): (3, 0, [])}


def test_the_share_that_others_confirm(cast: Cast) -> None:
    sentences = pool_of(cast.project, 4)
    say(cast.ani, sentences)
    say(cast.budi, sentences[:3])
    say(cast.budi, sentences[3:], "denial")
    assert (told(cast)["same"]["value"], told(cast)["same"]["n"]) == (0.75, 4)


def test_drift_is_told_a_hundred_answers_at_a_time(cast: Cast) -> None:
    sentences = pool_of(cast.project, 130)
    timed(cast, cast.ani, sentences, [2.0] * 130)
    say(cast.budi, sentences[:100])
    say(cast.budi, sentences[100:], "denial")
    assert [(one["value"], one["n"]) for one in told(cast)["drift"]] == [(1, 100), (0, 30)]


def test_repeats_are_counted_where_both_answers_are_sure(cast: Cast) -> None:
    sentences = pool_of(cast.project, 4)
    say(cast.ani, sentences)
    claim, denial = (cast.project.labels.get(key=key) for key in ("claim", "denial"))
    common = {"project": cast.project, "annotator": cast.ani.user, "until": NOON, "answered_at": NOON}
    for sentence, (first, second) in zip(
        sentences, [(claim, claim), (claim, denial), (None, claim), (claim, None)], strict=True
    ):
        Repeat.objects.create(sentence=sentence, first_label=first, label=second, **common)
    figure = told(cast)["repeats"]
    assert (figure["value"], figure["n_units"]) == (0.5, 2)


def test_a_repeat_that_is_not_answered_says_nothing(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    say(cast.ani, [sentence])
    Repeat.objects.create(project=cast.project, sentence=sentence, annotator=cast.ani.user, until=NOON)
    assert told(cast)["repeats"] is None


def test_seconds_are_told_with_quartiles_beside_the_median_of_all(cast: Cast) -> None:
    sentences = pool_of(cast.project, 5)
    timed(cast, cast.ani, sentences, [1, 2, 3, 4, 5])
    timed(cast, cast.budi, sentences, [11, 12, 13, 14, 15])
    assert told(cast)["seconds"] == {"n": 5, "low": 2, "median": 3, "high": 4, "all": 8}


@pytest.mark.parametrize("change", [{"selection": Selection.IMPORTED}, {"boilerplate": True}, {"bad_segment": True}])
def test_answers_without_a_time_that_says_something_are_left_out(cast: Cast, change: dict[str, Any]) -> None:
    sentences = pool_of(cast.project, 3)
    timed(cast, cast.ani, sentences, [1, 2, 300])
    Annotation.objects.filter(sentence=sentences[2]).update(**change)
    assert told(cast)["seconds"]["n"] == 2


def test_what_came_with_a_file_is_counted_by_itself(cast: Cast) -> None:
    sentences = pool_of(cast.project, 3)
    say(cast.ani, sentences[:2], selection=Selection.IMPORTED)
    say(cast.ani, sentences[2:])
    assert (told(cast)["given"], told(cast)["imported"]) == (3, 2)


def test_quick_answers_in_a_row_are_a_streak(cast: Cast) -> None:
    sentences = pool_of(cast.project, 120)
    timed(cast, cast.ani, sentences, [6.0] * 60 + [0.5] * 12 + [6.0] * 48)
    found = told(cast)["streaks"]
    assert (found["n"], found["rows"][0]["n"], found["rows"][0]["seconds"]) == (1, 12, 0.5)


def test_a_streak_is_one_persons_whoever_answers_in_between(cast: Cast) -> None:
    sentences = pool_of(cast.project, 120)
    timed(cast, cast.ani, sentences, [6.0] * 60 + [0.5] * 12 + [6.0] * 48)
    timed(cast, cast.budi, sentences, [7.0] * 120)
    assert (told(cast)["streaks"]["n"], told(cast, cast.budi)["streaks"]["n"]) == (1, 0)


def test_from_few_answers_nothing_is_called_quick(cast: Cast) -> None:
    timed(cast, cast.ani, pool_of(cast.project, 20), [6.0] * 8 + [0.1] * 12)
    assert told(cast)["streaks"] is None


def test_the_same_answers_give_the_same_figures(cast: Cast) -> None:
    sentences = pool_of(cast.project, 30)
    say(cast.ani, sentences)
    say(cast.budi, sentences[:20])
    say(cast.budi, sentences[20:], "denial")
    assert measure(cast.project) == measure(cast.project)


def test_figures_of_another_project_stay_there(cast: Cast) -> None:
    say(cast.ani, pool_of(cast.project, 3))
    assert measure(cast.elsewhere) == {}
