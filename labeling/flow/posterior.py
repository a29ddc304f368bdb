"""Posteriors: what a sentence most likely is that people do not agree on, from how each of them answers elsewhere."""

import math
from array import array
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db import transaction

from labeling import learning
from labeling.flow.rule import LEAST_ANNOTATORS, LEAST_DOUBLY, Likely, Rule
from labeling.models import Annotation, Posterior, Project, Verdict

_CHUNK = 5_000
_BATCH = 500
# Kept in thousandths, cut off and not rounded up: a posterior never promises more than was estimated, and an answer
# elsewhere, which moves all of them a little, has few of them written anew.
_PARTS = 1_000
# Below it nothing may settle a sentence.
_LEAST = 0.5


def refresh(project: Project) -> int:
    """Estimate the posteriors anew and keep them; returns how many there are. See `estimate` and `store`."""
    found = estimate(project)
    store(project, found)
    return len(found)


def estimate(project: Project) -> dict[int, Likely]:
    """The likeliest label of each sentence with two answers or more that differ and no verdict, in the order of ids.

    A function of the answers that count, in whatever order they were given: the same answers give the same figures.
    Nothing where the project's rule asks for none, or where the answers carry none: fewer than LEAST_ANNOTATORS people,
    or fewer than LEAST_DOUBLY sentences with two answers. Left out is what settles nothing: a label that nobody chose
    for the sentence, or that is less likely than not.
    """
    if Rule.of(Project.objects.get(pk=project.pk)).posterior is None:
        return {}
    answered = _answered_doubly(project)
    apart = answered.apart
    if answered.doubly < LEAST_DOUBLY or len(answered.people) < LEAST_ANNOTATORS:
        return {}
    found = learning.likeliest(answered.votes, of=apart)
    return {
        sentence_id: Likely(one.label_id, math.floor(one.probability * _PARTS) / _PARTS, apart[sentence_id].total())
        for sentence_id, one in found.items()
        if one.label_id in apart[sentence_id] and one.probability >= _LEAST
    }


@transaction.atomic
def store(project: Project, found: dict[int, Likely]) -> None:
    """Keep `found` and nothing else as the project's posteriors, in one transaction; what is the same stays unwritten.

    Two workers at once do so one after the other.
    """
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    fields = ("label_id", "probability", "n_answers")
    kept = {
        sentence_id: Likely(*values)
        for sentence_id, *values in Posterior.objects.filter(project=project).values_list("sentence_id", *fields)
    }
    gone = sorted(kept.keys() - found.keys())
    for start in range(0, len(gone), _BATCH):
        Posterior.objects.filter(sentence_id__in=gone[start : start + _BATCH]).delete()
    changed = [pk for pk in sorted(found) if kept.get(pk) != found[pk]]
    Posterior.objects.bulk_create(
        (Posterior(project=project, sentence_id=pk, **found[pk]._asdict()) for pk in changed),
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["sentence"],
        update_fields=["label", "probability", "n_answers"],
    )


class _Doubly(NamedTuple):
    """`votes`: the answers to sentences that two people or more answered, as `learning.likeliest` takes them; `doubly`:
    how many such sentences; `people`: who answered them; `apart`: the votes of each that is apart without a verdict."""

    votes: "array[int]"
    doubly: int
    people: set[int]
    apart: dict[int, Counter[int]]


def _answered_doubly(project: Project) -> _Doubly:
    decided = set(Verdict.objects.filter(project=project).values_list("sentence_id", flat=True))
    votes, doubly = array("q"), 0
    people: set[int] = set()
    apart: dict[int, Counter[int]] = {}
    for sentence_id, group in groupby(_answers(project), key=itemgetter(0)):
        given = list(group)
        if len(given) < 2:
            continue
        doubly += 1
        for one in given:
            votes.extend(one)
            people.add(one[1])
        said = [label_id for _pk, _who, label_id in given]
        if len(set(said)) > 1 and sentence_id not in decided:
            apart[sentence_id] = Counter(said)
    return _Doubly(votes, doubly, people, apart)


def _answers(project: Project) -> Iterator[tuple[int, int, int]]:
    """Every answer that counts for a label, sentence by sentence."""
    counted = Annotation.objects.decided().filter(project=project, surplus=False, sentence__in_pool=True)
    rows = counted.order_by("sentence_id", "pk").values_list("sentence_id", "annotator_id", "label_id")
    return rows.iterator(chunk_size=_CHUNK)
