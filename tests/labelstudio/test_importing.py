"""Tasks brought in through Label Studio's own client: all of a list or none, once, and given back as they were sent."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from labeling import work
from labeling.flow.tokens import make
from labeling.labelstudio.api import importing
from labeling.models import Annotation, Kind, Run, Selection, Sentence, TaskData, Upload
from tests.cast import Cast
from tests.labelstudio.brought_in import bring, work_meanwhile
from tests.labelstudio.scripting import Client, refusal, result

pytestmark = [pytest.mark.slow, pytest.mark.once]
TASKS: list[dict[str, Any]] = [
    {"data": {"text": "Menteri membantah kabar itu.", "source": "arsip", "n": 3}, "meta": {"ext_id": "a"}},
    {"text": "Rain is expected on Monday."},
]


@pytest.fixture(autouse=True)
def _worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "rest", work_meanwhile)


@pytest.fixture
def citra(cast: Cast, sdk: Client) -> Any:
    """The client of an owner."""
    return sdk(cast.citra)


def test_tasks_come_in_and_are_given_back_as_they_were_sent(citra: Any, cast: Cast) -> None:
    told = bring(citra, cast, TASKS)
    assert (told.task_count, told.annotation_count, told.prediction_count) == (2, 0, 0)
    first, second = (citra.tasks.get(id=str(pk)) for pk in told.task_ids)
    assert (first.data, first.meta) == (TASKS[0]["data"], {"ext_id": "a"})
    assert second.data == {"text": "Rain is expected on Monday."}


def test_what_is_here_already_gives_its_task_and_is_not_added_twice(citra: Any, cast: Cast) -> None:
    first = bring(citra, cast, TASKS)
    again = bring(citra, cast, TASKS)
    more = bring(citra, cast, [{"text": "RAIN is expected on  Monday."}, {"text": "Another."}, {"text": "Another."}])
    assert (again.task_count, again.task_ids) == (0, first.task_ids)
    assert (more.task_count, more.task_ids[0]) == (1, first.task_ids[1])
    assert more.task_ids[1] == more.task_ids[2]
    assert Upload.objects.count() == 2


def test_tasks_that_were_deleted_come_in_anew(citra: Any, cast: Cast) -> None:
    (old,) = bring(citra, cast, TASKS[:1]).task_ids
    citra.tasks.delete(id=str(old))
    told = bring(citra, cast, TASKS[:1])
    assert told.task_count == 1
    assert told.task_ids != [old]


def test_answers_come_along_under_their_people(citra: Any, cast: Cast) -> None:
    answers = [
        {"result": result("denial"), "completed_by": cast.ani.user_id},
        {"result": result("claim")},
        {"result": [], "was_cancelled": True},
    ]
    told = bring(citra, cast, [{"data": {"text": "Itu tidak benar."}, "annotations": answers}])
    assert (told.task_count, told.annotation_count) == (1, 2)
    rows = Annotation.objects.order_by("annotator__username").values_list("annotator__username", "label__key")
    assert list(rows) == [("ani", "denial"), ("citra", "claim")]
    assert set(Annotation.objects.values_list("selection", flat=True)) == {Selection.IMPORTED}


@pytest.mark.parametrize(
    ("task", "why"),
    [
        ({"data": {"body": "x"}}, "it has no field text; it has body"),
        ({"data": {"text": 3}}, "its text is no text"),
        ({"data": {"text": " "}}, "there is no text"),
        ({"data": {"text": "x" * 2_001}}, "more than the 2000 of a sentence"),
        ({"data": {"text": "x", "n": "\0"}}, "NUL"),
        ({"text": "x", "annotations": [{"result": result("rumour")}]}, "no label rumour"),
        (
            {"text": "x", "annotations": [{"result": result("claim"), "completed_by": 987_654}]},
            "nobody of this project",
        ),
        ({"text": "x", "meta": []}, "meta is no object"),
    ],
)
def test_a_task_that_makes_no_sense_is_named_and_nothing_comes_in(
    citra: Any, cast: Cast, task: dict[str, Any], why: str
) -> None:
    with refusal(400) as told:
        bring(citra, cast, [*TASKS, task])
    assert told.value.body["detail"].startswith("Task 3 of 3: ")
    assert why in told.value.body["detail"]
    assert not Upload.objects.exists()


def test_whoever_is_no_member_gives_no_answer(citra: Any, cast: Cast) -> None:
    answers = [{"result": result("claim"), "completed_by": cast.dewi.user_id}]
    with refusal(400):
        bring(citra, cast, [{"text": "x", "annotations": answers}])
    assert not Upload.objects.exists()


def test_an_annotator_brings_nothing_in(cast: Cast, sdk: Client) -> None:
    with refusal(403):
        bring(sdk(cast.ani), cast, TASKS)
    assert not Upload.objects.exists()


def test_where_the_worker_is_not_done_in_time_the_counts_are_not_told(
    citra: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PATIENCE", 0.0)
    told = bring(citra, cast, TASKS)
    run = Run.objects.get(kind=Kind.IMPORT)
    assert (told.import_, told.task_count, told.annotation_count) == (run.pk, None, None)
    assert citra.tasks.create_many_status(id=cast.project.pk, import_pk=run.pk).status == "created"
    work.perform(run.pk)
    status = citra.tasks.create_many_status(id=cast.project.pk, import_pk=run.pk)
    assert (status.status, status.task_count) == ("completed", 2)
    assert TaskData.objects.count() == 2
    # A client that heard nothing asks again, and is told of the same import.
    assert bring(citra, cast, TASKS).task_count == 0


def test_an_import_that_was_cut_keeps_what_stood_beside_its_texts(
    citra: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PATIENCE", 0.0)
    bring(citra, cast, TASKS)
    with monkeypatch.context() as cut:
        cut.setattr("labeling.flow.task_data.keep", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            work.perform(Run.objects.get(kind=Kind.IMPORT).pk)
    run = Run.objects.get(kind=Kind.IMPORT)
    Run.objects.filter(pk=run.pk).update(due_at=run.asked_at)
    work.perform(run.pk)
    assert TaskData.objects.get(sentence__text__startswith="Menteri").data == {"source": "arsip", "n": 3}
    assert Sentence.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", 'text,source\n"Satu, dua.",x\nTiga.,y\n', [{"text": "Satu, dua.", "source": "x"}]),
        ("a.json", '[{"data": {"text": "Satu."}}]', [{"text": "Satu."}]),
        ("a.txt", "Satu.\n\nDua.\n", [{"text": "Satu."}, {"text": "Dua."}]),
    ],
)
def test_files_come_in_too(cast: Cast, name: str, content: str, told: list[dict[str, str]]) -> None:
    header = {"Authorization": f"Token {make(name='script', by=cast.citra.user)[1]}"}
    file = SimpleUploadedFile(name, content.encode())
    answer = Browser().post(f"/api/projects/{cast.project.pk}/import?return_task_ids=1", {"f": file}, headers=header)
    assert answer.status_code == 201
    listed = Browser().get(f"/api/tasks/?project={cast.project.pk}", headers=header).json()["tasks"]
    assert [one["data"] for one in listed][: len(told)] == told
