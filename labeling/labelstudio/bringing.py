"""Annotations of a Label Studio project become answers here: once, and amended where they were amended there.

Knows no server: pulling and webhooks bring what they were told. Nothing of it is believed.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max, Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from labeling import dialect
from labeling.errors import Refused
from labeling.flow.archive import hold
from labeling.labelstudio.answers_brought import Answers, Given
from labeling.labelstudio.exchanged import Exchanged
from labeling.labelstudio.numbers import number_of
from labeling.labelstudio.sent import name_of
from labeling.labelstudio.shapes import answer_of
from labeling.labelstudio.strangers import Strangers
from labeling.labelstudio.words import words_of
from labeling.models import Project, RemoteAnnotation, RemoteProject, RemoteTask, Sentence

DAY = 86_400.0
Told = Mapping[str, Any]


def bring(
    project: Project,
    remote: RemoteProject,
    rows: Sequence[Told],
    *,
    people: Mapping[int, str] | None = None,
    whole: int | None = None,
    then: Callable[[Exchanged], None] | None = None,
) -> Exchanged:
    """Bring the annotations of these tasks, as the server tells them, as answers of accounts that stand for its people.

    `people`: their e-mail addresses by their numbers, where they are known. `whole`: the annotations are all that the
    tasks had when this was `brought_so_far()`: one that was brought by then and is missing was deleted. `then` is
    called with what became of them, in the same transaction.
    Guarantees: what was brought before and has not changed there changes nothing; what changed there amends the answer,
    with its history, unless it was changed here as well; a slot is never overfilled. What cannot be brought is named
    among the conflicts. Raises Refused where the project is archived.
    """

    def in_one() -> Exchanged:
        with dialect.writing():
            held = hold(project.pk)
            found = _Bringing(held, remote, people or {}).brought(rows, whole=whole)
            if then is not None:
                then(found)
        return found

    return dialect.undeterred(in_one)


def brought_so_far() -> int:
    """The latest annotation that was brought. Ask before tasks are read: webhooks bring others meanwhile."""
    return RemoteAnnotation.objects.aggregate(last=Max("pk"))["last"] or 0


def gone(project: Project, remote: RemoteProject, annotations: Collection[int]) -> Exchanged:
    """What becomes of annotations that were deleted there: those that were brought stay here, and are named."""
    told = Exchanged()
    known = RemoteAnnotation.objects.filter(remote=remote, remote__project=project, annotation_id__in=annotations)
    for one in known.order_by("annotation_id"):
        told.conflict(annotation=one.annotation_id, reason=_was_deleted())
    told.unchanged = len(set(annotations)) - told.n_conflicts
    return told


class _Bringing:
    """One batch, in a transaction that holds the project's row."""

    def __init__(self, project: Project, remote: RemoteProject, people: Mapping[int, str]) -> None:
        self.project = project
        self.remote = remote
        self.remote.project = project
        self.told = Exchanged()
        self.strangers = Strangers(project, remote, people)
        self.labels = list(project.labels.offered())
        self.words = words_of((one.key, one.name_id, one.name_en) for one in self.labels)

    def brought(self, rows: Sequence[Told], *, whole: int | None) -> Exchanged:
        sentences = self._sentences(rows)
        pks = {one.pk for one in sentences.values()}
        numbers = [number_of(one.get("id")) for row in rows for one in _annotations(row)]
        known = RemoteAnnotation.objects.filter(Q(sentence__in=pks) | Q(annotation_id__in=numbers), remote=self.remote)
        answers = Answers(self.remote, self.labels, pks, known)
        if whole is not None:
            known_then = [one for one in answers.known.values() if one.pk <= whole]
            self._name_the_deleted(sentences, known_then, there=set(numbers))
        for row in rows:
            for told in _annotations(row):
                self._bring(row, told, sentences.get(number_of(row.get("id"))), answers)
        answers.write()
        return self.told

    def _sentences(self, rows: Sequence[Told]) -> dict[int, Sentence]:
        """The sentence of each task by its number there: that it was pushed from, else that it is named after."""
        numbers = [number_of(row.get("id")) for row in rows]
        noted = RemoteTask.objects.filter(remote=self.remote, task_id__in=numbers)
        meant = dict(noted.values_list("task_id", "sentence_id"))
        named = {number_of(row.get("id")): pk for row in rows if (pk := name_of(row)) is not None}
        found = Sentence.objects.filter(project=self.project).in_bulk({*meant.values(), *named.values()})
        Sentence.objects.hold(found)
        sentences = {task: found[pk] for task, pk in {**named, **meant}.items() if pk in found}
        new = [
            RemoteTask(remote=self.remote, sentence=sentences[task], task_id=task)
            for task in sentences
            if task not in meant and task
        ]
        # Of two tasks named after one sentence, the first is its own.
        RemoteTask.objects.bulk_create(new, ignore_conflicts=True)
        return sentences

    def _bring(self, row: Told, told: Told, sentence: Sentence | None, answers: Answers) -> None:
        task, number = number_of(row.get("id")), number_of(told.get("id"))
        try:
            outcome = answers.keep(self._given(row, told, sentence))
        except Refused as error:
            self.told.conflict(task=task, annotation=number, reason=str(error))
        else:
            setattr(self.told, outcome, getattr(self.told, outcome) + 1)

    def _given(self, row: Told, told: Told, sentence: Sentence | None) -> Given:
        """What an annotation says, of which sentence, and whose it is. Raises Refused where it cannot be brought."""
        if sentence is None:
            raise Refused(_("The task there stands for no sentence of this project."))
        text = row["data"].get("text") if isinstance(row.get("data"), Mapping) else None
        if text is not None and text != sentence.text:
            raise Refused(_("The task there has another text than its sentence here."))
        if sentence.replaced_at is not None:
            raise Refused(_("The sentence was split or merged here since it was pushed."))
        answer = answer_of(told.get("result"), self.words, cancelled=told.get("was_cancelled") is True)
        who, email = _by(told.get("completed_by"))
        number = number_of(told.get("id"))
        if not who or not number:
            raise Refused(_("It is not said whose the annotation is."))
        return Given(
            annotation=number,
            sentence=sentence,
            by=self.strangers.account_of(who, email),
            answer=answer,
            seconds=_seconds(told.get("lead_time")),
            at=_time(told.get("updated_at") or told.get("created_at")),
        )

    def _name_the_deleted(
        self, sentences: Mapping[int, Sentence], known: Iterable[RemoteAnnotation], *, there: Collection[int]
    ) -> None:
        tasks = {sentence.pk: task for task, sentence in sentences.items()}
        for one in known:
            if one.annotation_id not in there and one.sentence_id in tasks:
                task = tasks[one.sentence_id]
                self.told.conflict(task=task, annotation=one.annotation_id, reason=_was_deleted())


def _was_deleted() -> str:
    return _("The annotation was deleted there. Its answer stays here.")


def _annotations(row: Told) -> list[Told]:
    told = row.get("annotations")
    return [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []


def _by(told: object) -> tuple[int, str]:
    """The number of a person, and their e-mail address where it is told with it."""
    if isinstance(told, Mapping):
        return number_of(told.get("id") or told.get("user_id")), str(told.get("email") or "")
    return number_of(told), ""


def _seconds(told: object) -> float:
    known = isinstance(told, int | float) and math.isfinite(told)
    return min(max(float(told), 0.0), DAY) if known and isinstance(told, int | float) else 0.0


def _time(told: object) -> datetime:
    """When it was said, and never later than now."""
    now = timezone.now()
    try:
        found = parse_datetime(told) if isinstance(told, str) else told if isinstance(told, datetime) else None
    except ValueError:
        found = None
    return min(found, now) if found is not None and timezone.is_aware(found) else now
