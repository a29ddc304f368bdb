"""Our model as an ML backend: what Label Studio asks of one, at the addresses where it asks, none with a slash at its
end. The key to a project is part of the address, since its webhooks send no other proof."""

import json
import math
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from labeling.errors import Refused
from labeling.flow import backend_keys
from labeling.flow.version_name import version_name
from labeling.labelstudio import heard, predicted
from labeling.labelstudio.offered import Config
from labeling.models import BackendKey, ModelVersion
from labeling.printable import printable

# Label Studio sends every task that was selected in one request, with all that it knows of it.
MOST_BYTES = 16_000_000
# Of more tasks at once the rest gets no prediction; asked again, Label Studio sends those that have none.
MOST_TASKS = 2_000
VERSIONS = 100
# As long as a reason may be in the first line of an answer.
_LONGEST = 300

View = Callable[[HttpRequest, BackendKey], HttpResponse]


class TooLarge(Refused):
    """The body is larger than any that is read here."""


def _opened(view: View) -> Callable[..., HttpResponse]:
    """The view with the key that the address holds; what is refused becomes an answer with its reason."""

    @csrf_exempt
    @never_cache
    @sensitive_variables("token")
    @wraps(view)
    def answered(request: HttpRequest, token: str) -> HttpResponse:
        key = backend_keys.holder(token)
        if key is None:
            return _refused(
                _("This address opens nothing: its key is not known, or was revoked."), HTTPStatus.NOT_FOUND
            )
        try:
            return view(request, key)
        except TooLarge as error:
            return _refused(str(error), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except Refused as error:
            return _refused(str(error), HTTPStatus.BAD_REQUEST)

    return answered


def _refused(reason: str, status: HTTPStatus) -> HttpResponse:
    """Label Studio shows its people the first line of an answer and nothing else of it: the reason stands there too."""
    words = " ".join(reason.split()).encode("ascii", "replace").decode()
    return JsonResponse({"error": reason}, status=status, reason=f"{status.phrase}: {words[:_LONGEST]}")


@require_safe
@_opened
def health(_request: HttpRequest, _key: BackendKey) -> HttpResponse:
    return JsonResponse({"status": "UP", "model_class": "Factcheck"})


@require_POST
@_opened
def setup(request: HttpRequest, key: BackendKey) -> HttpResponse:
    """Asked before almost everything: reads, compares, and writes only what is new.

    What Label Studio says of itself is kept without its access token, which is a person's key to all their projects.
    """
    body = _body(request)
    project, hostname = _short(body.get("project"), 60), _short(body.get("hostname"), 300)
    # Their project's number, and the second of its founding behind the point.
    said = {"hostname": hostname, "project": project, "number": project.partition(".")[0]}
    extra = body.get("extra_params")
    if isinstance(extra, Mapping) and (title := _short(extra.get("model_version"), 100)):
        said["model_version"] = title
    Config(key.project, body.get("schema")).require_ours()
    backend_keys.note(key, said)
    return JsonResponse({"model_version": _name(key, said)})


@require_POST
@_opened
def predict(request: HttpRequest, key: BackendKey) -> HttpResponse:
    """One result for each task, in order; an empty one where there is no prediction to be had.

    The score is the probability of the label, so that the lowest score, which Label Studio's uncertainty sampling
    serves first, is what the model is least sure of.
    """
    body = _body(request)
    tasks = body.get("tasks")
    if not isinstance(tasks, list) or not all(isinstance(task, Mapping) for task in tasks):
        raise Refused(_("“tasks” must be a list of tasks."))
    config = Config(key.project, body.get("label_config"))
    texts = config.texts_of(tasks[:MOST_TASKS])
    known = [(place, text) for place, text in enumerate(texts) if text]
    told = predicted.of_texts(key.project, [text for _place, text in known])
    results: list[Any] = [[] for _task in tasks]
    for (place, _text), one in zip(known, told, strict=True):
        if one is not None and (result := config.result_of(one.label)):
            results[place] = {"model_version": _name(key, key.said, one.version), "score": one.share, "result": result}
    return JsonResponse({"results": results})


@require_POST
@_opened
def webhook(request: HttpRequest, key: BackendKey) -> HttpResponse:
    """Answers are brought in here and now, which takes milliseconds; what is learned of them is learned by a worker."""
    found = heard.hear(key, _body(request))
    if found is None:
        return JsonResponse({"status": "Unknown event"})
    return JsonResponse({"result": found, "status": "ok"}, status=HTTPStatus.CREATED)


@require_safe
@_opened
def versions(_request: HttpRequest, key: BackendKey) -> HttpResponse:
    numbers = ModelVersion.objects.filter(project=key.project).order_by("-number").values_list("number", flat=True)
    return JsonResponse({"versions": [version_name(key.project.slug, number) for number in numbers[:VERSIONS]]})


def _name(key: BackendKey, said: Mapping[str, Any], number: int | None = None) -> str:
    """What the version is called: as Label Studio's set-up wants it called, or by project and number.

    Empty without a model.
    """
    version = key.project.version
    if number is None and version is not None:
        number = version.number
    if number is None:
        return ""
    return str(said.get("model_version") or version_name(key.project.slug, number))


def _body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent. Raises TooLarge, Refused."""
    try:
        sent = request.read(MOST_BYTES + 1)
    except UnreadablePostError:
        sent = b""
    if len(sent) > MOST_BYTES:
        said = _("More than %(n)d MB came at once. Select fewer tasks, or push predictions from our side.")
        raise TooLarge(said % {"n": MOST_BYTES // 1_000_000})
    try:
        body = json.loads(sent, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refused(_("The request is not JSON."))
    return body


def _finite(sent: str) -> float:
    """No database keeps NaN or infinity in JSON."""
    number = float(sent)
    if not math.isfinite(number):
        raise ValueError(sent)
    return number


def _short(sent: object, most: int) -> str:
    return printable(sent)[:most] if isinstance(sent, str) else ""
