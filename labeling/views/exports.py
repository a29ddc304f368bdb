"""Taking the labels away."""

from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labeling import jobs
from labeling.access import member_of
from labeling.errors import Refused
from labeling.export_forms import ExportForm, LicenceForm, PublishForm
from labeling.flow.change import change
from labeling.flow.exported import numbers, since_last, taken_away, versions
from labeling.models import Kind, Membership, Role, Run, RunState
from labeling.views.asking import PersonRequest, page, sent, whole_number


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    again = {"version": whole_number(request.GET.get("version"))}
    form = ExportForm(*sent(request), numbers=numbers(member.project), initial=again)
    if form.is_valid():
        run = jobs.owe(project=member.project, kind=Kind.EXPORT, by=request.user, options=form.options())
        return redirect("run", slug=slug, pk=run.pk)
    return _page(request, member, form=form)


@require_POST
@login_required
def export_publish(request: PersonRequest, slug: str) -> HttpResponse:
    """Ask for a version to be uploaded to the hub."""
    member = member_of(request.user, slug, role=Role.OWNER)
    form = PublishForm(request.POST, numbers=numbers(member.project))
    if not form.is_valid():
        return _page(request, member, publish=form)
    run = jobs.owe(project=member.project, kind=Kind.PUBLISH, by=request.user, options=form.options())
    return redirect("run", slug=slug, pk=run.pk)


@require_POST
@login_required
def export_licence(request: PersonRequest, slug: str) -> HttpResponse:
    """Say under which licence others may use what is exported."""
    member = member_of(request.user, slug, role=Role.OWNER)
    form = LicenceForm(request.POST, project=member.project)
    if not form.is_valid():
        return _page(request, member, licence=form)
    try:
        changed = change(project=member.project, by=request.user, settings=form.settings(), cues={})
        messages.success(request, _("Saved; the next export says so.") if changed else _("Nothing was changed."))
    except Refused as error:
        messages.error(request, str(error))
    # Without a place of its own the browser would stay at #licence, below what the page says of it.
    return redirect(f"{reverse('exports', args=[slug])}#top")


def _page(request: PersonRequest, member: Membership, **forms: Any) -> HttpResponse:
    """The page, with the form that was sent in its place."""
    project, asked = member.project, {name: whole_number(request.GET.get(name)) for name in ("before", "versions")}
    there = numbers(project)
    fresh = {
        "form": forms.get("form") or ExportForm(numbers=there),
        "publish": forms.get("publish") or PublishForm(numbers=there),
        "licence": forms.get("licence") or LicenceForm(project=project),
    }
    shown = {
        "versions": versions(project, before=asked["versions"]),
        "shelf": taken_away(project, before=asked["before"]),
        "since": since_last(project),
    }
    status = 422 if any(one.errors for one in fresh.values()) else 200
    return render(request, "labeling/exports.html", page(member, here="exports", **fresh, **shown), status=status)


@login_required
@require_safe
def download(request: PersonRequest, slug: str, pk: int) -> FileResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    rows = Run.objects.filter(project_id=member.project_id, kind=Kind.EXPORT, state=RunState.DONE)
    path = str(get_object_or_404(rows, pk=pk).result.get("path", ""))
    if not path or not default_storage.exists(path):
        raise Http404(path)
    return FileResponse(default_storage.open(path), as_attachment=True, filename=PurePath(path).name)
