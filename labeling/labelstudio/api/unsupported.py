"""Every address under `/api/` that nothing else answers: said in words, never in HTML."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from ninja import Router

from labeling.labelstudio.api.problems import told

router = Router()
# Comes before all others: words where they have the number of a row.
words = Router()
ANYTHING = "anything"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@words.api_operation(METHODS, "/annotations/bulk/", include_in_schema=False, url_name=ANYTHING)
@words.api_operation(METHODS, "/annotations/bulk-delete/", include_in_schema=False, url_name=ANYTHING)
@words.api_operation(METHODS, "/projects/roles/", include_in_schema=False, url_name=ANYTHING)
def a_word(request: HttpRequest) -> HttpResponse:
    return _not_offered(request)


@router.api_operation(METHODS, "/", include_in_schema=False, url_name="nothing")
def nothing(request: HttpRequest) -> HttpResponse:
    """The root, where Label Studio has nothing either."""
    return _not_offered(request)


@router.api_operation(METHODS, "/{path:rest}", include_in_schema=False, url_name=ANYTHING)
def anything(request: HttpRequest, rest: str) -> HttpResponse:
    """Leads on where only the last slash was wrong; else 501."""
    path = request.path_info
    other = path.removesuffix("/") if path.endswith("/") else f"{path}/"
    if _is_known(other):
        asked = request.META.get("QUERY_STRING", "")
        here = request.path.removesuffix("/") if path.endswith("/") else f"{request.path}/"
        # 307: method and body stay as they were.
        return HttpResponseRedirect(f"{here}?{asked}" if asked else here, preserve_request=True)
    return _not_offered(request)


def _not_offered(request: HttpRequest) -> HttpResponse:
    said = _("%(method)s %(path)s is no part of Label Studio's API that is offered here. docs/api.md lists what is.")
    return told(501, said % {"method": request.method, "path": request.path[:200]})


def _is_known(path: str) -> bool:
    try:
        return resolve(path).url_name not in (ANYTHING, None)
    except Resolver404:
        return False
