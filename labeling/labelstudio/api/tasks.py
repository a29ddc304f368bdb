"""Tasks: the sentences of a project's pool, listed, told one by one, lent as the next one, taken out."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Literal

from django.core.cache import cache
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import ConfigDict, Field

from labeling.flow import queue, withdraw
from labeling.labelstudio import told
from labeling.labelstudio.api.auth import member, tasks_seen_by
from labeling.labelstudio.api.bodies import Key
from labeling.labelstudio.api.predictions import shown
from labeling.labelstudio.api.problems import PROBLEMS, Wrong, not_here
from labeling.labelstudio.controls import controls_of, names_of
from labeling.labelstudio.shapes import listed_task_body, task_body
from labeling.models import Annotation, Membership, QueueEntry, Role, Sentence

router = Router(tags=["Tasks"])
PAGE, PAGE_MAX = 100, 5_000
# How long it is remembered where a page ended, so that the next one begins there.
REMEMBERED = 600
# So many tasks are deleted by one request.
DELETED_MAX = 500


class Asked(Schema):
    """Which tasks, and how many at once. `fields` task_only leaves out the answers themselves."""

    project: Key
    page: int = Field(1, ge=1, le=1_000_000)
    page_size: int = Field(PAGE, ge=1, le=PAGE_MAX)
    fields: Literal["all", "task_only"] = "task_only"
    only_annotated: bool = False


class TaskBody(Schema):
    """A task as Label Studio tells it."""

    model_config = ConfigDict(extra="allow")

    id: int
    data: dict[str, Any]
    meta: dict[str, Any]
    project: int
    annotations: list[dict[str, Any]]
    predictions: list[dict[str, Any]]
    total_annotations: int


class TasksBody(Schema):
    tasks: list[TaskBody]
    total: int
    total_annotations: int
    total_predictions: int


class Selected(Schema):
    model_config = ConfigDict(strict=True)

    all: bool = False
    included: list[Key] = Field(default_factory=list, max_length=DELETED_MAX)


class ActionSent(Schema):
    """Of which tasks an action is, where it is not of the project as a whole."""

    selectedItems: Selected | None = None  # Label Studio's own word


class ActedBody(Schema):
    model_config = ConfigDict(extra="allow")


@router.get("/tasks/", response={200: TasksBody, **PROBLEMS}, summary="List tasks", url_name="tasks")
def list_tasks(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:
    """The tasks of a project that one may see, oldest first; 404 behind the last page, as Label Studio does."""
    for name in ("view", "query", "review", "selectedItems"):
        if request.GET.get(name):
            said = _("%(name)s is not offered here: name a project, and look through its tasks.") % {"name": name}
            raise Wrong(said, {name: [said]})
    by = member(request, asked.project)
    given = Annotation.objects.given().filter(project=by.project_id)
    found = tasks_seen_by(by)
    if asked.only_annotated:
        found = found.filter(Exists(given.filter(sentence=OuterRef("pk"))))
    ids = _page(by, asked, found)
    if asked.page > 1 and not ids:
        raise HttpError(HTTPStatus.NOT_FOUND, _("There is no such page."))
    plain = by.adjudicates and not asked.only_annotated
    counted = given.filter(unsure=False) if by.is_owner else given.filter(unsure=False, annotator=by.user_id)
    return JsonResponse(
        {
            "tasks": bodies(by, ids, whole=asked.fields == "all"),
            "total": by.project.n_pool if plain else found.count(),
            "total_annotations": counted.count(),
            "total_predictions": _n_predicted(by),
        }
    )


@router.post("/tasks/", include_in_schema=False)
def create_task(request: HttpRequest) -> HttpResponse:
    """Not offered."""
    said = _("Tasks come in by an import: POST /api/projects/{id}/import, of one task too.")
    raise HttpError(HTTPStatus.NOT_IMPLEMENTED, said)


@router.get("/tasks/{pk}/", response={200: TaskBody, **PROBLEMS}, summary="Get task", url_name="task")
def get_task(request: HttpRequest, pk: Key) -> HttpResponse:
    """One task, with the answers and predictions that one may see."""
    by, _task = _found(request, pk)
    (body,) = bodies(by, [pk], whole=True)
    return JsonResponse(body)


@router.patch("/tasks/{pk}/", include_in_schema=False)
def update_task(request: HttpRequest, pk: Key) -> HttpResponse:
    """Not offered."""
    _found(request, pk)
    said = _("A text never changes here, since answers were given about it. Delete the task, and import a new one.")
    raise HttpError(HTTPStatus.NOT_IMPLEMENTED, said)


@router.delete("/tasks/{pk}/", response={204: None, **PROBLEMS}, summary="Delete task")
def delete_task(request: HttpRequest, pk: Key) -> HttpResponse:
    """Take the sentence out of the pool, for owners: nobody is asked about it any more, and its history stays."""
    by, task = _found(request, pk, role=Role.OWNER)
    withdraw.take_out(by=by.user, sentence=task, reason="API")
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@router.delete("/projects/{project}/tasks/", include_in_schema=False)
def delete_all(request: HttpRequest, project: Key) -> HttpResponse:
    """Not offered."""
    member(request, project, role=Role.OWNER)
    said = _("Tasks are deleted one by one, or by the action delete_tasks with their numbers.")
    raise HttpError(HTTPStatus.NOT_IMPLEMENTED, said)


@router.get("/projects/{project}/next/", response={200: TaskBody, **PROBLEMS}, summary="Next task")
def next_task(request: HttpRequest, project: Key) -> HttpResponse:
    """The best task for whoever asks, lent to them for half an hour; 404 where nothing is left for them."""
    return JsonResponse(_lent(member(request, project)))


@router.get("/dm/actions/", response={200: list[ActedBody] | ActedBody, **PROBLEMS}, summary="List actions")
def list_actions(request: HttpRequest, project: Key, id: str = "") -> HttpResponse:
    """The actions that are offered; with `id=next_task` the next task, which scripts ask for so too."""
    by = member(request, project)
    if id:
        return _act(by, id, ActionSent())
    offered = {"next_task": _("Next task"), "delete_tasks": _("Delete tasks")}
    return JsonResponse([{"id": name, "title": title} for name, title in offered.items()], safe=False)


@router.post("/dm/actions/", response={200: ActedBody, **PROBLEMS}, summary="Act on tasks", url_name="actions")
def act(request: HttpRequest, project: Key, id: str, sent: ActionSent | None = None) -> HttpResponse:
    """`next_task`, or `delete_tasks` of the tasks that are named."""
    return _act(member(request, project), id, sent or ActionSent())


def bodies(by: Membership, ids: Sequence[int], *, whole: bool) -> list[dict[str, Any]]:
    """The tasks `ids` as `by` is told of them, in a number of queries that does not grow with theirs.

    An owner sees all answers, everybody else their own. Not `whole`: answers and predictions are left out.
    """
    if not whole:
        names = names_of(by.project.label_config)
        return [
            {
                **listed_task_body(one, annotations=None, controls=names),
                "total_predictions": len(one.predicted) if by.adjudicates else 0,
            }
            for one in told.tasks_of(ids)
        ]
    answers = told.annotations_of(ids, by=None if by.is_owner else by.user_id)
    tasks, controls = told.tasks_of(ids), controls_of(by.project)
    predicted = shown(by, tasks)
    return [
        listed_task_body(
            one,
            annotations=answers.get(one.key, ()),
            predictions=predicted.get(one.key, ()),
            controls=controls,
        )
        for one in tasks
    ]


def _found(request: HttpRequest, pk: int, *, role: Role | None = None) -> tuple[Membership, Sentence]:
    """A task that whoever asks may see, and their membership. Raises Http404, or HttpError 403."""
    task = get_object_or_404(Sentence.objects.in_pool(), pk=pk)
    by = member(request, task.project_id, role=role)
    if not tasks_seen_by(by).filter(pk=pk).exists():
        raise Http404(pk)
    return by, task


def _page(by: Membership, asked: Asked, found: QuerySet[Sentence]) -> list[int]:
    """The keys of the page. It begins where the page before ended, if that was asked for lately; else it is counted."""
    sizes = f"{asked.page_size}:{asked.only_annotated:d}"
    place = f"api-page:{by.pk}:{sizes}:{{}}".format
    after = cache.get(place(asked.page)) if asked.page > 1 else None
    rows = found.order_by("pk").values_list("pk", flat=True)
    start = 0 if after else (asked.page - 1) * asked.page_size
    page = rows.filter(pk__gt=after) if after else rows
    ids = list(page[start : start + asked.page_size])
    if ids:
        cache.set(place(asked.page + 1), ids[-1], REMEMBERED)
    return ids


def _n_predicted(by: Membership) -> int:
    if not by.adjudicates:
        return 0
    of_model = QueueEntry.objects.filter(version=by.project.version_id, suggested__isnull=False)
    return told.n_kept(by.project_id) + (of_model.count() if by.project.version_id else 0)


def _lent(by: Membership) -> dict[str, Any]:
    """The next task as Label Studio tells it. Of a repeat nothing tells that it is one: no answer is shown with any."""
    leases = queue.take(by=by, want=1)
    tasks = told.tasks_of([leases[0].sentence_id], counted=False) if leases else []
    if not tasks:
        raise HttpError(HTTPStatus.NOT_FOUND, _("There is no task left for you in this project."))
    body = task_body(tasks[0], controls=names_of(by.project.label_config))
    return {**body, "queue": leases[0].selection, "unique_lock_id": None}


def _act(by: Membership, name: str, sent: ActionSent) -> HttpResponse:
    if name == "next_task":
        return JsonResponse(_lent(by))
    if name != "delete_tasks":
        said = _("There is no action %(name)s here; there are next_task and delete_tasks.") % {"name": name[:60]}
        raise Wrong(said, {"id": [said]})
    if not by.is_owner:
        raise HttpError(HTTPStatus.FORBIDDEN, _("Only owners delete tasks."))
    if sent.selectedItems is None or sent.selectedItems.all:
        said = _('Name the tasks: {"selectedItems": {"all": false, "included": [1, 2]}}.')
        raise Wrong(said, {"selectedItems": [said]})
    wanted = set(sent.selectedItems.included)
    tasks = list(Sentence.objects.in_pool().filter(project=by.project_id, pk__in=wanted))
    if len(tasks) < len(wanted):
        raise HttpError(HTTPStatus.NOT_FOUND, not_here())
    for one in tasks:
        withdraw.take_out(by=by.user, sentence=one, reason="API")
    return JsonResponse({"processed_items": len(tasks), "reload": True})
