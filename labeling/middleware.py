"""What stands around every request: its id and its line in the log, and the language of its page."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from factcheck import tracing
from labeling import metrics

LANGUAGE_COOKIE = settings.LANGUAGE_COOKIE_NAME
# Asked every few seconds by those who watch the server.
QUIET = {"healthz", "readyz", "metrics"}
log = logging.getLogger("factcheck.request")


class Traced:
    """Gives each request an id, or keeps the one it came with; answers with it, logs and counts what became of it.

    The line names the route, never the address: what somebody searched for stands in that.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        with tracing.about(request=tracing.sane_id(request.headers.get("X-Request-ID", ""))):
            request.META[tracing.KEPT] = tracing.known()
            response = self.get_response(request)
            response.headers["X-Request-ID"] = tracing.request_id()
            _tell(request, response, time.perf_counter() - began)
        return response


def _tell(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    match = request.resolver_match
    route = (match.view_name if match else "") or "none"
    # Who it is only where somebody asked: to look would cost a page for strangers two queries.
    person = getattr(request, "_cached_user", None)
    about: dict[str, Any] = {"route": route, "method": request.method, "status": response.status_code}
    about |= {"seconds": round(seconds, 4)}
    if person is not None and person.pk is not None:
        about["person"] = person.pk
    if match and "slug" in match.kwargs:
        about["project"] = match.kwargs["slug"]
    if settings.METRICS:
        metrics.count(route, response.status_code, seconds)
    level = logging.DEBUG if route in QUIET else logging.INFO
    log.log(level, "%s %s %s", request.method, route, response.status_code, extra=about)


class PersonsLanguage:
    """Reads the language cookie, which signing in sets from the person's preference: no query a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
