"""Real sentences as examples in the guideline."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from labeling.access import member_of
from labeling.errors import Refused
from labeling.flow import examples
from labeling.guideline_forms import ExampleForm
from labeling.models import GuidelineExample, Role, Sentence
from labeling.views.asking import PersonRequest, page, sent


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def example(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """One sentence, the label that it shows, and why."""
    member = member_of(request.user, slug, role=Role.ADJUDICATOR)
    rows = Sentence.objects.select_related("source").defer("source__text")
    sentence = get_object_or_404(rows, pk=pk, project_id=member.project_id)
    former = GuidelineExample.objects.filter(sentence=sentence).first()
    form = ExampleForm(*sent(request), project=member.project, former=former)
    if form.is_valid():
        try:
            examples.add(by=request.user, sentence=sentence, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The guideline shows this sentence now."))
            return redirect("guideline", slug=slug)
    context = page(member, here="guideline", sentence=sentence, form=form, why_not=examples.why_not(sentence))
    return render(request, "labeling/guideline_example.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def example_remove(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.ADJUDICATOR)
    rows = GuidelineExample.objects.select_related("label")
    shown = get_object_or_404(rows, pk=pk, project_id=member.project_id)
    try:
        examples.remove(by=request.user, example=shown)
        messages.success(request, _("The guideline shows that sentence no longer. Its answers stay."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("guideline", slug=slug)
