"""A person's figures: for the owners, and for that person alone."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from labeling.access import member_of
from labeling.flow.quality_report import report
from labeling.models import Membership
from labeling.views.asking import PersonRequest, page


@never_cache
@login_required
@require_safe
def my_quality(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug)
    return _shown(request, member, member)


@never_cache
@login_required
@require_safe
def quality(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = member_of(request.user, slug)
    if not member.is_owner and member.pk != pk:
        raise Http404(pk)
    people = Membership.objects.filter(project=member.project_id).select_related("user", "project")
    return _shown(request, member, get_object_or_404(people, pk=pk))


def _shown(request: PersonRequest, member: Membership, person: Membership) -> HttpResponse:
    cell = {name: request.GET.get(name, "") for name in ("others", "said")}
    here = "members" if member != person else "my_quality"
    context = page(member, here=here, person=person, quality=report(person, **cell))
    return render(request, "labeling/quality.html", context)
