"""A project that rests, and comes back."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from labeling.access import member_of
from labeling.errors import Refused
from labeling.flow import archive as verbs
from labeling.models import Project, Role
from labeling.views.asking import PersonRequest


@require_POST
@login_required
def archive(request: PersonRequest, slug: str) -> HttpResponse:
    return _done(request, slug, verbs.archive, _("The project is archived: it is read only now."))


@require_POST
@login_required
def restore(request: PersonRequest, slug: str) -> HttpResponse:
    return _done(request, slug, verbs.restore, _("The project is back in work."))


def _done(request: PersonRequest, slug: str, verb: Callable[..., Project], said: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    try:
        verb(project=member.project, by=request.user)
        messages.success(request, said)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("settings", slug=slug)
