"""A project's settings."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from labeling.access import member_of
from labeling.errors import Refused
from labeling.flow.change import ORDERING, change
from labeling.flow.overlap import is_walking
from labeling.models import Project, Role
from labeling.project_forms import SettingsForm
from labeling.views.asking import PersonRequest, page, sent


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    form = SettingsForm(*sent(request), project=member.project)
    if form.is_valid():
        try:
            changed = change(project=member.project, by=request.user, settings=form.settings(), cues=form.cues())
        except Refused as error:
            form.add_error("audit_size" if member.project.archived_at is None else None, str(error))
        else:
            messages.success(request, told(changed, member.project))
            return redirect("settings", slug=slug)
    return render(request, "labeling/settings.html", page(member, form=form), status=422 if form.errors else 200)


def told(changed: list[str], project: Project) -> str:
    """What became of a change, in a few sentences."""
    said = [_("The settings are saved.") if changed else _("Nothing was changed.")]
    if project.version is not None and not set(ORDERING).isdisjoint(changed):
        said.append(_("A training starts by itself, then the queue follows them."))
    if is_walking(project):
        said.append(_("The sentences follow the number of answers one after another: see “Background work”."))
    return " ".join(said)
