"""Labels that may be wrong, to be reviewed one by one."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from labeling.access import member_of
from labeling.errors import Refused
from labeling.flow import suspects_acts
from labeling.flow.suspects import suspects as listed
from labeling.models import Role, Sentence
from labeling.views.asking import PersonRequest, page, whole_number


@login_required
@require_safe
def suspects(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.ADJUDICATOR)
    found = listed(member.project, start=whole_number(request.GET.get("from")) or 0)
    here = "model" if member.is_owner else "articles"
    return render(request, "labeling/suspects.html", page(member, here=here, found=found))


@require_POST
@login_required
def suspect_again(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    return _acted(request, slug, pk, suspects_acts.ask_again, _("Somebody else will be asked."))


@require_POST
@login_required
def suspect_right(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    verb = partial(suspects_acts.find_right, label=request.POST.get("label", ""))
    return _acted(request, slug, pk, verb, _("Found right: it comes back only if its label changes."))


def _acted(request: PersonRequest, slug: str, pk: int, verb: Callable[..., object], said: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.ADJUDICATOR)
    row = get_object_or_404(Sentence, pk=pk, project_id=member.project_id)
    try:
        verb(by=request.user, sentence=row)
        messages.success(request, said)
    except Refused as error:
        messages.error(request, str(error))
    start = whole_number(request.POST.get("from")) or 0
    return redirect(f"{reverse('suspects', args=[slug])}?from={start}")
