"""Routing: where answers differ one more person is asked, and then an adjudicator, worst first.

The adjudicators' queue is kept as rows, Dispute, so that no page counts answers. It follows the Events: the sweep sees
to it every second, and the adjudicators' page before it shows what waits, so that it needs no worker.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from labeling import dialect
from labeling.flow import apart, review
from labeling.flow.apart import Seen, Weight
from labeling.models import Annotation, Dispute, Lease, Project, Question, Sentence, Verb

# So many sentences wait for one more person at once: with more, people would label nothing new. What is beyond goes to
# the adjudicators as it stands.
AT_ONCE = 100
# Seconds. On PostgreSQL an earlier Event may become visible later: what is younger than this is looked at again.
MARGIN = 10
# Where more Events wait, the whole project is looked at instead, once in MARGIN.
MOST_EVENTS = 2_000
# Where nothing happens in a project, it goes on to the newest Event once so many happened elsewhere.
BEHIND = 10_000
# Seconds for which the shares of the labels serve.
SHARES = 60
# Any sentence may stand otherwise after one of these.
OF_ALL = (Verb.IMPORTED, Verb.TRAINED, Verb.CHANGED, Verb.JOINED, Verb.LEFT, Verb.RETIRED, Verb.RESTORED)


class _Act(NamedTuple):
    """An Event as it is followed; `is_old`: none before it becomes visible any more."""

    pk: int
    verb: str
    sentence_id: int | None
    is_old: bool


@dataclass(frozen=True, slots=True)
class _Terms:
    """What decides beside the answers: how many may count before an adjudicator has it, who may be asked, and the
    shares of the labels."""

    most: int
    people: frozenset[int]
    shares: Mapping[int, float]


def follow(project: Project) -> None:
    """Bring the disputes of `project` up to date with its answers, and have one more person asked where that is due.

    A sentence of the pool has a Dispute while the answers that count differ, or nobody was sure, and nobody has decided
    it; no other has one. One more answer is wanted (`tie_breaks` and `slots_free`, each one more) where none is free or
    in hand, fewer than `most_answers` count, somebody is left to ask and no adjudicator has it before them; what was
    wanted so and is not any more is taken back. AT_ONCE at most wait for it.

    Guarantees: doing it again changes nothing, nor do two at once; no sentence has more leases and counted answers than
    it wants; of an archived project nothing changes. Costs two queries where nothing has happened. An Event of a
    transaction that lasted longer than MARGIN may be missed: the look at all sentences after the next training finds
    what it did.
    """
    found = dialect.rows(
        "SELECT routed, most_answers, (SELECT MAX(id) FROM labeling_event) FROM labeling_project"
        " WHERE id = %s AND archived_at IS NULL",
        (project.pk,),
    )
    if not found:
        return
    ((routed, most, newest),) = found
    acts = _acts(project, routed)
    many = len(acts) > MOST_EVENTS
    if routed and not acts:
        if (newest or 0) - routed > BEHIND:
            _went_on(project, _last_old())
    elif not routed or many or _moves_all(project, acts):
        # A great many at once come from one deed that goes on: not every second for that.
        if not (routed and many) or cache.add(f"routing:{project.pk}", True, MARGIN):
            _look_at_all(project, acts, most)
    else:
        touched = {act.sentence_id for act in acts if act.sentence_id is not None}
        shares = cache.get_or_set(f"shares:{project.pk}", lambda: apart.shares(project), SHARES)
        if _route(project, touched.union(_left_over(project, most)), _terms(project, most, shares or {})):
            _went_on(project, max((act.pk for act in takewhile(lambda one: one.is_old, acts)), default=0))


def ready(project: Project) -> "QuerySet[Dispute]":
    """The disputes that wait for an adjudicator now, worst first; one that an adjudicator has in hand is among them.

    The others wait for an answer first: of whoever has the sentence in hand, of one more person who is left to ask, or
    to an open question.
    """
    sentence = OuterRef("sentence_id")
    told = Annotation.objects.given().filter(sentence=OuterRef(sentence), annotator=OuterRef("user_id"))
    left = review.people(project).filter(~Exists(told))
    lent = Lease.objects.filter(sentence=sentence, held=True)
    asked = Question.objects.filter(sentence=sentence, closed_at__isnull=True)
    mine = Dispute.objects.filter(Q(sentence__slots_free=0) | ~Exists(left), project=project, sentence__in_pool=True)
    return mine.filter(~Exists(lent), ~Exists(asked)).order_by("-priority", "sentence_id")


def n_open(project: Project) -> int:
    """How many disputes an adjudicator may settle now."""
    return ready(project).order_by().count()


def n_waiting(project: Project) -> int:
    """How many disputes wait for another answer or a reply first."""
    return Dispute.objects.filter(project=project).count() - n_open(project)


def _acts(project: Project, routed: int) -> list[_Act]:
    """The Events after the one that was followed last, in order; at most one more than MOST_EVENTS."""
    found = dialect.rows(
        f"SELECT id, verb, sentence_id, {dialect.age('at')} > {MARGIN} FROM labeling_event"
        " WHERE project_id = %s AND id > %s ORDER BY id LIMIT %s",
        (project.pk, routed, MOST_EVENTS + 1),
    )
    return [_Act(*row) for row in found]


def _last_old() -> int:
    """The last Event, of any project, before which none becomes visible any more."""
    last = f"SELECT id FROM labeling_event WHERE {dialect.age('at')} > {MARGIN} ORDER BY id DESC LIMIT 1"
    return max((int(pk) for (pk,) in dialect.rows(last, ())), default=0)


def _went_on(project: Project, upto: int) -> None:
    Project.objects.filter(pk=project.pk, routed__lt=upto).update(routed=upto)


def _moves_all(project: Project, acts: Sequence[_Act]) -> bool:
    """Whether one of `acts` may have changed how any sentence stands, and this process has not looked at all since."""
    done = cache.get(f"routed:{project.pk}", 0)
    return any(act.verb in OF_ALL and act.pk > done for act in acts)


def _look_at_all(project: Project, acts: Sequence[_Act], most: int) -> None:
    upto, shares = _last_old(), apart.shares(project)
    cache.set(f"shares:{project.pk}", shares, SHARES)
    disputes = Dispute.objects.filter(project=project).values_list("sentence_id", flat=True)
    ids = {*apart.apart(project).values_list("pk", flat=True), *disputes, *_tied(project).values_list("pk", flat=True)}
    if _route(project, ids, _terms(project, most, shares)):
        cache.set(f"routed:{project.pk}", max((act.pk for act in acts), default=0))
        _went_on(project, upto)


def _tied(project: Project) -> "QuerySet[Sentence]":
    """Sentences that want one more answer because the others differ, and that nobody has in hand for it."""
    return Sentence.objects.filter(project=project, tie_breaks__gt=0, slots_free__gt=0).order_by()


def _left_over(project: Project, most: int) -> "QuerySet[Sentence, int]":
    """Those of them whose answers differ no more, or suffice: a lease that lapses gives back its slot without Event."""
    settled = Q(dispute__isnull=True) | Q(dispute__n_answers__gte=most)
    return _tied(project).filter(settled).values_list("pk", flat=True)


def _terms(project: Project, most: int, shares: Mapping[int, float]) -> _Terms:
    return _Terms(most, frozenset(review.people(project).values_list("user_id", flat=True)), shares)


def _route(project: Project, ids: Iterable[int], terms: _Terms) -> bool:
    """Write what is due for these sentences; False where somebody holds the project, so that it is tried again.

    Looked at without holding anything first: mostly nothing is due.
    """
    due = [(one.sentence_id, *_due(one, terms), one.weight) for one in apart.look(set(ids))]
    asking = sorted((-weight.priority, pk) for pk, weight, more, _was in due if weight and more > 0)
    room = max(0, AT_ONCE - _tied(project).count()) if asking else 0
    asked = frozenset(pk for _priority, pk in asking[:room])
    changing = [pk for pk, weight, more, was in due if weight != was or more < 0 or pk in asked]
    return all(_write_undeterred(project, some, terms, asked) for some in apart.chunks(changing))


def _due(seen: Seen, terms: _Terms) -> tuple[Weight | None, int]:
    """What the dispute about `seen` weighs, None where there is none, and how many more answers are wanted of it."""
    out = seen.slots_free + seen.lent
    weight = apart.weigh(seen, terms.shares) if seen.is_apart else None
    wanted = bool(weight and seen.n_answers < terms.most and terms.people - seen.told)
    if wanted and out == 0:
        return weight, 0 if seen.in_hand else 1
    return weight, -min(seen.tie_breaks, seen.slots_free, out - wanted)


def _write_undeterred(project: Project, ids: Sequence[int], terms: _Terms, asked: frozenset[int]) -> bool:
    return dialect.undeterred(lambda: _write(project, ids, terms, asked))


def _write(project: Project, ids: Sequence[int], terms: _Terms, asked: frozenset[int]) -> bool:
    with dialect.writing():
        # Imports, settings, leaving, another router: whoever changes many sentences holds the project. Not waited for.
        rows = Project.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=project.pk, archived_at=None)
        if not list(rows.values_list("pk")):
            return False
        Sentence.objects.hold(ids)
        due = {one.sentence_id: (*_due(one, terms), one.weight) for one in apart.look(ids)}
        _want(pk for pk, (_weight, more, _was) in due.items() if more > 0 and pk in asked)
        _want_less({pk: -more for pk, (_weight, more, _was) in due.items() if more < 0})
        gone = [pk for pk, (weight, _more, was) in due.items() if weight is None and was is not None]
        Dispute.objects.filter(sentence__in=gone).delete()
        _keep(project, {pk: weight for pk, (weight, _more, was) in due.items() if weight and weight != was})
    return True


def _want(sentence_ids: Iterable[int]) -> None:
    one_more = {"tie_breaks": F("tie_breaks") + 1, "slots_free": F("slots_free") + 1}
    Sentence.objects.filter(pk__in=list(sentence_ids), slots_free=0).update(**one_more)


def _want_less(counts: Mapping[int, int]) -> None:
    for n in set(counts.values()):
        fewer = {"tie_breaks": F("tie_breaks") - n, "slots_free": F("slots_free") - n}
        ids = [pk for pk, count in counts.items() if count == n]
        Sentence.objects.filter(pk__in=ids, tie_breaks__gte=n, slots_free__gte=n).update(**fewer)


def _keep(project: Project, weights: Mapping[int, Weight]) -> None:
    """Write the disputes; who has one in hand keeps it."""
    Dispute.objects.bulk_create(
        [
            Dispute(
                project=project,
                sentence_id=pk,
                n_answers=weight.n_answers,
                disagreement=weight.disagreement,
                uncertainty=weight.uncertainty,
                rarity=weight.rarity,
                priority=weight.priority,
            )
            for pk, weight in weights.items()
        ],
        update_conflicts=True,
        unique_fields=["sentence"],
        update_fields=["n_answers", "disagreement", "uncertainty", "rarity", "priority"],
    )
