"""Which sentences a person is lent next: the rule in docs/concepts.md, "The queue", as queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labeling import dialect
from labeling.models import Lease, Selection

# Every fifth sentence served is of the audit sample, while that lasts.
AUDIT_TURN = 5
# Every second one is about a sentence whose answers differ, while there are any: new ones are labelled meanwhile.
TIE_TURN = 2

# Sentence s is open for a person: free, and neither in their hand nor answered by them.
_OPEN = """s.in_pool AND s.slots_free > 0
    AND NOT EXISTS (SELECT 1 FROM labeling_annotation a
                    WHERE a.sentence_id = s.id AND a.annotator_id = %s AND a.state = 'given')
    AND NOT EXISTS (SELECT 1 FROM labeling_lease l WHERE l.sentence_id = s.id AND l.annotator_id = %s AND l.held)"""
# The same, where its answers do not differ: those where they do have places of their own.
_USUAL = f"s.tie_breaks = 0 AND {_OPEN}"

# Sentence s wants one more answer because the others differ: the words of its partial index.
TIED = "s.tie_breaks > 0 AND s.in_pool AND s.slots_free > 0"

# Sentence s is one that an owner asked for and that still wants an answer: the words of its partial index.
SOUGHT = "s.in_pool AND s.slots_free > 0 AND s.audit_place IS NULL AND s.sought_at IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Pick:
    """A sentence to lend: why, from which ranking, and its place there; `again`: as a repeat."""

    sentence_id: int
    selection: str
    version_id: int | None = None
    place: int | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Asker:
    """Who takes, from which ranking, and what they hold."""

    user_id: int
    project_id: int
    version_id: int | None
    # Whether anything waits on which people differ, or that an owner asked for.
    tied: bool
    sought: bool
    held: Sequence[Lease]

    @property
    def me(self) -> tuple[int, int]:
        return self.user_id, self.user_id


def choose(asker: Asker, turns: range, again: Mapping[int, Pick]) -> list[Pick]:
    """Up to one pick a turn: each fifth of the audit sample, of the others every second where people differ, then as an
    owner asked, then by rank; each stands in for the others.

    In the turns of `again` stands a repeat, where a sentence follows that is none: whoever has answered all there is
    for them is done.
    """
    audit = _from_audit_sample(asker, sum(turn % AUDIT_TURN == AUDIT_TURN - 1 for turn in turns))
    n, now = len(turns) - len(audit), sum(turn % TIE_TURN == 0 for turn in turns)
    tied = _from_tied(asker, n)
    main = tied[:now]
    main += _from_sought(asker, n - len(main))
    main += _from_ranking(asker, n - len(main))
    main += _from_the_rest(asker, n - len(main))
    main += tied[now : now + n - len(main)]
    if len(audit) + len(main) < len(turns):
        audit = _from_audit_sample(asker, len(turns) - len(main))
    picks: list[Pick] = []
    for turn in turns:
        first, second = (audit, main) if turn % AUDIT_TURN == AUDIT_TURN - 1 else (main, audit)
        if turn in again and (first or second):
            picks.append(again[turn])
        elif first or second:
            picks.append((first or second).pop(0))
    return picks


def _from_audit_sample(asker: Asker, n: int) -> list[Pick]:
    return _listed(asker, f"s.audit_place IS NOT NULL AND {_USUAL}", "s.audit_place", n, Selection.RANDOM)


def _from_tied(asker: Asker, n: int) -> list[Pick]:
    """What wants one more answer because the others differ, of the audit sample or not."""
    return _listed(asker, f"{TIED} AND {_OPEN}", "s.id", n, Selection.TIE_BREAK) if asker.tied else []


def _from_sought(asker: Asker, n: int) -> list[Pick]:
    """What an owner asked for, in the order of asking."""
    return _listed(asker, f"{SOUGHT} AND {_USUAL}", "s.sought_at, s.id", n, Selection.SEED) if asker.sought else []


def _listed(asker: Asker, which: str, order: str, n: int, why: Selection) -> list[Pick]:
    """The first `n` in an order of the sentences' own; `which` ends with one of the clauses about who is asked."""
    if n <= 0:
        return []
    found = dialect.rows(
        f"SELECT s.id FROM labeling_sentence s WHERE s.project_id = %s AND {which}"
        f" ORDER BY {order} LIMIT %s {dialect.skip_locked('s')}",
        (asker.project_id, *asker.me, n),
    )
    return [Pick(pk, why.value) for (pk,) in found]


def _from_ranking(asker: Asker, n: int) -> list[Pick]:
    version = asker.version_id
    if version is None or n <= 0:
        return []
    query = (
        "SELECT s.id, q.selection, q.place FROM labeling_queueentry q JOIN labeling_sentence s ON s.id = q.sentence_id"
        # A sentence may have been drawn for the audit sample since it was ranked.
        " WHERE q.version_id = %s AND q.place {} %s AND s.audit_place IS NULL AND s.sought_at IS NULL AND "
        f"{_USUAL} ORDER BY q.place LIMIT %s {dialect.skip_locked('s')}"
    )
    places = [lease.place for lease in asker.held if lease.version_id == version and lease.place is not None]
    passed = max(places, default=-1)
    found = dialect.rows(query.format(">"), (version, passed, *asker.me, n))
    if len(found) < n and passed >= 0:
        found += dialect.rows(query.format("<="), (version, passed, *asker.me, n - len(found)))
    return [Pick(pk, selection, version, place) for pk, selection, place in found]


def _from_the_rest(asker: Asker, n: int) -> list[Pick]:
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
        f" AND {_USUAL} ORDER BY s.shuffle LIMIT %s {dialect.skip_locked('s')}"
    )
    places = [lease.place for lease in asker.held if lease.version_id is None and lease.place is not None]
    passed = max(places, default=-1)
    # No version has the key 0: before the first ranking nothing is left out.
    known = (asker.version_id or 0, *asker.me)
    found = dialect.rows(query.format(">"), (asker.project_id, passed, *known, n))
    if len(found) < n and passed >= 0:
        found += dialect.rows(query.format("<="), (asker.project_id, passed, *known, n - len(found)))
    why = Selection.SEED if asker.version_id is None else Selection.RANDOM
    return [Pick(pk, why.value, None, place) for pk, place in found]
