"""Answers given through the API: kept as those of the annotate page are, and once, though a script knows no act's key.

What a retry is: the same answer of the same person to the same sentence, or the same `unique_id`. It changes nothing
and is given what stands. Another answer is a second one: a script must say that it amends the first.
"""

import uuid
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from labeling import dialect
from labeling.acts import Act
from labeling.errors import AlreadyHere, Refused
from labeling.flow import annotate, queue, repeated
from labeling.keys import answer_key
from labeling.labelstudio import told
from labeling.labelstudio.shapes import Annotated, Answer
from labeling.models import Annotation, Event, Membership, State, Verb


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it stands; `new`: it was not there before."""

    annotation: Annotated
    new: bool


def give(*, by: Membership, sentence: int, answer: Answer, seconds: float, unique_id: str = "") -> Kept:
    """Keep the answer of `by` to a sentence of their project, lent to them or not.

    Guarantees: a retry gives the answer that is there; a slot is never overfilled: what was never lent takes a free
    slot, or is kept as surplus; all of it is one transaction. Raises AlreadyHere for a second, different answer,
    Refused where the sentence is not asked about, or a label was retired meanwhile.
    """
    return dialect.undeterred(lambda: _give(by, sentence, answer, seconds, unique_id))


def _give(by: Membership, sentence: int, answer: Answer, seconds: float, unique_id: str) -> Kept:
    with dialect.writing():
        _hold(by)
        n_undone, lent, answered = _standing(by, sentence)
        act = _act(_key(by, sentence, answer, unique_id, n_undone), sentence, answer, seconds)
        before = _own(by, sentence) if answered else None
        if before is not None:
            event = Event.objects.filter(key=act.key).only("verb").first()
            if event is not None and event.verb == Verb.REPEATED:
                return Kept(replace(before, answer=answer), new=False)
            if repeated.meant(by, [act]):
                return _repeat(by, act, replace(before, answer=answer))
            if before.answer == answer or (unique_id and event is not None):
                return Kept(before, new=False)
            said = _("You have answered this task already, and differently: update annotation %(n)d instead.")
            raise AlreadyHere(said % {"n": before.key})
        if not lent and not queue.lend(by=by, sentence=sentence):
            raise Refused(
                _("Nothing is asked about this task any more: it is out of the pool, or its project archived.")
            )
        _submit(by, act)
        kept = _own(by, sentence, begun=act.key)
    if kept is None:
        raise Refused(_("This answer was taken back at the same moment. Send it again."))
    return Kept(kept, new=True)


def _repeat(by: Membership, act: Act, told_as: Annotated) -> Kept:
    """Keep the answer to a sentence that is asked again, as if it were the first: of repeats nobody is told."""
    _submit(by, act)
    return Kept(told_as, new=True)


def amend(*, by: Membership, annotation: Annotation, answer: Answer, seconds: float | None = None) -> Annotated:
    """Change the own answer that `annotation` is; what was said stays in its history, comment and flags as they are.

    Guarantees: nothing is written where nothing changes. Raises Refused where the answer does not stand any more, or is
    somebody else's.
    """
    return dialect.undeterred(lambda: _amend(by, annotation, answer, seconds))


def _amend(by: Membership, annotation: Annotation, answer: Answer, seconds: float | None) -> Annotated:
    with dialect.writing():
        _hold(by)
        own = Annotation.objects.given().filter(pk=annotation.pk, annotator=by.user_id).first()
        before = _own(by, annotation.sentence_id)
        if own is None or before is None:
            raise Refused(_("This annotation was taken back, so there is nothing to update. Create it again."))
        if before.answer == answer and seconds in (None, before.seconds):
            return before
        act = _act(uuid.uuid4(), own.sentence_id, answer, before.seconds if seconds is None else seconds)
        act = replace(act, comment=own.comment, boilerplate=own.boilerplate, bad_segment=own.bad_segment)
        again = _submit(by, act).repeated
        kept = _own(by, own.sentence_id) or before
    return replace(kept, answer=answer) if again else kept


def take_back(*, by: Membership, annotation: Annotation) -> None:
    """Withdraw the own answer: its history stays, and the sentence is in the hand of `by` again.

    Raises Refused where it does not stand any more, or its sentence left the pool.
    """
    _submit(by, Act(key=uuid.uuid4(), kind="withdraw", sentence=annotation.sentence_id))


def _hold(by: Membership) -> None:
    """What one person does at the same moment comes one after the other."""
    query = f"SELECT 1 FROM labeling_membership m WHERE m.id = %s {dialect.lock('m')}"  # noqa: S608 - no value in it
    if not dialect.rows(query, (by.pk,)):
        raise Refused(_("This person is not in the project any more."))


_STANDING = """
SELECT (SELECT COUNT(*) FROM labeling_event WHERE sentence_id = %s AND who_id = %s AND verb = %s),
    EXISTS (SELECT 1 FROM labeling_lease WHERE sentence_id = %s AND annotator_id = %s),
    EXISTS (SELECT 1 FROM labeling_annotation WHERE sentence_id = %s AND annotator_id = %s AND state = %s)"""


def _standing(by: Membership, sentence: int) -> tuple[int, bool, bool]:
    """How often `by` has taken an answer to the sentence back, whether it was lent to them, and whether one stands."""
    who = (sentence, by.user_id)
    ((n_undone, lent, answered),) = dialect.rows(_STANDING, (*who, Verb.WITHDREW.value, *who, *who, State.GIVEN.value))
    return int(n_undone), bool(lent), bool(answered)


def _own(by: Membership, sentence: int, *, begun: uuid.UUID | None = None) -> Annotated | None:
    """The answer of `by` that stands; `begun`: by the act with this key, just now."""
    found = told.annotations_of([sentence], by=by.user_id, begun=begun)
    return found[sentence][0] if found else None


def _act(key: uuid.UUID, sentence: int, answer: Answer, seconds: float) -> Act:
    return Act(
        key=key,
        kind="answer",
        sentence=sentence,
        label=answer.label,
        second_label=answer.second_label,
        unsure=answer.unsure,
        seconds=seconds,
    )


def _submit(by: Membership, act: Act) -> annotate.Receipt:
    (receipt,) = annotate.submit(by=by, acts=[act])
    if not receipt.saved:
        raise Refused(receipt.reason)
    return receipt


def _key(by: Membership, sentence: int, answer: Answer, unique_id: str, n_undone: int) -> uuid.UUID:
    what = unique_id or f"{answer.label}/{answer.second_label}/{answer.unsure}"
    return answer_key(by.project_id, sentence, by.user_id, what, named=bool(unique_id), undone=n_undone)
