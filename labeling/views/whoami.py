"""Whose token this is, as Label Studio's client asks for it."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from labeling.views.asking import holder_of_token


@never_cache
@require_safe
def whoami(request: HttpRequest) -> HttpResponse:
    person = holder_of_token(request)
    if person is None:
        told = {"detail": _("A token is needed that was not revoked: make one under Preferences, Tokens.")}
        return JsonResponse(told, status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Token"})
    return JsonResponse({"id": person.pk, "username": person.username, "email": "", "first_name": "", "last_name": ""})
