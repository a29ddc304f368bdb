"""Figures for Prometheus, for whoever may read them."""

import ipaddress
import secrets

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from labeling import metrics as figures


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """With the token, where one is set; else from this machine alone. Not there at all unless it is asked for."""
    if not settings.METRICS:
        raise Http404
    if not (_has_token(request) if settings.METRICS_TOKEN else _is_near(request)):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(figures.page(), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").encode()
    return secrets.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())


def _is_near(request: HttpRequest) -> bool:
    """Whether the reader is on this machine: a proxy is too, but says for whom it asks."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers or settings.SECURE_PROXY_SSL_HEADER:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
