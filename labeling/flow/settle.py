"""The settled label of a sentence: what training and export use. One rule, here alone."""

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from labeling.models import Annotation, Project, Verdict

Origin = Literal["adjudicated", "majority", "single"]
_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Settled:
    """`votes` maps a label's id to how many people chose it; `n_annotations` is their sum, 0 under a bare verdict."""

    sentence_id: int
    label_id: int
    source: Origin
    votes: Mapping[int, int]

    @property
    def n_annotations(self) -> int:
        return sum(self.votes.values())

    @property
    def agreement(self) -> float | None:
        """The share of the most chosen label, 0 to 1; None where nobody chose one."""
        return max(self.votes.values()) / self.n_annotations if self.votes else None

    @property
    def soft(self) -> dict[int, float]:
        """Each chosen label's share, 0 to 1; the verdict's label has all of it where nobody chose one."""
        n = self.n_annotations
        return {label: count / n for label, count in self.votes.items()} if n else {self.label_id: 1.0}


def settled(project: Project) -> Iterator[Settled]:
    """Every sentence of the project with a settled label, in the order of ids, in two queries.

    The rule: the verdict, if there is one; else what all chose; else what more than half chose; else it is open.
    Answers that are unsure, withdrawn or surplus do not count, nor does anything of a sentence outside the pool.
    """
    decided = Verdict.objects.filter(project=project, sentence__in_pool=True)
    verdicts = dict(decided.values_list("sentence_id", "label_id"))
    for sentence_id, votes in _votes(project, sorted(verdicts)):
        label = verdicts.get(sentence_id)
        if label is not None:
            yield Settled(sentence_id, label, "adjudicated", votes)
        elif (most := majority(votes)) is not None:
            yield Settled(sentence_id, most, "single" if sum(votes.values()) == 1 else "majority", votes)


def majority(votes: Mapping[int, int]) -> int | None:
    """The label that more than half chose, or None."""
    if not votes:
        return None
    label = max(votes, key=lambda one: votes[one])
    return label if 2 * votes[label] > sum(votes.values()) else None


def _votes(project: Project, also: list[int]) -> Iterator[tuple[int, Counter[int]]]:
    """The counted answers a sentence, in the order of ids; `also` names sentences to yield even without any."""
    answers = (
        Annotation.objects.decided()
        .filter(project=project, surplus=False, label__isnull=False, sentence__in_pool=True)
        .order_by("sentence_id", "pk")
        .values_list("sentence_id", "label_id")
    )
    bare: Iterator[tuple[int, int | None]] = ((pk, None) for pk in also)
    merged = heapq.merge(answers.iterator(chunk_size=_CHUNK), bare, key=lambda pair: pair[0])
    for sentence_id, pairs in groupby(merged, key=lambda pair: pair[0]):
        yield sentence_id, Counter(label for _pk, label in pairs if label is not None)
