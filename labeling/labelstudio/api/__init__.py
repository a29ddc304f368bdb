"""The public API under `/api/`, in Label Studio's dialect: docs/api.md says what of it, docs/adr/0014 why so."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from labeling.labelstudio.api import (
    about,
    annotations,
    connections,
    exporting,
    importing,
    predictions,
    projects,
    tasks,
    unsupported,
)
from labeling.labelstudio.api.auth import OwnToken
from labeling.labelstudio.api.limits import SoundParser
from labeling.labelstudio.api.problems import DIALECT, Problem, install, told

View = Callable[..., HttpResponse]


class Dialect(NinjaAPI):
    """Ninja's API, whose document says of every operation how it tells of a problem."""

    _document: OpenAPISchema | None = None

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The document, made once a process."""
        if self._document is None:
            document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
            document["components"]["schemas"].setdefault("Problem", Problem.model_json_schema())
            problem = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
            for operations in document["paths"].values():
                for operation in operations.values():
                    operation["responses"].setdefault("default", {"description": "A problem", "content": problem})
            self._document = document
        return self._document


api = Dialect(
    title="Factcheck",
    version=DIALECT,
    description="The part of Label Studio's API that scripts use. Send `Authorization: Token ...`.",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
    auth=OwnToken(),
    parser=SoundParser(),
)
install(api)
api.add_router("", unsupported.words)
for _one in (about, projects, importing, tasks, annotations, predictions, exporting, connections):
    api.add_router("", _one.router)
# Last: it answers every address that nothing else does.
api.add_router("", unsupported.router)


def _plain(view: View) -> View:
    """`view` as it is, with a JSON body where the method is not offered, and never kept by a cache."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            allowed = ", ".join(sorted(response.headers["Allow"].split(", ")))
            said = _("%(method)s is not offered here, but %(allowed)s.") % {
                "method": request.method,
                "allowed": allowed,
            }
            response = told(405, said, headers={"Allow": allowed})
        if response.status_code == 204:
            # Django calls an empty body HTML.
            del response.headers["Content-Type"]
        add_never_cache_headers(response)
        return response

    return answered


def urls() -> tuple[list[URLPattern], str, str]:
    """For `path("api/", ...)`."""
    patterns, application, namespace = api.urls
    plain = [one for one in patterns if isinstance(one, URLPattern)]
    for one in plain:
        one.callback = _plain(one.callback)
    return plain, application, namespace
