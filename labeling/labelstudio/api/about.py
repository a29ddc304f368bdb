"""Who am I, and what is this: the first things that a client asks."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema

from labeling.labelstudio.api.problems import DIALECT, PROBLEMS
from labeling.labelstudio.shapes import as_time

router = Router(tags=["Users"])


class PersonBody(Schema):
    """A person. Names and addresses beside the user name are not kept here."""

    id: int
    username: str
    email: str
    first_name: str
    last_name: str
    initials: str
    avatar: str | None
    phone: str
    active_organization: int | None
    active_organization_meta: dict[str, str]
    allow_newsletters: bool | None
    custom_hotkeys: dict[str, Any]
    date_joined: str
    last_activity: str | None


@router.get("/current-user/whoami", response={200: PersonBody, **PROBLEMS}, summary="Who am I", url_name="whoami")
def whoami(request: HttpRequest) -> HttpResponse:
    """Whose token this is."""
    person = request.auth  # type: ignore[attr-defined]  # set by ninja
    body = {
        "id": person.pk,
        "username": person.username,
        "email": "",
        "first_name": "",
        "last_name": "",
        "initials": person.username[:2].upper(),
        "avatar": None,
        "phone": "",
        "active_organization": None,
        "active_organization_meta": {"title": "", "email": ""},
        "allow_newsletters": None,
        "custom_hotkeys": {},
        "date_joined": as_time(person.date_joined),
        "last_activity": as_time(person.last_login) if person.last_login else None,
    }
    return JsonResponse(body)


@router.get("/version/", response={200: dict[str, Any], **PROBLEMS}, summary="Version", url_name="version")
def version(request: HttpRequest) -> HttpResponse:
    """The release of Label Studio whose dialect this is. Clients export in one request where it is the community's."""
    package = {"version": DIALECT, "short_version": DIALECT.rpartition(".")[0]}
    body = {"release": DIALECT, "edition": "Community", "label-studio-os-package": package}
    parts = ("label-studio-os-backend", "label-studio-frontend", "label-studio-converter", "backend", "lsf")
    return JsonResponse({**body, **{name: {} for name in parts}, "server": "Factcheck"})
