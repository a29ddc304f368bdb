"""What Label Studio connects to: our own model stands for its one ML backend; webhooks there are none."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router
from ninja.errors import HttpError

from labeling import jobs
from labeling.errors import Refused
from labeling.flow.archive import require_open
from labeling.flow.version_name import version_name
from labeling.labelstudio.api.auth import member
from labeling.labelstudio.api.bodies import BackendBody, Key, VersionsBody
from labeling.labelstudio.api.problems import PROBLEMS
from labeling.labelstudio.shapes import as_time
from labeling.models import Kind, Membership, ModelVersion, Role, Run

router = Router(tags=["Machine learning and webhooks"])
# Label Studio's letters: connected, error, training.
_STATES = {"CO": "Connected", "ER": "Error", "TR": "Training"}


@router.get("/ml/", response={200: list[BackendBody], **PROBLEMS}, summary="List the project's model")
def list_backends(request: HttpRequest, project: Key | None = None) -> HttpResponse:
    """The project's own model, as one connected backend whose number is the project's."""
    if project is None:
        return JsonResponse([], safe=False)
    return JsonResponse([_body(request, member(request, project, role=Role.OWNER))], safe=False)


@router.get("/ml/{pk}", response={200: BackendBody, **PROBLEMS}, summary="Get the project's model")
def get_backend(request: HttpRequest, pk: Key) -> HttpResponse:
    return JsonResponse(_body(request, member(request, pk, role=Role.OWNER)))


@router.post("/ml/{pk}/train", response={200: dict[str, int], **PROBLEMS}, summary="Train the project's model")
def train_backend(request: HttpRequest, pk: Key) -> HttpResponse:
    """Ask for a training; asking again while one is owed or runs gives that one."""
    by = member(request, pk, role=Role.OWNER)
    try:
        require_open(by.project)
    except Refused as error:
        raise HttpError(HTTPStatus.CONFLICT, str(error)) from error
    return JsonResponse({"run": jobs.owe(project=by.project, kind=Kind.TRAIN, by=by.user).pk})


@router.get("/ml/{pk}/versions", response={200: VersionsBody, **PROBLEMS}, summary="List the model's versions")
def list_versions(request: HttpRequest, pk: Key) -> HttpResponse:
    by = member(request, pk, role=Role.OWNER)
    numbers = ModelVersion.objects.filter(project=pk).order_by("-number").values_list("number", flat=True)[:100]
    return JsonResponse({"versions": [version_name(by.project.slug, number) for number in numbers], "message": None})


@router.post("/ml/", include_in_schema=False)
def create_backend(request: HttpRequest) -> HttpResponse:
    raise _own_model()


@router.api_operation(["PATCH", "DELETE"], "/ml/{pk}", include_in_schema=False)
def change_backend(request: HttpRequest, pk: Key) -> HttpResponse:
    raise _own_model()


@router.get("/webhooks/", response={200: list[dict[str, str]], **PROBLEMS}, summary="List webhooks: there are none")
def list_webhooks(request: HttpRequest, project: Key | None = None) -> HttpResponse:
    if project is not None:
        member(request, project, role=Role.OWNER)
    return JsonResponse([], safe=False)


@router.post("/webhooks/", include_in_schema=False)
def create_webhook(request: HttpRequest) -> HttpResponse:
    said = _("This server calls no other one, so it sends no webhooks. Ask for what is new: list tasks, or export.")
    raise HttpError(HTTPStatus.NOT_IMPLEMENTED, said)


def _own_model() -> HttpError:
    said = _("A project learns with its own model here, which is connected always; other backends are not called.")
    return HttpError(HTTPStatus.NOT_IMPLEMENTED, said)


def _body(request: HttpRequest, by: Membership) -> dict[str, object]:
    project = by.project
    trainings = Run.objects.filter(project=project, kind=Kind.TRAIN)
    last = trainings.order_by("-pk").only("state", "error").first()
    state = "TR" if last is not None and last.is_open else "ER" if last is not None and last.reason else "CO"
    made_at = project.version.trained_at if project.version else project.created_at
    return {
        "id": project.pk,
        "state": state,
        "readable_state": _STATES[state],
        "is_interactive": False,
        "url": request.build_absolute_uri(reverse("model", args=[project.slug])),
        "error_message": last.reason if last is not None and state == "ER" else None,
        "title": "Factcheck",
        "auth_method": "NONE",
        "basic_auth_user": None,
        "basic_auth_pass_is_set": False,
        "description": "",
        "extra_params": None,
        "model_version": version_name(project.slug, project.version.number) if project.version else None,
        "timeout": 100.0,
        "created_at": as_time(project.created_at),
        "updated_at": as_time(min(made_at, timezone.now())),
        "auto_update": True,
        "project": project.pk,
    }
