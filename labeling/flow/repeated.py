"""Answers to repeats. The answer that was given first stays as it is, and so does all that follows from it.

The page knows of no repeats, so an act does not say which of the two it means. The rule, for an answer to a sentence
that is not lent to this person in the ordinary way:

1. A repeat without an answer takes it, in time or late, if it was given after the repeat was asked.
2. A repeat with an answer takes another one (a second tab, a second device), while its answer is the latest thing that
   this person said of the sentence and was given less than a lease's time before.
3. All else amends the first answer. So does whatever is said once an adjudicator has asked a question about the
   sentence: from then on they are asked openly.

An undo takes back what was said last. Is that a repeat's answer, the repeat is in hand again, and the first answer
stands. An undo that follows on that finds nothing to undo. A first answer that is taken back while its repeat waits
unanswered takes the repeat along: there is nothing to compare with any more.

What a repeat has beyond its label and its seconds (second label, flags, comment) is kept in its Event.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models.functions import Now

from labeling import dialect
from labeling.acts import Act
from labeling.flow.content import content, told
from labeling.flow.queue import LEASE
from labeling.models import Event, Membership, Repeat, Verb

_MEANT = """
SELECT r.sentence_id, r.id, {asked}, {answered}
FROM labeling_repeat r JOIN labeling_annotation a ON a.sentence_id = r.sentence_id AND a.annotator_id = r.annotator_id
WHERE r.annotator_id = %s AND r.project_id = %s AND r.sentence_id IN {among}
    AND (r.answered_at IS NULL OR r.answered_at >= a.answered_at)
    AND NOT EXISTS (SELECT 1 FROM labeling_question q WHERE q.sentence_id = r.sentence_id)"""

_LATEST = """
SELECT r.id, r.answered_at IS NOT NULL, r.turn > 0, s.in_pool
FROM labeling_repeat r JOIN labeling_annotation a ON a.sentence_id = r.sentence_id AND a.annotator_id = r.annotator_id
    JOIN labeling_sentence s ON s.id = r.sentence_id
WHERE r.annotator_id = %s AND r.project_id = %s AND r.sentence_id = %s
    AND (r.answered_at IS NULL OR r.answered_at >= a.answered_at)"""


@dataclass(frozen=True, slots=True)
class Meant:
    """A repeat's key, and how many seconds ago it was answered; None: not yet."""

    repeat_id: int
    age: float | None


def meant(by: Membership, acts: Sequence[Act]) -> dict[int, Meant]:
    """Which of these answers are to a repeat, by sentence. Call it where the membership is held."""
    if not acts:
        return {}
    ages = {act.sentence: act.age for act in acts}
    statement = _MEANT.format(
        asked=dialect.age("r.asked_at"), answered=dialect.age("r.answered_at"), among=dialect.among(list(ages))
    )
    found: dict[int, Meant] = {}
    for sentence, pk, asked, answered in dialect.rows(statement, (by.user_id, by.project_id, *ages)):
        given = ages[sentence]
        if given <= asked if answered is None else float(answered) - given < LEASE.total_seconds():
            found[sentence] = Meant(pk, None if answered is None else float(answered))
    return found


def keep(by: Membership, act: Act, repeat_id: int, labels: dict[str, int], *, anew: bool) -> None:
    """Keep the answer with the repeat, and its Event; where it is given `anew`, that tells what was said before."""
    before = _said(by, act.sentence) if anew else {}
    label = content(act, labels)[0]
    Repeat.objects.filter(pk=repeat_id).update(label_id=label, seconds=act.seconds, answered_at=Now())
    _tell(by, act, before=before, after=json.loads(told(act)))


def take_back(by: Membership, act: Act) -> bool | None:
    """Undo the answer to a repeat. None where this person said something else last, or nothing of a repeat; False
    where that repeat's answer is taken back already, or its sentence has left the pool."""
    found = dialect.rows(_LATEST, (by.user_id, by.project_id, act.sentence))
    if not found:
        return None
    ((pk, answered, fresh, in_pool),) = found
    if not answered:
        return None if fresh else False
    if not in_pool:
        return False
    # Turn 0 is that of what was undone: first in hand.
    again = {"label": None, "seconds": None, "answered_at": None, "turn": 0}
    Repeat.objects.filter(pk=pk).update(until=Now() + LEASE, **again)
    _tell(by, act, before=_said(by, act.sentence), after={})
    return True


def forget(by: Membership, sentence: int) -> None:
    """There is no first answer any more that a waiting repeat could be compared with."""
    Repeat.objects.filter(annotator=by.user_id, sentence=sentence, answered_at__isnull=True).delete()


def undone(by: Membership, sentence_ids: Sequence[int]) -> dict[int, dict[str, object]]:
    """What `by` had said to repeats that they took back, by sentence."""
    events = Event.objects.filter(verb=Verb.REPEATED, who=by.user_id, sentence__in=sentence_ids, after={})
    return {one.sentence_id: dict(one.before) for one in events if one.sentence_id}


def _said(by: Membership, sentence: int) -> dict[str, object]:
    """What `by` said last to a repeat of the sentence."""
    told = Event.objects.filter(verb=Verb.REPEATED, who=by.user_id, sentence=sentence).exclude(after={})
    last = told.order_by("-pk").first()
    return dict(last.after) if last else {}


def _tell(by: Membership, act: Act, *, before: dict[str, object], after: dict[str, object]) -> None:
    Event.objects.create(
        project_id=by.project_id,
        who_id=by.user_id,
        verb=Verb.REPEATED,
        sentence_id=act.sentence,
        key=act.key,
        before=before,
        after=after,
    )
