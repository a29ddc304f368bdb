"""Sentences that an owner finds by words, to have them labelled first."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from labeling.access import member_of
from labeling.errors import Refused
from labeling.flow import find as finding
from labeling.models import Role
from labeling.project_forms import FindForm
from labeling.views.asking import PersonRequest, page, whole_number


@login_required
@require_safe
def find(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    form = FindForm(request.GET if "q" in request.GET else None)
    found = finding.find(project=member.project, words=form.cleaned_data["q"]) if form.is_valid() else None
    context = page(member, here="settings", form=form, found=found, sought=finding.sought(member.project))
    return render(request, "labeling/find.html", context)


@require_POST
@login_required
def ask_first(request: PersonRequest, slug: str) -> HttpResponse:
    """What was ticked is labelled before all else."""
    member = member_of(request.user, slug, role=Role.OWNER)
    ticked = {pk for text in request.POST.getlist("sentence") if (pk := whole_number(text)) is not None}
    try:
        n = finding.ask_first(project=member.project, by=request.user, sentence_ids=ticked)
        said = ngettext("%(n)d sentence is labelled next.", "%(n)d sentences are labelled next.", n)
        messages.success(request, said % {"n": n} if n else _("Tick the sentences first, then press the button."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("find", slug=slug)


@require_POST
@login_required
def take_back(request: PersonRequest, slug: str) -> HttpResponse:
    """What was asked for and still waits stands where the ranking puts it."""
    member = member_of(request.user, slug, role=Role.OWNER)
    n = finding.take_back(project=member.project, by=request.user)
    said = ngettext("%(n)d sentence was taken back.", "%(n)d sentences were taken back.", n)
    messages.success(request, said % {"n": n})
    return redirect("find", slug=slug)
