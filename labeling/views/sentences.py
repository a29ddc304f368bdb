"""The list of sentences, one of them closely, and what an owner may do with it."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from labeling.access import member_of
from labeling.browse_forms import BrowseForm, ReasonForm
from labeling.errors import Refused
from labeling.flow import browse, cut, look, withdraw
from labeling.models import Role, Sentence
from labeling.views.asking import PersonRequest, page, whole_number


@login_required
@require_safe
def sentences(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.ADJUDICATOR)
    # Who may not know who answered what must not find it out here.
    names = member.is_owner or not member.project.hides_names
    form = BrowseForm(request.GET, project=member.project, names=names)
    before = whole_number(request.GET.get("before"))
    found = browse.browse(member.project, form.wanted(), before=before) if form.is_valid() else None
    context = page(member, here="articles", form=form, found=found)
    return render(request, "labeling/sentences.html", context, status=200 if found else 422)


@login_required
@require_safe
def sentence(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.ADJUDICATOR)
    rows = Sentence.objects.select_related("project", "twin_of", "source").defer("source__text")
    shown = look.look(get_object_or_404(rows, pk=pk, project_id=member.project_id))
    return render(request, "labeling/sentence.html", page(member, here="articles", shown=shown, form=ReasonForm()))


@require_POST
@login_required
def take_out(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    said = _("Taken out: nobody is asked about it, and its answers do not count until it is put back.")
    return _acted(request, slug, pk, partial(withdraw.take_out, reason=reason), said)


@require_POST
@login_required
def put_back(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    return _acted(request, slug, pk, withdraw.put_back, _("Put back into the pool."))


@require_POST
@login_required
def split(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    at = whole_number(request.POST.get("at")) or 0
    said = _("Split. This is the first half; both halves are asked anew.")
    return _acted(request, slug, pk, lambda *, by, sentence: cut.split(by=by, sentence=sentence, at=at)[0], said)


@require_POST
@login_required
def merge(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    return _acted(request, slug, pk, cut.merge, _("Merged. This is the new sentence; it is asked anew."))


def _acted(request: PersonRequest, slug: str, pk: int, verb: Callable[..., Sentence], said: str) -> HttpResponse:
    """An owner's verb on a sentence, and on to the one that stands there afterwards."""
    member = member_of(request.user, slug, role=Role.OWNER)
    row = get_object_or_404(Sentence, pk=pk, project_id=member.project_id)
    try:
        row = verb(by=request.user, sentence=row)
        messages.success(request, said)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("sentence", slug=slug, pk=row.pk)
