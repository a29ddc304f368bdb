"""Which sentence is lent to whom. The ordering rule stands in words in docs/concepts.md, "The queue".

Right on any database: a slot is taken by a conditional UPDATE, a CHECK keeps slots from going negative, and UNIQUE
keeps a sentence from one person twice. Where the database can skip locked rows, annotators do not wait for each other.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from labeling import dialect
from labeling.flow import repeat
from labeling.flow.choose import SOUGHT, TIED, Asker, Pick, choose
from labeling.models import Annotation, Lease, Membership, Selection, Sentence

# Held ahead by one page: a keypress never waits for the network.
AHEAD = 10
LEASE = timedelta(minutes=30)
_TRIES = 5
_SECONDS = int(LEASE.total_seconds())


class _Raced(Exception):
    """Somebody took a slot between our look and our grasp."""


def take(*, by: Membership, want: int = AHEAD) -> list[Lease]:
    """Fill up what `by` holds to `want` sentences, best first, and return all of it in the order of serving.

    Guarantees: no sentence has more leases and counted answers than it wants; nobody is lent a sentence they hold or
    have answered; what is held already is renewed for a person who has answered lately, so that who works never loses
    a lease, and a page left open keeps none; an archived project lends nothing. Where the project repeats, some of it
    are the person's own sentences, see `flow.repeat`: they are told by nothing.
    """
    for _ in range(_TRIES):
        try:
            return dialect.undeterred(lambda: _take_in_turn(by, min(want, AHEAD)))
        except _Raced:
            continue
    return in_hand(by)


def _take_in_turn(by: Membership, want: int) -> list[Lease]:
    with dialect.writing():
        return _take(by, want)


def lend(*, by: Membership, sentence: int) -> bool:
    """Lend `by` one sentence that they name themselves, before its turn. False where it is not asked about: out of the
    pool, answered by them already, or in an archived project.

    Guarantees: no slot is taken that is not free, and nobody is lent a sentence twice. Where every slot is taken it is
    lent as one that ran out at once: an answer is kept by the rule of late ones, see `flow.annotate`. What `by` was
    lent before stays as it is.
    """
    return dialect.undeterred(lambda: _lend_named(by, sentence))


def _lend_named(by: Membership, sentence: int) -> bool:
    with dialect.writing():
        dialect.rows(f"SELECT 1 FROM labeling_membership m WHERE m.id = %s {dialect.lock('m')}", (by.pk,))
        if Lease.objects.filter(sentence=sentence, annotator=by.user_id).exists():
            return True
        pick = _named(by, sentence)
        if pick is None:
            return False
        turns = {sentence: by.served + 1}
        if not _grasp(by, pick, turns) and not (reap(project_id=by.project_id) and _grasp(by, pick, turns)):
            lease = Lease(project_id=by.project_id, annotator_id=by.user_id, sentence_id=sentence)
            lease.held, lease.until, lease.selection = False, Now(), pick.selection
            lease.save(force_insert=True)
    return True


def _named(by: Membership, sentence: int) -> Pick | None:
    """The sentence as a pick, if it is asked about and `by` has not answered it. No ranking chose it."""
    row = Sentence.objects.in_pool().filter(pk=sentence, project=by.project_id, project__archived_at__isnull=True)
    answered = Annotation.objects.given().filter(sentence=sentence, annotator=by.user_id)
    found = row.exclude(pk__in=answered.values("sentence")).values_list("audit_place", "tie_breaks").first()
    if found is None:
        return None
    audit_place, tie_breaks = found
    why = Selection.TIE_BREAK if tie_breaks else Selection.SEED if audit_place is None else Selection.RANDOM
    return Pick(sentence, why.value)


def _grasp(by: Membership, pick: Pick, turns: Mapping[int, int]) -> bool:
    try:
        _take_slots(by, [pick], turns)
    except _Raced:
        return False
    return True


def in_hand(by: Membership) -> list[Lease]:
    """What `by` holds now, in the order of serving."""
    return _held(by)[0]


def _held(by: Membership) -> tuple[list[Lease], bool]:
    """The leases in hand, repeats among them, and whether any has less than half of its time left."""
    half, now = dialect.after(_SECONDS // 2), dialect.now()
    found = dialect.rows(
        f"SELECT id, sentence_id, selection, version_id, turn, place, until < {half}"
        # One that ran out and was not given back yet may be given back at any moment.
        f" FROM labeling_lease WHERE annotator_id = %s AND project_id = %s AND held AND until > {now}"
        f" UNION ALL {repeat.IN_HAND.format(half=half, now=now)} ORDER BY turn, id",
        (by.user_id, by.project_id) * 2,
    )
    names = ("id", "sentence_id", "selection", "version_id", "turn", "place")
    common = {"project_id": by.project_id, "annotator_id": by.user_id}
    leases = [Lease(**common, **dict(zip(names, row[:-1], strict=True))) for row in found]
    return leases, any(row[-1] for row in found)


def _at_work(by: Membership) -> bool:
    """True for a person who has answered within the time of a lease: the page asks by itself while nobody is there."""
    ((age,),) = dialect.rows(
        f"SELECT {dialect.age('MAX(answered_at)')} FROM labeling_annotation"
        " WHERE project_id = %s AND annotator_id = %s",
        (by.project_id, by.user_id),
    )
    return age is not None and age < _SECONDS


def _take(by: Membership, want: int) -> list[Lease]:
    # The lock on one's own membership: two tabs of one person take in turn.
    found = dialect.rows(
        "SELECT m.served, p.version_id, p.archived_at IS NOT NULL, p.repeats,"
        f" EXISTS (SELECT 1 FROM labeling_sentence s WHERE s.project_id = p.id AND {TIED}),"
        f" EXISTS (SELECT 1 FROM labeling_sentence s WHERE s.project_id = p.id AND {SOUGHT})"
        " FROM labeling_membership m JOIN labeling_project p ON p.id = m.project_id"
        f" WHERE m.id = %s {dialect.lock('m')}",
        (by.pk,),
    )
    if not found:
        # Removed from the project between this request's first look and now.
        return []
    ((served, version_id, archived, repeats, tied, sought),) = found
    if archived:
        # What is held runs out by itself, and is the proof that a late answer was asked for.
        return []
    held, ageing = _held(by)
    if ageing and _at_work(by):
        dialect.change(
            f"UPDATE labeling_lease SET until = {dialect.after(_SECONDS)}"
            " WHERE annotator_id = %s AND project_id = %s AND held",
            (by.user_id, by.project_id),
        )
        repeat.renew(by, seconds=_SECONDS)
    lacking = want - len(held)
    if lacking <= 0:
        return held
    asker = Asker(by.user_id, by.project_id, version_id, bool(tied), bool(sought), held)
    turns = range(served, served + lacking)
    again = repeat.draw(by, turns) if repeats else {}
    picks = choose(asker, turns, again)
    if not picks and reap(project_id=by.project_id):
        picks = choose(asker, turns, again)
    return held + _lend(by, picks, first_turn=served) if picks else held


def _lend(by: Membership, picks: Sequence[Pick], *, first_turn: int) -> list[Lease]:
    turns = {pick.sentence_id: turn for turn, pick in enumerate(picks, start=first_turn + 1)}
    _take_slots(by, [pick for pick in picks if not pick.again], turns)
    dialect.change("UPDATE labeling_membership SET served = served + %s WHERE id = %s", (len(picks), by.pk))
    return [
        Lease(
            project_id=by.project_id,
            sentence_id=pick.sentence_id,
            annotator_id=by.user_id,
            selection=pick.selection,
            version_id=pick.version_id,
            turn=turns[pick.sentence_id],
            place=pick.place,
        )
        for pick in picks
        if not pick.again or repeat.lend(by, pick.sentence_id, turn=turns[pick.sentence_id], seconds=_SECONDS)
    ]


def _take_slots(by: Membership, picks: Sequence[Pick], turns: Mapping[int, int]) -> None:
    """A lease for each of `picks`, in its turn. Raises _Raced where somebody was faster."""
    if not picks:
        return
    chosen = [pick.sentence_id for pick in picks]
    slots = "UPDATE labeling_sentence SET slots_free = slots_free - 1 WHERE slots_free > 0 AND id IN "
    if dialect.change(slots + dialect.among(chosen), chosen) < len(chosen):
        raise _Raced
    row = f"(%s, %s, %s, TRUE, {dialect.after(_SECONDS)}, %s, %s, %s, %s)"
    values: list[dialect.Value] = []
    for pick in picks:
        values += [by.project_id, pick.sentence_id, by.user_id, pick.selection, pick.version_id]
        values += [turns[pick.sentence_id], pick.place]
    # A lease that ran out stays as a proof: lending the same sentence again revives it.
    dialect.change(
        "INSERT INTO labeling_lease"
        " (project_id, sentence_id, annotator_id, held, until, selection, version_id, turn, place)"
        f" VALUES {', '.join([row] * len(picks))} ON CONFLICT (sentence_id, annotator_id) DO UPDATE SET"
        " held = TRUE, until = excluded.until, selection = excluded.selection, version_id = excluded.version_id,"
        " turn = excluded.turn, place = excluded.place",
        values,
    )


def reap(*, project_id: int | None = None, limit: int = 500) -> int:
    """Give back the slots of leases that ran out on the database's clock. Returns how many, at most `limit`."""
    mine = Q() if project_id is None else Q(project_id=project_id)
    out = Lease.objects.filter(mine, held=True, until__lt=Now())
    if not out.exists():
        return 0
    return dialect.undeterred(lambda: _reap(out, limit))


def _reap(out: QuerySet[Lease], limit: int) -> int:
    with dialect.writing():
        leases = list(out.select_for_update(skip_locked=True).values_list("pk", "sentence_id")[:limit])
        Lease.objects.filter(pk__in=[pk for pk, _ in leases]).update(held=False)
        give_back([sentence for _, sentence in leases])
    return len(leases)


def give_back(sentence_ids: Sequence[int]) -> None:
    """One free slot more for each mention."""
    counts = Counter(sentence_ids)
    Sentence.objects.hold(counts)
    for n in set(counts.values()):
        ids = [pk for pk, count in counts.items() if count == n]
        Sentence.objects.filter(pk__in=ids).update(slots_free=F("slots_free") + n)
