"""For those who watch the server: whether it lives, and whether it is ready to serve."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from labeling import readiness


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive, whatever else is broken: a process is not started anew because the database is away."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Down (503) where nobody can label; what is only degraded leaves it 200."""
    checks = readiness.look()
    states = {one.state for one in checks}
    state = "down" if "failed" in states else "degraded" if "degraded" in states else "ok"
    return JsonResponse(
        {"state": state, "checks": [asdict(one) for one in checks]}, status=503 if state == "down" else 200
    )
