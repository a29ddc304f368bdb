"""Projects: those one is a member of, founded with a labelling config, changed by their owners."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any, Literal, NoReturn
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import ConfigDict, Field

from labeling.errors import Refused
from labeling.flow import scheme
from labeling.flow.change import change
from labeling.flow.found import SCHEME, create_project, may_found
from labeling.labelstudio import config
from labeling.labelstudio.api.auth import member
from labeling.labelstudio.api.bodies import Key
from labeling.labelstudio.api.problems import PROBLEMS, Wrong
from labeling.labelstudio.controls import config_told, labels_by_project, meant, names_of
from labeling.labelstudio.project_bodies import COUNTS, bodies_of, counts_of
from labeling.labelstudio.words import fold
from labeling.models import Project, Role, TaskData

router = Router(tags=["Projects"])
ANSWERS = range(1, 11)
TITLE_MAX = 120
PAGE, PAGE_MAX = 30, 100
ORDERS = {"id": "pk", "title": "name", "created_at": "created_at"}


class ProjectSent(Schema):
    """What a script says of a project; what else Label Studio has of one is not kept here."""

    model_config = ConfigDict(strict=True)

    title: str | None = Field(None, min_length=1, max_length=TITLE_MAX)
    label_config: str | None = Field(None, max_length=config.MAX_LENGTH)
    expert_instruction: str | None = Field(None, max_length=config.MAX_LENGTH)
    maximum_annotations: Annotated[int, Field(ge=1, le=10)] | None = None


class ConfigSent(Schema):
    model_config = ConfigDict(strict=True)

    label_config: str = Field(max_length=config.MAX_LENGTH)


class Asked(Schema):
    """Which of the projects, in which order, how many at once."""

    page: int = Field(1, ge=1, le=1_000_000)
    page_size: int = Field(PAGE, ge=1)
    ids: str = Field("", max_length=2_000)
    title: str = Field("", max_length=TITLE_MAX)
    search: str = Field("", max_length=TITLE_MAX)
    ordering: Literal["id", "-id", "title", "-title", "created_at", "-created_at"] = "-created_at"


class ProjectBody(Schema):
    """A project as Label Studio tells it."""

    model_config = ConfigDict(extra="allow")

    id: int
    title: str
    label_config: str
    parsed_label_config: dict[str, Any]
    maximum_annotations: int
    created_at: str
    task_number: int


class PageBody(Schema):
    count: int
    next: str | None
    previous: str | None
    results: list[dict[str, Any]]


class ChangedBody(Schema):
    config_essential_data_has_changed: bool


@router.get("/projects/", response={200: PageBody, **PROBLEMS}, summary="List projects", url_name="projects")
def list_projects(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:
    """The projects whose member one is."""
    person = _person(request)
    return _paged(request, asked, lambda projects: bodies_of(projects, person))


@router.get("/projects/counts/", response={200: PageBody, **PROBLEMS}, summary="Count projects")
def list_counts(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:
    """The same projects, with their counts alone."""

    def bodies(projects: list[Project]) -> list[dict[str, Any]]:
        told = counts_of(projects)
        return [{"id": one.pk, **{name: told[one.pk][name] for name in COUNTS}} for one in projects]

    return _paged(request, asked, bodies)


@router.post("/projects/", response={201: ProjectBody, **PROBLEMS}, summary="Create project")
def create(request: HttpRequest, sent: ProjectSent) -> HttpResponse:
    """Found a project, whose owner one is. Without a config it has the labels of every new project."""
    person = _person(request)
    if not may_found(person):
        raise HttpError(HTTPStatus.FORBIDDEN, _("You may not found projects. Ask an operator to allow it."))
    xml = "" if config.is_empty(sent.label_config) else sent.label_config or ""
    title = sent.title or _("New project")
    project = create_project(
        by=person,
        slug="" if slugify(title) else f"project-{uuid4().hex[:8]}",
        name=title,
        overlap=sent.maximum_annotations or 1,
        labels=_labels(xml) if xml else SCHEME,
        guideline=_sound(sent.expert_instruction or ""),
        label_config=xml,
    )
    (body,) = bodies_of([project], person)
    return JsonResponse(body, status=HTTPStatus.CREATED)


@router.get("/projects/{pk}/", response={200: ProjectBody, **PROBLEMS}, summary="Get project", url_name="project")
def get(request: HttpRequest, pk: Key) -> HttpResponse:
    """One project."""
    (body,) = bodies_of([member(request, pk).project], _person(request))
    return JsonResponse(body)


@router.patch("/projects/{pk}/", response={200: ProjectBody, **PROBLEMS}, summary="Update project")
def update(request: HttpRequest, pk: Key, sent: ProjectSent) -> HttpResponse:
    """Set the title, how many answers a task wants, and the config, which may add labels; for owners."""
    project = member(request, pk, role=Role.OWNER).project
    person = _person(request)
    settings: dict[str, object] = {"name": sent.title, "overlap": sent.maximum_annotations}
    with transaction.atomic():
        if sent.label_config is not None and sent.label_config != _told(project):
            _add_labels(project, person, sent.label_config)
            settings["label_config"] = sent.label_config
        asked = {name: value for name, value in settings.items() if value is not None}
        change(project=project, by=person, settings=asked, cues={})
    (body,) = bodies_of([Project.objects.select_related("version").get(pk=pk)], person)
    return JsonResponse(body)


@router.delete("/projects/{pk}/", include_in_schema=False)
def delete(request: HttpRequest, pk: Key) -> HttpResponse:
    """Not offered."""
    member(request, pk, role=Role.OWNER)
    said = _("A project is not deleted here, with all its answers. Archive it on its settings page.")
    raise HttpError(HTTPStatus.NOT_IMPLEMENTED, said)


@router.post("/projects/{pk}/validate/", response={200: ChangedBody, **PROBLEMS}, summary="Validate label config")
def validate(request: HttpRequest, pk: Key, sent: ConfigSent) -> HttpResponse:
    """Whether the project could have this config: 400 with the reason where not."""
    project = member(request, pk, role=Role.OWNER).project
    here = _keys(project)
    wanted = _wanted(project, here, sent.label_config)
    renamed = names_of(sent.label_config) != replace(names_of(project.label_config), own=True)
    return JsonResponse({"config_essential_data_has_changed": renamed or set(wanted) != set(here)})


def _person(request: HttpRequest) -> User:
    person: User = request.auth  # type: ignore[attr-defined]  # set by ninja
    return person


def _paged(request: HttpRequest, asked: Asked, bodies: Any) -> HttpResponse:
    """A page of the projects that were asked for. Raises Http404 behind the last one, as Label Studio does."""
    found = _found(_person(request), asked)
    size, count = min(asked.page_size, PAGE_MAX), found.count()
    start = (asked.page - 1) * size
    if start and start >= count:
        raise Http404(asked.page)
    return JsonResponse(
        {
            "count": count,
            "next": _address(request, asked.page + 1) if start + size < count else None,
            "previous": _address(request, asked.page - 1) if asked.page > 1 else None,
            "results": bodies(list(found[start : start + size])),
        }
    )


def _found(person: User, asked: Asked) -> QuerySet[Project]:
    found = Project.objects.visible_to(person).select_related("version").defer("version__evaluation")
    if asked.ids:
        ids = [one for one in asked.ids.split(",") if one.isascii() and one.isdigit() and len(one) < 19]
        found = found.filter(pk__in=ids)
    for words in (asked.title, asked.search):
        if words:
            found = found.filter(name__icontains=_sound(words))
    column = ORDERS[asked.ordering.removeprefix("-")]
    sign = "-" if asked.ordering.startswith("-") else ""
    return found.order_by(f"{sign}{column}", f"{sign}pk")


def _address(request: HttpRequest, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _sound(words: str) -> str:
    """`words` out of an address, where a NUL is not refused yet."""
    return words.replace("\0", "")


def _labels(xml: str) -> list[tuple[str, str, str, bool]]:
    offered = sorted(_read(xml).labels, key=lambda one: one.digit)
    return [(one.key, one.name, one.name, one.is_none) for one in offered]


def _read(xml: str) -> config.Choices:
    try:
        return config.labels_of(xml)
    except Refused as refusal:
        raise Wrong(str(refusal), {"label_config": [str(refusal)]}) from refusal


def _told(project: Project) -> str:
    return config_told(project.label_config, labels_by_project([project.pk])[project.pk])


def _keys(project: Project) -> list[str]:
    return list(project.labels.offered().values_list("key", flat=True))


def _wanted(project: Project, here: list[str], xml: str) -> dict[str, str]:
    """The labels of a config that the project, which offers `here`, could have: how each is named, by its key.

    A label goes by any name that it has here. Raises Wrong where one is left out or named twice, or where the text
    would take the place of what a script sent beside it.
    """
    known, asked = meant(labels_by_project([project.pk])[project.pk]), _read(xml)
    wanted: dict[str, str] = {}
    for one in asked.labels:
        if wanted.setdefault(known.get(fold(one.value), one.key), one.name) != one.name:
            _refuse(_("Two labels of the config have the same name, or names that are too much alike."))
    if missing := sorted(set(here) - set(wanted)):
        said = _("The config leaves out %(labels)s. Retire or merge a label on the project's labels page.")
        _refuse(said % {"labels": ", ".join(missing)})
    beside = TaskData.objects.filter(sentence__project=project, data__has_key=asked.field)
    if asked.field != names_of(project.label_config).field and beside.exists():
        said = _("Tasks of this project have a field %(field)s beside their text already. Leave the text where it is.")
        _refuse(said % {"field": asked.field})
    return wanted


def _refuse(said: str) -> NoReturn:
    raise Wrong(said, {"label_config": [said]})


def _add_labels(project: Project, by: User, xml: str) -> None:
    """Offer the labels of the config that are not here yet; none is taken away so."""
    here = _keys(project)
    for key, name in _wanted(project, here, xml).items():
        if key not in here:
            fields = {"name_en": name, "name_id": name, "colour": scheme.next_colour(project)}
            scheme.add(project=project, by=by, key=key, fields=fields)
