"""Repeats: now and then a person is asked one of their own sentences again, and is not told. It shows how steady their
answers are.

A repeat is its own lease. It takes no slot of the sentence, and its answer changes nothing but itself, see
`flow.repeated`. Here is the asking: when, which sentence, and what becomes of it while there is no answer.
"""

from collections.abc import Collection

from django.db.models import Q
from django.db.models.functions import Now

from labeling import dialect
from labeling.flow.choose import AUDIT_TURN, Pick
from labeling.keys import place_of
from labeling.models import Membership, Repeat, Selection

# One sentence of so many is a repeat.
REPEAT_TURN = 20
# As many own answers lie between at least, so that the first one is not remembered.
APART = 50
# So many answers are looked at for one that may be asked again; a turn that finds none is an ordinary one.
LOOK = 200
# Which of the turns it is differs from twenty to twenty: nobody can count it out. It is none of the audit sample's.
_PLACES = [turn for turn in range(REPEAT_TURN) if turn % AUDIT_TURN != AUDIT_TURN - 1]

# What a person has in hand of repeats, in the columns of a lease: it looks as the answer's own lease did. Whoever was
# asked an open question about the sentence knows of it, so it is no repeat any more; nor is it one while the answer
# itself is taken back.
IN_HAND = """
SELECT r.id, r.sentence_id, a.selection, NULL, r.turn, NULL, r.until < {half}
FROM labeling_repeat r JOIN labeling_annotation a ON a.sentence_id = r.sentence_id AND a.annotator_id = r.annotator_id
WHERE r.annotator_id = %s AND r.project_id = %s AND r.answered_at IS NULL AND r.until > {now} AND a.state = 'given'
    AND NOT EXISTS (SELECT 1 FROM labeling_question q WHERE q.sentence_id = r.sentence_id)"""

# What somebody may know the answer of is left out: what was shown to them, asked about, decided, or set as an example.
_DRAW = """
SELECT a.sentence_id, a.selection FROM (
    SELECT id, sentence_id, annotator_id, label_id, selection, state, answered_at FROM labeling_annotation
    WHERE project_id = %s AND annotator_id = %s
        AND answered_at >= (SELECT answered_at FROM labeling_annotation WHERE project_id = %s AND annotator_id = %s
                            ORDER BY answered_at LIMIT 1 OFFSET %s)
        AND answered_at < (SELECT answered_at FROM labeling_annotation WHERE project_id = %s AND annotator_id = %s
                           ORDER BY answered_at DESC LIMIT 1 OFFSET %s)
    ORDER BY answered_at LIMIT %s
) a JOIN labeling_sentence s ON s.id = a.sentence_id LEFT JOIN labeling_label l ON l.id = a.label_id
WHERE s.in_pool AND a.state = 'given' AND a.selection <> %s AND l.retired_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM labeling_repeat r
                    WHERE r.sentence_id = a.sentence_id AND r.annotator_id = a.annotator_id)
    AND NOT EXISTS (SELECT 1 FROM labeling_exposure x
                    WHERE x.sentence_id = a.sentence_id AND x.annotator_id = a.annotator_id)
    AND NOT EXISTS (SELECT 1 FROM labeling_question q WHERE q.sentence_id = a.sentence_id)
    AND NOT EXISTS (SELECT 1 FROM labeling_verdict v WHERE v.sentence_id = a.sentence_id)
    AND NOT EXISTS (SELECT 1 FROM labeling_guidelineexample e WHERE e.sentence_id = a.sentence_id)
ORDER BY a.answered_at, a.id LIMIT 1"""

# A sentence that leaves the pool at this moment is held by whoever takes it out, and is passed over.
_LEND = """
INSERT INTO labeling_repeat (project_id, sentence_id, annotator_id, first_label_id, turn, until, asked_at)
SELECT a.project_id, a.sentence_id, a.annotator_id, a.label_id, %s, {until}, {now}
FROM labeling_annotation a JOIN labeling_sentence s ON s.id = a.sentence_id
WHERE a.sentence_id = %s AND a.annotator_id = %s AND a.state = 'given' AND s.in_pool {held}
RETURNING sentence_id"""

_RENEW = """
UPDATE labeling_repeat SET until = {until}
WHERE annotator_id = %s AND project_id = %s AND answered_at IS NULL AND until > {now}"""


def due(by: Membership, turns: range) -> list[int]:
    """Which of `turns` are to be a repeat, if one is found: one of every twenty, pseudo-random and always the same.

    None of the first, after which so many answers cannot have followed yet.
    """
    twenties = range(turns.start // REPEAT_TURN, turns.stop // REPEAT_TURN + 1)
    found = [REPEAT_TURN * one + _PLACES[_drawn(by, f"turn {one}") % len(_PLACES)] for one in twenties]
    return [turn for turn in found if turn in turns and turn >= APART]


def draw(by: Membership, turns: range) -> dict[int, Pick]:
    """What to ask `by` again, by its turn. Call it where the membership is held; `lend` writes it down.

    Drawn pseudo-randomly, always the same as things stand: a sentence of the pool that they answered on the annotate
    page, at least APART of their answers ago, that was never asked again, with nothing that told them more of it since:
    no suggestion, question, verdict or example. Up to LOOK answers are looked at from a place drawn by lot, and as many
    from the oldest on; of all others an index alone is walked.
    """
    found: dict[int, Pick] = {}
    for turn in due(by, turns):
        pick = _draw(by, turn)
        if pick and pick not in found.values():
            found[turn] = pick
    return found


def _draw(by: Membership, turn: int) -> Pick | None:
    who = (by.project_id, by.user_id)
    ((n,),) = dialect.rows("SELECT COUNT(*) FROM labeling_annotation WHERE project_id = %s AND annotator_id = %s", who)
    if n <= APART:
        return None
    for start in (_drawn(by, f"answer {turn}") % (n - APART), 0):
        told = dialect.rows(_DRAW, (*who, *who, start, *who, APART - 1, LOOK, Selection.IMPORTED.value))
        if told:
            ((sentence, selection),) = told
            return Pick(sentence, selection, again=True)
    return None


def _drawn(by: Membership, what: str) -> int:
    return place_of(by.project_id, f"{by.user_id}: {what}", purpose="repeat")


def lend(by: Membership, sentence: int, *, turn: int, seconds: int) -> bool:
    """Put the repeat into the hand of `by` for so many seconds; False where the sentence left the pool just now."""
    statement = _LEND.format(until=dialect.after(seconds), now=dialect.now(), held=dialect.skip_locked("s"))
    return bool(dialect.rows(statement, (turn, sentence, by.user_id)))


def renew(by: Membership, *, seconds: int) -> None:
    """Give what `by` has in hand of repeats the whole time again; what ran out stays out."""
    dialect.change(_RENEW.format(until=dialect.after(seconds), now=dialect.now()), (by.user_id, by.project_id))


def end_for(by: Membership) -> None:
    """Take the repeats out of this person's hand. The rows stay as proofs of the asking, as leases do."""
    _end(Q(project=by.project_id, annotator=by.user_id))


def end_of(sentence_ids: Collection[int]) -> None:
    """Take these sentences out of every hand that has them as a repeat."""
    _end(Q(sentence__in=sentence_ids))


def _end(which: Q) -> None:
    Repeat.objects.filter(which, answered_at__isnull=True, until__gt=Now()).update(until=Now())
