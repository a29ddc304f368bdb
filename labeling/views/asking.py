"""What every view shares: a signed-in request, a safe way back, the context of a project's page."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from labeling.flow.membership import note_seen
from labeling.models import Membership


class PersonRequest(HttpRequest):
    """A request behind `login_required`."""

    user: User


def safe_next(request: HttpRequest, default: str) -> str:
    """Where `next` leads if that is a page of ours, else the page named `default`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else resolve_url(default)


def sent(request: HttpRequest, *more: object) -> tuple[Any, ...]:
    """What a form is bound to: the fields (and `more`, the files) of a POST, nothing otherwise."""
    return (request.POST, *more) if request.method == "POST" else ()


def whole_number(text: str | None) -> int | None:
    """A page key out of an address; None for anything that is not a number a row can have."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def page(member: Membership, **more: object) -> dict[str, object]:
    """The context of a project's page, which `member` sees now."""
    note_seen(member)
    return {"member": member, "project": member.project, **more}
