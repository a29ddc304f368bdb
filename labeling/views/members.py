"""Who is in the project: inviting, roles, what they hold, and their leaving."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from labeling.access import member_of
from labeling.errors import Refused
from labeling.flow import invite, membership, people
from labeling.flow.roster import about, roster
from labeling.models import Invitation, Membership, Role
from labeling.people_forms import InviteForm, RoleForm
from labeling.views.asking import PersonRequest, page, sent


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: PersonRequest, slug: str) -> HttpResponse:
    """A new invitation's link is in this answer and nowhere else: only its hash is stored."""
    member = member_of(request.user, slug, role=Role.OWNER)
    form = InviteForm(*sent(request))
    shown: dict[str, object] = {"form": form}
    if form.is_valid():
        try:
            invited, token = invite.invite(project=member.project, by=request.user, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            # Whoever invites eight annotators chooses the role once.
            again = InviteForm(initial={"role": invited.role})
            shown = {"invited": invited, "link": address(request, "invitation", token), "form": again}
    return _members(request, member, **shown)


@never_cache
@require_POST
@login_required
def member_link(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """A new one-time link for somebody who is here already."""
    member, other = _both(request, slug, pk)
    token = people.new_link(user=other.user) if people.openable([other.user], by=request.user) else ""
    return _members(request, member, form=InviteForm(), person=other.user, link=address(request, "link", token))


@require_POST
@login_required
def member_role(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member, other = _both(request, slug, pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            changed = membership.change_role(member=other, by=request.user, **form.cleaned_data)
            told = {"name": other.user.username, "role": changed.get_role_display()}
            messages.success(request, _("%(name)s: %(role)s.") % told)
        except Refused as error:
            messages.error(request, str(error))
    # Whoever gave up being an owner may not see the list any more.
    return redirect("overview" if other == member else "members", slug=slug)


@require_POST
@login_required
def hand_back(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    _member, other = _both(request, slug, pk)
    try:
        n = membership.hand_back(member=other, by=request.user)
        told = ngettext("%(n)d sentence is in the queue again.", "%(n)d sentences are in the queue again.", n)
        messages.success(request, told % {"n": n})
    except Refused as error:
        messages.error(request, str(error))
    return redirect("members", slug=slug)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def member_remove(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """GET says what becomes of the answers. Everybody may leave; only an owner removes somebody else."""
    member = member_of(request.user, slug)
    other = get_object_or_404(Membership.objects.select_related("user"), pk=pk, project_id=member.project_id)
    if not member.is_owner and other != member:
        raise Http404(slug)
    if request.method != "POST":
        return render(request, "labeling/member_remove.html", page(member, here="members", one=about(other)))
    try:
        membership.remove(member=other, by=request.user)
        messages.success(request, _("%(name)s is not in the project any more.") % {"name": other.user.username})
    except Refused as error:
        messages.error(request, str(error))
        return redirect("member_remove", slug=slug, pk=pk)
    return redirect("home") if other == member else redirect("members", slug=slug)


@require_POST
@login_required
def invitation_revoke(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    invitation = get_object_or_404(Invitation, pk=pk, project_id=member.project_id)
    try:
        invite.revoke(invitation=invitation, by=request.user)
        messages.success(request, _("The link opens no more."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("members", slug=slug)


def address(request: HttpRequest, route: str, token: str) -> str:
    return request.build_absolute_uri(reverse(route, args=[token])) if token else ""


def _both(request: PersonRequest, slug: str, pk: int) -> tuple[Membership, Membership]:
    """The owner who asks, and the member asked about."""
    member = member_of(request.user, slug, role=Role.OWNER)
    rows = Membership.objects.select_related("user")
    return member, get_object_or_404(rows, pk=pk, project_id=member.project_id)


def _members(request: PersonRequest, member: Membership, **more: object) -> HttpResponse:
    shown = page(member, roles=Role.choices, **more)
    everybody = roster(member.project, by=request.user)
    told = next((one for one in everybody if one.membership.user == more.get("person")), None)
    shown |= {"people": everybody, "told": told, "invitations": invite.open_invitations(member.project)}
    return render(request, "labeling/members.html", shown)
