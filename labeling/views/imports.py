"""An import on its way: what its columns mean, stopping it, and its report as a file."""

import contextlib

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labeling.access import member_of
from labeling.errors import Refused
from labeling.flow import receive, waiting
from labeling.flow.report import written
from labeling.import_forms import Mapping
from labeling.models import Kind, Membership, Role, Run, Upload
from labeling.views.asking import PersonRequest, page, sent


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mapping(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """What the columns of an upload mean, with what would become of its first rows; nothing goes in before "Import"."""
    member = member_of(request.user, slug, role=Role.OWNER)
    upload = get_object_or_404(Upload.objects.select_related("project"), pk=pk, project_id=member.project_id)
    asked, error = None, ""
    try:
        asked = Mapping(upload, *sent(request))
        if asked.is_sound and "import" in request.POST:
            run = receive.begin(upload=upload, by=request.user, reading=asked.reading)
            return redirect("run", slug=slug, pk=run.pk)
    except Refused as refusal:
        error = str(refusal)
    context = page(member, here="articles", upload=upload, asked=asked, error=error)
    failed = error or (asked and asked.columns.errors)
    return render(request, "labeling/import_mapping.html", context, status=422 if failed else 200)


@login_required
@require_POST
def discard(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    upload = get_object_or_404(Upload.objects.select_related("project"), pk=pk, project_id=member.project_id)
    try:
        waiting.discard(upload=upload, by=request.user)
        messages.success(request, _("%(name)s is discarded. Nothing of it went in.") % {"name": upload.name})
    except Refused as error:
        messages.error(request, str(error))
    return redirect("articles", slug=slug)


@login_required
@require_POST
def stop(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    # One that has ended meanwhile is not stopped: the page shows how it ended.
    with contextlib.suppress(Refused):
        receive.stop(run=_run(member, pk), by=request.user)
    return redirect("run", slug=slug, pk=pk)


@login_required
@require_safe
def report(request: PersonRequest, slug: str, pk: int) -> StreamingHttpResponse:
    run = _run(member_of(request.user, slug, role=Role.OWNER), pk)
    pieces = None if run.is_open else written(run)
    if pieces is None:
        raise Http404(run)
    named = {"Content-Disposition": f'attachment; filename="import-{run.pk}.csv"'}
    return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=named)


def _run(member: Membership, pk: int) -> Run:
    return get_object_or_404(Run.objects.filter(project_id=member.project_id, kind=Kind.IMPORT), pk=pk)
