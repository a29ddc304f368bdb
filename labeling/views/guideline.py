"""The rules that annotators follow."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from labeling.access import member_of
from labeling.markdown import as_html
from labeling.views.asking import PersonRequest, page


@login_required
@require_safe
def guideline(request: PersonRequest, slug: str) -> HttpResponse:
    return _guideline(request, slug, "labeling/guideline.html")


@login_required
@require_safe
def guideline_fragment(request: PersonRequest, slug: str) -> HttpResponse:
    """The text alone, for the annotate page's dialog."""
    return _guideline(request, slug, "labeling/_guideline.html")


def _guideline(request: PersonRequest, slug: str, template: str) -> HttpResponse:
    member = member_of(request.user, slug)
    current = member.project.current_guideline()
    return render(request, template, page(member, guideline=current, html=as_html(current.text())))
