"""Predictions that come with tasks: kept as they were sent, told again where they cannot lead, steering nothing."""

import json
from typing import Any

import pytest

from labeling.flow import queue
from labeling.labelstudio.api import importing
from labeling.models import Exposure, QueueEntry, Sentence, TaskData
from tests.cast import Cast, adjudicator
from tests.flow.pool_of import pool_of
from tests.flow.test_reveal import ranked as put_in_order
from tests.labelstudio.brought_in import bring, work_meanwhile
from tests.labelstudio.scripting import Client, refusal, result

pytestmark = pytest.mark.slow
FIRST = {"result": result("claim"), "score": 0.75, "model_version": "v1"}
SECOND = {"result": result("denial", "claim"), "score": None, "model_version": "v2"}
TASKS = [
    {"data": {"text": "Menteri membantah kabar itu."}, "predictions": [FIRST, SECOND]},
    {"data": {"text": "Hujan turun."}},
    {"data": {"text": "Jembatan dibuka."}, "predictions": [SECOND]},
]


@pytest.fixture
def citra(cast: Cast, sdk: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client of an owner."""
    monkeypatch.setattr(importing, "rest", work_meanwhile)
    return sdk(cast.citra)


def as_sent(one: Any) -> dict[str, Any]:
    told = one if isinstance(one, dict) else one.dict()
    return {name: told.get(name) for name in FIRST}


def test_they_are_counted_and_told_again_with_their_task(citra: Any, cast: Cast) -> None:
    told = bring(citra, cast, TASKS)
    assert (told.task_count, told.prediction_count) == (3, 3)
    task = citra.tasks.get(id=str(told.task_ids[0]))
    assert [as_sent(one) for one in task.predictions] == [FIRST, SECOND]
    assert task.total_predictions == 2


def test_lists_of_tasks_tell_and_count_them(citra: Any, cast: Cast) -> None:
    bring(citra, cast, TASKS)
    whole, plain = (list(citra.tasks.list(project=cast.project.pk, fields=fields)) for fields in ("all", "task_only"))
    assert [[as_sent(one) for one in task.predictions] for task in whole] == [[FIRST, SECOND], [], [SECOND]]
    assert [task.total_predictions for task in whole] == [task.total_predictions for task in plain] == [2, 0, 1]
    wire = citra._client_wrapper.httpx_client
    listed = wire.request("api/tasks/", method="GET", params={"project": cast.project.pk}).json()
    assert listed["total_predictions"] == 3
    assert {len(task["predictions"]) for task in listed["tasks"]} == {0}


def test_predictions_tells_them_each_by_a_number_of_its_own(citra: Any, cast: Cast) -> None:
    first, _second, third = bring(citra, cast, TASKS).task_ids
    told = citra.predictions.list(project=cast.project.pk)
    assert [(one.task, as_sent(one)) for one in told] == [(first, FIRST), (first, SECOND), (third, SECOND)]
    assert len({one.id for one in told}) == 3
    assert [citra.predictions.get(id=one.id) for one in told] == told
    assert [one.id for one in citra.predictions.list(task=third)] == [told[2].id]
    with refusal(404):
        citra.predictions.get(id=told[2].id + 1)


def test_an_export_names_them_by_their_numbers(citra: Any, cast: Cast) -> None:
    bring(citra, cast, TASKS)
    numbers = [one.id for one in citra.predictions.list(project=cast.project.pk)]
    content = b"".join(citra.projects.exports.download_sync(cast.project.pk, download_all_tasks=True))
    exported = json.loads(content)
    assert [one["predictions"] for one in exported] == [numbers[:2], [], numbers[2:]]
    assert [one["total_predictions"] for one in exported] == [2, 0, 1]


def test_they_stand_before_what_the_own_model_says(citra: Any, cast: Cast) -> None:
    (task,) = bring(citra, cast, TASKS[:1]).task_ids
    pool_of(cast.project, 3)
    put_in_order(cast, number=2, share=0.5)
    told = citra.predictions.list(task=task)
    assert [one.model_version for one in told] == ["v1", "v2", "berita-v2"]
    assert (told[2].id, len({one.id for one in told})) == (task, 3)


def test_who_is_told_is_written_down_as_shown(citra: Any, cast: Cast) -> None:
    told = bring(citra, cast, TASKS)
    assert not Exposure.objects.exists()
    citra.tasks.get(id=str(told.task_ids[0]))
    assert Exposure.objects.values_list("annotator", "sentence").get() == (cast.citra.user_id, told.task_ids[0])


def test_annotators_are_told_none_before_or_after_they_answer(citra: Any, cast: Cast, sdk: Client) -> None:
    told = bring(citra, cast, TASKS[:1])
    ani, wire = sdk(cast.ani), sdk(cast.ani)._client_wrapper.httpx_client
    lent = wire.request(f"api/projects/{cast.project.pk}/next/", method="GET").json()
    assert (lent["id"], lent["predictions"], lent["total_predictions"]) == (told.task_ids[0], [], 0)
    ani.annotations.create(id=lent["id"], result=result("claim"))
    task = ani.tasks.get(id=str(lent["id"]))
    assert (task.predictions, task.total_predictions) == ([], 0)
    assert ani.predictions.list(project=cast.project.pk) == ani.predictions.list(task=lent["id"]) == []
    assert not Exposure.objects.exists()
    assert len(sdk(adjudicator(cast)).predictions.list(task=lent["id"])) == 2


def test_they_steer_nothing(citra: Any, cast: Cast) -> None:
    bring(citra, cast, TASKS)
    assert not QueueEntry.objects.exists()
    order = list(Sentence.objects.in_pool().order_by("shuffle").values_list("pk", flat=True))
    assert [lease.sentence_id for lease in queue.take(by=cast.ani, want=3)] == order


def test_what_a_task_has_already_stays(citra: Any, cast: Cast) -> None:
    bring(citra, cast, TASKS)
    again = bring(citra, cast, [{"data": {"text": "HUJAN turun."}, "predictions": [FIRST]}])
    assert again.prediction_count == 0
    assert TaskData.objects.filter(predictions=[]).count() == 1


def test_a_prediction_that_makes_no_sense_is_named_and_nothing_comes_in(citra: Any, cast: Cast) -> None:
    wrong = {"data": {"text": "Satu."}, "predictions": [{"result": result("rumour"), "score": 1}]}
    with refusal(400) as told:
        bring(citra, cast, [*TASKS, wrong])
    assert told.value.body["detail"].startswith("Task 4 of 4: This project has no label rumour.")
    assert not Sentence.objects.exists()
