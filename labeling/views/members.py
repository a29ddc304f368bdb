"""Who is in the project, and their way in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from labeling.access import member_of
from labeling.errors import Refused
from labeling.flow import people
from labeling.flow.roster import roster
from labeling.forms import PersonForm
from labeling.models import Membership, Role
from labeling.views.asking import PersonRequest, page, sent


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: PersonRequest, slug: str) -> HttpResponse:
    """A new person's link is in this answer and nowhere else: only its hash is stored."""
    member = member_of(request.user, slug, role=Role.OWNER)
    form = PersonForm(*sent(request))
    added: dict[str, object] = {}
    if form.is_valid():
        try:
            joined, token = people.add_person(project=member.project, by=request.user, **form.cleaned_data)
        except Refused as error:
            form.add_error("name", str(error))
        else:
            added = {"person": joined.user, "link": address(request, token), "form": PersonForm()}
    return _members(request, member, **({"form": form} | added))


@never_cache
@require_POST
@login_required
def member_link(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """A new one-time link for somebody who is here already."""
    member = member_of(request.user, slug, role=Role.OWNER)
    other = get_object_or_404(Membership.objects.select_related("user"), pk=pk, project_id=member.project_id)
    token = people.new_link(user=other.user) if people.openable([other.user], by=request.user) else ""
    return _members(request, member, form=PersonForm(), person=other.user, link=address(request, token))


def address(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("link", args=[token])) if token else ""


def _members(request: PersonRequest, member: Membership, **more: object) -> HttpResponse:
    everybody = roster(member.project, by=request.user)
    told = next((one for one in everybody if one.membership.user == more.get("person")), None)
    return render(request, "labeling/members.html", page(member, people=everybody, told=told, **more))
