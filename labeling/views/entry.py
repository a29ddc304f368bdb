"""Signing in and out, and the one-time link."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from labeling.errors import Refused
from labeling.flow import people
from labeling.forms import SignInForm
from labeling.models import Preference
from labeling.views.asking import safe_next

# Signing in by link checks no password: the session remembers the backend that knows the person.
BACKEND = settings.AUTHENTICATION_BACKENDS[-1]


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        form = SignInForm(request, request.POST)
        if form.is_valid():
            login(request, form.get_user())
            return in_their_language(redirect(safe_next(request, "home")), form.get_user())
    elif request.user.is_authenticated:
        return redirect(safe_next(request, "home"))
    else:
        form = SignInForm(request)
    return render(request, "labeling/sign_in.html", {"form": form, "next": safe_next(request, "home")})


def locked_out(request: HttpRequest, _response: object, _credentials: object) -> HttpResponse:
    """What django-axes answers after too many wrong passwords."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    return render(request, "lockout.html", {"minutes": minutes}, status=HTTPStatus.TOO_MANY_REQUESTS)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign_in")


@sensitive_variables("token")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """GET only shows whose link it is, so that a chat program's preview does not use it up."""
    try:
        if request.method != "POST":
            return render(request, "labeling/link.html", {"person": people.whose_link(token)})
        person = people.open_link(token)
    except Refused as error:
        return render(request, "labeling/link_refused.html", {"reason": str(error)}, status=410)
    login(request, person, backend=BACKEND)
    welcome(request, person)
    return in_their_language(redirect("home"), person)


def welcome(request: HttpRequest, person: User) -> None:
    if person.has_usable_password():
        return
    with override(language_of(person)):
        days = settings.SESSION_COOKIE_AGE // (24 * 60 * 60)
        stay = _("You are signed in, and stay so in this browser for %(days)d days.") % {"days": days}
        messages.info(request, stay + " " + _("To sign in elsewhere too, choose a password under Preferences."))


def language_of(person: User) -> str:
    chosen = Preference.objects.filter(user=person).values_list("language", flat=True).first()
    return chosen or settings.LANGUAGE_CODE


def in_their_language(response: HttpResponse, person: User) -> HttpResponse:
    return remember_language(response, language_of(person))


def remember_language(response: HttpResponse, language: str) -> HttpResponse:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.SESSION_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
