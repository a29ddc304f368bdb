"""How far annotators agree, and the sentences on which they do not."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from labeling import jobs
from labeling.access import member_of
from labeling.errors import Refused
from labeling.flow import adjudicate, adjudicate_queue
from labeling.flow.agreement_report import report
from labeling.forms import VerdictForm
from labeling.models import Kind, Label, Role, Sentence
from labeling.views.asking import PersonRequest, page, whole_number


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


@login_required
@require_safe
def disputes(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.ADJUDICATOR)
    shown = adjudicate_queue.disputes(member.project, by=request.user, before=whole_number(request.GET.get("before")))
    return render(
        request,
        "labeling/disputes.html",
        page(member, disputes=shown, labels=list(Label.objects.offered().filter(project=member.project_id))),
    )


@require_POST
@login_required
def decide(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.ADJUDICATOR)
    sentence = get_object_or_404(Sentence, pk=pk, project_id=member.project_id)
    form = VerdictForm(request.POST, project=member.project)
    if not form.is_valid():
        messages.error(request, _("Choose a label first, then press Decide."))
        return redirect("disputes", slug=slug)
    try:
        verdict = adjudicate.decide(by=request.user, sentence=sentence, **form.cleaned_data)
        messages.success(request, _("Decided: %(label)s.") % {"label": verdict.label})
    except Refused as error:
        messages.error(request, str(error))
    return redirect("disputes", slug=slug)
