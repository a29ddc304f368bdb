"""Label Studio's JSON and what it means here: dictionaries and dataclasses in, dictionaries and dataclasses out.

Shapes as of Label Studio 1.23 and of label-studio-sdk 2.1.2. The labels of a project are the choices of one control, an
optional second label those of another, both on one text; `Controls` say what each is called. Unsure is what Label
Studio calls cancelled.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.labelstudio.config import LABEL, SECOND
from labeling.labelstudio.controls import OURS, Controls
from labeling.labelstudio.prediction_ids import prediction_id
from labeling.labelstudio.words import fold

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
    """What a model says of a sentence, and how sure it is; with its `place` and result as `sent`, if it came so."""

    label: str
    score: float | None
    version: str
    made_at: datetime
    place: int = 0
    sent: Sequence[Mapping[str, Any]] | None = None


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
    """A sentence as a task. `fields` are what stands beside the text, `number` its place within the project, and
    `predicted` what came along."""

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
    predicted: Sequence[Predicted] = ()
    # Counted where the answers themselves are not told.
    n_given: int = 0
    n_unsure: int = 0


def result_of(label: str | None, second_label: str | None = None, controls: Controls = OURS) -> list[dict[str, Any]]:
    """The result of an answer, an annotation's and a prediction's alike; empty where there is no label."""
    said = ((controls.label, label), (controls.second, second_label))
    return [_part(name, controls.written(chosen), controls) for name, chosen in said if chosen]


def _part(name: str, label: str, controls: Controls) -> dict[str, Any]:
    return {"from_name": name, "to_name": controls.text, "type": "choices", "value": {"choices": [label]}}


def answer_of(
    result: object, words: Mapping[str, str], *, cancelled: bool = False, controls: Controls = OURS
) -> Answer:
    """What a result means; `words` as `words_of` makes it, or keys to themselves, folded.

    Raises Refused where it is no result, answers nothing, names a label that is not in `words`, a control that is not
    in the config that a script sent, or two labels where one is asked for. Of what is `cancelled` the result says
    nothing.
    """
    if cancelled:
        return Answer(unsure=True)
    if not isinstance(result, list) or len(result) > MAX_PARTS:
        said = _("A result is a list of what was chosen, such as %(example)s.")
        raise Refused(said % {"example": f"[{_example(words, controls)}]"})
    chosen: dict[str, str] = {}
    for part in result:
        name, label = _chosen(part, words, controls)
        if chosen.setdefault(name, label) != label:
            two = {"one": controls.written(chosen[name]), "other": controls.written(label)}
            raise Refused(_("The result chooses both %(one)s and %(other)s; choose one.") % two)
    if LABEL not in chosen:
        said = _("The result chooses no label. Choose one of %(known)s, or send was_cancelled to pass the task over.")
        raise Refused(said % {"known": _listed(words, controls)})
    second = chosen.get(SECOND)
    return Answer(chosen[LABEL], None if second == chosen[LABEL] else second)


def _example(words: Mapping[str, str], controls: Controls) -> str:
    """A part of a result."""
    known = next(iter(words.values()), "claim")
    return json.dumps(_part(controls.label, controls.written(known), controls), ensure_ascii=False)


def _listed(words: Mapping[str, str], controls: Controls) -> str:
    return ", ".join(controls.written(key) for key in dict.fromkeys(words.values()))


def _chosen(part: object, words: Mapping[str, str], controls: Controls) -> tuple[str, str]:
    """What one part of a result chooses (LABEL or SECOND), and the key of the label."""
    value = part.get("value") if isinstance(part, Mapping) else None
    choices = value.get("choices") if isinstance(value, Mapping) else None
    if not isinstance(part, Mapping) or part.get("type", "choices") != "choices" or not isinstance(choices, list):
        said = _("Only choices are known here: each part of a result is such as %(example)s.")
        raise Refused(said % {"example": _example(words, controls)})
    if len(choices) != 1 or not isinstance(choices[0], str):
        raise Refused(_("Each part of a result chooses one label, not %(n)d.") % {"n": len(choices)})
    key = words.get(fold(choices[0]))
    if key is None:
        said = _("This project has no label %(label)s. Its labels are: %(known)s.")
        raise Refused(said % {"label": choices[0][:100], "known": _listed(words, controls)})
    return _control(part.get("from_name"), controls), key


def _control(name: object, controls: Controls) -> str:
    """LABEL or SECOND. A config that a script sent has names of its own, beside which ours are known; else any does."""
    if name == controls.second:
        return SECOND
    if not controls.own or name in (None, controls.label, LABEL):
        return LABEL
    if name == SECOND:
        return SECOND
    said = _("The config of this project has no control %(name)s. Write the label under %(label)s.")
    raise Refused(said % {"name": str(name)[:100], "label": controls.label})


def as_time(when: datetime) -> str:
    """A time as Label Studio writes it: of UTC, with a Z."""
    return when.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def annotation_body(one: Annotated, controls: Controls = OURS) -> dict[str, Any]:
    """An annotation as Label Studio tells it."""
    answer = one.answer
    result = result_of(answer.label, answer.second_label, controls)
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


def prediction_body(one: Predicted, *, task: int, project: int, controls: Controls = OURS) -> dict[str, Any]:
    """A prediction as Label Studio tells it."""
    return {
        "id": prediction_id(task, one.place),
        "model_version": one.version,
        "created_ago": "",
        "result": result_of(one.label, controls=controls) if one.sent is None else list(one.sent),
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
    task: Task,
    *,
    annotations: Sequence[Annotated] | None = (),
    predictions: Sequence[Predicted] = (),
    controls: Controls = OURS,
) -> dict[str, Any]:
    """A task as Label Studio exports it. `annotations` None: they are counted, and not told."""
    told = [annotation_body(one, controls) for one in annotations or ()]
    n_unsure = sum(one["was_cancelled"] for one in told) if annotations is not None else task.n_unsure
    n_given = len(told) - n_unsure if annotations is not None else task.n_given
    return {
        "id": task.key,
        "annotations": told,
        "file_upload": None,
        "drafts": [],
        # An export names them by their numbers.
        "predictions": [prediction_id(task.key, one.place) for one in predictions],
        "data": {**task.fields, controls.field: task.text},
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
    task: Task,
    *,
    annotations: Sequence[Annotated] | None = (),
    predictions: Sequence[Predicted] = (),
    controls: Controls = OURS,
) -> dict[str, Any]:
    """A task as Label Studio lists it and gives it by its number: as it exports it, and what its tables show of it."""
    body = task_body(task, annotations=annotations, predictions=predictions, controls=controls)
    people = dict.fromkeys(one.by for one in annotations or ())
    seconds = [one.seconds for one in annotations or ()]
    return {
        **body,
        "predictions": [
            prediction_body(one, task=task.key, project=task.project, controls=controls) for one in predictions
        ],
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
