"""Every method that Label Studio's client has for what scripts do: it works here, or is told in a sentence that it does
not. The list is the client's own, so a method that comes with a later release is looked at as well."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from labeling.flow.revision import revision_of
from labeling.labelstudio.api import importing
from labeling.labelstudio.config import config_of
from labeling.models import Annotation
from tests.cast import Cast
from tests.factories import answer
from tests.flow.pool_of import pool_of
from tests.labelstudio.connected import KEYS
from tests.labelstudio.scripting import Client, result

pytestmark = [pytest.mark.slow, pytest.mark.once]
GROUPS = ("users", "projects", "tasks", "annotations", "predictions", "ml", "webhooks", "versions", "actions", "tokens")
WORK = {
    "users.whoami",
    *(f"projects.{one}" for one in ("create", "get", "import_tasks", "list", "list_counts", "update")),
    "projects.validate_label_config",
    *(f"projects.exports.{one}" for one in ("as_binary", "as_file", "as_json", "as_pandas", "convert", "create")),
    *(f"projects.exports.{one}" for one in ("download", "download_sync", "get", "list", "list_formats")),
    *("tasks.get", "tasks.list", "tasks.delete"),
    *(f"annotations.{one}" for one in ("create", "delete", "get", "list", "update")),
    "predictions.list",
    *("ml.get", "ml.list", "ml.list_model_versions", "ml.train"),
    *("webhooks.list", "versions.get", "actions.create", "actions.list"),
}
# What there is none of in this project, though there may be.
NOT_HERE = {"predictions.get", "tasks.create_many_status"}
Method = Callable[..., Any]


def methods(client: object, path: str) -> Iterator[tuple[str, Method]]:
    """Every method of a group of the client, and of the groups within it, by its name."""
    for name in sorted(dir(client)):
        one = getattr(client, name) if not name.startswith("_") and name != "with_raw_response" else None
        if inspect.ismethod(one):
            yield f"{path}.{name}", one
        elif type(one).__name__.endswith(("Client", "ClientExt")):
            yield from methods(one, f"{path}.{name}")


def arguments(method: Method, known: Mapping[str, Any]) -> dict[str, Any]:
    """What the method takes of what is `known` by name, and of what else it cannot do without, anything of its type."""
    made: dict[str, Any] = {"Sequence": [1], "Dict": {}, "datetime": datetime.now(UTC), "bool": True, "int": 1}
    told = {}
    for one in inspect.signature(method).parameters.values():
        kind = str(one.annotation)
        if one.name in known:
            told[one.name] = known[one.name]
        elif one.default is one.empty and one.kind in (one.KEYWORD_ONLY, one.POSITIONAL_OR_KEYWORD):
            told[one.name] = next((value for word, value in made.items() if word in kind), "1")
    return told


@pytest.fixture
def sent(cast: Cast) -> dict[str, dict[str, Any]]:
    """What is sent beside what every method needs: by method, by group, or to all."""
    project, (task, spare, *_rest) = cast.project.pk, pool_of(cast.project, 4)
    answer(task, "citra", "claim")
    mine, snapshot = Annotation.objects.get().pk, revision_of(cast.project)
    tasks = {"request": [{"data": {"text": "Yang baru."}}], "selected_items": {"all": False, "included": [spare.pk]}}
    return {
        "": {"id": 1, "project": project, "project_id": project, "task": task.pk, **tasks},
        "projects": {"id": project, "title": "Berita baru", "label_config": config_of(KEYS), "export_type": "JSON"},
        "projects.exports.convert": {"export_pk": snapshot},
        "projects.exports.download": {"export_pk": snapshot},
        "projects.exports.get": {"export_pk": snapshot},
        "tasks": {"id": str(task.pk)},
        "tasks.list": {"project": project},
        "annotations": {"id": mine},
        "annotations.list": {"id": task.pk},
        "annotations.create": {"id": spare.pk, "result": result("denial")},
        "predictions": {"id": task.pk},
        "ml": {"id": project},
        "tasks.delete": {"id": str(spare.pk)},
        "actions.create": {"id": "delete_tasks"},
    }


@pytest.mark.parametrize("group", GROUPS)
def test_every_method_works_or_says_in_a_sentence_that_it_does_not(
    group: str, cast: Cast, sdk: Client, sent: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # No worker comes: an import waits for none.
    monkeypatch.setattr(importing, "PATIENCE", 0.0)
    client = sdk(cast.citra)
    told, outcomes = Told(client), {}
    # What deletes comes last: the others name what it deletes.
    for name, method in sorted(methods(getattr(client, group), group), key=lambda one: ("delete" in one[0], one[0])):
        own = sent.get(name, {})
        outcomes[name] = told.of(method, {**arguments(method, {**sent[""], **sent.get(group, {}), **own}), **own})
    expected = {name: 200 if name in WORK else 404 if name in NOT_HERE else 501 for name in outcomes}
    assert {name: code // 100 * 100 if code < 300 else code for name, code in outcomes.items()} == expected


class Told:
    """Hears what is answered to a client."""

    def __init__(self, client: Any) -> None:
        wire = client._client_wrapper.httpx_client.httpx_client._transport
        self._answer, self._last = wire.handle_request, 0
        wire.handle_request = self._heard

    def of(self, method: Method, kwargs: dict[str, Any]) -> int:
        """The status of the last answer to a call."""
        self._last = 0
        try:
            found = method(**kwargs)
            # What is downloaded is asked for piece by piece.
            _read = list(found) if inspect.isgenerator(found) else found
        except pytest.importorskip("label_studio_sdk.core.api_error").ApiError:
            assert self._last >= 400
        return self._last

    def _heard(self, request: Any) -> Any:
        """Every problem is told in JSON, in a sentence."""
        answer = self._answer(request)
        self._last = answer.status_code
        answer.read()
        if self._last >= 400:
            assert answer.headers["Content-Type"] == "application/json", (str(request.url), self._last)
            assert " " in answer.json()["detail"]
        return answer
