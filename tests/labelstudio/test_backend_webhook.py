"""The ML backend's webhook: what is labelled in Label Studio comes here, once."""

from collections.abc import Sequence
from typing import Any

import pytest

from labeling.flow import archive
from labeling.labelstudio import heard
from labeling.labelstudio.bringing import bring
from labeling.labelstudio.exchanged import Exchanged
from labeling.models import (
    Annotation,
    Event,
    Kind,
    ModelVersion,
    Project,
    RemoteAnnotation,
    RemoteProject,
    RemoteTask,
    Run,
    Sentence,
)
from tests.cast import Cast
from tests.factories import make_sentences
from tests.labelstudio.connected import HOST, Connected, annotation, connected, task


@pytest.fixture
def studio(cast: Cast) -> Connected:
    found = connected(cast)
    found.setup()
    return found


@pytest.fixture
def rows(studio: Connected) -> list[Sentence]:
    return make_sentences(studio.project, [f"Kalimat {n}." for n in range(4)])


def given() -> list[tuple[int, str]]:
    rows = Annotation.objects.given().order_by("sentence_id").values_list("sentence_id", "label__key")
    return [(sentence, label or "") for sentence, label in rows]


def test_an_annotation_becomes_an_answer(studio: Connected, rows: list[Sentence]) -> None:
    response = studio.annotated(rows[0], "denial")
    assert (response.status_code, response.json()["status"]) == (201, "ok")
    assert response.json()["result"]["created"] == 1
    assert given() == [(rows[0].pk, "denial")]


def test_its_annotator_has_an_account_that_opens_nothing(studio: Connected, rows: list[Sentence]) -> None:
    studio.annotated(rows[0], "denial")
    who = Annotation.objects.get().annotator
    assert ("studio.example" in who.username, who.is_active) == (True, False)


def test_the_same_event_again_changes_nothing(studio: Connected, rows: list[Sentence]) -> None:
    studio.annotated(rows[0], "denial")
    events = Event.objects.count()
    assert studio.annotated(rows[0], "denial").json()["result"]["unchanged"] == 1
    assert (Event.objects.count(), len(given())) == (events, 1)


def test_an_update_amends_it_whatever_order_the_events_come_in(studio: Connected, rows: list[Sentence]) -> None:
    studio.annotated(rows[0], "denial", action="ANNOTATION_UPDATED")
    told = studio.annotated(rows[0], "claim", action="ANNOTATION_UPDATED").json()["result"]
    assert (told["updated"], given()) == (1, [(rows[0].pk, "claim")])


def test_many_at_once_come_in(studio: Connected, rows: list[Sentence]) -> None:
    tasks = [task(number, row.text, ext_id=str(row.pk)) for number, row in enumerate(rows, start=1)]
    answers = [annotation(number + 50, number, "claim") for number in range(1, 5)]
    studio.hear("ANNOTATIONS_CREATED", task=tasks, annotation=answers)
    assert given() == [(row.pk, "claim") for row in rows]


def test_many_at_once_are_written_some_at_a_time(
    studio: Connected, rows: list[Sentence], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def some(project: Project, remote: RemoteProject, told: Sequence[Any]) -> Exchanged:
        sizes.append(len(told))
        return bring(project, remote, told)

    monkeypatch.setattr(heard, "_AT_A_TIME", 3)
    monkeypatch.setattr(heard, "bring", some)
    tasks = [task(number, row.text) for number, row in enumerate(rows, start=1)]
    answers = [annotation(number + 50, number, "claim") for number in range(1, 5)]
    told = studio.hear("ANNOTATIONS_CREATED", task=tasks, annotation=answers).json()["result"]
    assert (sizes, told["created"], given()) == ([3, 1], 4, [(row.pk, "claim") for row in rows])


@pytest.mark.parametrize(
    "event",
    [
        {"action": "ANNOTATIONS_DELETED", "annotations": [{"id": number} for number in range(1, 40_001)]},
        {"action": "ANNOTATIONS_CREATED", "task": {"id": 1}, "annotation": [{"id": 1, "task": 1}] * 40_000},
    ],
)
def test_more_rows_than_an_event_has_are_refused(
    studio: Connected, rows: list[Sentence], event: dict[str, Any]
) -> None:
    response = studio.hear(**event)
    assert (response.status_code, "next pull" in response.json()["error"]) == (400, True)


def test_a_task_made_there_is_known_by_its_text(studio: Connected, rows: list[Sentence]) -> None:
    studio.hear("ANNOTATION_CREATED", task=task(1, rows[2].text), annotation=annotation(5, 1, "claim"))
    assert given() == [(rows[2].pk, "claim")]


def test_a_task_that_is_no_sentence_of_ours_is_named(studio: Connected, rows: list[Sentence]) -> None:
    response = studio.hear("ANNOTATION_CREATED", task=task(1, "Lain."), annotation=annotation(5, 1, "claim"))
    assert (len(response.json()["result"]["conflicts"]), given()) == (1, [])


def test_a_deletion_is_named_and_the_answer_stays(studio: Connected, rows: list[Sentence]) -> None:
    studio.annotated(rows[0], "denial", number=70)
    told = studio.hear("ANNOTATIONS_DELETED", annotations=[{"id": 70}, {"id": 71}]).json()["result"]
    assert ([one["annotation"] for one in told["conflicts"]], told["unchanged"], len(given())) == ([70], 1, 1)


def test_the_project_that_was_pushed_is_known_though_its_server_calls_itself_otherwise(
    studio: Connected, rows: list[Sentence]
) -> None:
    pushed = RemoteProject.objects.create(project=studio.project, url="http://127.0.0.1:8080", remote_id=4)
    RemoteTask.objects.create(remote=pushed, sentence=rows[0], task_id=1)
    studio.hear("ANNOTATION_CREATED", task=task(1, rows[0].text), annotation=annotation(5, 1, "claim"))
    assert (RemoteAnnotation.objects.get().remote, RemoteProject.objects.count()) == (pushed, 1)


def test_the_project_of_another_server_with_the_same_number_is_another(studio: Connected, rows: list[Sentence]) -> None:
    other = RemoteProject.objects.create(project=studio.project, url="https://other.example", remote_id=4)
    RemoteTask.objects.create(remote=other, sentence=rows[0], task_id=1)
    studio.hear("ANNOTATION_CREATED", task=task(1, rows[1].text), annotation=annotation(5, 1, "claim"))
    assert (RemoteAnnotation.objects.get().remote.url, given()) == (HOST, [(rows[1].pk, "claim")])


def test_nothing_is_trained_in_the_request(studio: Connected, rows: list[Sentence]) -> None:
    for row, label in zip(rows, ("claim", "denial", "claim", "none"), strict=True):
        studio.annotated(row, label, number=row.pk)
    assert not Run.objects.exists()


def test_the_button_owes_one_training_however_often_it_is_pressed(studio: Connected, rows: list[Sentence]) -> None:
    answers = [studio.hear("START_TRAINING") for _ in range(3)]
    run = Run.objects.get(kind=Kind.TRAIN)
    assert [one.json()["result"] for one in answers] == [{"run": run.pk}] * 3


def test_where_nothing_is_new_nothing_is_trained_again(studio: Connected, rows: list[Sentence]) -> None:
    version = ModelVersion.objects.create(
        project=studio.project, number=1, path="x", sha256="x", n_labels=0, n_label_events=0
    )
    Project.objects.filter(pk=studio.project.pk).update(version=version)
    assert (studio.hear("START_TRAINING").json()["result"], Run.objects.exists()) == ({"run": None}, False)
    studio.annotated(rows[0], "denial")
    assert studio.hear("START_TRAINING").json()["result"]["run"] == Run.objects.get().pk


@pytest.mark.parametrize("action", ["PROJECT_UPDATED", "TASKS_CREATED", "NOTHING", ""])
def test_an_event_that_asks_for_nothing_here_is_answered_so(studio: Connected, action: str) -> None:
    response = studio.hear(action)
    assert (response.status_code, response.json()) == (200, {"status": "Unknown event"})


def test_an_archived_project_takes_nothing_in(studio: Connected, rows: list[Sentence], cast: Cast) -> None:
    archive.archive(project=studio.project, by=cast.citra.user)
    answers = [studio.annotated(rows[0], "denial"), studio.hear("START_TRAINING")]
    assert ([one.status_code for one in answers], given(), Run.objects.exists()) == ([400, 400], [], False)


def test_an_address_that_was_never_set_up_says_so(cast: Cast) -> None:
    (row,) = make_sentences(cast.project, ["Satu."])
    response = connected(cast).annotated(row, "claim")
    assert (response.status_code, "set this address up" in response.json()["error"]) == (400, True)
