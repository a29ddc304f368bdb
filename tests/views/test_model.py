"""The model page."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from labeling.models import Kind, ModelVersion, QueueEntry, Run, RunState, Sentence
from tests.cast import Cast
from tests.flow.pool_of import pool_of
from tests.views.conftest import Budget
from tests.views.evaluated import condition, conditions, evaluation, figure

METRICS = {"cross_validation": {"macro_f1": {"value": 0.61, "low": 0.5, "high": 0.7, "n": 40, "reason": None}}}


def version(cast: Cast, number: int = 1, **more: object) -> ModelVersion:
    made = ModelVersion.objects.create(
        project=cast.project,
        number=number,
        path="x",
        sha256="y",
        **{"n_labels": 40, "n_label_events": 40, "label_counts": {"claim": 31, "none": 9}, "metrics": METRICS, **more},
    )
    cast.project.version = made
    cast.project.save(update_fields=["version"])
    return made


def measured(cast: Cast, **more: object) -> ModelVersion:
    """A version with an evaluation; parts of it may be given."""
    return version(cast, evaluation=evaluation(*pool_of(cast.project, 2), **more))


def shown(client: Client) -> str:
    """The page's words, without its markup."""
    page = client.get("/p/berita/model/").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def markup(client: Client) -> str:
    return client.get("/p/berita/model/").content.decode()


def test_without_a_model_the_page_says_when_there_will_be_one(citra: Client) -> None:
    assert "trains by itself after 20 labels" in shown(citra)


def test_cross_validation_is_called_biased(citra: Client, cast: Cast) -> None:
    version(cast)
    assert "Biased: the model chose these sentences itself." in shown(citra)


def test_a_version_that_is_not_measured_yet_says_so(citra: Client, cast: Cast) -> None:
    version(cast)
    assert "This version has not been measured yet." in shown(citra)


def test_an_evaluation_under_way_shows_its_bar(citra: Client, cast: Cast) -> None:
    version(cast)
    Run.objects.create(project=cast.project, kind=Kind.EVALUATE, state=RunState.RUNNING, done=30, total=100)
    page = markup(citra)
    assert ('value="30" max="100"' in page, "has not been measured" in page) == (True, False)


def test_an_evaluation_that_failed_says_why(citra: Client, cast: Cast) -> None:
    version(cast)
    past = {"state": RunState.FAILED, "error": "The pool moved.", "ended_at": timezone.now()}
    Run.objects.create(project=cast.project, kind=Kind.EVALUATE, **past)
    page = shown(citra)
    assert ("The evaluation failed" in page, "The pool moved." in page) == (True, True)


def test_measure_again_owes_an_evaluation(citra: Client, cast: Cast) -> None:
    citra.post("/p/berita/model/evaluate/")
    assert Run.objects.get().kind == Kind.EVALUATE


def test_the_page_says_how_long_ago_it_was_measured(citra: Client, cast: Cast) -> None:
    measured(cast)
    past = {"state": RunState.DONE, "ended_at": timezone.now() - timedelta(hours=3)}
    Run.objects.create(project=cast.project, kind=Kind.EVALUATE, **past)
    assert "Measured 3 hours ago." in shown(citra)


def test_the_audit_figure_has_its_interval_and_n(citra: Client, cast: Cast) -> None:
    measured(cast)
    assert "0.62 to 0.82, n = 55" in shown(citra)


def test_too_few_audit_labels_are_said_with_how_many_are_wanted(citra: Client, cast: Cast) -> None:
    measured(cast, audit={"macro_f1": figure(None, 7, "not defined (not enough audit labels yet)")})
    assert "not enough audit labels yet: 7 of 20" in shown(citra)


def test_with_too_few_audit_labels_no_table_pretends_to_know(citra: Client, cast: Cast) -> None:
    measured(cast, audit={"macro_f1": figure(None, 7, "not defined (not enough audit labels yet)")})
    assert "Which labels it confuses" not in shown(citra)


def test_disputed_audit_sentences_are_said_to_be_left_out(citra: Client, cast: Cast) -> None:
    measured(cast, unsettled=3)
    assert "3 answered sentences are disputed and left out" in shown(citra)


def test_each_label_has_its_own_figure(citra: Client, cast: Cast) -> None:
    measured(cast)
    assert "Denial 0.66 0.56 to 0.76 9" in shown(citra)


def test_labels_are_counted_by_kind(citra: Client, cast: Cast) -> None:
    version(cast)
    assert "Claim 31, Denial 0, Condemnation 0, None of these 9" in shown(citra)


@pytest.mark.parametrize("broken", [{}, {"audit": None}, {"audit": {"macro_f1": 3}}, {"least": 20}, {"least": "x"}, []])
def test_parts_that_are_missing_are_called_not_measured(citra: Client, cast: Cast, broken: object) -> None:
    version(cast, evaluation=broken, metrics={})
    assert "Not measured." in shown(citra)


@pytest.mark.parametrize(
    ("verdict", "lacking", "said"),
    [
        ("stop", {}, "Labelling may stop: every sign says so."),
        ("go on", {"gain": False}, "Go on labelling: 1 sign is lacking."),
        ("go on", {"gain": False, "flat": None}, "Go on labelling: 2 signs are lacking."),
        ("unknown", {"stable": None}, "It cannot be told yet whether labelling may stop."),
    ],
)
def test_the_stop_signal_is_in_words(
    citra: Client, cast: Cast, verdict: str, lacking: dict[str, bool | None], said: str
) -> None:
    measured(cast, stop={"verdict": verdict, "conditions": conditions(**lacking)})
    assert said in shown(citra)


@pytest.mark.parametrize(
    ("name", "holds", "said"),
    [
        ("stable", True, "Predictions hardly change any more: kappa of successive versions is 0.962, wanted is 0.95."),
        ("stable", False, "Predictions still change: kappa of successive versions is 0.962"),
        ("stable", None, "Whether predictions still change from version to version: too few versions were compared."),
        ("labels", True, "The model learned every label from 10 sentences or more."),
        ("labels", False, "Too few sentences to learn from: Denial 4. Every label needs 10."),
        ("flat", True, "stayed within its interval (0.60 to 0.80) for 5 versions."),
        ("flat", False, "left its interval (0.60 to 0.80) within the last 5 versions."),
        ("flat", None, "still moves: the interval is too wide to tell."),
        ("gain", True, "would add 0.004 to macro-F1 (-0.010 to 0.020), less than your 0.010."),
        ("gain", False, "would add 0.004 to macro-F1 (-0.010 to 0.020); you stop below 0.010."),
        ("gain", None, "What the next hundred labels would add: not defined (needs 5 measured versions)."),
    ],
)
def test_each_sign_says_what_it_was_read_from(
    citra: Client, cast: Cast, name: str, holds: bool | None, said: str
) -> None:
    measured(cast, stop={"verdict": "unknown", "conditions": conditions(**{name: holds})})
    assert said in shown(citra)


def test_a_sign_of_a_later_release_is_passed_over(citra: Client, cast: Cast) -> None:
    measured(cast, stop={"verdict": "stop", "conditions": [condition("weather", True)]})
    assert "Labelling may stop" in shown(citra)


def test_the_learning_curve_is_a_picture_with_its_figures_beside_it(citra: Client, cast: Cast) -> None:
    measured(cast)
    page = shown(citra)
    assert ("Learning curve Macro-F1 on the audit sample" in page, "20 0.31 0.21 to 0.41, n = 55" in page) == (
        True,
        True,
    )


def test_the_random_baseline_is_called_an_estimate(citra: Client, cast: Cast) -> None:
    measured(cast)
    assert "Random sampling is an estimate" in shown(citra)


def test_a_baseline_that_is_not_defined_says_why(citra: Client, cast: Cast) -> None:
    measured(cast, baseline={"points": [], "reason": "not defined (no sentences)"})
    assert "What random sampling would have reached: not defined (no sentences)." in shown(citra)


def test_a_figure_of_the_confusion_matrix_leads_to_its_sentences(citra: Client, cast: Cast) -> None:
    measured(cast)
    assert '<a href="/p/berita/model/confusion/claim/denial/" aria-label="2 of Claim, read as Denial">2</a>' in markup(
        citra
    )


def test_the_calibration_error_stands_beside_what_chance_alone_makes(citra: Client, cast: Cast) -> None:
    measured(cast)
    page = shown(citra)
    said = "Expected calibration error: 0.13, n = 55. 95% interval: 0.03 to 0.23. Perfect probabilities would show 0.07"
    assert said in page


def test_the_reliability_table_has_its_bins(citra: Client, cast: Cast) -> None:
    measured(cast)
    assert "0.7 to 0.8 0.77 0.64 0.54 to 0.74, n = 22" in shown(citra)


def test_shares_of_labels_say_how_they_were_come_by(citra: Client, cast: Cast) -> None:
    measured(cast)
    page = shown(citra)
    assert ("Claim 0.25 0.15 to 0.35, n = 14" in page, "LURE" in page) == (True, True)


def test_a_share_that_is_not_defined_says_why(citra: Client, cast: Cast) -> None:
    measured(cast)
    assert "Denial 0.25 0.15 to 0.35, n = 14 not defined (no sentences)" in shown(citra)


def test_what_changed_since_the_last_version_is_told(citra: Client, cast: Cast) -> None:
    measured(cast)
    page = shown(citra)
    said = ("17 of 1,000 sentences", "Claim +14, None of these -2", "51 audit sentences differs by 0.050")
    assert [one in page for one in said] == [True] * 3


@pytest.mark.parametrize(("gain", "said"), [(0.05, "That may be chance."), (0.15, "That is more than chance.")])
def test_a_gain_within_its_interval_may_be_chance(citra: Client, cast: Cast, gain: float, said: str) -> None:
    change = evaluation()["change"]
    measured(cast, change={**change, "macro_f1": figure(gain)})
    assert said in shown(citra)


def test_the_first_version_changed_nothing(citra: Client, cast: Cast) -> None:
    measured(cast, change={})
    assert "What changed since" not in shown(citra)


def test_labels_that_may_be_wrong_are_listed_with_what_the_model_says(citra: Client, cast: Cast) -> None:
    measured(cast)
    assert "Speaker 0 says that bridge 0 is open. Claim None of these 0.93" in shown(citra)


def test_a_doubted_sentence_that_is_gone_is_not_listed(citra: Client, cast: Cast) -> None:
    measured(cast)
    Sentence.objects.all().delete()
    assert "None stands out." in shown(citra)


def test_the_page_speaks_indonesian(citra: Client, cast: Cast) -> None:
    measured(cast, stop={"verdict": "go on", "conditions": conditions(labels=False)})
    citra.post("/language/", {"language": "id", "next": "/"})
    assert "Terlalu sedikit kalimat untuk dipelajari: Bantahan 4." in shown(citra)


def test_the_head_of_the_ranking_says_why(citra: Client, cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    QueueEntry.objects.create(
        project=cast.project, version=version(cast), place=0, sentence=sentence, selection="uncertain", score=0.875
    )
    page = shown(citra)
    assert ("the model is unsure" in page, "0.875" in page) == (True, True)


@pytest.mark.parametrize("shut", [{"slots_free": 0}, {"in_pool": False}, {"audit_place": 3, "audit_probability": 0.5}])
def test_a_sentence_that_will_not_be_asked_is_not_in_the_head(citra: Client, cast: Cast, shut: dict[str, Any]) -> None:
    """A ranking outlives answers, boilerplate that was found later and draws of the audit sample."""
    made = version(cast)
    for place, sentence in enumerate(pool_of(cast.project, 2)):
        QueueEntry.objects.create(
            project=cast.project, version=made, place=place, sentence=sentence, selection="uncertain", score=0.5
        )
    Sentence.objects.filter(number=0).update(**shut)
    page = shown(citra)
    assert ("Speaker 0" in page, "Speaker 1" in page) == (False, True)


def test_a_failed_training_is_told(citra: Client, cast: Cast) -> None:
    Run.objects.create(project=cast.project, kind=Kind.TRAIN, state=RunState.FAILED, error="One class only.")
    assert "One class only." in shown(citra)


def test_a_training_that_waits_says_when_it_is_tried_again(citra: Client, cast: Cast) -> None:
    due = timezone.now() + timedelta(seconds=20)
    Run.objects.create(project=cast.project, kind=Kind.TRAIN, error="The database was away.", attempts=1, due_at=due)
    assert f"It will be tried again at {timezone.localtime(due):%H:%M:%S}" in shown(citra)


def test_train_now_owes_a_training(citra: Client, cast: Cast) -> None:
    citra.post("/p/berita/model/train/")
    assert Run.objects.get().kind == Kind.TRAIN


def test_a_thousand_clicks_owe_one_training(citra: Client, cast: Cast) -> None:
    for _click in range(20):
        citra.post("/p/berita/model/train/")
    assert Run.objects.count() == 1


def test_the_page_costs_the_same_with_a_long_history(
    citra: Client, cast: Cast, django_assert_max_num_queries: Budget
) -> None:
    sentences = pool_of(cast.project, 25)
    for number in range(1, 9):
        made = version(cast, number, evaluation=evaluation(*sentences))
    for place, sentence in enumerate(sentences):
        QueueEntry.objects.create(
            project=cast.project, version=made, place=place, sentence=sentence, selection="diverse", score=0.5
        )
    with django_assert_max_num_queries(14):
        shown(citra)
