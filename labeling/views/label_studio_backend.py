"""The owner's page of keys to our ML backend."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from labeling.access import member_of
from labeling.errors import Refused
from labeling.flow import backend_keys
from labeling.models import BackendKey, Role
from labeling.views.asking import PersonRequest, page


@sensitive_variables("text", "shown")
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def label_studio_backend(request: PersonRequest, slug: str) -> HttpResponse:
    """A new key is in this answer and nowhere else: only its hash is stored."""
    member = member_of(request.user, slug, role=Role.OWNER)
    shown: dict[str, object] = {}
    if request.method == "POST":
        try:
            made, text = backend_keys.make(project=member.project, by=request.user)
            shown = {"made": made, "address": address(request, text)}
        except Refused as error:
            shown = {"refused": str(error)}
    shown["keys"] = backend_keys.keys_of(member.project)
    status = 422 if "refused" in shown else 200
    return render(request, "labeling/label_studio_backend.html", page(member, here="settings", **shown), status=status)


@require_POST
@login_required
def backend_key_revoke(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    key = get_object_or_404(BackendKey, pk=pk, project_id=member.project_id)
    backend_keys.revoke(key=key, by=request.user)
    messages.success(request, _("The address that begins with %(key)s opens nothing any more.") % {"key": key.prefix})
    return redirect("label_studio_backend", slug=slug)


def address(request: HttpRequest, text: str) -> str:
    """What is pasted into Label Studio: it adds /health and the others itself."""
    return request.build_absolute_uri(reverse("ls_health", args=[text])).removesuffix("/health")
