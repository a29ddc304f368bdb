"""One size of `bench.training`, in this process and on an empty database: `train_once SENTENCES LABELS`."""

import json
import resource
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import django
from django.core.management import call_command
from django.utils import timezone

django.setup()

from django.contrib.auth.models import User  # noqa: E402  # models exist only after setup

from bench.pool import fill  # noqa: E402
from labeling import jobs, learning, work  # noqa: E402
from labeling.models import Annotation, Event, Kind, Project, Sentence, Verb  # noqa: E402

STEPS = ("catch_up", "fit", "save", "load", "rank")
ORIGINAL = {step: getattr(learning, step) for step in STEPS}


def timed(verb: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    """`verb`, with its seconds added under `name`."""

    def measured(*args: Any, **options: Any) -> Any:
        start = time.perf_counter()
        try:
            return verb(*args, **options)
        finally:
            spent[name] = round(spent.get(name, 0) + time.perf_counter() - start, 3)

    return measured


def one(n: int, n_labels: int) -> None:
    """Fill the database, train twice, print what both cost: seconds a step, `rows` for what the database took."""
    call_command("migrate", verbosity=0)
    project = fill(n)
    _answer(project, n_labels)
    for name in ("first", "again"):
        spent: dict[str, float] = {}
        for step in STEPS:
            setattr(learning, step, timed(ORIGINAL[step], step, spent))
        run = jobs.owe(project=project, kind=Kind.TRAIN, by=None)
        start = time.perf_counter()
        if not work.perform(run.pk):
            run.refresh_from_db()
            raise SystemExit(f"the training failed: {run.error}")
        total = round(time.perf_counter() - start, 3)
        peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        rows = round(total - sum(spent.values()), 3)
        said = {"sentences": n, "labels": n_labels, "training": name, "total": total, **spent, "rows": rows}
        print(json.dumps({**said, "peak_mib": peak}), flush=True)


def _answer(project: Project, n: int) -> None:
    """`n` answers outside the audit sample, evenly over the pool, so that all four labels and many articles occur."""
    person = User.objects.create(username="bench")
    labels, guideline = list(project.labels.all()), project.current_guideline()
    free = Sentence.objects.filter(project=project, audit_place__isnull=True).order_by("pk")
    step = max(free.count() // n, 1)
    chosen = list(free[::step])[:n]
    Annotation.objects.bulk_create(
        Annotation(
            project=project,
            sentence=row,
            annotator=person,
            label=labels[int(row.text.partition("river ")[2].partition(" ")[0]) % len(labels)],
            seconds=1.0,
            selection="seed",
            guideline=guideline,
            answered_at=timezone.now(),
        )
        for row in chosen
    )
    Event.objects.bulk_create(
        Event(project=project, who=person, verb=Verb.ANSWERED, sentence=row, key=uuid.uuid4()) for row in chosen
    )
    Sentence.objects.filter(pk__in=[row.pk for row in chosen]).update(slots_free=0)


if __name__ == "__main__":
    one(int(sys.argv[1]), int(sys.argv[2]))
