"""The label scheme, as its owner changes it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from labeling.access import member_of
from labeling.errors import Refused
from labeling.flow import merging, scheme
from labeling.label_forms import LabelForm, MergeForm, NewLabelForm
from labeling.models import Label, Role
from labeling.views.asking import PersonRequest, page, sent

ACTS = {
    "up": scheme.up,
    "down": scheme.down,
    "retire": scheme.retire,
    "offer": scheme.offer,
    "delete": scheme.delete,
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def labels(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    form = NewLabelForm(*sent(request), project=member.project)
    if form.is_valid():
        try:
            added = scheme.add(
                project=member.project, by=request.user, key=form.cleaned_data["key"], fields=form.fields_sent()
            )
        except Refused as error:
            form.add_error("key", str(error))
        else:
            said = _("%(label)s is on offer now, on key %(digit)d.")
            messages.success(request, said % {"label": added, "digit": added.digit})
            return redirect("labels", slug=slug)
    context = page(member, here="settings", form=form, scheme=scheme.scheme(member.project))
    return render(request, "labeling/labels.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def label(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    one = get_object_or_404(Label, pk=pk, project_id=member.project_id)
    form = LabelForm(*sent(request), label=one)
    if form.is_valid():
        try:
            scheme.describe(label=one, by=request.user, fields=form.fields_sent())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return redirect("labels", slug=slug)
    context = page(member, here="settings", form=form, label=one)
    return render(request, "labeling/label.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def label_act(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Move, retire, offer again or delete; which one, the button says."""
    member = member_of(request.user, slug, role=Role.OWNER)
    one = get_object_or_404(Label, pk=pk, project_id=member.project_id)
    act = ACTS.get(request.POST.get("do", ""))
    if act is None:
        return HttpResponseBadRequest()
    try:
        act(label=one, by=request.user)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("labels", slug=slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def label_merge(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    one = get_object_or_404(Label, pk=pk, project_id=member.project_id)
    form = MergeForm(*sent(request), label=one)
    if form.is_valid():
        try:
            moved = merging.merge(label=one, into=form.cleaned_data["into"], by=request.user)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, merged(one, form.cleaned_data["into"], moved))
            return redirect("labels", slug=slug)
    context = page(member, here="settings", form=form, one=scheme.in_scheme(one))
    return render(request, "labeling/label_merge.html", context, status=422 if form.errors else 200)


def merged(label: Label, into: Label, moved: int) -> str:
    said = _("%(label)s was merged into %(into)s: %(n)s answers and decisions moved. A training follows by itself.")
    return said % {"label": label, "into": into, "n": moved}
