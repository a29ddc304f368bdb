"""Joining a project by an invitation."""

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from labeling.errors import AlreadyHere, Refused
from labeling.flow import invite
from labeling.models import Invitation
from labeling.people_forms import JoinForm
from labeling.views.asking import sent
from labeling.views.entry import BACKEND, in_their_language


@sensitive_post_parameters("password1", "password2")
@sensitive_variables("token")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """GET only shows what is offered, so that a chat program's preview does not use it up."""
    try:
        offered = invite.offered(token)
        if isinstance(request.user, User):
            return _join(request, token, offered, request.user)
        return _join_anew(request, token, offered)
    except Refused as error:
        return render(request, "labeling/link_refused.html", {"reason": str(error)}, status=410)


@sensitive_variables("token")
def _join(request: HttpRequest, token: str, offered: Invitation, person: User) -> HttpResponse:
    if request.method == "POST":
        invite.join(token=token, by=person)
        return redirect("overview", slug=offered.project.slug)
    return render(request, "labeling/invitation.html", {"offered": offered})


@sensitive_variables("token", "form")
def _join_anew(request: HttpRequest, token: str, offered: Invitation) -> HttpResponse:
    form = JoinForm(*sent(request), initial={"language": get_language()})
    if form.is_valid():
        try:
            member = invite.join_anew(token=token, **form.account())
        except AlreadyHere as error:
            form.add_error("username", str(error))
        else:
            login(request, member.user, backend=BACKEND)
            return in_their_language(redirect("overview", slug=offered.project.slug), member.user)
    shown = {"offered": offered, "form": form}
    return render(request, "labeling/invitation.html", shown, status=422 if form.errors else 200)
