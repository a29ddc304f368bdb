"""Predictions that a request waits for: a worker makes them, and the web process must not hang on it."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from labeling import jobs
from labeling.models import OPEN, Kind, Project, Run, RunState
from labeling.readiness import sweep

# Label Studio itself waits for a hundred seconds, with the person who asked for a task before a blank page.
PATIENCE = 30.0
LOOK_EVERY = 0.2
# Requests that wait at the same time: the other threads of the process go on serving people who label.
AT_ONCE = max(1, settings.WEB_THREADS // 4)
# What a web process left behind that died while it waited.
LEFT = timedelta(minutes=10)

_places = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Predicted:
    """The likeliest label of one text, by its key, and its probability, by version `version` of the model."""

    label: str
    share: float
    version: int


def of_texts(project: Project, texts: Sequence[str]) -> list[Predicted | None]:
    """Of each text what the version in service says, in order; None for all where that is not to be had now.

    That is where there is no model, no worker that answers in time, or too many wait already. Call it outside a
    transaction. Reads `project.version`.
    """
    nothing: list[Predicted | None] = [None] * len(texts)
    if not texts or project.version_id is None or sweep().state != "ok" or not _places.acquire(blocking=False):
        return nothing
    try:
        result = _result(project, texts)
    finally:
        _places.release()
    told = [_as_predicted(one, result["version"]) for one in result.get("predictions", [])]
    return told if len(told) == len(texts) else nothing


def _result(project: Project, texts: Sequence[str]) -> dict[str, Any]:
    """What came of the PREDICT Run; empty where nothing did.

    The Run goes with its answer, since it holds the texts; one that failed is kept a while without them, to say why.
    """
    asked = Run.objects.filter(project=project, kind=Kind.PREDICT, options__has_key="texts")
    asked.filter(asked_at__lt=Now() - LEFT).delete()
    run = jobs.owe(project=project, kind=Kind.PREDICT, by=None, options={"texts": list(texts)})
    mine = Run.objects.filter(pk=run.pk)
    try:
        return _awaited(mine)
    finally:
        mine.filter(state=RunState.FAILED).update(options={"texts": []})
        # A worker that is at it still finds its claim lost, and publishes nothing.
        mine.exclude(state=RunState.FAILED).delete()


def _awaited(run: "QuerySet[Run]") -> dict[str, Any]:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = run.values_list("state", "result").first()
        if found is None or found[0] not in OPEN:
            return found[1] if found is not None and found[0] == RunState.DONE else {}
        time.sleep(LOOK_EVERY)
    return {}


def _as_predicted(told: dict[str, Any], version: int) -> Predicted | None:
    return Predicted(told["label"], told["share"], version) if told["label"] else None
