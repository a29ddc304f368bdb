"""Rows of ours as Label Studio tells them: so many sentences at once, each kind in one query or two.

A project's tasks are the sentences of its pool. Nothing is predicted aloud of the audit sample: it measures people and
model apart from each other.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet

from labeling.errors import Refused
from labeling.flow.version_name import version_name
from labeling.labelstudio.controls import controls_of, names_of, offered_by
from labeling.labelstudio.shapes import Annotated, Answer, Predicted, Task, answer_of
from labeling.labelstudio.words import fold, words_of
from labeling.models import (
    Annotation,
    Event,
    Kind,
    Label,
    Prediction,
    Project,
    QueueEntry,
    Run,
    Selection,
    Sentence,
    TaskData,
    Verb,
)

_OF_TASK = (
    *("pk", "project_id", "text", "lang", "source__title", "source__url", "source__received_at"),
    *("project__overlap", "task_data__data", "task_data__meta", "task_data__predictions"),
)
_OF_ANSWER = (
    *("pk", "sentence_id", "project_id", "annotator_id", "label__key", "second_label__key", "unsure", "seconds"),
    *("answered_at", "selection"),
)
# How long the words of a project are remembered.
SECONDS = 10
# What a task has beside its text where it did not come through the API.
OF_ARTICLE = ("lang", "title", "url")
_ANSWERING = (Verb.ANSWERED, Verb.AMENDED)


def meaning(result: object, project: Project, *, cancelled: bool = False) -> Answer:
    """What a result means in the project. Raises Refused as `answer_of` does.

    What may be written is remembered for a moment; what seems unknown is looked up once more.
    """
    place, names = f"api-words:{project.pk}", names_of(project.label_config)
    with suppress(Refused):
        known = cache.get_or_set(place, lambda: words(project.pk), SECONDS) or {}
        return answer_of(result, known, cancelled=cancelled, controls=names)
    fresh = words(project.pk)
    cache.set(place, fresh, SECONDS)
    return answer_of(result, fresh, cancelled=cancelled, controls=controls_of(project))


def words(project_id: int) -> dict[str, str]:
    """How the labels on offer may be written, by the project's scheme and by the config that a script sent.

    One that was merged means its heir.
    """
    of_project = Label.objects.filter(project=project_id)
    offered = of_project.offered().order_by("digit").values_list("key", "name_en", "name_id")
    merged = of_project.filter(merged_into__retired_at__isnull=True).exclude(merged_into=None)
    known = {key.casefold(): heir for key, heir in merged.values_list("key", "merged_into__key")} | words_of(offered)
    config = Project.objects.values_list("label_config", flat=True).get(pk=project_id)
    # What the config calls a label that was renamed since.
    first = {fold(one.value): known.get(fold(one.key)) for one in (offered_by(config) if config else ())}
    return {word: key for word, key in first.items() if key} | known


def tasks_of(ids: Sequence[int], *, counted: bool = True) -> list[Task]:
    """The sentences `ids` as tasks, in their order; two queries, one where the answers are not `counted`."""
    found = {row[0]: row for row in Sentence.objects.filter(pk__in=ids).values_list(*_OF_TASK)}
    counts = _counts(ids) if counted else {}
    return [_task(found[pk], *counts.get(pk, (0, 0))) for pk in ids if pk in found]


def _counts(ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many answers with a label each sentence has, and how many without."""
    given = Annotation.objects.given().filter(sentence_id__in=ids).order_by().values("sentence_id")
    unsure = Count("pk", filter=Q(unsure=True))
    told = given.annotate(n=Count("pk"), passed=unsure).values_list("sentence_id", "n", "passed")
    return {pk: (n - passed, passed) for pk, n, passed in told}


def _task(row: Sequence[Any], n_given: int, n_unsure: int) -> Task:
    pk, project, text, lang, title, url, received_at, overlap, fields, meta, kept = row
    # What came through the API is given back as it came; of other sentences there is what their article says.
    own = dict(zip(OF_ARTICLE, (lang, title, url), strict=True)) if fields is None else fields
    return Task(
        key=pk,
        project=project,
        text=text,
        number=pk,
        created_at=received_at,
        updated_at=received_at,
        overlap=overlap,
        done=n_given + n_unsure >= overlap,
        fields={name: value for name, value in own.items() if value != ""} if fields is None else own,
        meta=meta or {},
        predicted=_kept(kept or (), received_at),
        n_given=n_given,
        n_unsure=n_unsure,
    )


def _kept(sent: Sequence[Mapping[str, Any]], at: datetime) -> list[Predicted]:
    """The predictions that came with a task, as `sent_answers.predictions` keeps them."""
    return [
        Predicted("", one["score"], one["model_version"], at, place, one["result"])
        for place, one in enumerate(sent, start=1)
    ]


@dataclass(frozen=True, slots=True)
class _Begun:
    """How an answer came to be: the key of its first act, and when that was."""

    key: UUID | None
    at: datetime
    amended: bool = False


def annotations_of(
    ids: Sequence[int], *, by: int | None = None, begun: UUID | None = None
) -> dict[int, list[Annotated]]:
    """The answers that stand about the sentences `ids`, oldest first; only those of the user `by`, if one is named.

    Two queries; one for answers that are known to have been `begun` just now, by the act with this key. Sentences
    without an answer are not among the keys.
    """
    whose = {} if by is None else {"annotator_id": by}
    given = Annotation.objects.given().filter(sentence_id__in=ids, **whose).order_by("sentence_id", "pk")
    rows = list(given.values_list(*_OF_ANSWER))
    acts = _begun(ids, by) if rows and begun is None else {}
    told: dict[int, list[Annotated]] = defaultdict(list)
    for row in rows:
        now = _Begun(begun, row[8]) if begun else None
        told[row[1]].append(_annotated(row, now or acts.get((row[1], row[3]))))
    return dict(told)


def _begun(ids: Sequence[int], by: int | None) -> dict[tuple[int, int], _Begun]:
    whose = {} if by is None else {"who_id": by}
    acts = Event.objects.filter(sentence_id__in=ids, verb__in=_ANSWERING, **whose).order_by("pk")
    begun: dict[tuple[int, int], _Begun] = {}
    for sentence, who, verb, key, at in acts.values_list("sentence_id", "who_id", "verb", "key", "at"):
        if verb == Verb.ANSWERED:
            begun[sentence, who] = _Begun(key, at)
        elif (sentence, who) in begun:
            begun[sentence, who] = replace(begun[sentence, who], amended=True)
    return begun


def _annotated(row: Sequence[Any], begun: _Begun | None) -> Annotated:
    pk, sentence, project, by, label, second, unsure, seconds, answered_at, selection = row
    # Without an Event of its own it was brought by an import.
    start = begun or _Begun(None, answered_at)
    return Annotated(
        key=pk,
        task=sentence,
        project=project,
        by=by,
        answer=Answer(label, second, unsure),
        seconds=seconds,
        created_at=min(start.at, answered_at),
        updated_at=answered_at,
        unique_id=str(start.key) if start.key else None,
        amended=start.amended,
        imported=selection == Selection.IMPORTED,
    )


def n_kept(project_id: int) -> int:
    """How many predictions came with tasks that are in the pool; remembered for a moment, being looked for in all."""
    imports = Run.objects.filter(project=project_id, kind=Kind.IMPORT, result__predictions__gt=0)
    if not imports.exists():
        return 0
    of_project = kept(project_id).values_list("predictions", flat=True)
    return cache.get_or_set(f"api-kept:{project_id}", lambda: sum(map(len, of_project.iterator())), SECONDS) or 0


def kept(project_id: int) -> "QuerySet[TaskData]":
    """The tasks of the pool that predictions came with, in their order."""
    of_project = TaskData.objects.filter(sentence__project=project_id, sentence__in_pool=True)
    return of_project.exclude(predictions=[]).order_by("pk")


def predictions_of(project: Project, ids: Sequence[int]) -> dict[int, Predicted]:
    """What the model says of the sentences `ids`, where a row tells: of what people differ on, and of the head of the
    queue where the project keeps suggestions. Two queries."""
    own = {"project": project.pk, "sentence__in": ids, "sentence__audit_place__isnull": True}
    heads = QueueEntry.objects.filter(**own, version=project.version_id, suggested__retired_at__isnull=True)
    heads = heads.filter(suggested__isnull=False, suggested_share__isnull=False)
    told = {
        pk: Predicted(label, share or 0.0, version_name(project.slug, number), at)
        for pk, label, share, number, at in heads.values_list(
            "sentence_id", "suggested__key", "suggested_share", "version__number", "version__trained_at"
        )
    }
    rows = Prediction.objects.filter(**own).values_list(
        "sentence_id", "shares", "version__number", "version__trained_at"
    )
    return told | {
        pk: _likeliest(shares, version_name(project.slug, number), at) for pk, shares, number, at in rows if shares
    }


def _likeliest(shares: Mapping[str, float], version: str, at: datetime) -> Predicted:
    label = max(shares, key=lambda key: (shares[key], key))
    return Predicted(label, float(shares[label]), version, at)
