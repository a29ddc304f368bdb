"""Label Studio's JSON, read and written without a database."""

from datetime import UTC, datetime
from typing import Any

import pytest

from labeling.errors import Refused
from labeling.labelstudio.shapes import (
    Annotated,
    Answer,
    Predicted,
    Task,
    annotation_body,
    answer_of,
    as_time,
    listed_task_body,
    prediction_body,
    result_of,
    task_body,
)
from labeling.labelstudio.words import words_of

pytestmark = pytest.mark.once
WORDS = words_of([("claim", "Claim", "Klaim"), ("denial", "Denial", "Bantahan"), ("none", "None of these", "Bukan")])
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANSWER = Annotated(
    key=7, task=3, project=1, by=5, answer=Answer("claim"), seconds=2.5, created_at=NOON, updated_at=NOON
)
TASK = Task(key=3, project=1, text="It rains.", number=3, created_at=NOON, updated_at=NOON, fields={"desk": "city"})
# What a running Label Studio 1.23.2 exports.
OF_TASK = {
    *("id", "inner_id", "project", "data", "meta", "created_at", "updated_at", "total_annotations"),
    *("cancelled_annotations", "total_predictions", "comment_count", "updated_by", "drafts", "predictions"),
    *("file_upload", "annotations"),
}
OF_ANNOTATION = {
    *("id", "completed_by", "result", "was_cancelled", "ground_truth", "created_at", "updated_at", "draft_created_at"),
    *("lead_time", "prediction", "result_count", "unique_id", "import_id", "last_action", "bulk_created", "task"),
    *("project", "updated_by", "parent_prediction", "parent_annotation", "last_created_by"),
}


def part(label: object, name: str = "label", **more: object) -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": [label]}, **more}


@pytest.mark.parametrize("answer", [Answer("claim"), Answer("denial", "claim")])
def test_what_is_written_is_read_as_the_same_answer(answer: Answer) -> None:
    assert answer_of(result_of(answer.label, answer.second_label), WORDS) == answer


@pytest.mark.parametrize("word", ["claim", "Claim", "KLAIM", " klaim "])
def test_a_label_goes_by_its_key_and_its_names(word: str) -> None:
    assert answer_of([part(word)], WORDS) == Answer("claim")


def test_a_name_that_two_labels_bear_means_neither() -> None:
    words = words_of([("claim", "Statement", ""), ("denial", "Statement", "")])
    with pytest.raises(Refused):
        answer_of([part("statement")], words)


def test_a_key_means_itself_though_another_label_is_named_so() -> None:
    words = words_of([("claim", "denial", ""), ("denial", "Denial", "")])
    assert answer_of([part("denial")], words).label == "denial"


def test_cancelled_is_unsure_whatever_the_result_says() -> None:
    assert answer_of([part("claim")], WORDS, cancelled=True) == Answer(unsure=True)


def test_a_second_label_that_repeats_the_first_says_nothing() -> None:
    assert answer_of([part("claim"), part("claim", "label_2")], WORDS) == Answer("claim")


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ([part("rumour")], "no label rumour. Its labels are: claim, denial, none"),
        ([], "chooses no label"),
        ([part("claim", "label_2")], "chooses no label"),
        ([part("claim"), part("denial")], "both claim and denial"),
        ([part("claim", value={"choices": ["claim", "denial"]})], "one label, not 2"),
        ([part(4)], "one label"),
        ([part("claim", type="labels")], "Only choices"),
        ([part("claim", value="claim")], "Only choices"),
        ({"label": "claim"}, "is a list"),
        ([part("claim")] * 51, "is a list"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(sent: object, told: str) -> None:
    with pytest.raises(Refused, match=told):
        answer_of(sent, WORDS)


def test_a_task_has_every_key_of_an_export() -> None:
    assert set(task_body(TASK)) >= OF_TASK


def test_an_annotation_has_the_keys_of_an_export_and_no_other() -> None:
    assert set(annotation_body(ANSWER)) == OF_ANNOTATION


def test_a_task_tells_its_text_and_what_came_with_it() -> None:
    assert task_body(TASK)["data"] == {"desk": "city", "text": "It rains."}


def test_a_task_counts_what_was_passed_over_apart() -> None:
    passed = Annotated(
        key=8, task=3, project=1, by=6, answer=Answer(unsure=True), seconds=1, created_at=NOON, updated_at=NOON
    )
    body = task_body(TASK, annotations=[ANSWER, passed])
    assert (body["total_annotations"], body["cancelled_annotations"]) == (1, 1)


def test_a_list_names_predictions_in_full() -> None:
    said = Predicted("claim", 0.75, "berita-v2", NOON)
    (told,) = listed_task_body(TASK, predictions=[said])["predictions"]
    assert told == prediction_body(said, task=3, project=1)


def test_a_time_is_written_in_utc() -> None:
    assert as_time(NOON) == "2026-03-01T12:00:00.000000Z"
