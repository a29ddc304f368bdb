"""Sentences on which the answers differ: how they stand now, and how much each asks for somebody who decides."""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import BigIntegerField, Count, F, Max, Min, Q, QuerySet, Value
from django.db.models.functions import Now

from labeling.models import Annotation, Lease, Project, Sentence

# A factor below this would let the other two say nothing.
FLOOR = 0.05
# So many sentences are looked at with one statement.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Weight:
    """What a dispute weighs: each factor above 0 and up to 1."""

    n_answers: int
    disagreement: float
    uncertainty: float
    rarity: float

    @property
    def priority(self) -> float:
        return self.disagreement * self.uncertainty * self.rarity


@dataclass(slots=True)
class Seen:
    """A sentence as it stands. `contestable`: in the pool, and nobody decided. `votes` counts the labels of the answers
    that count, None for those that were unsure; `told` is who has answered, `lent` how many have it in hand. `shares`:
    the model's view. `weight` is that of its Dispute, if there is one; `in_hand`: an adjudicator has it."""

    sentence_id: int
    contestable: bool
    slots_free: int
    tie_breaks: int
    shares: Mapping[str, float] | None
    weight: Weight | None
    in_hand: bool
    votes: Counter[int | None] = field(default_factory=Counter)
    told: set[int] = field(default_factory=set)
    lent: int = 0

    @property
    def n_answers(self) -> int:
        return self.votes.total()

    @property
    def is_apart(self) -> bool:
        """Whether the answers name different labels, or there are answers and nobody was sure."""
        labels = len(self.votes) - (None in self.votes)
        return self.contestable and (labels > 1 or (labels == 0 and bool(self.votes)))


def apart(project: Project) -> "QuerySet[Sentence]":
    """The sentences of the pool on which the answers differ and nobody has decided, out of the answers themselves."""
    counted = Annotation.objects.given().filter(project=project, surplus=False).order_by().values("sentence_id")
    told = counted.annotate(low=Min("label_id"), high=Max("label_id"), sure=Count("label_id"))
    differing = told.filter(Q(low__lt=F("high")) | Q(sure=0)).values("sentence_id")
    return Sentence.objects.in_pool().filter(pk__in=differing, verdict__isnull=True)


def look(sentence_ids: Collection[int]) -> Iterator[Seen]:
    """How these sentences stand, in the order of keys; two queries for each CHUNK of them."""
    for ids in chunks(sentence_ids):
        seen = {one.sentence_id: one for one in _rows(ids)}
        for sentence_id, person, label, surplus, lent in _told_and_lent(ids):
            if (one := seen.get(sentence_id)) is None:
                continue
            if lent:
                one.lent += 1
                continue
            one.told.add(person)
            if not surplus:
                one.votes[label] += 1
        yield from seen.values()


def chunks(sentence_ids: Collection[int]) -> Iterator[list[int]]:
    """The ids in order, CHUNK at a time."""
    ids = sorted(sentence_ids)
    for at in range(0, len(ids), CHUNK):
        yield ids[at : at + CHUNK]


def weigh(seen: Seen, shares: Mapping[int, float]) -> Weight:
    """What the dispute about `seen` weighs, where `shares` are the shares of the labels in the project's answers.

    `disagreement`: the entropy of the votes over the most that so many votes can have. `uncertainty`: the normalised
    entropy of the model's view, 1 without one. `rarity`: what the rarest label among the votes is short of being all
    labels. Where nobody was sure, the first and the last are 1.
    """
    votes = {label: n for label, n in seen.votes.items() if label is not None}
    n = sum(votes.values())
    return Weight(
        n_answers=seen.n_answers,
        # Rounded, so that what hardly moves is not written again with every answer.
        disagreement=round(max(FLOOR, entropy(votes.values()) / math.log(n)), 4) if n > 1 else 1.0,
        uncertainty=_uncertainty(seen.shares),
        rarity=round(max(FLOOR, 1 - min(shares.get(label, 0) for label in votes)), 2) if votes else 1.0,
    )


def shares(project: Project) -> dict[int, float]:
    """The share of each label in the answers of the project that count, by id."""
    counted = Annotation.objects.decided().filter(project=project, surplus=False).order_by()
    found = {pk: n for pk, n in counted.values_list("label_id").annotate(n=Count("pk")) if pk is not None}
    total = sum(found.values())
    return {label: n / total for label, n in found.items()}


def entropy(weights: Collection[float]) -> float:
    """Shannon's entropy of what `weights` are proportional to, in nats."""
    total = sum(weights)
    return -sum(one / total * math.log(one / total) for one in weights if one > 0)


def _uncertainty(view: Mapping[str, float] | None) -> float:
    if view is None or len(view) < 2:
        return 1.0
    return round(min(1.0, max(FLOOR, entropy(view.values()) / math.log(len(view)))), 3)


def _rows(ids: Sequence[int]) -> Iterator[Seen]:
    fields = ("pk", "in_pool", "verdict", "slots_free", "tie_breaks", "prediction__shares", "dispute__n_answers")
    weights = ("dispute__disagreement", "dispute__uncertainty", "dispute__rarity")
    mine = Q(dispute__adjudicator__isnull=False, dispute__until__gt=Now())
    rows = Sentence.objects.filter(pk__in=ids).order_by("pk").annotate(in_hand=mine)
    for pk, in_pool, verdict, free, ties, view, n, *factors, in_hand in rows.values_list(*fields, *weights, "in_hand"):
        weight = None if n is None else Weight(n, *factors)
        yield Seen(pk, in_pool and verdict is None, free, ties, view, weight, bool(in_hand))


def _told_and_lent(ids: Sequence[int]) -> "QuerySet[Annotation, tuple[int, int, int | None, bool, int]]":
    """The answers that stand and the leases in hand, in one statement: an answer that uses up its lease meanwhile is
    seen as one of the two, never as both or neither."""
    given = Annotation.objects.given().filter(sentence__in=ids).order_by()
    lent = Lease.objects.filter(sentence__in=ids, held=True).order_by()
    answers = given.values_list("sentence_id", "annotator_id", "label_id", "surplus", Value(0))
    leases = lent.values_list("sentence_id", "annotator_id", Value(None, BigIntegerField()), Value(False), Value(1))
    return answers.union(leases, all=True)
