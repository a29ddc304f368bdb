"""Answers that come in with tasks: all that is told of them, under the rules of every other answer."""

from typing import Any

import pytest

from labeling.labelstudio.api import importing
from labeling.models import Annotation, Event, Label, Selection, Sentence, Upload, Verb
from tests.cast import Cast
from tests.labelstudio.brought_in import bring, work_meanwhile
from tests.labelstudio.scripting import Client, refusal, result

pytestmark = [pytest.mark.slow, pytest.mark.once]
TEXT = "Itu tidak benar."


@pytest.fixture
def citra(cast: Cast, sdk: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client of an owner."""
    monkeypatch.setattr(importing, "rest", work_meanwhile)
    return sdk(cast.citra)


def with_answers(citra: Any, cast: Cast, *sent: dict[str, Any]) -> Any:
    return bring(citra, cast, [{"data": {"text": TEXT}, "annotations": list(sent)}])


def test_second_label_time_and_moment_come_in_and_are_told_again(citra: Any, cast: Cast) -> None:
    answer = {
        "result": result("denial", "claim"),
        "completed_by": cast.ani.user_id,
        "lead_time": 12.5,
        "created_at": "2026-02-03T10:00:00+07:00",
    }
    told = with_answers(citra, cast, answer)
    (kept,) = citra.tasks.get(id=str(told.task_ids[0])).annotations
    assert told.annotation_count == 1
    assert (kept["result"], kept["completed_by"], kept["lead_time"]) == (answer["result"], cast.ani.user_id, 12.5)
    assert kept["created_at"] == "2026-02-03T03:00:00.000000Z"
    assert kept["last_action"] == "imported"


def test_who_passed_over_is_unsure(citra: Any, cast: Cast) -> None:
    told = with_answers(citra, cast, {"result": [], "was_cancelled": True, "completed_by": cast.budi.user_id})
    task = citra.tasks.get(id=str(told.task_ids[0]))
    assert (told.annotation_count, task.cancelled_annotations, task.total_annotations) == (1, 1, 0)
    given = Annotation.objects.get()
    assert (given.unsure, given.label, given.selection) == (True, None, Selection.IMPORTED)


def test_several_people_answer_one_task(citra: Any, cast: Cast) -> None:
    people = (cast.ani, cast.budi, cast.citra)
    told = with_answers(citra, cast, *({"result": result("claim"), "completed_by": one.user_id} for one in people))
    rows = Annotation.objects.order_by("pk").values_list("annotator", "surplus")
    assert (told.task_count, told.annotation_count) == (1, 3)
    # The project wants one answer.
    assert list(rows) == [(cast.ani.user_id, False), (cast.budi.user_id, True), (cast.citra.user_id, True)]


def test_each_is_history(citra: Any, cast: Cast) -> None:
    with_answers(citra, cast, {"result": result("claim", "denial"), "lead_time": 2, "completed_by": cast.ani.user_id})
    event = Event.objects.get(verb=Verb.ANSWERED)
    told = {name: event.after[name] for name in ("label", "second_label", "seconds", "unsure")}
    assert told == {"label": "claim", "second_label": "denial", "seconds": 2, "unsure": False}
    assert (event.who_id, "elsewhere" in event.after) == (cast.ani.user_id, False)


def test_a_retry_through_annotations_is_known_by_its_name(citra: Any, cast: Cast) -> None:
    told = with_answers(citra, cast, {"result": result("claim"), "unique_id": "a-1"})
    again = citra.annotations.create(id=told.task_ids[0], result=result("denial"), unique_id="a-1")
    assert (again.id, again.result) == (Annotation.objects.get().pk, result("claim"))
    with refusal(409):
        citra.annotations.create(id=told.task_ids[0], result=result("denial"), unique_id="a-2")


def test_a_moment_that_is_yet_to_come_is_that_of_the_import(citra: Any, cast: Cast) -> None:
    with_answers(citra, cast, {"result": result("claim"), "created_at": "2999-01-01T00:00:00Z"})
    assert Annotation.objects.get().answered_at == Upload.objects.get().received_at


def test_an_answer_that_stands_is_left_as_it_is(citra: Any, cast: Cast) -> None:
    first = with_answers(citra, cast, {"result": result("claim"), "lead_time": 1})
    again = bring(citra, cast, [{"text": TEXT.upper(), "annotations": [{"result": result("denial"), "lead_time": 9}]}])
    assert (again.task_ids, again.annotation_count) == (first.task_ids, 0)
    assert Annotation.objects.values_list("label__key", "seconds").get() == ("claim", 1)


def test_a_label_that_retires_before_the_worker_comes_is_left_out(
    citra: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def retire(seconds: float) -> None:
        Label.objects.filter(project=cast.project, key="claim").update(retired_at="2026-01-01T00:00:00Z")
        work_meanwhile(seconds)

    monkeypatch.setattr(importing, "rest", retire)
    told = with_answers(citra, cast, {"result": result("claim")})
    assert (told.task_count, told.annotation_count) == (1, 0)


def test_two_answers_of_one_person_that_differ_are_named(citra: Any, cast: Cast) -> None:
    with refusal(400) as told:
        with_answers(citra, cast, {"result": result("claim")}, {"result": result("denial")})
    assert told.value.body["detail"] == (
        "Task 1 of 1: two of its annotations are by citra and differ; keep one, or name in completed_by who gave each"
    )
    assert not Sentence.objects.exists()
