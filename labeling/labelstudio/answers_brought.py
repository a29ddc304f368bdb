"""Answers that were given on a Label Studio server, written as annotations here, with their history."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.flow.annotate import said
from labeling.labelstudio.shapes import Answer
from labeling.models import (
    Annotation,
    Event,
    Label,
    Lease,
    Project,
    RemoteAnnotation,
    RemoteProject,
    Selection,
    Sentence,
    State,
    Verb,
)

Outcome = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class Given:
    """What an annotation there says, of which sentence, whose it is, and when it was said."""

    annotation: int
    sentence: Sentence
    by: User
    answer: Answer
    seconds: float
    at: datetime


def seen(answer: Answer) -> str:
    """The hash of what an annotation says, by which a change is noticed."""
    return sha256(json.dumps([answer.label, answer.second_label, answer.unsure]).encode()).hexdigest()


class Answers:
    """The answers to these sentences, which the caller's transaction holds. `write` writes what was kept.

    `known`: the annotations that were brought before, by their numbers there.
    """

    def __init__(
        self,
        remote: RemoteProject,
        labels: Iterable[Label],
        sentences: Iterable[int],
        known: Iterable[RemoteAnnotation],
    ) -> None:
        self.project: Project = remote.project
        self.remote = remote
        self.labels = {one.key: one for one in labels}
        pks = list(sentences)
        here = Annotation.objects.filter(sentence__in=pks).select_related("label", "second_label")
        self.known = {one.annotation_id: one for one in known}
        self._here = {(one.sentence_id, one.annotator_id): one for one in here}
        self._free = dict(Sentence.objects.filter(pk__in=pks).values_list("pk", "slots_free"))
        self._before = dict(self._free)
        self._guideline = self.project.current_guideline()
        self._new: list[Annotation] = []
        self._events: list[Event] = []
        self._noted: list[RemoteAnnotation] = []

    def keep(self, given: Given) -> Outcome:
        """Keep what an annotation says, unless it said so before what it said last.

        Raises Refused where something else stands here, which is left as it is.
        """
        known = self.known.get(given.annotation)
        if known is None:
            return self._first(given)
        if known.seen == seen(given.answer):
            return "unchanged"
        former = self._here.get((known.sentence_id, known.annotator_id))
        now = _says(former)
        if now != given.answer:
            if former is None or now is None or known.seen != seen(now):
                raise Refused(_("It was changed there, and here as well. The answer here stands."))
            if given.at < former.answered_at:
                # A page that was read, or an event that was sent, before the one that came first.
                return "unchanged"
            self._amend(former, given)
        known.seen = seen(given.answer)
        RemoteAnnotation.objects.filter(pk=known.pk).update(seen=known.seen)
        return "unchanged" if now == given.answer else "updated"

    def write(self) -> None:
        """Write the new answers with their Events, and the slots that they took."""
        Annotation.objects.bulk_create(self._new)
        Event.objects.bulk_create(self._events)
        RemoteAnnotation.objects.bulk_create(self._noted)
        changed = {pk: free for pk, free in self._free.items() if free != self._before[pk]}
        for n in set(changed.values()):
            Sentence.objects.filter(pk__in=[pk for pk, free in changed.items() if free == n]).update(slots_free=n)

    def _first(self, given: Given) -> Outcome:
        former = self._here.get((given.sentence.pk, given.by.pk))
        if former is not None and _says(former) != given.answer:
            raise Refused(_("The same person has another answer to this sentence here, which stands."))
        if former is None:
            self._give(given)
        noted = RemoteAnnotation(
            remote=self.remote,
            sentence=given.sentence,
            annotator=given.by,
            annotation_id=given.annotation,
            seen=seen(given.answer),
        )
        self.known[given.annotation] = noted
        self._noted.append(noted)
        return "unchanged" if former is not None else "created"

    def _give(self, given: Given) -> None:
        in_hand = self._handed_in(given)
        surplus = not in_hand and self._free[given.sentence.pk] == 0
        self._free[given.sentence.pk] -= not (in_hand or surplus)
        row = Annotation(
            project=self.project,
            sentence=given.sentence,
            annotator=given.by,
            surplus=surplus,
            selection=Selection.IMPORTED,
            guideline=self._guideline,
            **self._content(given),
        )
        self._here[given.sentence.pk, given.by.pk] = row
        self._new.append(row)
        self._events.append(self._event(Verb.ANSWERED, row, given, {}))

    @staticmethod
    def _handed_in(given: Given) -> bool:
        """Whether the sentence was in the hand of the same person, who is then a member; it is not any more."""
        if not given.by.is_active:
            return False
        lent = Lease.objects.filter(sentence=given.sentence, annotator=given.by)
        held = lent.filter(held=True).exists()
        lent.delete()
        return held

    def _amend(self, former: Annotation, given: Given) -> None:
        before = said(former)
        content = self._content(given)
        Annotation.objects.filter(pk=former.pk).update(guideline=self._guideline, **content)
        for name, value in content.items():
            setattr(former, name, value)
        self._events.append(self._event(Verb.AMENDED, former, given, before))

    def _content(self, given: Given) -> dict[str, object]:
        answer = given.answer
        return {
            "label": self.labels[answer.label] if answer.label else None,
            "second_label": self.labels[answer.second_label] if answer.second_label else None,
            "unsure": answer.unsure,
            "seconds": given.seconds,
            "answered_at": given.at,
        }

    def _event(self, verb: Verb, row: Annotation, given: Given, before: Mapping[str, object]) -> Event:
        origin = {"url": self.remote.url, "project": self.remote.remote_id, "annotation": given.annotation}
        return Event(
            project=self.project,
            who_id=row.annotator_id,
            verb=verb,
            sentence_id=row.sentence_id,
            before=dict(before),
            after={**said(row), "label_studio": origin},
        )


def _says(row: Annotation | None) -> Answer | None:
    """What an answer here says; None where there is none that stands."""
    if row is None or row.state != State.GIVEN:
        return None
    return Answer(
        label=row.label.key if row.label else None,
        second_label=row.second_label.key if row.second_label else None,
        unsure=row.unsure,
    )
