"""What an adjudicator sees of a sentence once they have decided: who said what, the model, questions, and history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from labeling.flow import examples, question
from labeling.models import (
    Annotation,
    ErrorKind,
    Event,
    GuidelineExample,
    Label,
    Membership,
    Prediction,
    Selection,
    Sentence,
    State,
    Verb,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Said:
    """One answer that stands. `tie_break`: asked for because the others differed; `after`: it came after the
    decision."""

    who: str
    answer: Annotation
    tie_break: bool
    after: bool


@dataclass(frozen=True, slots=True)
class Share:
    """The model's probability of a label, 0 to 1."""

    label: Label
    share: float

    @property
    def percent(self) -> int:
        return round(100 * self.share)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and what each said to it: who, their words, what they had said and say now where that changed."""

    text: str
    at: datetime
    open: bool
    replies: list[tuple[str, str, str, str]]
    waiting: list[str]


@dataclass(frozen=True, slots=True)
class Change:
    """An answer that was changed or undone: `now` is empty where it was undone."""

    at: datetime
    who: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One decision: `label` is empty where it was taken back, `blind` what was decided before anything was seen."""

    at: datetime
    who: str
    label: str
    blind: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Hearing:
    """`example`: the label that the sentence shows in the guideline, if it does; `no_example`: why it may not."""

    answers: list[Said]
    shares: list[Share]
    questions: list[Asked]
    changes: list[Change]
    history: list[Deed]
    example: Label | None
    no_example: str


class _Names:
    """What people are called: annotators by letters in the order of their first answers, where names are hidden."""

    def __init__(self, member: Membership, annotators: Iterable[tuple[int, str]]) -> None:
        self._me = member.user_id
        self._hides = member.project.hides_names and not member.is_owner
        self._annotators = {pk: self._of(place, name) for place, (pk, name) in enumerate(annotators)}

    def _of(self, place: int, name: str) -> str:
        letter = chr(ord("A") + place) if place < 26 else str(place + 1)
        return _("Annotator %(letter)s") % {"letter": letter} if self._hides else name

    def annotator(self, pk: int | None) -> str:
        return self._annotators.get(pk or 0, "")

    def knows(self, pk: int | None) -> bool:
        return pk in self._annotators

    def adjudicator(self, pk: int | None, name: str) -> str:
        if pk == self._me:
            return _("You")
        return _("Another adjudicator") if self._hides else name


def hearing(*, by: Membership, sentence: Sentence, verdict: Verdict | None) -> Hearing:
    """All that was said of `sentence`, and by whom as far as `by` may know; in twelve queries at most."""
    rows = Annotation.objects.filter(sentence=sentence).select_related("annotator", "label", "second_label")
    annotations = list(rows.order_by("pk"))
    names = _Names(by, ((one.annotator_id, one.annotator.username) for one in annotations))
    labels = {label.key: label for label in by.project.labels.all()}
    events = list(Event.objects.filter(sentence=sentence, verb__in=_TOLD).select_related("who"))
    shown = GuidelineExample.objects.filter(sentence=sentence).select_related("label").first()
    return Hearing(
        answers=[_said(one, names, verdict) for one in annotations if one.state == State.GIVEN],
        shares=_shares(sentence, labels),
        questions=[_asked(one, names, labels) for one in question.asked_about(sentence)],
        changes=[one for event in events if (one := _change(event, names, labels))],
        history=[_deed(one, names, labels) for one in events if one.verb == Verb.DECIDED],
        example=shown.label if shown else None,
        no_example="" if shown else examples.why_not(sentence),
    )


_TOLD = (Verb.DECIDED, Verb.AMENDED, Verb.WITHDREW)


def _said(one: Annotation, names: _Names, verdict: Verdict | None) -> Said:
    return Said(
        who=names.annotator(one.annotator_id),
        answer=one,
        tie_break=one.selection == Selection.TIE_BREAK,
        after=verdict is not None and one.answered_at > verdict.decided_at,
    )


def _shares(sentence: Sentence, labels: Mapping[str, Label]) -> list[Share]:
    view = Prediction.objects.filter(sentence=sentence).values_list("shares", flat=True).first() or {}
    told = [Share(labels[key], share) for key, share in view.items() if key in labels]
    return sorted(told, key=lambda one: -one.share)


def _asked(one: question.Asked, names: _Names, labels: Mapping[str, Label]) -> Asked:
    replies = [
        (
            names.annotator(each.reply.annotator_id),
            each.reply.text,
            _answer(each.was, labels) if each.changed else "",
            _answer(each.now, labels) if each.changed else "",
        )
        for each in one.replies
    ]
    waiting = [names.annotator(pk) for pk in one.waiting]
    return Asked(one.question.text, one.question.asked_at, one.question.closed_at is None, replies, waiting)


def _answer(key: object, labels: Mapping[str, Label]) -> str:
    """A label as it is called now; one that is gone by its key, and what names none as unsure."""
    return str(labels.get(str(key), key)) if key else _("unsure")


def _change(event: Event, names: _Names, labels: Mapping[str, Label]) -> Change | None:
    """None for what is no change of an answer by whoever gave it, such as a merging of labels."""
    if event.verb == Verb.DECIDED or not names.knows(event.who_id) or "label" not in event.before:
        return None
    was = _answer(event.before["label"], labels)
    now = _answer(event.after.get("label"), labels) if event.verb == Verb.AMENDED else ""
    return Change(event.at, names.annotator(event.who_id), was, now) if was != now else None


def _deed(event: Event, names: _Names, labels: Mapping[str, Label]) -> Deed:
    label, blind, kind = (str(event.after.get(name) or "") for name in ("label", "blind_label", "error_kind"))
    return Deed(
        at=event.at,
        who=names.adjudicator(event.who_id, event.who.username if event.who else ""),
        label=_answer(label, labels) if label else "",
        blind=_answer(blind, labels) if blind and blind != label else "",
        kind=str(ErrorKind(kind).label) if kind in ErrorKind.values else "",
        reason=str(event.after.get("reason") or ""),
    )
