"""Which sentence is lent to whom. The ordering rule stands in words in docs/concepts.md, "The queue".

Right on any database: a slot is taken by a conditional UPDATE, a CHECK keeps slots from going negative, and UNIQUE
keeps a sentence from one person twice. Where the database can skip locked rows, annotators do not wait for each other.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Now

from labeling.models import Lease, Membership, QueueEntry, Selection, Sentence

# Held ahead by one page: a keypress never waits for the network.
AHEAD = 10
LEASE = timedelta(minutes=30)
# Every fifth sentence served is of the audit sample, while that lasts.
AUDIT_TURN = 5
_TRIES = 5


class _Raced(Exception):
    """Somebody took a slot between our look and our grasp."""


@dataclass(frozen=True, slots=True)
class _Pick:
    """A sentence to lend: why, from which ranking, and its place there."""

    sentence_id: int
    selection: Selection
    version_id: int | None = None
    place: int | None = None


def take(*, by: Membership, want: int = AHEAD) -> list[Lease]:
    """Fill up what `by` holds to `want` sentences, best first, and return all of it in the order of serving.

    Guarantees: no sentence has more leases and counted answers than it wants; nobody is lent a sentence they hold or
    have answered; what is held already is renewed, so that a person who works never loses a lease.
    """
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                return _take(by, min(want, AHEAD))
        except _Raced:
            continue
    return in_hand(by)


def in_hand(by: Membership) -> list[Lease]:
    """What `by` holds now, in the order of serving."""
    return list(_held(by))


def _held(by: Membership) -> QuerySet[Lease]:
    soon = When(until__lt=Now() + LEASE / 2, then=Value(True))
    return (
        Lease.objects.filter(annotator_id=by.user_id, project_id=by.project_id, held=True)
        .annotate(ageing=Case(soon, default=Value(False), output_field=BooleanField()))
        .order_by("turn", "pk")
    )


def _take(by: Membership, want: int) -> list[Lease]:
    # The lock on one's own membership: two tabs of one person take in turn.
    member = Membership.objects.select_for_update().only("served", "user_id", "project_id").get(pk=by.pk)
    held = in_hand(by)
    if any(lease.ageing for lease in held):  # type: ignore[attr-defined]  # annotated in _held
        Lease.objects.filter(pk__in=[lease.pk for lease in held]).update(until=Now() + LEASE)
    lacking = want - len(held)
    if lacking <= 0:
        return held
    picks = _choose(by, turns=range(member.served, member.served + lacking), held=held)
    if not picks and reap(project_id=by.project_id):
        picks = _choose(by, turns=range(member.served, member.served + lacking), held=held)
    return held + _lend(by, picks, first_turn=member.served) if picks else held


def _choose(by: Membership, *, turns: range, held: Sequence[Lease]) -> list[_Pick]:
    """Up to one pick a turn: each fifth from the audit sample, the others by the ranking; either stands in for the other."""
    due = sum(turn % AUDIT_TURN == AUDIT_TURN - 1 for turn in turns)
    audit = _from_audit_sample(by, due)
    main = _from_ranking(by, len(turns) - len(audit), held)
    main += _from_the_rest(by, len(turns) - len(audit) - len(main), held)
    if lack := len(turns) - len(audit) - len(main):
        audit += _from_audit_sample(by, lack, skip=[pick.sentence_id for pick in audit])
    picks: list[_Pick] = []
    for turn in turns:
        first, second = (audit, main) if turn % AUDIT_TURN == AUDIT_TURN - 1 else (main, audit)
        if first or second:
            picks.append((first or second).pop(0))
    return picks


def _locked(sentences: QuerySet[Sentence]) -> QuerySet[Sentence]:
    return sentences.select_for_update(skip_locked=True, of=("self",))


def _from_audit_sample(by: Membership, n: int, skip: Sequence[int] = ()) -> list[_Pick]:
    if n <= 0:
        return []
    found = Sentence.objects.open_for(by).filter(project_id=by.project_id, audit_place__isnull=False)
    rows = _locked(found.exclude(pk__in=skip).order_by("audit_place")).values_list("pk", flat=True)[:n]
    return [_Pick(pk, Selection.RANDOM) for pk in rows]


def _from_ranking(by: Membership, n: int, held: Sequence[Lease]) -> list[_Pick]:
    version = by.project.version_id
    if version is None or n <= 0:
        return []
    entries = (
        QueueEntry.objects.filter(version_id=version, sentence__in=Sentence.objects.open_for(by))
        .select_related("sentence")
        .only("selection", "place", "sentence__id")
        .select_for_update(skip_locked=True, of=("sentence",))
        .order_by("place")
    )
    passed = max((lease.place for lease in held if lease.version_id == version and lease.place is not None), default=-1)
    rows = list(entries.filter(place__gt=passed)[:n])
    if len(rows) < n and passed >= 0:
        rows += entries.filter(place__lte=passed)[: n - len(rows)]
    return [_Pick(row.sentence_id, Selection(row.selection), version, row.place) for row in rows]


def _from_the_rest(by: Membership, n: int, held: Sequence[Lease]) -> list[_Pick]:
    """What no ranking speaks of, in the stable pseudo-random order, from where this person's leases stand in it.

    Starting there, not at the beginning, keeps the cost flat for a person whose own answers wait for a second one.
    What was given back behind that point comes round when the end is reached, so nothing starves.
    """
    if n <= 0:
        return []
    version = by.project.version_id
    found = Sentence.objects.open_for(by).filter(project_id=by.project_id, audit_place__isnull=True)
    if version is not None:
        found = found.exclude(pk__in=QueueEntry.objects.filter(version_id=version).values("sentence_id"))
    found = found.order_by("shuffle")
    shuffled = [lease.place for lease in held if lease.version_id is None and lease.place is not None]
    rows: list[tuple[int, int]] = []
    if shuffled:
        rows = list(_locked(found.filter(shuffle__gt=max(shuffled))).values_list("pk", "shuffle")[:n])
        found = found.filter(shuffle__lte=max(shuffled))
    if len(rows) < n:
        rows += _locked(found).values_list("pk", "shuffle")[: n - len(rows)]
    why = Selection.SEED if version is None else Selection.RANDOM
    return [_Pick(pk, why, None, place) for pk, place in rows]


def _lend(by: Membership, picks: Sequence[_Pick], *, first_turn: int) -> list[Lease]:
    chosen = [pick.sentence_id for pick in picks]
    if Sentence.objects.filter(pk__in=chosen, slots_free__gt=0).update(slots_free=F("slots_free") - 1) < len(chosen):
        raise _Raced
    leases = [
        Lease(
            project_id=by.project_id,
            sentence_id=pick.sentence_id,
            annotator_id=by.user_id,
            until=Now() + LEASE,
            selection=pick.selection,
            version_id=pick.version_id,
            turn=first_turn + offset,
            place=pick.place,
        )
        for offset, pick in enumerate(picks, start=1)
    ]
    # A lease that ran out stays as a proof: lending the same sentence again revives it.
    Lease.objects.bulk_create(
        leases,
        update_conflicts=True,
        unique_fields=["sentence", "annotator"],
        update_fields=["held", "until", "selection", "version", "turn", "place"],
    )
    Membership.objects.filter(pk=by.pk).update(served=F("served") + len(leases))
    return leases


def reap(*, project_id: int | None = None, limit: int = 500) -> int:
    """Give back the slots of leases that ran out on the database's clock. Returns how many, at most `limit`."""
    mine = Q() if project_id is None else Q(project_id=project_id)
    out = Lease.objects.filter(mine, held=True, until__lt=Now())
    if not out.exists():
        return 0
    with transaction.atomic():
        leases = list(out.select_for_update(skip_locked=True).values_list("pk", "sentence_id")[:limit])
        Lease.objects.filter(pk__in=[pk for pk, _ in leases]).update(held=False)
        give_back([sentence for _, sentence in leases])
    return len(leases)


def give_back(sentence_ids: Sequence[int]) -> None:
    """One free slot more for each mention; locked in order of key, so that two givers never wait in a circle."""
    counts = Counter(sentence_ids)
    list(Sentence.objects.select_for_update().filter(pk__in=counts).order_by("pk").values_list("pk"))
    for n in set(counts.values()):
        ids = [pk for pk, count in counts.items() if count == n]
        Sentence.objects.filter(pk__in=ids).update(slots_free=F("slots_free") + n)
