"""The model page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from labeling.models import Kind, ModelVersion, QueueEntry, Run, RunState, Sentence
from tests.cast import Cast
from tests.flow.pool_of import pool_of
from tests.views.conftest import Budget

METRICS = {
    "cross_validation": {"macro_f1": {"value": 0.61, "low": 0.5, "high": 0.7, "n": 40, "reason": None}},
    "audit": {
        "macro_f1": {"value": 0.72, "low": 0.6, "high": 0.8, "n": 55, "reason": None},
        "per_label": {"denial": {"value": 0.66, "low": 0.4, "high": 0.9, "n": 9, "reason": None}},
    },
}


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


def shown(client: Client) -> str:
    return client.get("/p/berita/model/").content.decode()


def test_without_a_model_the_page_says_when_there_will_be_one(citra: Client) -> None:
    assert "trains by itself after 20 labels" in shown(citra)


def test_cross_validation_is_called_biased(citra: Client, cast: Cast) -> None:
    version(cast)
    assert "Biased: the model chose these sentences itself." in shown(citra)


def test_the_audit_figure_has_its_interval_and_n(citra: Client, cast: Cast) -> None:
    version(cast)
    assert "0.60 to 0.80, n = 55" in shown(citra)


def test_each_label_has_its_own_figure(citra: Client, cast: Cast) -> None:
    version(cast)
    assert "Denial: F1 0.66" in shown(citra)


def test_labels_are_counted_by_kind(citra: Client, cast: Cast) -> None:
    version(cast)
    assert "Claim 31, Denial 0, Condemnation 0, None of these 9" in shown(citra)


def test_too_few_audit_labels_are_said(citra: Client, cast: Cast) -> None:
    version(cast, metrics={"audit": {"macro_f1": {"value": None, "n": 4, "reason": "not enough"}}})
    assert "not enough to go by yet: n = 4" in shown(citra)


@pytest.mark.parametrize("metrics", [{}, {"audit": None}, {"audit": {"macro_f1": 3}}, {"cross_validation": []}])
def test_parts_that_are_missing_are_called_not_measured(citra: Client, cast: Cast, metrics: object) -> None:
    version(cast, metrics=metrics)
    assert "Not measured." in shown(citra)


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
    for number in range(1, 9):
        made = version(cast, number)
    for place, sentence in enumerate(pool_of(cast.project, 25)):
        QueueEntry.objects.create(
            project=cast.project, version=made, place=place, sentence=sentence, selection="diverse", score=0.5
        )
    with django_assert_max_num_queries(9):
        shown(citra)
