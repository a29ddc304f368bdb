"""The parts of a report beside its populations: labels confused, weeks, repeats, and what an answer more does."""

from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from labeling.models import AgreementReport, Annotation, Kind, Membership, Posterior, Repeat, Selection, Sentence
from tests.cast import Cast
from tests.flow.newsroom import do, news
from tests.views.answering import answers

pytestmark = pytest.mark.django_db


def report(cast: Cast) -> AgreementReport:
    run = do(cast.project, Kind.AGREE)
    return AgreementReport.objects.get(pk=run.result["report"])


def both(cast: Cast, sentence: Sentence, first: str, second: str) -> None:
    answers(cast.ani, sentence, first)
    answers(cast.budi, sentence, second)


def confusion(cast: Cast, population: str) -> dict[str, Any]:
    (found,) = (one for one in report(cast).confusions if one["population"] == population)
    return dict(found)


def at(member: Membership, sentence: Sentence, label: str, day: str) -> None:
    one = answers(member, sentence, label)
    Annotation.objects.filter(pk=one.pk).update(answered_at=datetime.fromisoformat(f"{day}T12:00:00+00:00"))


def again(cast: Cast, sentence: Sentence, first: str | None, now: str | None) -> None:
    labels = {label.key: label for label in cast.project.labels.all()}
    Repeat.objects.create(
        project=cast.project,
        sentence=sentence,
        annotator=cast.ani.user,
        first_label=labels.get(first or ""),
        label=labels.get(now or ""),
        until=timezone.now(),
        answered_at=timezone.now(),
    )


def test_an_answer_that_was_asked_for_because_others_differed_is_left_out(cast: Cast) -> None:
    (sentence,) = news(cast.project, 1)
    both(cast, sentence, "claim", "denial")
    answers(cast.citra, sentence, "claim")
    Annotation.objects.filter(annotator=cast.citra.user).update(selection=Selection.TIE_BREAK)
    figure = report(cast).figures["all"]["percent"]
    assert (figure["value"], figure["n_answers"]) == (0, 2)


def test_labels_that_were_given_to_the_same_sentences_are_counted(cast: Cast) -> None:
    first, second, third = news(cast.project, 3)
    both(cast, first, "claim", "denial")
    both(cast, second, "denial", "claim")
    both(cast, third, "claim", "claim")
    found = confusion(cast, "all")
    assert (found["labels"], found["units"], found["of_label"]) == (["claim", "denial"], [[1, 2], [2, 0]], [3, 2])


def test_labels_confused_on_the_audit_sample_stand_apart(cast: Cast) -> None:
    first, second = news(cast.project, 2, audit=1)
    both(cast, first, "claim", "denial")
    both(cast, second, "claim", "none")
    assert confusion(cast, "audit")["labels"] == ["claim", "denial"]


def test_a_sentence_belongs_to_the_week_of_its_second_answer(cast: Cast) -> None:
    (sentence,) = news(cast.project, 1)
    at(cast.citra, sentence, "claim", "2026-01-26")
    at(cast.ani, sentence, "claim", "2026-01-07")
    at(cast.budi, sentence, "claim", "2026-01-14")
    assert [(one["monday"], one["all"]["percent"]["n_answers"]) for one in report(cast).weeks] == [("2026-01-12", 3)]


def test_weeks_are_measured_one_by_one(cast: Cast) -> None:
    first, second, third = news(cast.project, 3, audit=1)
    for sentence, label, day in (
        (first, "claim", "2026-01-07"),
        (second, "none", "2026-01-08"),
        (third, "claim", "2026-02-04"),
    ):
        at(cast.ani, sentence, "claim", day)
        at(cast.budi, sentence, label, day)
    told = [
        (one["all"]["percent"]["value"], one["audit"] and one["audit"]["percent"]["n_units"])
        for one in report(cast).weeks
    ]
    assert told == [(0.5, 1), (1, None)]


def test_a_sentence_with_one_answer_belongs_to_no_week(cast: Cast) -> None:
    answers(cast.ani, news(cast.project, 1)[0], "claim")
    assert report(cast).weeks == []


def test_repeats_of_all_people_make_one_share(cast: Cast) -> None:
    for sentence, now in zip(news(cast.project, 5), ("claim", "claim", "claim", "none", None), strict=True):
        again(cast, sentence, "claim", now)
    figure = report(cast).figures["repeats"]
    assert (figure["value"], figure["n_units"], figure["low"] < 0.75 < figure["high"]) == (0.75, 4, True)


def test_without_repeats_the_report_says_why(cast: Cast) -> None:
    assert report(cast).figures["repeats"]["reason"] == "not measured (nobody was asked about a sentence again)"


def test_pairs_are_measured_on_all_sentences_alone(cast: Cast) -> None:
    (sentence,) = news(cast.project, 1, audit=1)
    both(cast, sentence, "claim", "claim")
    figures = report(cast).figures
    assert (len(figures["all"]["pairs"]), figures["audit"]["pairs"]) == (1, [])


def test_posteriors_are_kept_with_the_report(cast: Cast) -> None:
    (sentence,) = news(cast.project, 1)
    label = cast.project.labels.get(key="claim")
    Posterior.objects.create(project=cast.project, sentence=sentence, label=label, probability=0.9, n_answers=2)
    report(cast)
    # Of a sentence that nobody answered there is none.
    assert not Posterior.objects.exists()


def test_people_have_their_figures_in_the_report(cast: Cast) -> None:
    answers(cast.ani, news(cast.project, 1)[0], "claim")
    assert set(report(cast).people) == {str(cast.ani.user_id)}
