"""Twins: which sentences of the pool nearly repeat another. Labelling reads the groups; no label follows from them."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Sum

from labeling import jobs, learning
from labeling.claims import Claim
from labeling.learning import Ranked
from labeling.models import Kind, Project, Run, RunState, Sentence

# Where the progress bar stands, of 100, when the groups are found; the rest is writing them down.
FOUND = 90
# Rows that are written at once: labelling hardly waits for so few.
CHUNK = 500


def run(*, claim: Claim) -> dict[str, Any]:
    """Give the pool's near twins their duplicate groups; returns the Run's result, `{"groups", "grouped", "pool"}`.

    A sentence out of the pool, and one that nothing repeats, has no group. No label is copied: near twins may mean the
    contrary. Guarantees: it may be cut anywhere and run again; where the pool changed meanwhile another Run is owed.
    Raises LostClaim where another worker took over.
    """
    project = claim.project
    searched = _pool(project)
    found = learning.twins_of(project, tell=lambda done, total: claim.progress(done * FOUND // max(total, 1), 100))
    _write(claim, found)
    result = {"groups": len(set(found.values())), "grouped": len(found), "pool": searched}
    with transaction.atomic():
        claim.progress(100, 100)
        # Ended before the pool is looked at: an import that asks from here on is given a Run of its own.
        claim.finish(result)
        owe_if_due(project=project, by=claim.run.asked_by)
    return result


def owe_if_due(*, project: Project, by: User | None) -> None:
    """Owe a search where the pool is not the one that was searched last."""
    done = Run.objects.filter(project=project, kind=Kind.TWINS, state=RunState.DONE).order_by("-pk")
    last = done.values_list("result", flat=True).first()
    if _pool(project) != (last["pool"] if last else [0, 0]):
        jobs.owe(project=project, kind=Kind.TWINS, by=by)


def one_of_each_group(entries: Iterable[Ranked], *, beside: Iterable[int]) -> Iterator[Ranked]:
    """`entries` without those that nearly repeat an earlier one, or one of the sentences `beside`: they wait."""
    order, held = list(entries), list(beside)
    group = learning.groups_of([*held, *(one.sentence_id for one in order)])
    first = {group[pk]: pk for pk in held if pk in group}
    for one in order:
        mine = group.get(one.sentence_id)
        if mine is None or first.setdefault(mine, one.sentence_id) == one.sentence_id:
            yield one


def _pool(project: Project) -> list[int]:
    """How many sentences the pool has, and the sum of their keys: a pool of others has other figures."""
    told = Sentence.objects.in_pool().filter(project=project).order_by().aggregate(n=Count("pk"), total=Sum("pk"))
    return [told["n"], int(told["total"] or 0)]


def _write(claim: Claim, found: dict[int, int]) -> None:
    """Bring the rows to `found`, in small steps; those that have their group already are left as they are."""
    grouped = Sentence.objects.filter(project=claim.project, duplicate_group__isnull=False).order_by()
    before = dict(grouped.values_list("pk", "duplicate_group"))
    changed = sorted(pk for pk in {*before, *found} if before.get(pk) != found.get(pk))
    rest = iter(changed)
    while some := list(islice(rest, CHUNK)):
        with transaction.atomic():
            Sentence.objects.hold(some)
            rows = [Sentence(pk=pk, duplicate_group=found.get(pk)) for pk in some]
            Sentence.objects.bulk_update(rows, ["duplicate_group"])
            claim.renew()
