"""A person's projects, and one project at a glance."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from labeling.access import member_of
from labeling.flow.awaited import n_mine
from labeling.flow.found import may_found
from labeling.flow.overview import glance
from labeling.models import Membership
from labeling.views.asking import PersonRequest, page


@login_required
@require_safe
def home(request: PersonRequest) -> HttpResponse:
    mine = Membership.objects.filter(user=request.user).select_related("project").order_by("project__name", "pk")
    context = {
        "memberships": [one for one in mine if one.project.archived_at is None],
        "archived": [one for one in mine if one.project.archived_at is not None],
        "may_found": may_found(request.user),
    }
    return render(request, "labeling/home.html", context)


@login_required
@require_safe
def overview(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug)
    if not member.is_owner:
        return redirect("annotate", slug=slug)
    context = page(member, glance=glance(member.project), n_asked=n_mine(member))
    return render(request, "labeling/overview.html", context)
