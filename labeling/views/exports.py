"""Taking the labels away."""

from pathlib import PurePath

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from labeling import jobs
from labeling.access import member_of
from labeling.flow.shelf import pages_by_key
from labeling.forms import ExportForm
from labeling.models import Kind, Role, Run, RunState
from labeling.views.asking import PersonRequest, page, sent, whole_number


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    form = ExportForm(*sent(request))
    if form.is_valid():
        run = jobs.owe(project=member.project, kind=Kind.EXPORT, by=request.user, options=form.cleaned_data)
        return redirect("run", slug=slug, pk=run.pk)
    rows = Run.objects.filter(project=member.project, kind=Kind.EXPORT)
    shown = pages_by_key(rows, before=whole_number(request.GET.get("before")))
    return render(request, "labeling/exports.html", page(member, form=form, shelf=shown))


@login_required
@require_safe
def download(request: PersonRequest, slug: str, pk: int) -> FileResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    rows = Run.objects.filter(project_id=member.project_id, kind=Kind.EXPORT, state=RunState.DONE)
    path = str(get_object_or_404(rows, pk=pk).result.get("path", ""))
    if not path or not default_storage.exists(path):
        raise Http404(path)
    return FileResponse(default_storage.open(path), as_attachment=True, filename=PurePath(path).name)
