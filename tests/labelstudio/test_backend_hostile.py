"""The ML backend under attack: bodies that are none, keys that are none, logs that must not tell."""

import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from django.test import Client

from labeling.labelstudio import backend
from labeling.models import Annotation, BackendKey, Run
from tests.cast import Cast
from tests.factories import make_sentences
from tests.labelstudio.connected import Connected, annotation, connected, task

POSTS = ("setup", "predict", "webhook")
DEEP = b'{"tasks":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.fixture
def studio(cast: Cast) -> Connected:
    return connected(cast)


@pytest.mark.once
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"[]",
        b"7",
        b'"a"',
        b"null",
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"a": 1e999}',
        DEEP,
        b'{"a":' + b"9" * 5000 + b"}",
    ],
    ids=["nothing", "no JSON", "a list", "a number", "a text", "null", "no UTF-8", "NaN", "infinity", "deep", "long"],
)
def test_what_is_no_json_object_is_refused(studio: Connected, body: bytes) -> None:
    assert studio.post("webhook", body).status_code == 400


@pytest.mark.once
@pytest.mark.parametrize("name", POSTS)
def test_a_body_that_is_too_large_is_not_read(studio: Connected, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "MOST_BYTES", 100)
    assert studio.post(name, b'{"a": "' + b"x" * 200 + b'"}').status_code == 413


@pytest.mark.once
@pytest.mark.parametrize("tasks", [None, 7, "x", {}, [None], [7], ["x"], [[]]])
def test_what_is_no_list_of_tasks_is_refused(studio: Connected, tasks: object) -> None:
    assert studio.ask(tasks).status_code == 400


@pytest.mark.parametrize(
    "one",
    [
        {},
        {"id": None, "data": None},
        {"id": -1, "data": []},
        {"id": 2**70, "data": {"text": 7}},
        {"id": True, "data": {"text": "a\0\ud800", "ext_id": "9" * 30}},
        {"id": "x", "data": {"ext_id": {"$ne": 1}}, "meta": []},
    ],
)
def test_a_task_of_nonsense_has_no_prediction(studio: Connected, one: object) -> None:
    response = studio.ask([one])
    assert (response.status_code, response.json()) == (200, {"results": [[]]})


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"annotation": None, "task": None},
        {"annotation": 7, "task": "x"},
        {"annotation": annotation(5, 1, "claim")},
        {"annotation": annotation(5, 2, "claim"), "task": task(1, "Satu.")},
        {"annotation": annotation(5, 1, "claim"), "task": task(2**70, "Satu.")},
        {"annotation": annotation(5, 1, "claim"), "task": task(1, "Satu."), "project": 4},
        {"annotation": annotation(5, 1, "claim"), "task": task(1, "Satu."), "project": {"id": "4"}},
    ],
)
def test_an_event_of_nonsense_is_refused(studio: Connected, body: dict[str, object]) -> None:
    studio.setup()
    response = studio.hear("ANNOTATION_CREATED", **body)
    assert (response.status_code, Annotation.objects.exists()) == (400, False)


@pytest.mark.parametrize(
    "change",
    [
        {"id": -1},
        {"id": 2**70},
        {"completed_by": None},
        {"completed_by": "citra"},
        {"result": None},
        {"result": [7]},
        {"result": [{"value": {"choices": ["<script>"]}}]},
        {"result": [{"value": {"choices": ["claim\0\ud800"]}}]},
    ],
)
def test_an_annotation_of_nonsense_is_named_and_not_kept(studio: Connected, change: dict[str, object]) -> None:
    (row,) = make_sentences(studio.project, ["Satu."])
    studio.setup()
    sent = {**annotation(5, 1, "claim"), **change}
    response = studio.hear("ANNOTATION_CREATED", task=task(1, row.text), annotation=sent)
    assert (response.status_code, response.json()["result"]["n_conflicts"]) == (201, 1)
    assert not Annotation.objects.exists()


def test_nobodys_account_here_is_spoken_for(studio: Connected, cast: Cast) -> None:
    """Who annotates there is a number of theirs: it must not be taken for the person with that number here."""
    (row,) = make_sentences(studio.project, ["Satu."])
    studio.setup()
    sent = {**annotation(5, 1, "claim"), "completed_by": cast.citra.user_id}
    studio.hear("ANNOTATION_CREATED", task=task(1, row.text), annotation=sent)
    assert Annotation.objects.get().annotator_id not in {cast.citra.user_id, cast.ani.user_id, cast.budi.user_id}


def test_a_sentence_of_another_project_cannot_be_answered(studio: Connected, cast: Cast) -> None:
    (row,) = make_sentences(cast.elsewhere, ["Satu."])
    studio.setup()
    studio.hear("ANNOTATION_CREATED", task=task(1, row.text, ext_id=str(row.pk)), annotation=annotation(5, 1, "claim"))
    assert not Annotation.objects.exists()


@pytest.mark.parametrize(
    "more", [{"hostname": "a\0\ud800" * 500}, {"project": 7}, {"extra_params": {"model_version": "\0"}}]
)
def test_what_no_database_takes_is_not_kept(studio: Connected, more: dict[str, object]) -> None:
    assert studio.setup(**more).status_code == 200
    said = BackendKey.objects.get().said
    assert all(isinstance(one, str) and len(one) <= 300 and "\0" not in one for one in said.values())


@pytest.mark.once
@pytest.mark.parametrize("token", ["x", "..", "é", "%00", "%ED%A0%80", "a" * 3000])
def test_an_unknown_key_opens_nothing_and_reads_nothing(db: None, client: Client, token: str) -> None:
    for name in ("health", "versions"):
        assert client.get(f"/ls/{token}/{name}").status_code == 404
    for name in POSTS:
        assert client.generic("POST", f"/ls/{token}/{name}", DEEP).status_code == 404
    assert not Run.objects.exists()


@pytest.mark.once
@pytest.mark.parametrize("name", POSTS)
def test_a_browser_without_our_cookie_is_label_studio(cast: Cast, name: str) -> None:
    """Its requests come from another server, without a session: what opens is the key alone."""
    studio = connected(cast)
    studio.client = Client(enforce_csrf_checks=True)
    assert studio.post(name, b"").status_code == 400


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the one handler of the settings writes meanwhile."""
    (handler,) = (one for one in logging.getLogger().handlers if one.name == "stderr")
    assert isinstance(handler, logging.StreamHandler)
    written = StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


@pytest.mark.once
def test_the_key_stands_in_no_line_of_the_log(studio: Connected, log: StringIO) -> None:
    studio.get("health")
    studio.setup()
    studio.post("setup", b"x")
    studio.client.get(f"{studio.address}/nothing")
    studio.client.get(f"{studio.address}/setup")
    logging.getLogger("gunicorn.error").error("Error handling request %s/health", studio.address)
    assert (studio.text in log.getvalue(), "/ls/***/" in log.getvalue(), "ls_health" in log.getvalue()) == (
        False,
        True,
        True,
    )


@pytest.mark.once
def test_the_answer_is_kept_in_no_cache(studio: Connected) -> None:
    assert "no-store" in studio.get("health").headers["Cache-Control"]
