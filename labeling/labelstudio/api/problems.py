"""How the API tells of what is wrong: in Label Studio's words, never in HTML."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from factcheck import tracing
from labeling.errors import FactcheckError

# The release whose dialect this is: scripts look at it.
DIALECT = "1.23.2"
Fields = Mapping[str, Sequence[str]]


class Problem(Schema):
    """What came in place of an answer. `id` stands in the server's log too."""

    id: str
    status_code: int
    version: str
    detail: str
    exc_info: str | None = None
    validation_errors: dict[str, list[str]] | None = None


# What an operation may answer beside its own: for `response=`.
PROBLEMS: dict[int, type[Schema]] = dict.fromkeys((400, 401, 403, 404, 405, 409, 413, 429, 501), Problem)


class Slower(HttpError):
    """Too many requests: after `wait` seconds the next one is answered."""

    def __init__(self, wait: float) -> None:
        self.wait = max(1, ceil(wait))
        super().__init__(429, _("Too many requests with this token. Wait %(n)d seconds.") % {"n": self.wait})


class Wrong(HttpError):
    """What was sent makes no sense: `fields` says where, each with its sentences."""

    def __init__(self, detail: str, fields: Fields) -> None:
        self.fields = fields
        super().__init__(400, detail)


def told(
    status: int, detail: str, *, fields: Fields | None = None, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """The answer that tells of a problem."""
    body: dict[str, Any] = {
        "id": tracing.request_id(),
        "status_code": status,
        "version": DIALECT,
        "detail": detail,
        "exc_info": None,
    }
    if fields:
        body["validation_errors"] = {name: list(sentences) for name, sentences in fields.items()}
    return JsonResponse(body, status=status, headers=headers)


def install(api: NinjaAPI) -> None:
    """Have `api` tell of every error that a person can mend."""
    handlers: Mapping[type[Exception], Any] = {
        AuthenticationError: _unknown,
        Slower: _slower,
        Wrong: _wrong,
        HttpError: _http,
        Http404: _missing,
        ValidationError: _invalid,
        FactcheckError: _refused,
        RequestDataTooBig: _too_large,
        SuspiciousOperation: _suspicious,
        UnreadablePostError: _cut,
    }
    for error, handler in handlers.items():
        api.add_exception_handler(error, handler)


def _unknown(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    said = _("A token is needed that was not revoked: make one under Preferences, Tokens.")
    return told(401, said, headers={"WWW-Authenticate": "Token"})


def _slower(_request: HttpRequest, error: Slower) -> HttpResponse:
    return told(429, str(error), headers={"Retry-After": str(error.wait)})


def _wrong(_request: HttpRequest, error: Wrong) -> HttpResponse:
    return told(400, str(error), fields=error.fields)


def _http(_request: HttpRequest, error: HttpError) -> HttpResponse:
    # Of a body that the parser refused, ninja says no more than that.
    said = error.__cause__ if isinstance(error.__cause__, HttpError) else error
    return told(error.status_code, str(said))


def _missing(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return told(404, not_here())


def not_here() -> str:
    """What is said of what does not exist, and of what is not this person's: the same."""
    return _("There is nothing here, or nothing of yours.")


def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    if any(one["loc"][0] == "path" for one in error.errors):
        return told(404, not_here())
    fields: dict[str, list[str]] = {}
    for one in error.errors:
        # ("body", the parameter's name, then the field) or ("query", the field).
        place = one["loc"][2:] if one["loc"][0] == "body" else one["loc"][1:]
        fields.setdefault(".".join(map(str, place)) or "non_field_errors", []).append(str(one["msg"]))
    said = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in fields.items())
    return told(400, said, fields=fields)


def _refused(_request: HttpRequest, error: FactcheckError) -> HttpResponse:
    return told(400, str(error))


def _too_large(_request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    return told(413, _("The body is larger than this address takes. Send it in parts."))


def _suspicious(_request: HttpRequest, _error: SuspiciousOperation) -> HttpResponse:
    return told(400, _("The request cannot be read."))


def _cut(_request: HttpRequest, _error: UnreadablePostError) -> HttpResponse:
    return told(400, _("The request ended before its body."))
