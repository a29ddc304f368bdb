"""Label Studio: pushing a project to a server and pulling its annotations back."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from labeling.access import member_of
from labeling.errors import Refused
from labeling.flow.backend_keys import keys_of
from labeling.label_studio_forms import ExchangeForm
from labeling.labelstudio import allowed, asking
from labeling.models import Role
from labeling.views.asking import PersonRequest, page, sent


@sensitive_post_parameters("key")
@sensitive_variables("form")
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def label_studio(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    form = ExchangeForm(*sent(request), last=asking.last_remote(member.project))
    if form.is_valid():
        try:
            asking.ask(project=member.project, by=request.user, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return redirect("label_studio", slug=slug)
    here = {
        "servers": allowed.servers(),
        "exchanges": asking.exchanges(member.project),
        "keys": keys_of(member.project),
    }
    shown = page(member, here="settings", form=form, **here)
    return render(request, "labeling/label_studio.html", shown, status=422 if form.errors else 200)
