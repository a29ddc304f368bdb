"""The audit sample: sentences drawn uniformly at random, each with the chance that it had."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, Max, Value, When
from django.db.models.functions import Greatest

from labeling.keys import place_of
from labeling.models import Project, Sentence, Upload

# At most one sentence in so many is of the audit sample: the others are there to learn from.
ONE_IN = 5
AUDIT_ANSWERS = 2
PURPOSE = "audit"
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Candidates:
    """The pool sentences of one import: how many, how many of them are drawn, and the first others by the key."""

    n: int
    drawn: int
    first: list[int]


def candidates(*, project: Project, upload: Upload) -> Candidates:
    """Go through the pool sentences of `upload` once, in bounded memory; writes nothing.

    Whether a sentence was served meanwhile plays no part: leaving those out would favour what nobody wanted to see.
    """
    pool = Sentence.objects.in_pool().filter(project=project, source__upload=upload)
    n, drawn = pool.count(), pool.of_audit_sample().count()
    undrawn = pool.filter(audit_place__isnull=True).order_by().values_list("pk", "text_hash")
    first = lowest(project.pk, undrawn.iterator(chunk_size=5_000), project.audit_size)
    return Candidates(n=n, drawn=drawn, first=first)


def lowest(seed: int, hashed: Iterable[tuple[int, str]], n: int) -> list[int]:
    """The ids of the `n` lowest keys, in the order of the keys: a uniform draw without replacement.

    The key is a hash of `seed` and the text's hash alone, so it owes nothing to the order of the file, to the shuffle
    of the queue or to any model, and the same import draws the same sentences anywhere.
    """
    keyed = ((place_of(seed, text_hash, purpose=PURPOSE), pk) for pk, text_hash in hashed)
    return [pk for _key, pk in heapq.nsmallest(n, keyed)]


def draw(*, project: Project, candidates: Candidates) -> int:
    """Enlarge the audit sample out of one import; returns by how many. Called with the project's row held.

    Wanted in all: the project's audit size, but no more than a fifth of the pool. What lacks is drawn from the
    candidates, up to a fifth of them (rounded up). Each drawn sentence has the chance drawn / candidates of its own
    import, wants at least two answers, and takes the next places in the order of the draw. Drawing twice for one
    import draws nothing the second time.
    """
    sample = Sentence.objects.of_audit_sample().filter(project=project)
    n_pool = Project.objects.values_list("n_pool", flat=True).get(pk=project.pk)
    lacking = min(project.audit_size, n_pool // ONE_IN) - sample.count()
    share = -(-candidates.n // ONE_IN)
    chosen = [] if candidates.drawn else candidates.first[: max(0, min(lacking, share))]
    if not chosen:
        return 0
    last = sample.aggregate(last=Max("audit_place"))["last"]
    place = 0 if last is None else last + 1
    Sentence.objects.hold(chosen)
    more = max(project.overlap, AUDIT_ANSWERS) - project.overlap
    for at in range(0, len(chosen), _BATCH):
        batch = chosen[at : at + _BATCH]
        Sentence.objects.filter(pk__in=batch).update(
            audit_place=Case(
                *(When(pk=pk, then=Value(place + at + n)) for n, pk in enumerate(batch)), output_field=IntegerField()
            ),
            audit_probability=len(chosen) / candidates.n,
            # One that was under review has its second answer already, or is about to get it.
            slots_free=F("slots_free") + Greatest(more - F("reviews"), 0),
            reviews=0,
        )
    return len(chosen)
