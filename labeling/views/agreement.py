"""How far annotators agree."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from labeling import jobs
from labeling.access import member_of
from labeling.flow.agreement_report import report
from labeling.models import Kind, Role
from labeling.views.asking import PersonRequest, page


@login_required
@require_safe
def agreement(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.ADJUDICATOR)
    return render(request, "labeling/agreement.html", page(member, report=report(member.project)))


@require_POST
@login_required
def measure(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    jobs.owe(project=member.project, kind=Kind.AGREE, by=request.user)
    return redirect("agreement", slug=slug)
