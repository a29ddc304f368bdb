"""Background jobs: what is waiting, running, done or failed, with a bar that moves."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from labeling.access import member_of
from labeling.flow.shelf import pages_by_key
from labeling.models import Membership, Role, Run
from labeling.views.asking import PersonRequest, page, whole_number


@login_required
@require_safe
def runs(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    rows = Run.objects.filter(project=member.project).select_related("asked_by")
    shown = pages_by_key(rows, before=whole_number(request.GET.get("before")))
    return render(request, "labeling/runs.html", page(member, shelf=shown))


@login_required
@require_safe
def run(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    return render(request, "labeling/run.html", page(member, run=_run(member, pk)))


@never_cache
@login_required
@require_safe
def progress(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """The bar alone, once a second while the Run is open; the last answer asks for no more."""
    member = member_of(request.user, slug, role=Role.OWNER)
    return render(request, "labeling/_run.html", page(member, run=_run(member, pk)))


def _run(member: Membership, pk: int) -> Run:
    rows = Run.objects.filter(project_id=member.project_id).select_related("asked_by")
    return get_object_or_404(rows, pk=pk)
