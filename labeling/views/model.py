"""What the model has learned, how well, and what it asks for next."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from labeling import jobs
from labeling.access import member_of
from labeling.flow.model_report import report
from labeling.models import Kind, Role
from labeling.views.asking import PersonRequest, page


@login_required
@require_safe
def model(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    return render(request, "labeling/model.html", page(member, report=report(member.project)))


@require_POST
@login_required
def train(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    jobs.owe(project=member.project, kind=Kind.TRAIN, by=request.user)
    return redirect("model", slug=slug)
