"""Why the model reads a sentence as it does."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from labeling.access import member_of
from labeling.flow import why as explaining
from labeling.models import Role, Sentence
from labeling.views.asking import PersonRequest, page


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def why(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """GET shows it, and owes the work on the first look; POST owes it again after a failure."""
    member = member_of(request.user, slug, role=Role.ADJUDICATOR)
    rows = Sentence.objects.select_related("source").defer("source__text")
    sentence = get_object_or_404(rows, pk=pk, project_id=member.project_id)
    if request.method == "POST":
        explaining.ask(project=member.project, sentence=sentence, by=request.user)
        return redirect("why", slug=slug, pk=pk)
    shown = explaining.why(project=member.project, sentence=sentence, by=request.user)
    return render(request, "labeling/why.html", page(member, here="articles", sentence=sentence, why=shown))
