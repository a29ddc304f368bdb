"""Which sentence is lent to whom. The ordering rule stands in words in docs/concepts.md, "The queue".

Right on any database: a slot is taken by a conditional UPDATE, a CHECK keeps slots from going negative, and UNIQUE
keeps a sentence from one person twice. Where the database can skip locked rows, annotators do not wait for each other.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from labeling import dialect
from labeling.models import Lease, Membership, Selection, Sentence

# Held ahead by one page: a keypress never waits for the network.
AHEAD = 10
LEASE = timedelta(minutes=30)
# Every fifth sentence served is of the audit sample, while that lasts.
AUDIT_TURN = 5
_TRIES = 5
_SECONDS = int(LEASE.total_seconds())

# Sentence s is open for a person: free, and neither in their hand nor answered by them.
_OPEN = """s.in_pool AND s.slots_free > 0
    AND NOT EXISTS (SELECT 1 FROM labeling_annotation a
                    WHERE a.sentence_id = s.id AND a.annotator_id = %s AND a.state = 'given')
    AND NOT EXISTS (SELECT 1 FROM labeling_lease l WHERE l.sentence_id = s.id AND l.annotator_id = %s AND l.held)"""

# Sentence s is one that an owner asked for and that still wants an answer: the words of its partial index.
_SOUGHT = "s.in_pool AND s.slots_free > 0 AND s.audit_place IS NULL AND s.sought_at IS NOT NULL"


class _Raced(Exception):
    """Somebody took a slot between our look and our grasp."""


@dataclass(frozen=True, slots=True)
class _Pick:
    """A sentence to lend: why, from which ranking, and its place there."""

    sentence_id: int
    selection: str
    version_id: int | None = None
    place: int | None = None


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who takes, from which ranking, and what they hold."""

    user_id: int
    project_id: int
    version_id: int | None
    # Whether anything waits that an owner asked for.
    sought: bool
    held: Sequence[Lease]

    @property
    def me(self) -> tuple[int, int]:
        return self.user_id, self.user_id


def take(*, by: Membership, want: int = AHEAD) -> list[Lease]:
    """Fill up what `by` holds to `want` sentences, best first, and return all of it in the order of serving.

    Guarantees: no sentence has more leases and counted answers than it wants; nobody is lent a sentence they hold or
    have answered; what is held already is renewed for a person who has answered lately, so that who works never loses
    a lease, and a page left open keeps none; an archived project lends nothing.
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


def in_hand(by: Membership) -> list[Lease]:
    """What `by` holds now, in the order of serving."""
    return _held(by)[0]


def _held(by: Membership) -> tuple[list[Lease], bool]:
    """The leases in hand, and whether any has less than half of its time left."""
    found = dialect.rows(
        f"SELECT id, sentence_id, selection, version_id, turn, place, until < {dialect.after(_SECONDS // 2)}"
        # One that ran out and was not given back yet may be given back at any moment.
        f" FROM labeling_lease WHERE annotator_id = %s AND project_id = %s AND held AND until > {dialect.now()}"
        " ORDER BY turn, id",
        (by.user_id, by.project_id),
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
        "SELECT m.served, p.version_id, p.archived_at IS NOT NULL,"
        f" EXISTS (SELECT 1 FROM labeling_sentence s WHERE s.project_id = p.id AND {_SOUGHT})"
        " FROM labeling_membership m JOIN labeling_project p ON p.id = m.project_id"
        f" WHERE m.id = %s {dialect.lock('m')}",
        (by.pk,),
    )
    if not found:
        # Removed from the project between this request's first look and now.
        return []
    ((served, version_id, archived, sought),) = found
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
    lacking = want - len(held)
    if lacking <= 0:
        return held
    asker = _Asker(by.user_id, by.project_id, version_id, bool(sought), held)
    turns = range(served, served + lacking)
    picks = _choose(asker, turns)
    if not picks and reap(project_id=by.project_id):
        picks = _choose(asker, turns)
    return held + _lend(by, picks, first_turn=served) if picks else held


def _choose(asker: _Asker, turns: range) -> list[_Pick]:
    """Up to one pick a turn: each fifth of the audit sample, the others as an owner asked, then by rank; either stands
    in for the other."""
    due = sum(turn % AUDIT_TURN == AUDIT_TURN - 1 for turn in turns)
    audit = _from_audit_sample(asker, due)
    main = _from_sought(asker, len(turns) - len(audit))
    main += _from_ranking(asker, len(turns) - len(audit) - len(main))
    main += _from_the_rest(asker, len(turns) - len(audit) - len(main))
    if len(audit) + len(main) < len(turns):
        audit = _from_audit_sample(asker, len(turns) - len(main))
    picks: list[_Pick] = []
    for turn in turns:
        first, second = (audit, main) if turn % AUDIT_TURN == AUDIT_TURN - 1 else (main, audit)
        if first or second:
            picks.append((first or second).pop(0))
    return picks


def _from_audit_sample(asker: _Asker, n: int) -> list[_Pick]:
    if n <= 0:
        return []
    found = dialect.rows(
        f"SELECT s.id FROM labeling_sentence s WHERE s.project_id = %s AND s.audit_place IS NOT NULL AND {_OPEN}"
        f" ORDER BY s.audit_place LIMIT %s {dialect.skip_locked('s')}",
        (asker.project_id, *asker.me, n),
    )
    return [_Pick(pk, Selection.RANDOM.value) for (pk,) in found]


def _from_sought(asker: _Asker, n: int) -> list[_Pick]:
    """What an owner asked for, in the order of asking."""
    if n <= 0 or not asker.sought:
        return []
    found = dialect.rows(
        f"SELECT s.id FROM labeling_sentence s WHERE s.project_id = %s AND {_SOUGHT} AND {_OPEN}"
        f" ORDER BY s.sought_at, s.id LIMIT %s {dialect.skip_locked('s')}",
        (asker.project_id, *asker.me, n),
    )
    return [_Pick(pk, Selection.SEED.value) for (pk,) in found]


def _from_ranking(asker: _Asker, n: int) -> list[_Pick]:
    version = asker.version_id
    if version is None or n <= 0:
        return []
    query = (
        "SELECT s.id, q.selection, q.place FROM labeling_queueentry q JOIN labeling_sentence s ON s.id = q.sentence_id"
        # A sentence may have been drawn for the audit sample since it was ranked.
        " WHERE q.version_id = %s AND q.place {} %s AND s.audit_place IS NULL AND s.sought_at IS NULL AND "
        f"{_OPEN} ORDER BY q.place LIMIT %s {dialect.skip_locked('s')}"
    )
    places = [lease.place for lease in asker.held if lease.version_id == version and lease.place is not None]
    passed = max(places, default=-1)
    found = dialect.rows(query.format(">"), (version, passed, *asker.me, n))
    if len(found) < n and passed >= 0:
        found += dialect.rows(query.format("<="), (version, passed, *asker.me, n - len(found)))
    return [_Pick(pk, selection, version, place) for pk, selection, place in found]


def _from_the_rest(asker: _Asker, n: int) -> list[_Pick]:
    """What no ranking speaks of, in the stable pseudo-random order, from where this person's leases stand in it.

    Starting there, not at the beginning, keeps the cost flat for a person whose own answers wait for a second one.
    What was given back behind that point comes round when the end is reached, so nothing starves.
    """
    if n <= 0:
        return []
    query = (
        "SELECT s.id, s.shuffle FROM labeling_sentence s"
        " WHERE s.project_id = %s AND s.audit_place IS NULL AND s.sought_at IS NULL AND s.shuffle {} %s AND NOT EXISTS"
        " (SELECT 1 FROM labeling_queueentry q WHERE q.version_id = %s AND q.sentence_id = s.id)"
        f" AND {_OPEN} ORDER BY s.shuffle LIMIT %s {dialect.skip_locked('s')}"
    )
    places = [lease.place for lease in asker.held if lease.version_id is None and lease.place is not None]
    passed = max(places, default=-1)
    # No version has the key 0: before the first ranking nothing is left out.
    known = (asker.version_id or 0, *asker.me)
    found = dialect.rows(query.format(">"), (asker.project_id, passed, *known, n))
    if len(found) < n and passed >= 0:
        found += dialect.rows(query.format("<="), (asker.project_id, passed, *known, n - len(found)))
    why = Selection.SEED if asker.version_id is None else Selection.RANDOM
    return [_Pick(pk, why.value, None, place) for pk, place in found]


def _lend(by: Membership, picks: Sequence[_Pick], *, first_turn: int) -> list[Lease]:
    chosen = [pick.sentence_id for pick in picks]
    slots = "UPDATE labeling_sentence SET slots_free = slots_free - 1 WHERE slots_free > 0 AND id IN "
    if dialect.change(slots + dialect.among(chosen), chosen) < len(chosen):
        raise _Raced
    row = f"(%s, %s, %s, TRUE, {dialect.after(_SECONDS)}, %s, %s, %s, %s)"
    values: list[dialect.Value] = []
    for turn, pick in enumerate(picks, start=first_turn + 1):
        values += [by.project_id, pick.sentence_id, by.user_id, pick.selection, pick.version_id, turn, pick.place]
    # A lease that ran out stays as a proof: lending the same sentence again revives it.
    dialect.change(
        "INSERT INTO labeling_lease"
        " (project_id, sentence_id, annotator_id, held, until, selection, version_id, turn, place)"
        f" VALUES {', '.join([row] * len(picks))} ON CONFLICT (sentence_id, annotator_id) DO UPDATE SET"
        " held = TRUE, until = excluded.until, selection = excluded.selection, version_id = excluded.version_id,"
        " turn = excluded.turn, place = excluded.place",
        values,
    )
    dialect.change("UPDATE labeling_membership SET served = served + %s WHERE id = %s", (len(picks), by.pk))
    return [
        Lease(
            project_id=by.project_id,
            sentence_id=pick.sentence_id,
            annotator_id=by.user_id,
            selection=pick.selection,
            version_id=pick.version_id,
            turn=turn,
            place=pick.place,
        )
        for turn, pick in enumerate(picks, start=first_turn + 1)
    ]


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
