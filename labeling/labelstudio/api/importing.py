"""Import: what a script sends is kept as an upload, and the request waits for the worker that brings it in."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import ConfigDict

from labeling.errors import AlreadyHere
from labeling.flow import receive
from labeling.labelstudio import told
from labeling.labelstudio.api.auth import member
from labeling.labelstudio.api.bodies import Key
from labeling.labelstudio.api.limits import IMPORT_MAX, loads
from labeling.labelstudio.api.problems import PROBLEMS, Wrong
from labeling.labelstudio.controls import controls_of
from labeling.labelstudio.sent_answers import Known
from labeling.labelstudio.sent_tasks import Faulty, Lines, lines_of, tasks_of_file
from labeling.labelstudio.shapes import as_time
from labeling.models import OPEN, Kind, Membership, Project, Role, Run, RunState, Sentence, Unit

router = Router(tags=["Import"])
# Less than the minute after which a client gives up.
PATIENCE = 50.0
SOONEST, SELDOMEST = 0.02, 0.5
rest = time.sleep
# Blank lines at the end make the same tasks another upload: how often that is tried.
AGAIN = 50
NAME = "tasks.jsonl"
STATES = {
    RunState.OWED: "created",
    RunState.RUNNING: "in_progress",
    RunState.DONE: "completed",
    RunState.FAILED: "failed",
    RunState.STOPPED: "failed",
}
_waiting = threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 2))


class Asked(Schema):
    """How tasks come in. Others of Label Studio's ways are refused."""

    return_task_ids: bool = False
    commit_to_project: bool = True
    preannotated_from_fields: str = ""


class ImportedBody(Schema):
    """What came in. Where the worker was not done in time the counts are null, and `import` is the number to ask by."""

    model_config = ConfigDict(extra="allow")

    task_count: int | None
    annotation_count: int | None
    prediction_count: int | None
    duration: float


_TASKS = {"type": "array", "items": {"type": "object"}}
_SENT = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _TASKS},
            "multipart/form-data": {"schema": {"type": "object", "additionalProperties": {"format": "binary"}}},
        },
    }
}


@router.post(
    "/projects/{project}/import",
    response={201: ImportedBody, **PROBLEMS},
    summary="Import tasks",
    url_name="import",
    openapi_extra=_SENT,
)
def import_tasks(request: HttpRequest, project: Key, asked: Query[Asked]) -> HttpResponse:
    """Bring in tasks, with the labels that came with them; for owners. All of them go in, or none."""
    began = time.monotonic()
    by = member(request, project, role=Role.OWNER)
    if not asked.commit_to_project or asked.preannotated_from_fields:
        said = _("commit_to_project=false and preannotated_from_fields are not offered. Send whole tasks.")
        raise Wrong(said, {"commit_to_project": [said]})
    lines = _read(request, by)
    run, is_new = _accepted(by, lines)
    run = _awaited(run)
    if run.state in (RunState.FAILED, RunState.STOPPED):
        raise HttpError(HTTPStatus.CONFLICT, run.reason or _("The import was stopped. Send it once more."))
    counts = _counts(run) if is_new or run.is_open else _counts(None)
    body = {
        **counts,
        "duration": round(time.monotonic() - began, 3),
        "file_upload_ids": [run.options["upload"]],
        "could_be_tasks_list": False,
        "found_formats": ["json"],
        "data_columns": lines.columns,
    }
    if run.is_open:
        body["import"] = run.pk
    elif asked.return_task_ids:
        keys = keys_of(by.project, lines.hashes)
        body["task_ids"] = [keys[hashed] for hashed in lines.hashes if hashed in keys]
    return JsonResponse(body, status=HTTPStatus.CREATED)


@router.get("/projects/{project}/imports/{pk}/", response={200: dict[str, Any], **PROBLEMS}, summary="Get import")
def get_import(request: HttpRequest, project: Key, pk: Key) -> HttpResponse:
    """How far an import is, by its number; for owners."""
    by = member(request, project, role=Role.OWNER)
    run = get_object_or_404(Run, pk=pk, project=by.project_id, kind=Kind.IMPORT)
    body = {
        "id": run.pk,
        "project": by.project_id,
        "status": STATES[RunState(run.state)],
        "error": run.reason or None,
        "created_at": as_time(run.asked_at),
        "updated_at": as_time(run.ended_at or run.asked_at),
        "finished_at": as_time(run.ended_at) if run.ended_at else None,
        "duration": (run.ended_at - run.asked_at).total_seconds() if run.ended_at else None,
        "file_upload_ids": [run.options["upload"]],
        "commit_to_project": True,
        "return_task_ids": False,
        **_counts(run),
    }
    return JsonResponse(body)


def keys_of(project: Project, hashes: Sequence[str]) -> dict[str, int]:
    """The task of each text that is in the pool, by the hash of the text."""
    pool = Sentence.objects.in_pool().filter(project=project)
    found: dict[str, int] = {}
    each = list(dict.fromkeys(hashes))
    for start in range(0, len(each), 500):
        found |= dict(pool.filter(text_hash__in=each[start : start + 500]).values_list("text_hash", "pk"))
    return found


def _read(request: HttpRequest, by: Membership) -> Lines:
    """The tasks of the body, or of its files, as lines. Raises HttpError 413, and Wrong with the place of a fault."""
    people = dict(by.project.memberships.values_list("user", "user__username"))
    known = Known(told.words(by.project_id), people, by.user.username, controls_of(by.project))
    try:
        return lines_of(_sent(request, known.controls.field), known)
    except Faulty as fault:
        raise Wrong(str(fault), {"non_field_errors": fault.faults}) from fault


def _sent(request: HttpRequest, field: str) -> Any:
    if request.content_type == "multipart/form-data":
        return [task for file in request.FILES.values() for task in _of_file(file, field)]
    if request.content_type != "application/json":
        raise HttpError(HTTPStatus.BAD_REQUEST, _("Send JSON, or files as a form."))
    length = request.headers.get("Content-Length", "")
    _require_room(int(length) if length.isdecimal() else 0)
    # Read past Django's limit on bodies, which is for forms.
    return loads(request.read(), sound=False)


def _of_file(file: Any, field: str) -> list[Any]:
    _require_room(file.size)
    content = file.read()
    if not file.name.lower().endswith(".json"):
        return tasks_of_file(file.name, content, field)
    found = loads(content, sound=False)
    return found if isinstance(found, list) else [found]


def _require_room(size: int) -> None:
    if size > IMPORT_MAX:
        said = _("More than %(megabytes)d MB at once. Send the tasks in parts, or a file through the pages.")
        raise HttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, said % {"megabytes": IMPORT_MAX // 1_000_000})


def _accepted(by: Membership, lines: Lines) -> tuple[Run, bool]:
    """The Run that brings the lines in, and whether it was owed now.

    The same tasks again are the same import, while it is under way and while all of their texts are here; a client
    that heard no answer asks again.
    """
    for again in range(AGAIN):
        content = lines.content + b"\n" * again
        try:
            run = receive.accept(
                project=by.project,
                by=by.user,
                name=NAME,
                content=content,
                format="jsonl",
                unit=Unit.SENTENCE,
                options={"task_data": True},
            )
        except AlreadyHere:
            known = receive.run_of(project=by.project, sha256=sha256(content).hexdigest())
            if known is not None and known.is_open:
                return known, True
            if known is not None and len(keys_of(by.project, lines.hashes)) == len(set(lines.hashes)):
                return known, False
        else:
            return run, True
    raise HttpError(HTTPStatus.CONFLICT, _("These tasks were imported and deleted too often."))


def _awaited(run: Run) -> Run:
    """The Run once it has ended, or as it is when patience, or room for those who wait, is at its end.

    The longer it takes, the more seldom it is looked at, so that the looking adds little to either.
    """
    began, state = time.monotonic(), Run.objects.filter(pk=run.pk).values_list("state", flat=True)
    with _room() as free:
        while free and state.get() in OPEN and (spent := time.monotonic() - began) < PATIENCE:
            rest(min(max(SOONEST, spent / 20), SELDOMEST))
    run.refresh_from_db()
    return run


@contextmanager
def _room() -> Iterator[bool]:
    """Whether there is room to wait: half of the threads stay free for the others."""
    free = _waiting.acquire(blocking=False)
    try:
        yield free
    finally:
        if free:
            _waiting.release()


def _counts(run: Run | None) -> dict[str, Any]:
    """What the import added: null while it is not known; nothing where `run` is none."""
    if run is not None and run.is_open:
        return dict.fromkeys(("task_count", "annotation_count", "prediction_count"))
    result = run.result if run else {}
    return {
        "task_count": result.get("added", 0),
        "annotation_count": result.get("labels", 0),
        "prediction_count": result.get("predictions", 0),
    }
