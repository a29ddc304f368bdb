"""The ML backend as Label Studio calls it: health, set-up, predictions, versions."""

import threading
import time
from collections.abc import Sequence

import pytest
from django.conf import settings

from labeling import learning, sweeping, work
from labeling.flow import backend_keys
from labeling.labelstudio import predicted
from labeling.labelstudio.config import config_of
from labeling.models import BackendKey, Kind, ModelVersion, Project, Pulse, Run, RunState, Sentence
from tests.cast import Cast
from tests.factories import make_sentences
from tests.labelstudio.connected import HOST, Connected, connected, task

SHARES = {"claim": 0.2, "denial": 0.7, "condemnation": 0.06, "none": 0.04}


@pytest.fixture
def studio(cast: Cast) -> Connected:
    return connected(cast)


@pytest.fixture
def version(cast: Cast) -> ModelVersion:
    """A version in service, and a sweep that rings; nobody works yet."""
    sweeping.ring()
    made = ModelVersion.objects.create(
        project=cast.project, number=3, path="x", sha256="x", n_labels=4, n_label_events=4
    )
    Project.objects.filter(pk=cast.project.pk).update(version=made)
    return made


@pytest.fixture
def worker(version: ModelVersion, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Does what is owed while the request waits; what it was asked of. It knows of denials alone."""
    asked: list[list[str]] = []

    def of_texts(_version: ModelVersion, texts: Sequence[str]) -> list[dict[str, float]]:
        asked.append(list(texts))
        return [SHARES for _text in texts]

    def work_on(_seconds: float) -> None:
        for run in Run.objects.filter(kind=Kind.PREDICT, state=RunState.OWED):
            work.perform(run.pk)

    monkeypatch.setattr(learning, "of_texts", of_texts)
    monkeypatch.setattr(time, "sleep", work_on)
    return asked


def test_health_says_up(studio: Connected) -> None:
    assert studio.get("health").json() == {"status": "UP", "model_class": "Factcheck"}


def test_setup_tells_the_version_in_service(studio: Connected, version: ModelVersion) -> None:
    assert studio.setup().json() == {"model_version": "berita-v3"}


def test_setup_without_a_model_tells_none_and_is_no_error(studio: Connected) -> None:
    response = studio.setup()
    assert (response.status_code, response.json()) == (200, {"model_version": ""})


def test_setup_keeps_what_was_said_and_not_its_access_token(studio: Connected) -> None:
    studio.setup()
    said = BackendKey.objects.get().said
    assert said == {"hostname": HOST, "project": "4.1795377179", "number": "4"}


def test_setup_neither_trains_nor_owes_anything(studio: Connected, version: ModelVersion) -> None:
    for _ in range(3):
        studio.setup()
    assert not Run.objects.exists()


def test_a_version_goes_by_the_name_that_the_set_up_wants(studio: Connected, worker: list[list[str]]) -> None:
    wanted = studio.setup(extra_params={"model_version": "berita"}).json()
    (one,) = studio.predict(["Satu."]).json()["results"]
    assert (wanted["model_version"], one["model_version"]) == ("berita", "berita")


def test_a_config_without_our_labels_is_refused_in_the_first_line_that_label_studio_shows(studio: Connected) -> None:
    response = studio.setup(config_of(["claim", "denial"]))
    expected = "The labelling config lacks labels of berita: condemnation, none. Add them, each as a Choice."
    assert (response.status_code, response.json()["error"]) == (400, expected)
    assert response.reason_phrase == f"Bad Request: {expected}"


@pytest.mark.parametrize("schema", [None, 7, "", "<View/>", "<View", "<!DOCTYPE x [<!ENTITY a 'b'>]><View>&a;</View>"])
def test_what_is_no_config_is_refused_with_its_reason(studio: Connected, schema: object) -> None:
    response = studio.setup(schema)
    assert (response.status_code, response.json()["error"] != "") == (400, True)


def test_labels_may_be_written_by_their_names(studio: Connected) -> None:
    assert studio.setup(config_of(["Claim", "Denial", "Condemnation", "NONE"])).status_code == 200


def test_versions_are_listed_newest_first(studio: Connected, version: ModelVersion) -> None:
    ModelVersion.objects.create(project=studio.project, number=4, path="x", sha256="x", n_labels=4, n_label_events=4)
    assert studio.get("versions").json() == {"versions": ["berita-v4", "berita-v3"]}


def test_each_task_has_its_result_in_order(studio: Connected, worker: list[list[str]]) -> None:
    told = studio.predict(["Satu.", "Dua."]).json()["results"]
    item = {"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["denial"]}}
    assert told == [{"model_version": "berita-v3", "score": 0.7, "result": [item]}] * 2
    assert worker == [["Satu.", "Dua."]]


def test_the_result_speaks_of_the_controls_and_labels_of_their_config(
    studio: Connected, worker: list[list[str]]
) -> None:
    config = config_of(["Claim", "DENIAL", "Condemnation", "None"]).replace('"label"', '"kind"')
    config = config.replace('name="text"', 'name="sentence"').replace('toName="text"', 'toName="sentence"')
    (one,) = studio.predict(["Satu."], config=config).json()["results"]
    value = {"choices": ["DENIAL"]}
    assert one["result"] == [{"from_name": "kind", "to_name": "sentence", "type": "choices", "value": value}]


def test_a_label_that_nobody_can_choose_there_is_not_predicted(studio: Connected, worker: list[list[str]]) -> None:
    assert studio.predict(["Satu."], config=config_of(["claim", "none"])).json() == {"results": [[]]}


def test_a_task_without_its_text_is_known_by_its_sentence(studio: Connected, worker: list[list[str]]) -> None:
    (row,) = make_sentences(studio.project, ["Satu."])
    nameless = {"id": 1, "data": {"ext_id": str(row.pk)}}
    told = studio.ask([nameless, {"id": 2, "data": {}}, task(3, "Tiga.")]).json()["results"]
    assert ([bool(one) for one in told], worker) == ([True, False, True], [[row.text, "Tiga."]])


def test_of_the_audit_sample_nothing_is_predicted(studio: Connected, worker: list[list[str]]) -> None:
    drawn, other = make_sentences(studio.project, ["Satu.", "Dua."])
    Sentence.objects.filter(pk=drawn.pk).update(audit_place=0, audit_probability=0.5)
    told = studio.predict([drawn.text, other.text]).json()["results"]
    assert ([bool(one) for one in told], worker) == ([False, True], [[other.text]])


def test_more_tasks_than_fit_get_no_prediction_and_the_answer_is_as_long(
    studio: Connected, worker: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeling.labelstudio.backend.MOST_TASKS", 2)
    told = studio.predict(["Satu.", "Dua.", "Tiga."]).json()["results"]
    assert [bool(one) for one in told] == [True, True, False]


def test_the_texts_that_were_asked_about_stay_nowhere(studio: Connected, worker: list[list[str]]) -> None:
    studio.predict(["Satu."])
    assert not Run.objects.exists()


def test_without_a_model_there_are_tasks_without_predictions(studio: Connected) -> None:
    sweeping.ring()
    assert studio.predict(["Satu.", "Dua."]).json() == {"results": [[], []]}
    assert not Run.objects.exists()


def test_where_nobody_sweeps_the_answer_comes_at_once(studio: Connected, worker: list[list[str]]) -> None:
    Pulse.objects.all().delete()
    assert (studio.predict(["Satu."]).json(), worker) == ({"results": [[]]}, [])


def test_where_no_worker_answers_the_wait_has_an_end_and_nothing_is_left(
    studio: Connected, version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predicted, "PATIENCE", 0.05)
    monkeypatch.setattr(predicted, "LOOK_EVERY", 0.01)
    assert studio.predict(["Satu."]).json() == {"results": [[]]}
    assert not Run.objects.exists()


def test_a_model_that_cannot_be_read_gives_no_predictions_and_the_reason_can_be_read_here(
    studio: Connected, version: ModelVersion, worker: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(time, "sleep", lambda _seconds: work.perform(Run.objects.get().pk))
    assert studio.predict(["Satu."]).json() == {"results": [[]]}
    run = Run.objects.get()
    assert (run.state, run.options, run.error != "") == (RunState.FAILED, {"texts": []}, True)


def test_only_so_many_wait_at_a_time_and_the_others_are_answered_at_once(
    studio: Connected, worker: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr(predicted, "_places", places)
    with places:
        told = studio.predict(["Satu."]).json()
    assert (told, worker) == ({"results": [[]]}, [])
    assert studio.predict(["Satu."]).json()["results"] != [[]]


def test_there_is_always_room_for_people_who_label() -> None:
    assert 1 <= predicted.AT_ONCE <= max(1, settings.WEB_THREADS // 2)


def test_a_revoked_key_opens_nothing(studio: Connected, worker: list[list[str]], cast: Cast) -> None:
    backend_keys.revoke(key=studio.key, by=cast.citra.user)
    answers = [studio.get("health"), studio.setup(), studio.predict(["Satu."]), studio.get("versions")]
    assert [one.status_code for one in answers] == [404] * 4
    assert (studio.hear("START_TRAINING").status_code, Run.objects.exists()) == (404, False)
