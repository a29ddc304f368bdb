"""A project as Label Studio exports it, line by line: one moment, a thousand tasks at a time, in the order of tasks."""

import csv
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from labeling.cells import harmless
from labeling.flow.moment import one_moment
from labeling.labelstudio import told
from labeling.labelstudio.controls import Controls, controls_of
from labeling.labelstudio.shapes import Annotated, Task, as_time, task_body
from labeling.models import Annotation, Project, Sentence, TaskData

# What is exported: its title, its ending, the type of its content.
FORMATS = {
    "JSON": ("JSON", "json", "application/json"),
    "JSON_MIN": ("JSON-MIN", "json", "application/json"),
    "CSV": ("CSV", "formula-safe.csv", "text/csv; charset=utf-8"),
    "TSV": ("TSV", "formula-safe.tsv", "text/tab-separated-values; charset=utf-8"),
}
_BATCH = 1_000
_PIECE = 1 << 16
_ALWAYS = ("annotation_id", "annotator", "created_at", "id", "lead_time", "updated_at")


def lines(project: Project, to: str, *, ids: Collection[int] = (), everything: bool = False) -> Iterator[bytes]:
    """The export in the format `to`, a key of FORMATS: of the answered tasks, of `everything`, or of the tasks `ids`.

    Guarantees: one moment of the database, constant memory, four queries a thousand tasks (in all one more for a config
    of its own, and three more for a table).
    """
    with one_moment():
        controls = controls_of(project)
        tasks = _tasks(_batches(project, sorted(set(ids)), everything))
        if to == "JSON":
            yield from _array(
                task_body(task, annotations=given, predictions=task.predicted, controls=controls)
                for task, given in tasks
            )
        elif to == "JSON_MIN":
            yield from _array(record for task, given in tasks for record in _records(task, given, controls))
        else:
            yield from _table(project, tasks, controls, "," if to == "CSV" else "\t")


def gathered(found: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of a size that is worth sending."""
    held, size = [], 0
    for one in found:
        held.append(one)
        size += len(one)
        if size >= _PIECE:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def _batches(project: Project, ids: Sequence[int], everything: bool) -> Iterator[list[int]]:
    """Keys of sentences in their order, so many at a time."""
    pool = Sentence.objects.in_pool().filter(project=project).order_by("pk")
    if ids:
        parts = (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))
        yield from (list(pool.filter(pk__in=part).values_list("pk", flat=True)) for part in parts)
        return
    last = 0
    while batch := list(_after(project, last, everything)):
        yield batch
        last = batch[-1]


def _after(project: Project, last: int, everything: bool) -> Iterator[int]:
    if everything:
        pool = Sentence.objects.in_pool().filter(project=project, pk__gt=last).order_by("pk")
        return iter(pool.values_list("pk", flat=True)[:_BATCH])
    answered = Annotation.objects.given().filter(project=project, sentence__in_pool=True, sentence_id__gt=last)
    return iter(answered.order_by("sentence_id").values_list("sentence_id", flat=True).distinct()[:_BATCH])


def _tasks(batches: Iterator[list[int]]) -> Iterator[tuple[Task, list[Annotated]]]:
    for batch in batches:
        given = told.annotations_of(batch)
        for task in told.tasks_of(batch, counted=False):
            yield task, given.get(task.key, [])


def _array(found: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """A JSON array, a line each."""
    yield b"["
    for n, one in enumerate(found):
        yield (",\n" if n else "\n").encode() + json.dumps(one, ensure_ascii=False).encode()
    yield b"\n]\n"


def _records(
    task: Task,
    given: Sequence[Annotated],
    controls: Controls,
    name: Callable[[str, Controls], str] = lambda field, _controls: field,
    *,
    by: type[int] | type[str] = int,
) -> Iterator[dict[str, Any]]:
    """A record an answer, newest first; one without for a task that has none; nothing of what was passed over.

    `name`: what a field of the task is called where an answer's name is the same; `by`: how its annotator is written.
    """
    data = {**task.fields, controls.field: task.text}
    fields = {name(field, controls): value for field, value in data.items()}
    if not given:
        empty = dict.fromkeys(("annotator", "annotation_id", "created_at", "updated_at", "lead_time"))
        yield {"id": task.key, **fields, **empty}
    for one in sorted(given, key=lambda one: (one.created_at, one.key), reverse=True):
        if not one.answer.unsure:
            chosen = {controls.label: one.answer.label, controls.second: one.answer.second_label}
            yield {
                **fields,
                "id": task.key,
                **{control: controls.written(label) for control, label in chosen.items() if label},
                "annotator": by(one.by),
                "annotation_id": one.key,
                "created_at": as_time(one.created_at),
                "updated_at": as_time(one.updated_at),
                "lead_time": one.seconds,
            }


class _Line:
    """Where csv writes to: what was written last."""

    def __init__(self) -> None:
        self.written = ""

    def write(self, text: str) -> int:
        self.written = text
        return len(text)


def _table(
    project: Project, tasks: Iterator[tuple[Task, list[Annotated]]], controls: Controls, delimiter: str
) -> Iterator[bytes]:
    line = _Line()
    names = _columns(project, controls)
    table = csv.DictWriter(line, names, quoting=csv.QUOTE_NONNUMERIC, delimiter=delimiter, restval="")
    table.writerow({name: _cell(name) for name in names})
    yield line.written.encode()
    for task, given in tasks:
        for record in _records(task, given, controls, _apart, by=str):
            table.writerow({name: _cell(value) for name, value in record.items()})
            yield line.written.encode()


def _apart(field: str, controls: Controls) -> str:
    """A task's field that is called as an answer is gives way, as in Label Studio."""
    return f"_data_{field}" if field in (controls.label, controls.second) else field


def _columns(project: Project, controls: Controls) -> list[str]:
    """Every name that a record of the project may have, sorted as Label Studio sorts them."""
    names = {*_ALWAYS, controls.label, _apart(controls.field, controls)}
    if Sentence.objects.in_pool().filter(project=project, task_data__isnull=True).exists():
        names.update(_apart(field, controls) for field in told.OF_ARTICLE)
    for fields in TaskData.objects.filter(sentence__project=project).values_list("data", flat=True).iterator():
        names.update(_apart(field, controls) for field in fields)
    if Annotation.objects.given().filter(project=project, second_label__isnull=False).exists():
        names.add(controls.second)
    return sorted(names)


def _cell(value: object) -> object:
    """Numbers as they are, lists and objects as JSON, and no text that is a formula."""
    if isinstance(value, Mapping | list):
        value = json.dumps(value, ensure_ascii=False)
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else value
