"""Requests that nobody would send, made up from the API's own document: every answer is one that it declares."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from pytest_django.fixtures import Settings

from labeling.flow.revision import revision_of
from labeling.flow.tokens import make
from labeling.labelstudio.api import importing
from labeling.models import Annotation
from tests.cast import Cast
from tests.factories import answer
from tests.flow.pool_of import pool_of
from tests.labelstudio.scripting import result

pytestmark = [pytest.mark.slow, pytest.mark.once]
EXAMPLES = 10
CONFIG = {
    # Whose token it is stands in every request; the checks leave it out by themselves.
    "generation": {"with-security-parameters": False},
    # A label that a project does not have is refused, however well it is written.
    "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", "400", "403", "404", "409"]}},
}


@pytest.fixture
def known(cast: Cast) -> dict[str, int]:
    """What of a project can be named by its number."""
    answered, task, spare, *_rest = pool_of(cast.project, 5)
    answer(answered, "citra", "claim")
    mine = {"annotation": Annotation.objects.get().pk, "snapshot": revision_of(cast.project)}
    project = {"project": cast.project.pk, "task__project": cast.project.pk}
    return {**project, **mine, "task": task.pk, "spare": spare.pk}


@pytest.fixture
def headers(cast: Cast) -> dict[str, str]:
    """An owner's."""
    return {"Authorization": f"Token {make(name='fuzz', by=cast.citra.user)[1]}"}


def aim(case: Any, known: dict[str, int], lot: random.Random) -> None:
    """Of the numbers that were made up, have most name something that is there; of the results, some be sensible."""
    first = case.operation.path.split("/")[2]
    own = {"annotations": "annotation", "predictions": "task", "tasks": "task"}.get(first, "project")
    if case.method == "DELETE" and own == "task":
        own = "spare"
    for given in (case.path_parameters, case.query):
        for name in given or {}:
            if lot.random() < 0.8 and (name == "pk" or name in known):
                given[name] = known[own if name == "pk" else name]
    if isinstance(case.body, dict) and "/annotations/" in case.operation.path and lot.random() < 0.5:
        case.body |= {"result": result(lot.choice(["claim", "denial"])), "completed_by": None}


def test_every_answer_is_declared(
    application: WSGIHandler,
    headers: dict[str, str],
    known: dict[str, int],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    schemathesis, hypothesis = pytest.importorskip("schemathesis"), pytest.importorskip("hypothesis")
    settings.API_RATE = 0
    # No worker comes: an import waits for none.
    monkeypatch.setattr(importing, "PATIENCE", 0.0)
    config = schemathesis.config.SchemathesisConfig.from_dict(CONFIG)
    document = schemathesis.openapi.from_wsgi("/api/openapi.json", application, config=config)
    quick = hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate],
    )  # fmt: skip
    lot, told = random.Random(1), []
    for found in document.get_all_operations():
        for mode in schemathesis.GenerationMode:
            told += failures(found.ok(), mode, quick, headers, lambda case: aim(case, known, lot))
    assert not told, "\n\n".join(told)


def failures(
    operation: Any, mode: Any, quick: Any, headers: dict[str, str], prepare: Callable[[Any], None]
) -> list[str]:
    """What the checks say of requests to one operation, sensible ones or others by the `mode`."""
    hypothesis = pytest.importorskip("hypothesis")
    checked = pytest.importorskip("schemathesis.core.failures").FailureGroup

    def one(case: Any) -> None:
        if mode.is_positive:
            prepare(case)
        case.call_and_validate(headers=headers)

    try:
        quick(hypothesis.given(case=operation.as_strategy(generation_mode=mode))(one))()
    except hypothesis.errors.Unsatisfiable:
        # Nothing can be wrong with a request that takes nothing.
        return []
    except checked as group:
        return [str(failure) for failure in group.exceptions] + [str(group)]
    return []
