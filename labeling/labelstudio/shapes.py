"""Label Studio's JSON and what it means here: dictionaries and dataclasses in, dictionaries and dataclasses out.

Shapes as of Label Studio 1.23 and of label-studio-sdk 2.1.2. The labels of a project are the choices of a control
called `label`, an optional second label those of `label_2`, both on the text called `text`; unsure is what Label Studio
calls cancelled.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from labeling.errors import Refused

LABEL, SECOND, TEXT = "label", "label_2", "text"
# What an answer holds at most: a label and a second one are two parts.
MAX_PARTS = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """What a result says: labels by their keys. `unsure` has none."""

    label: str | None = None
    second_label: str | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Predicted:
    """What a model says of a sentence, and how sure it is."""

    label: str
    score: float
    version: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Annotated:
    """One person's answer, as its row and its Events tell."""

    key: int
    task: int
    project: int
    by: int
    answer: Answer
    seconds: float
    created_at: datetime
    updated_at: datetime
    # What a retry of the same answer is known by.
    unique_id: str | None = None
    amended: bool = False
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A sentence as a task. `fields` are what stands beside the text, `number` its place within the project."""

    key: int
    project: int
    text: str
    number: int
    created_at: datetime
    updated_at: datetime
    overlap: int = 1
    done: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)
    # Counted where the answers themselves are not told.
    n_given: int = 0
    n_unsure: int = 0


def words_of(labels: Iterable[Sequence[str]]) -> dict[str, str]:
    """How a label may be written, and the key that is meant, out of (key, name, other name ...) a label.

    Without regard to case; a name that two labels bear means neither, and a key means itself.
    """
    named = [(key, names) for key, *names in labels]
    words: dict[str, str | None] = {}
    for key, names in named:
        for name in {fold(name) for name in names if name}:
            words[name] = key if words.get(name, key) == key else None
    words |= {fold(key): key for key, _names in named}
    return {word: key for word, key in words.items() if key is not None}


def fold(word: str) -> str:
    """A label as it is compared."""
    return " ".join(word.casefold().split())


def result_of(label: str | None, second_label: str | None = None) -> list[dict[str, Any]]:
    """The result of an answer, an annotation's and a prediction's alike; empty where there is no label."""
    said = ((LABEL, label), (SECOND, second_label))
    return [
        {"from_name": name, "to_name": TEXT, "type": "choices", "value": {"choices": [chosen]}}
        for name, chosen in said
        if chosen
    ]


def answer_of(result: object, words: Mapping[str, str], *, cancelled: bool = False) -> Answer:
    """What a result means; `words` as `words_of` makes it, or keys to themselves, folded.

    Raises Refused where it is no result, answers nothing, names a label that is not in `words`, or two where one is
    asked for. Of what is `cancelled` the result says nothing.
    """
    if cancelled:
        return Answer(unsure=True)
    if not isinstance(result, list) or len(result) > MAX_PARTS:
        raise Refused(_("A result is a list of what was chosen, such as %(example)s.") % {"example": _EXAMPLE})
    chosen: dict[str, str] = {}
    for part in result:
        name, label = _chosen(part, words)
        if chosen.setdefault(name, label) != label:
            raise Refused(_("The result chooses both %(one)s and %(other)s; choose one.") % _two(chosen[name], label))
    if LABEL not in chosen:
        said = _("The result chooses no label. Choose one of %(known)s, or send was_cancelled to pass the task over.")
        raise Refused(said % {"known": _listed(words)})
    second = chosen.get(SECOND)
    return Answer(chosen[LABEL], None if second == chosen[LABEL] else second)


_EXAMPLE = '[{"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["claim"]}}]'


def _two(one: str, other: str) -> dict[str, str]:
    return {"one": one, "other": other}


def _listed(words: Mapping[str, str]) -> str:
    return ", ".join(dict.fromkeys(words.values()))


def _chosen(part: object, words: Mapping[str, str]) -> tuple[str, str]:
    """The control of one part of a result (LABEL or SECOND), and the key of the label that it chooses."""
    value = part.get("value") if isinstance(part, Mapping) else None
    choices = value.get("choices") if isinstance(value, Mapping) else None
    if not isinstance(part, Mapping) or part.get("type", "choices") != "choices" or not isinstance(choices, list):
        raise Refused(_("Only choices are known here: each part of a result is such as %(example)s.") % _HOW)
    if len(choices) != 1 or not isinstance(choices[0], str):
        raise Refused(_("Each part of a result chooses one label, not %(n)d.") % {"n": len(choices)})
    key = words.get(fold(choices[0]))
    if key is None:
        said = _("This project has no label %(label)s. Its labels are: %(known)s.")
        raise Refused(said % {"label": choices[0][:100], "known": _listed(words)})
    return SECOND if part.get("from_name") == SECOND else LABEL, key


_HOW = {"example": _EXAMPLE.strip("[]")}


def as_time(when: datetime) -> str:
    """A time as Label Studio writes it: of UTC, with a Z."""
    return when.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def annotation_body(one: Annotated) -> dict[str, Any]:
    """An annotation as Label Studio tells it."""
    answer = one.answer
    result = result_of(answer.label, answer.second_label)
    return {
        "id": one.key,
        "completed_by": one.by,
        "result": result,
        "was_cancelled": answer.unsure,
        "ground_truth": False,
        "created_at": as_time(one.created_at),
        "updated_at": as_time(one.updated_at),
        "draft_created_at": None,
        "lead_time": one.seconds,
        "prediction": {},
        "result_count": len(result),
        "unique_id": one.unique_id,
        "import_id": None,
        "last_action": _last_action(one),
        "bulk_created": False,
        "task": one.task,
        "project": one.project,
        "updated_by": one.by,
        "parent_prediction": None,
        "parent_annotation": None,
        "last_created_by": one.by,
    }


def _last_action(one: Annotated) -> str:
    if one.imported:
        return "imported"
    if one.amended:
        return "updated"
    return "skipped" if one.answer.unsure else "submitted"


def prediction_body(one: Predicted, *, task: int, project: int) -> dict[str, Any]:
    """A prediction as Label Studio tells it: a task has one at most, so it goes by the task's number."""
    return {
        "id": task,
        "model_version": one.version,
        "created_ago": "",
        "result": result_of(one.label),
        "score": one.score,
        "cluster": None,
        "neighbors": None,
        "mislabeling": 0.0,
        "created_at": as_time(one.made_at),
        "updated_at": as_time(one.made_at),
        "model": None,
        "model_run": None,
        "task": task,
        "project": project,
    }


def task_body(
    task: Task, *, annotations: Sequence[Annotated] | None = (), predictions: Sequence[Predicted] = ()
) -> dict[str, Any]:
    """A task as Label Studio exports it. `annotations` None: they are counted, and not told."""
    told = [annotation_body(one) for one in annotations or ()]
    n_unsure = sum(one["was_cancelled"] for one in told) if annotations is not None else task.n_unsure
    n_given = len(told) - n_unsure if annotations is not None else task.n_given
    return {
        "id": task.key,
        "annotations": told,
        "file_upload": None,
        "drafts": [],
        # An export names them by their numbers.
        "predictions": [task.key] if predictions else [],
        "data": {**task.fields, TEXT: task.text},
        "meta": dict(task.meta),
        "created_at": as_time(task.created_at),
        "updated_at": as_time(task.updated_at),
        "allow_skip": True,
        "inner_id": task.number,
        "total_annotations": n_given,
        "cancelled_annotations": n_unsure,
        "total_predictions": len(predictions),
        "comment_count": 0,
        "unresolved_comment_count": 0,
        "last_comment_updated_at": None,
        "project": task.project,
        "updated_by": told[-1]["completed_by"] if told else None,
        "comment_authors": [],
    }


def listed_task_body(
    task: Task, *, annotations: Sequence[Annotated] | None = (), predictions: Sequence[Predicted] = ()
) -> dict[str, Any]:
    """A task as Label Studio lists it and gives it by its number: as it exports it, and what its tables show of it."""
    body = task_body(task, annotations=annotations, predictions=predictions)
    people = dict.fromkeys(one.by for one in annotations or ())
    seconds = [one.seconds for one in annotations or ()]
    return {
        **body,
        "predictions": [prediction_body(one, task=task.key, project=task.project) for one in predictions],
        "annotators": list(people),
        "annotators_count": len(people),
        "annotations_ids": ", ".join(str(one.key) for one in annotations or ()),
        "annotations_results": "",
        "avg_lead_time": sum(seconds) / len(seconds) if seconds else None,
        "completed_at": as_time(max(one.created_at for one in annotations)) if task.done and annotations else None,
        "draft_exists": False,
        "ground_truth": False,
        "is_labeled": task.done,
        "overlap": task.overlap,
        "predictions_model_versions": ", ".join(dict.fromkeys(one.version for one in predictions)),
        "predictions_results": "",
        "predictions_score": predictions[-1].score if predictions else None,
        "reviewed": False,
        "storage_filename": None,
        "updated_by": [{"user_id": one.by} for one in (annotations or ())[-1:]],
    }
