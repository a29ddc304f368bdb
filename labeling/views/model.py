"""What the model has learned, how well, and what it asks for next."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from labeling import jobs
from labeling.access import member_of
from labeling.errors import Refused
from labeling.flow.archive import require_open
from labeling.flow.confusion import confused
from labeling.flow.model_report import report
from labeling.models import Kind, Role
from labeling.views.asking import PersonRequest, page, whole_number


@login_required
@require_safe
def model(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    return render(request, "labeling/model.html", page(member, report=report(member.project)))


@require_POST
@login_required
def train(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    try:
        require_open(member.project)
        jobs.owe(project=member.project, kind=Kind.TRAIN, by=request.user)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("model", slug=slug)


@require_POST
@login_required
def evaluate(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    jobs.owe(project=member.project, kind=Kind.EVALUATE, by=request.user)
    return redirect("model", slug=slug)


@login_required
@require_safe
def confusion(request: PersonRequest, slug: str, true: str, predicted: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    cell = confused(member.project, true, predicted, before=whole_number(request.GET.get("before")))
    if cell is None:
        raise Http404(true)
    return render(request, "labeling/confusion.html", page(member, here="model", cell=cell))
