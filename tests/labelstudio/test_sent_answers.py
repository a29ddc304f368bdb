"""Answers and predictions as scripts send them with a task: what is kept of them, and what is refused."""

from typing import Any

import pytest

from labeling.errors import Refused
from labeling.labelstudio.controls import OURS, Controls
from labeling.labelstudio.sent_answers import PREDICTIONS_MAX, Known, answers, predictions
from tests.labelstudio.scripting import result

KNOWN = Known({"claim": "claim", "klaim": "claim", "denial": "denial"}, {7: "ani", 8: "budi"}, "citra", OURS)
OWN = Controls(label="stance", text="body", own=True)


def test_all_that_is_told_of_an_answer_is_kept() -> None:
    sent = {
        "result": result("Klaim", "denial"),
        "completed_by": {"id": 7, "email": "ani@example.org"},
        "lead_time": 12.5,
        "created_at": "2026-02-03T10:00:00+07:00",
        "unique_id": "a-1",
    }
    assert answers([sent], KNOWN) == [
        {
            "annotator": "ani",
            "label": "claim",
            "label_2": "denial",
            "seconds": 12.5,
            "answered_at": "2026-02-03T03:00:00+00:00",
            "named": "a-1",
        }
    ]


def test_of_what_is_not_told_nothing_is_made_up() -> None:
    (kept,) = answers([{"result": result("claim")}], KNOWN)
    assert kept == {"annotator": "citra", "label": "claim", "label_2": "", "seconds": 0, "answered_at": "", "named": ""}


def test_who_passes_over_answers_without_a_label() -> None:
    (kept,) = answers([{"was_cancelled": True, "result": [], "completed_by": 8}], KNOWN)
    assert (kept["annotator"], kept["label"]) == ("budi", "")


@pytest.mark.parametrize("order", [1, -1])
def test_who_passed_over_and_answered_has_answered(order: int) -> None:
    sent = [{"was_cancelled": True, "result": []}, {"result": result("claim")}][::order]
    assert [one["label"] for one in answers(sent, KNOWN)] == ["claim"]


def test_the_same_answer_twice_is_one() -> None:
    assert len(answers([{"result": result("claim")}] * 2, KNOWN)) == 1


@pytest.mark.parametrize(("sent", "kept"), [(-3, 0), (90_000, 3_600), (0, 0)])
def test_a_time_is_kept_within_what_an_answer_may_take(sent: float, kept: float) -> None:
    assert answers([{"result": result("claim"), "lead_time": sent}], KNOWN)[0]["seconds"] == kept


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"result": result("claim")}, "no list"),
        (["claim"], "no object"),
        ([{"result": "claim"}], "A result is a list"),
        ([{"result": []}], "chooses no label"),
        ([{"result": result("rumour")}], "no label rumour"),
        ([{"result": result("claim")}, {"result": result("denial")}], "by citra and differ"),
        ([{"result": result("claim"), "completed_by": 9}], "nobody of this project"),
        ([{"result": result("claim"), "completed_by": {"email": "ani@example.org"}}], "nobody of this project"),
        ([{"result": result("claim"), "lead_time": "12"}], "lead_time"),
        ([{"result": result("claim"), "lead_time": True}], "lead_time"),
        ([{"result": result("claim"), "lead_time": 10**400}], "lead_time"),
        ([{"result": result("claim"), "created_at": "yesterday"}], "created_at"),
        ([{"result": result("claim"), "created_at": 1_700_000_000}], "created_at"),
        ([{"result": result("claim"), "created_at": "0001-01-01T00:00:00+14:00"}], "created_at"),
        ([{"result": result("claim"), "unique_id": 5}], "unique_id"),
        ([{"result": result("claim"), "unique_id": "x" * 201}], "unique_id"),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(sent: Any, why: str) -> None:
    with pytest.raises(Refused, match=why):
        answers(sent, KNOWN)


def test_a_prediction_is_kept_as_it_was_sent() -> None:
    sent = {"result": result("claim"), "score": 0.75, "model_version": "v1", "id": 3}
    assert predictions([sent], KNOWN) == [{"result": result("claim"), "score": 0.75, "model_version": "v1"}]


def test_a_prediction_may_lack_score_version_and_label() -> None:
    assert predictions([{"result": []}], KNOWN) == [{"result": [], "score": None, "model_version": "undefined"}]


def test_a_part_that_names_no_control_gets_that_of_the_config() -> None:
    known = Known(KNOWN.words, KNOWN.people, KNOWN.sender, OWN)
    ((kept,),) = (one["result"] for one in predictions([{"result": [{"value": {"choices": ["claim"]}}]}], known))
    assert kept == {"from_name": "stance", "to_name": "body", "type": "choices", "value": {"choices": ["claim"]}}


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"result": result("claim")}, "no list"),
        ([3], "no object"),
        ([{"score": 0.5}], "A result is a list"),
        ([{"result": result("rumour")}], "no label rumour"),
        ([{"result": result("claim"), "score": "0.5"}], "score"),
        ([{"result": result("claim"), "score": True}], "score"),
        ([{"result": result("claim"), "score": float("inf")}], "score"),
        ([{"result": result("claim"), "score": 10**400}], "score"),
        ([{"result": result("claim"), "model_version": 5}], "model_version"),
        ([{"result": result("claim")}] * (PREDICTIONS_MAX + 1), "100 predictions"),
    ],
)
def test_a_prediction_that_makes_no_sense_is_refused(sent: Any, why: str) -> None:
    with pytest.raises(Refused, match=why):
        predictions(sent, KNOWN)
