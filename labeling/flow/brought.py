"""Labels that come with an import: each becomes the annotation of a named annotator, once."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import count
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from labeling.flow.annotate import said
from labeling.flow.tally import Tally
from labeling.formats.returned import Judgement
from labeling.formats.shapes import Row
from labeling.keys import answer_key
from labeling.models import Annotation, Event, Guideline, Label, Lease, Project, Selection, Sentence, Upload, Verb

NAME_MAX = 80
# What Django lets nobody be called by.
_UNFIT = re.compile(r"[^\w.@+-]+")
Pair = tuple[int, int]
_TOLD = ("unsure", "boilerplate", "bad_segment", "comment", "seconds", "selection", "answered_at")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the row at `line` says about the sentence with this hash of its text.

    `judged` is all that an export or a script told of the answer; without it, it has a label and nothing else. By
    `named`, the name that a script gave to the answer, it is known when that is sent again (`keys.answer_key`).
    """

    line: int
    text_hash: str
    annotator: int
    label: Label | None
    second_label: Label | None = None
    judged: Judgement | None = None
    named: str = ""


class Brought:
    """The labels of one chunk of an upload: made anew for each, since labels and members change meanwhile.

    Call in the transaction that writes the chunk, with the project's row held.
    """

    def __init__(self, project: Project, upload: Upload, tally: Tally) -> None:
        self.project = project
        self.upload = upload
        self.tally = tally
        self._for_all: str = upload.options.get("annotator", "")
        self._people: dict[str, int] = {}

    @cached_property
    def _meant(self) -> dict[str, Label | None]:
        return meaning(self.project, self.upload.options.get("labels", {}))

    def why_not(self, row: Row) -> str:
        """Why the row is refused: its label is none of the project's. Empty where it has none, or a known one."""
        if not row.label or row.label.casefold() in self._meant:
            return ""
        known = ", ".join(sorted({label.key for label in self._meant.values() if label}))
        asked = _("its label “%(label)s” is not one of this project (%(known)s); say what it means, or correct it")
        return asked % {"label": row.label[:60], "known": known}

    def answers(self, row: Row, text_hash: str) -> Iterator[Answer]:
        """The row's label as somebody's answer, where it has one and somebody is named; and what a script sent."""
        label = self._meant.get(row.label.casefold()) if row.label else None
        name = row.annotator or self._for_all
        if label is not None and name:
            yield Answer(row.line, text_hash, self._person(name), label)
        elif row.label:
            self.tally.labels_left_out += 1
        for sent in (row.beside or {}).get("answers", ()):
            judged = self._judged(sent)
            # The label may be retired since it was sent.
            label, second = (self._meant.get(key.casefold()) for key in (judged.label, judged.label_2))
            if label is None and not judged.unsure:
                self.tally.labels_left_out += 1
                continue
            yield Answer(row.line, text_hash, self._person(judged.annotator), label, second, judged, sent["named"])

    def _judged(self, sent: Mapping[str, Any]) -> Judgement:
        """An answer of `labelstudio.sent_answers`; of one whose time is not told, that of the upload counts."""
        told = datetime.fromisoformat(sent["answered_at"]) if sent["answered_at"] else self.upload.received_at
        return Judgement(
            annotator=sent["annotator"],
            label=sent["label"],
            label_2=sent["label_2"],
            unsure=not sent["label"],
            boilerplate=False,
            bad_segment=False,
            comment="",
            seconds=sent["seconds"],
            surplus=False,
            selection=Selection.IMPORTED,
            model_version=None,
            guideline_version=None,
            # The clock of whoever sends may be fast.
            answered_at=min(told, self.upload.received_at),
            suggestion_shown=False,
        )

    def _person(self, name: str) -> int:
        if name not in self._people:
            self._people[name] = account(self.project, name).pk
        return self._people[name]

    def keep(self, answers: Sequence[Answer]) -> set[int]:
        """Write those that are new as annotations, each with its Event; returns their lines.

        Guarantees: a person's answer that is here already stands, given or withdrawn; a slot is never overfilled: what
        comes beyond the answers wanted is kept as surplus; a sentence lent to the same person is in hand no longer.
        """
        if not answers:
            return set()
        pool = Sentence.objects.in_pool().filter(project=self.project)
        keys = dict(pool.filter(text_hash__in={one.text_hash for one in answers}).values_list("text_hash", "pk"))
        Sentence.objects.hold(keys.values())
        free = dict(Sentence.objects.filter(pk__in=keys.values()).values_list("pk", "slots_free"))
        lent = self._lent(free, answers)
        new = self._new(keys, answers)
        Lease.objects.filter(pk__in=[lease.pk for pair, lease in lent.items() if pair in new]).delete()
        guideline = self.project.current_guideline()
        left, rows = dict(free), []
        for pair, one in new.items():
            in_hand = pair in lent and lent[pair].held
            told = one.judged is not None and one.judged.surplus
            surplus = not in_hand and (told or left[pair[0]] == 0)
            left[pair[0]] -= not (in_hand or surplus)
            rows.append(self._annotation(pair[0], one, guideline, surplus=surplus))
        self._write(rows, list(new.values()), {pk: n for pk, n in left.items() if n != free[pk]})
        return {one.line for one in new.values()}

    def _new(self, keys: Mapping[str, int], answers: Iterable[Answer]) -> dict[Pair, Answer]:
        """The first answer of each person to each sentence, where there was none."""
        new: dict[Pair, Answer] = {}
        for one in answers:
            if one.text_hash in keys:
                new.setdefault((keys[one.text_hash], one.annotator), one)
        here = Annotation.objects.filter(sentence__in=keys.values(), annotator__in={pair[1] for pair in new})
        for pair in here.values_list("sentence_id", "annotator_id"):
            new.pop(pair, None)
        return new

    def _lent(self, sentences: Iterable[int], answers: Iterable[Answer]) -> dict[Pair, Lease]:
        """The leases of these people on these sentences, kept until the transaction ends.

        One that somebody has locked is being given back or answered at this moment: left to them.
        """
        people = {one.annotator for one in answers}
        found = Lease.objects.filter(sentence__in=list(sentences), annotator__in=people)
        return {(one.sentence_id, one.annotator_id): one for one in found.select_for_update(skip_locked=True)}

    def _annotation(self, sentence: int, answer: Answer, guideline: Guideline, *, surplus: bool) -> Annotation:
        told: dict[str, Any] = {"seconds": 0, "selection": Selection.IMPORTED, "answered_at": Now()}
        judged = answer.judged
        if judged is not None:
            guideline = self._guidelines.get(judged.guideline_version or 0, guideline)
            told = {name: getattr(judged, name) for name in _TOLD}
        return Annotation(
            project=self.project,
            sentence_id=sentence,
            annotator_id=answer.annotator,
            label=answer.label,
            second_label=answer.second_label,
            surplus=surplus,
            guideline=guideline,
            **told,
        )

    @cached_property
    def _guidelines(self) -> dict[int, Guideline]:
        return {one.number: one for one in self.project.guidelines.only("number", "project")}

    def _write(self, rows: Sequence[Annotation], answers: Sequence[Answer], slots: Mapping[int, int]) -> None:
        Annotation.objects.bulk_create(rows)
        Event.objects.bulk_create(
            Event(
                project=self.project,
                who_id=one.annotator_id,
                verb=Verb.ANSWERED,
                sentence_id=one.sentence_id,
                key=self._key(one, answer),
                after={**said(one), "upload": self.upload.pk, **_of_elsewhere(answer.judged)},
            )
            for one, answer in zip(rows, answers, strict=True)
        )
        for n in set(slots.values()):
            Sentence.objects.filter(pk__in=[pk for pk, free in slots.items() if free == n]).update(slots_free=n)
        self.tally.labels += len(rows)
        self.tally.labels_surplus += sum(one.surplus for one in rows)

    def _key(self, row: Annotation, answer: Answer) -> UUID | None:
        if not answer.named:
            return None
        return answer_key(self.project.pk, row.sentence_id, row.annotator_id, answer.named)


def _of_elsewhere(judged: Judgement | None) -> dict[str, object]:
    """What an answer names of the project it comes from: its history, since here it names nothing."""
    if judged is None or (judged.model_version is None and judged.guideline_version is None):
        return {}
    return {"elsewhere": {"model": judged.model_version, "guideline": judged.guideline_version}}


def meaning(project: Project, chosen: Mapping[str, str]) -> dict[str, Label | None]:
    """What each label value means, by its case-folded form: keys and names of the labels on offer, and what the owner
    `chosen` for others, by key. None: left out."""
    offered = list(project.labels.offered())
    meant: dict[str, Label | None] = {name.casefold(): one for one in offered for name in (one.name_id, one.name_en)}
    meant |= {one.key.casefold(): one for one in offered}
    keys = {one.key: one for one in offered}
    return meant | {theirs.casefold(): keys.get(ours) for theirs, ours in chosen.items() if not ours or ours in keys}


def account(project: Project, name: str) -> User:
    """Whose the answers of `name` are: the member of that name, else a closed account that stands for the name.

    Guarantees that it is never the account of somebody outside the project, and that nobody can come in by it: it has
    no password and no membership, and is not active.
    """
    member = User.objects.filter(username=name, memberships__project=project).first()
    if member is not None:
        return member
    return stand_in(project, name)


def stand_in(project: Project, name: str, *, exported_as: str = "") -> User:
    """The closed account that stands for `name`, whoever else is called so.

    With `exported_as`, it is somebody whom an export calls by this key, and whom the exports of this project call by it
    again (`called`).
    """
    names = _usernames(name, project.slug)
    return next(user for username in names if (user := _stand_in(project, name, username, exported_as)))


def called(project: Project) -> dict[int, str]:
    """The key of each account that stands for somebody of an export, by its id."""
    joined = Event.objects.filter(project=project, verb=Verb.JOINED, after__has_key="exported_as").order_by("pk")
    return {told["account"]: told["exported_as"] for told in joined.values_list("after", flat=True)}


def _stand_in(project: Project, name: str, username: str, exported_as: str) -> User | None:
    """The closed account `username`, made here for `name` now or before; None where it is somebody's own."""
    closed = {"is_active": False, "password": make_password(None)}
    user, made = User.objects.get_or_create(username=username, defaults=closed)
    told: dict[str, object] = {"name": username, "stands_for": name}
    told |= {"account": user.pk, "exported_as": exported_as} if exported_as else {}
    if made:
        Event.objects.create(project=project, who=None, verb=Verb.JOINED, after=told)
        return user
    joined = Event.objects.filter(project=project, verb=Verb.JOINED, after__name=username, after__stands_for=name)
    known = [one.get("exported_as", "") for one in joined.values_list("after", flat=True)]
    return user if exported_as in known else None


def _usernames(name: str, slug: str) -> Iterator[str]:
    """`name@slug`, then others until one is free; a name that cannot be one as it is gets a hash, to stay apart."""
    fit = _UNFIT.sub(".", User.normalize_username(name))[:NAME_MAX]
    if fit != name:
        fit += "." + hashlib.blake2b(name.encode(), digest_size=4).hexdigest()
    yield f"{fit}@{slug}"
    for number in count(2):
        yield f"{fit}.{number}@{slug}"
