"""The product's side of `bench.iteration`, in a process of its own on the database of FACTCHECK_DATA.

`prepare SENTENCES LABELS FOLDER` fills it, trains once, which makes the features, and writes them for the peers.
`again` trains twice, as a worker does that lives, and tells of the second: seconds a step, peak memory.
"""

import json
import resource
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import django
import numpy as np
from django.core.management import call_command
from django.utils import timezone
from scipy.sparse import csr_matrix, vstack

django.setup()

from django.contrib.auth.models import User  # noqa: E402  # models exist only after setup

from bench import prose  # noqa: E402
from bench.peers.exchange import Task, write_array, write_task  # noqa: E402
from bench.pool import fill  # noqa: E402
from labeling import jobs, learning, work  # noqa: E402
from labeling.flow import rank, train  # noqa: E402, F401  # loaded before the clock starts, as in a worker that lives
from labeling.models import Annotation, Event, Kind, Project, Sentence, Verb  # noqa: E402
from ml import order, training  # noqa: E402
from ml.features import WORD_COLUMNS  # noqa: E402
from ml.pool import open_pool, weighted  # noqa: E402

# What is named apart of a training. `fit` holds the `folds` that calibrate it; `rank` holds `choose`, and what is left
# of it is scoring.
VERBS: tuple[tuple[str, Any, str], ...] = (
    ("features", learning, "catch_up"),
    ("fit", learning, "fit"),
    ("folds", training, "out_of_fold"),
    ("save", learning, "save"),
    ("load", learning, "load"),
    ("rank", learning, "rank"),
    ("choose", order, "settle"),
    ("swap", rank, "_publish"),
)
ORIGINAL = {name: getattr(room, verb) for name, room, verb in VERBS}


def timed(verb: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    """`verb`, with its seconds added under `name`."""

    def measured(*args: Any, **options: Any) -> Any:
        start = time.perf_counter()
        try:
            return verb(*args, **options)
        finally:
            spent[name] = spent.get(name, 0) + time.perf_counter() - start

    return measured


def train_once(project: Project) -> dict[str, object]:
    """One training with its ranking: seconds of each step.

    `rows`: what else the database took, the look for sentences that lack features included.
    """
    spent: dict[str, float] = dict.fromkeys(ORIGINAL, 0.0)
    for name, room, verb in VERBS:
        setattr(room, verb, timed(ORIGINAL[name], name, spent))
    run = jobs.owe(project=project, kind=Kind.TRAIN, by=None)
    start = time.perf_counter()
    if not work.perform(run.pk):
        run.refresh_from_db()
        raise SystemExit(f"the training failed: {run.error}")
    spent["with_rows"] = time.perf_counter() - start
    steps = ("fit", "save", "load", "rank", "swap")
    spent["rows"] = spent["with_rows"] - sum(spent[step] for step in steps)
    spent["score"] = spent.pop("rank") - spent["choose"]
    spent["total"] = spent["fit"] + spent["score"] + spent["choose"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**{step: round(seconds, 3) for step, seconds in spent.items()}, "peak_mib": round(peak)}


def prepare(n: int, n_labels: int, folder: Path) -> dict[str, object]:
    """A database of `n` sentences, `n_labels` of them answered, its features, and those again for the peers."""
    call_command("migrate", verbosity=0)
    project = fill(n)
    held, labels = _answer(project, n, n_labels)
    told = train_once(project)
    shards = open_pool(learning.features_folder(project)).shards
    views = [weighted(shard) for shard in shards]
    ids = np.concatenate([shard.ids for shard in shards])
    order_of = np.argsort(ids)
    places = order_of[np.searchsorted(ids, held, sorter=order_of)]
    codes = np.full(n, -1)
    codes[places] = [prose.LABELS.index(label) for label in labels]
    rows = csr_matrix(vstack([view.words for view in views], format="csr"))
    dense = np.vstack([view.dense for view in views])
    both = Task(rows, dense, codes, rows[:0], dense[:0], codes[:0], n_words=WORD_COLUMNS)
    # A peer loads what it works on and nothing else: its memory is measured.
    write_task(folder / "both", both)
    write_task(folder / "words", replace(both, dense=dense[:, :0]))
    write_task(folder / "directions", replace(both, rows=csr_matrix(np.zeros((n, 0), np.float32))))
    for name in ("both", "words", "directions"):
        write_array(folder / name, "held", places)
    return {"sentences": n, **told}


def _answer(project: Project, n: int, n_labels: int) -> tuple[list[int], list[str]]:
    """Answers outside the audit sample, evenly over the pool; the ids and labels of their sentences."""
    person = User.objects.create(username="bench")
    keys, guideline = {label.key: label for label in project.labels.all()}, project.current_guideline()
    free = Sentence.objects.filter(project=project, audit_place__isnull=True).order_by("pk")
    ids = list(free.values_list("pk", flat=True)[:: max(free.count() // n_labels, 1)])[:n_labels]
    told = prose.labels(n)
    first = Sentence.objects.filter(project=project).order_by("pk").values_list("pk", flat=True)[0]
    labels = [told[pk - first] for pk in ids]
    common: dict[str, Any] = {"project": project, "annotator": person, "seconds": 1.0, "selection": "seed"}
    Annotation.objects.bulk_create(
        Annotation(sentence_id=pk, label=keys[label], guideline=guideline, answered_at=timezone.now(), **common)
        for pk, label in zip(ids, labels, strict=True)
    )
    Event.objects.bulk_create(
        Event(project=project, who=person, verb=Verb.ANSWERED, sentence_id=pk, key=uuid.uuid4()) for pk in ids
    )
    Sentence.objects.filter(pk__in=ids).update(slots_free=0)
    return ids, labels


def again() -> dict[str, object]:
    """The second of two trainings in this process."""
    project = Project.objects.get(slug="bench")
    train_once(project)
    return train_once(project)


if __name__ == "__main__":
    verb, *words = sys.argv[1:]
    print(json.dumps(prepare(int(words[0]), int(words[1]), Path(words[2])) if verb == "prepare" else again()))
