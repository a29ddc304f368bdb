"""A person's keys to the API."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from labeling.errors import Refused
from labeling.flow import tokens as keys
from labeling.models import ApiToken
from labeling.people_forms import TokenForm
from labeling.views.asking import PersonRequest, sent


@sensitive_variables("text", "shown")
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: PersonRequest) -> HttpResponse:
    """A new token is in this answer and nowhere else: only its hash is stored."""
    form = TokenForm(*sent(request))
    shown: dict[str, object] = {"form": form}
    if form.is_valid():
        try:
            made, text = keys.make(by=request.user, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            shown = {"form": TokenForm(), "made": made, "text": text}
    shown["tokens"] = keys.tokens_of(request.user)
    return render(request, "labeling/tokens.html", shown, status=422 if form.errors else 200)


@require_POST
@login_required
def token_revoke(request: PersonRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    keys.revoke(token=token, by=request.user)
    messages.success(request, _("The token “%(name)s” opens nothing any more.") % {"name": token.name})
    return redirect("tokens")
