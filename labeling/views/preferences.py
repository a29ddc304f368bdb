"""What a person chooses for the pages: language, password, shortcuts."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from labeling.forms import LanguageForm, PreferenceForm
from labeling.models import Membership, Preference
from labeling.views.asking import PersonRequest, safe_next, sent
from labeling.views.entry import remember_language


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: PersonRequest) -> HttpResponse:
    """The annotate page posts here too, by fetch, and is answered with a bare status."""
    by_fetch = "text/html" not in request.headers.get("Accept", "text/html")
    if request.POST.get("annotator", str(request.user.pk)) != str(request.user.pk):
        # A page outlives a session: one person's choice is never kept as another's who signed in meanwhile.
        return HttpResponse(status=409)
    chosen, _made = Preference.objects.get_or_create(user=request.user)
    form = PreferenceForm(*sent(request), instance=chosen)
    if form.is_valid():
        form.save()
        return HttpResponse(status=204) if by_fetch else remember_language(redirect("preferences"), chosen.language)
    if by_fetch and request.method == "POST":
        return HttpResponse(form.errors.as_json(), status=400, content_type="application/json")
    return _preferences(request, form, password_form(request.user))


@sensitive_post_parameters()
@login_required
@require_POST
def password(request: PersonRequest) -> HttpResponse:
    form = password_form(request.user, request.POST)
    if not form.is_valid():
        chosen = Preference.objects.filter(user=request.user).first()
        return _preferences(request, PreferenceForm(instance=chosen), form, status=422)
    form.save()
    update_session_auth_hash(request, request.user)
    messages.success(request, _("The new password is saved."))
    return redirect("preferences")


def _preferences(
    request: PersonRequest, form: PreferenceForm, password: "SetPasswordForm[User]", *, status: int = 200
) -> HttpResponse:
    mine = Membership.objects.filter(user=request.user).select_related("project").order_by("project__name", "pk")
    context = {"form": form, "password": password, "memberships": mine}
    return render(request, "labeling/preferences.html", context, status=status)


def password_form(person: User, sent: object = None) -> "SetPasswordForm[User]":
    """Whoever has a password gives it first; whoever came by a link chooses their first one."""
    form = (PasswordChangeForm if person.has_usable_password() else SetPasswordForm)(person, sent)
    for field in form.fields.values():
        field.widget.attrs.pop("autofocus", None)
    return form


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    response = redirect(safe_next(request, "home"))
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return response
    chosen = form.cleaned_data["language"]
    if request.user.is_authenticated:
        Preference.objects.update_or_create(user=request.user, defaults={"language": chosen})
    return remember_language(response, chosen)
