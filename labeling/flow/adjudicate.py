"""An answer that settles a sentence on which annotators disagree: given, changed, taken back, or put off by a question.

The annotations stay as they were. Every decision is an Event with what stood before it; a decision that was taken back
is one with nothing after it.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from labeling import dialect
from labeling.errors import Refused
from labeling.flow import adjudicate_queue, desk, question
from labeling.flow.archive import require_open
from labeling.models import Dispute, ErrorKind, Event, Label, Sentence, Verb, Verdict


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided. `blind`: before any answer was seen; `key`: the UUID of the act, made by the page."""

    label: Label
    reason: str = ""
    error_kind: str = ""
    blind: bool = False
    key: uuid.UUID | None = None


def decide(
    *,
    by: User,
    sentence: Sentence,
    label: Label,
    reason: str = "",
    error_kind: str = "",
    blind: bool = False,
    key: uuid.UUID | None = None,
) -> Verdict:
    """Settle a sentence; deciding again replaces the verdict, with its history.

    Guarantees: row and Event are one transaction, in which the dispute and an open question end; a `key` that is known
    already decides nothing again; a `blind` decision never replaces another, and `blind_label` stays empty for whoever
    has seen the answers before. Where nothing differs, nothing is written.

    Raises Refused where the label is of another project or retired, where the error kind is none, where the project is
    archived, where `by` answered the sentence themselves or has it in hand to answer, where another adjudicator has it
    in hand, or where a blind decision comes after another decision.
    """
    told = Decision(label, reason.strip(), error_kind, blind, key)
    return dialect.undeterred(lambda: _decide(by, sentence, told))


def take_back(*, by: User, sentence: Sentence) -> None:
    """Take the verdict back: the sentence is disputed again, if its answers differ. The Event keeps what it was.

    Raises Refused where there is none, and as `decide` does.
    """
    dialect.undeterred(lambda: _in_turn(sentence, lambda: _take_back(by, sentence)))


def send_back(*, by: User, sentence: Sentence, text: str) -> None:
    """Ask those who answered, and settle nothing: a verdict is taken back, and the dispute waits for their replies.

    Guarantees: all of it or nothing. Raises Refused as `question.ask` and `decide` do.
    """

    def act() -> None:
        _require_may(by, sentence)
        if Verdict.objects.filter(sentence=sentence).exists():
            _take_back(by, sentence)
        question.ask(by=by, sentence=sentence, text=text)
        desk.leave(by=by, sentence=sentence)

    dialect.undeterred(lambda: _in_turn(sentence, act))


def has_seen(*, by: User, sentence: Sentence) -> bool:
    """Whether `by` has seen the answers at the desk: they are shown after each decision, be it taken back since."""
    return Event.objects.filter(sentence=sentence, who=by, verb=Verb.DECIDED).exists()


def _in_turn(sentence: Sentence, act: Callable[[], None]) -> None:
    with dialect.writing():
        Sentence.objects.hold([sentence.pk])
        act()


def _decide(by: User, sentence: Sentence, told: Decision) -> Verdict:
    with dialect.writing():
        Sentence.objects.hold([sentence.pk])
        former = _standing(sentence)
        if told.key is not None and Event.objects.filter(key=told.key).exists():
            return _done(by, former)
        _require_sound(sentence, told)
        _require_may(by, sentence)
        if told.blind and former is not None:
            raise Refused(_("This sentence was decided meanwhile: %(label)s.") % {"label": former.label})
        blind_label = _blind_label(by, sentence, told, former)
        if former is not None and former.decided_by_id == by.pk and _told(former) == _of(told, blind_label):
            return former
        whose = {"project_id": sentence.project_id, "decided_by": by}
        fields = {"label": told.label, "blind_label": blind_label, "error_kind": told.error_kind, "reason": told.reason}
        verdict, _made = Verdict.objects.update_or_create(sentence=sentence, defaults=whose | fields)
        Dispute.objects.filter(sentence=sentence).delete()
        question.end(sentence)
        _record(by, sentence, before=_told(former) if former else {}, after=_told(verdict), key=told.key)
        return verdict


def _done(by: User, former: Verdict | None) -> Verdict:
    if former is None or former.decided_by_id != by.pk:
        raise Refused(_("You had decided this already, and it was changed since. The page shows how it stands."))
    return former


def _standing(sentence: Sentence) -> Verdict | None:
    rows = Verdict.objects.select_related("label", "blind_label")
    return rows.select_for_update(of=("self",), no_key=True).filter(sentence=sentence).first()


def _blind_label(by: User, sentence: Sentence, told: Decision, former: Verdict | None) -> Label | None:
    if former is not None:
        return former.blind_label if former.decided_by_id == by.pk else None
    return told.label if told.blind and not has_seen(by=by, sentence=sentence) else None


def _require_sound(sentence: Sentence, told: Decision) -> None:
    if told.label.project_id != sentence.project_id:
        raise Refused(_("That label belongs to another project."))
    if told.label.retired_at is not None:
        raise Refused(_("%(label)s was retired. Choose a label that is on offer.") % {"label": told.label})
    if told.error_kind not in ("", *ErrorKind.values):
        raise Refused(_("Choose one of the reasons why people differed, or none."))


def _require_may(by: User, sentence: Sentence) -> None:
    require_open(sentence.project)
    if reason := why_not(by=by, sentence=sentence):
        raise Refused(reason)
    if desk.in_other_hands(by=by, sentence=sentence):
        raise Refused(_("Another adjudicator has this sentence in hand by now. Go on with the next one."))


def why_not(*, by: User, sentence: Sentence) -> str:
    """Why this sentence is not for `by` to settle; empty where it is."""
    if adjudicate_queue.answered(by=by, sentence=sentence):
        return _("You answered this sentence yourself, so somebody else must settle it.")
    if adjudicate_queue.to_answer(by=by, sentence=sentence):
        return _("You have this sentence in hand on the labelling page, so somebody else must settle it.")
    return ""


def _take_back(by: User, sentence: Sentence) -> None:
    former = _standing(sentence)
    if former is None:
        raise Refused(_("There is no decision here to take back."))
    _require_may(by, sentence)
    former.delete()
    _record(by, sentence, before=_told(former), after={})


def _of(told: Decision, blind_label: Label | None) -> dict[str, str]:
    return {
        "label": told.label.key,
        "blind_label": blind_label.key if blind_label else "",
        "error_kind": told.error_kind,
        "reason": told.reason,
    }


def _told(verdict: Verdict) -> dict[str, str]:
    """A verdict as its Event remembers it."""
    return _of(Decision(verdict.label, verdict.reason, verdict.error_kind), verdict.blind_label)


def _record(
    by: User, sentence: Sentence, *, before: dict[str, str], after: dict[str, str], key: uuid.UUID | None = None
) -> None:
    Event.objects.create(
        project_id=sentence.project_id,
        who=by,
        verb=Verb.DECIDED,
        sentence=sentence,
        key=key,
        before=before,
        after=after,
    )
