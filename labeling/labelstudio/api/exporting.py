"""Exports: at once as a stream, or by way of a snapshot as scripts of Label Studio's larger edition do.

A snapshot is the project at one data revision, named by that number. It is not stored: it can be got while nothing has
changed since, and is refused as outdated afterwards. What is to be kept is exported on the project's page, where every
version can be produced again.
"""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.errors import HttpError

from labeling.flow.revision import revision_of
from labeling.labelstudio.api.auth import member
from labeling.labelstudio.api.bodies import (
    ConvertingBody,
    ConvertSent,
    ExportAsked,
    ExportedTask,
    FormatBody,
    Key,
    RecordBody,
    SnapshotBody,
)
from labeling.labelstudio.api.problems import PROBLEMS
from labeling.labelstudio.shapes import as_time
from labeling.labelstudio.stream import FORMATS, gathered, lines
from labeling.models import Event, Membership, Role, Verb

router = Router(tags=["Export"])
_TABLE = {"schema": {"type": "string"}}
_AS_TABLES = {"responses": {200: {"content": {"text/csv": _TABLE, "text/tab-separated-values": _TABLE}}}}


@router.get(
    "/projects/{pk}/export",
    response={200: list[ExportedTask | RecordBody], **PROBLEMS},
    summary="Export tasks and answers",
    openapi_extra=_AS_TABLES,
)
def export(request: HttpRequest, pk: Key, asked: Query[ExportAsked]) -> HttpResponse | StreamingHttpResponse:
    """A stream of the answered tasks, of all, or of those named by `ids`; JSON, JSON_MIN, CSV or TSV."""
    by = member(request, pk, role=Role.OWNER)
    to = asked.exportType or asked.export_type
    return _stream(by, to, ids=[*asked.ids, *asked.ids_too], everything=asked.download_all_tasks)


@router.get("/projects/{pk}/export/formats", response={200: list[FormatBody], **PROBLEMS}, summary="List formats")
def list_formats(request: HttpRequest, pk: Key) -> HttpResponse:
    member(request, pk, role=Role.OWNER)
    formats = [{"name": name, "title": title, "description": title} for name, (title, *_rest) in FORMATS.items()]
    return JsonResponse(formats, safe=False)


@router.get("/projects/{pk}/exports/", response={200: list[SnapshotBody], **PROBLEMS}, summary="List snapshots")
def list_snapshots(request: HttpRequest, pk: Key) -> HttpResponse:
    """The one of this moment."""
    by = member(request, pk, role=Role.OWNER)
    return JsonResponse([_snapshot(by, revision_of(by.project))], safe=False)


@router.post("/projects/{pk}/exports/", response={201: SnapshotBody, **PROBLEMS}, summary="Create snapshot")
def create_snapshot(request: HttpRequest, pk: Key) -> HttpResponse:
    """Complete at once. Whatever options are sent, all of the project's answered tasks are in it."""
    by = member(request, pk, role=Role.OWNER)
    return JsonResponse(_snapshot(by, revision_of(by.project)), status=HTTPStatus.CREATED)


@router.get("/projects/{pk}/exports/{snapshot}", response={200: SnapshotBody, **PROBLEMS}, summary="Get snapshot")
def get_snapshot(request: HttpRequest, pk: Key, snapshot: Key) -> HttpResponse:
    return JsonResponse(_snapshot(_fresh(request, pk, snapshot), snapshot))


@router.delete("/projects/{pk}/exports/{snapshot}", include_in_schema=False)
def delete_snapshot(request: HttpRequest, pk: Key, snapshot: Key) -> HttpResponse:
    """Not offered."""
    member(request, pk, role=Role.OWNER)
    said = _("A snapshot is not stored here, so there is nothing to delete: it is outdated once something changes.")
    raise HttpError(HTTPStatus.NOT_IMPLEMENTED, said)


@router.post(
    "/projects/{pk}/exports/{snapshot}/convert",
    response={200: ConvertingBody, **PROBLEMS},
    summary="Convert snapshot",
)
def convert_snapshot(request: HttpRequest, pk: Key, snapshot: Key, sent: ConvertSent) -> HttpResponse:
    """Nothing has to be made beforehand: every format is ready."""
    _fresh(request, pk, snapshot)
    _require_known(sent.export_type)
    return JsonResponse({"export_type": sent.export_type, "converted_format": [*FORMATS].index(sent.export_type) + 1})


@router.get(
    "/projects/{pk}/exports/{snapshot}/download",
    response={200: list[ExportedTask | RecordBody], **PROBLEMS},
    summary="Download snapshot",
    openapi_extra=_AS_TABLES,
)
def download_snapshot(
    request: HttpRequest,
    pk: Key,
    snapshot: Key,
    exportType: str = "JSON",
) -> HttpResponse | StreamingHttpResponse:
    return _stream(_fresh(request, pk, snapshot), exportType)


def _fresh(request: HttpRequest, pk: int, snapshot: int) -> Membership:
    """Whoever asks, an owner. Raises Http404 for a snapshot that never was, HttpError 409 for one that is outdated."""
    by = member(request, pk, role=Role.OWNER)
    now = revision_of(by.project)
    if snapshot > now:
        raise Http404(snapshot)
    if snapshot < now:
        said = _("The project has changed since this snapshot was made. Make a new one; versions are kept at %(page)s.")
        page = request.build_absolute_uri(reverse("exports", args=[by.project.slug]))
        raise HttpError(HTTPStatus.CONFLICT, said % {"page": page})
    return by


def _require_known(to: str) -> None:
    if to not in FORMATS:
        said = _("There is no export as %(format)s here. Choose one of %(known)s.")
        raise HttpError(HTTPStatus.BAD_REQUEST, said % {"format": to[:40], "known": ", ".join(FORMATS)})


def _stream(
    by: Membership, to: str, *, ids: list[int] | None = None, everything: bool = False
) -> StreamingHttpResponse:
    _require_known(to)
    _title, ending, kind = FORMATS[to]
    name = f"project-{by.project_id}-at-{timezone.now():%Y-%m-%d-%H-%M}.{ending}"
    Event.objects.create(project=by.project, who=by.user, verb=Verb.EXPORTED, after={"to": f"api {to}"})
    found = lines(by.project, to, ids=ids or (), everything=everything)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "filename": name, "Cache-Control": "no-store"}
    return StreamingHttpResponse(gathered(found), content_type=kind, headers=headers)


def _snapshot(by: Membership, revision: int) -> dict[str, object]:
    user = by.user
    person = {"id": user.pk, "username": user.username, "email": "", "first_name": "", "last_name": "", "avatar": None}
    now = as_time(timezone.now())
    ready = [
        {"id": n, "status": "completed", "export_type": name, "traceback": None} for n, name in enumerate(FORMATS, 1)
    ]
    return {
        "id": revision,
        "title": f"{by.project.name} {revision}",
        "created_by": person,
        "created_at": now,
        "finished_at": now,
        "status": "completed",
        "md5": "",
        "counters": {"task_number": by.project.n_pool},
        "converted_formats": ready,
    }
