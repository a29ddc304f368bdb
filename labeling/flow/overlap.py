"""How many answers a sentence wants, when an owner changes that number."""

import time
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Case, Count, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest, Now

from labeling import dialect, jobs
from labeling.claims import Claim
from labeling.flow.giving_way import give_way
from labeling.flow.sample import AUDIT_ANSWERS
from labeling.models import Annotation, Kind, Lease, Membership, Project, Run, RunState, Sentence

# So many sentences are written within the request: half a second on PostgreSQL, which labelling may wait.
AT_ONCE = 20_000
# So many are written in one step of a walk: about three hundredths of a second on either database.
STEP = 500


def want(*, project: Project, by: User, answers: int) -> None:
    """Have every sentence of the project want so many answers; called in the transaction that holds its row and sets
    its number.

    What is free afterwards is what is wanted less what was given and what is lent out, and never less than nothing: an
    answer that stands is neither lost nor made surplus. The audit sample wants two at least, a sentence in review one
    more, and one whose answers differ what was asked for beyond. Guarantees that this is so with the transaction, up to
    AT_ONCE sentences; beyond, a Run is owed that walks them. A walk for an earlier number writes nothing from here on:
    two numbers never mix in the end.
    """
    earlier = Run.objects.unfinished().filter(project=project, kind=Kind.OVERLAP)
    earlier.update(state=RunState.STOPPED, ended_at=Now(), token=None, leased_until=None)
    if project.n_sentences > AT_ONCE:
        jobs.owe(project=project, kind=Kind.OVERLAP, by=by, options={"answers": answers})
        return
    # Nobody takes, answers or gives back meanwhile: who takes would find every sentence held, as if none were left.
    # In the order of keys, as whoever holds several of these does.
    list(Membership.objects.select_for_update(no_key=True).filter(project=project).order_by("pk").values_list("pk"))
    lent = Lease.objects.filter(project=project, held=True)
    list(lent.select_for_update().order_by("pk").values_list("pk"))
    _set(Sentence.objects.filter(project=project), answers)


def run(*, claim: Claim) -> dict[str, Any]:
    """Walk the project's sentences in the order of keys; returns the Run's result, `{"answers", "sentences"}`.

    Guarantees: what `want` says of each; a step and the cursor behind it are one transaction, so it may be cut anywhere
    and goes on; nobody waits longer than for one step. What comes in meanwhile wants the new number already. Raises
    LostClaim where another worker took over, or a newer number ended this walk.
    """
    answers, after = claim.run.options["answers"], claim.run.cursor.get("after", 0)
    done, total = claim.run.done, claim.project.n_sentences
    while ids := _next(claim.project, after):
        began = time.monotonic()
        done, after = done + len(ids), ids[-1]
        _step(claim, ids, answers, done=done, total=max(done, total))
        give_way(time.monotonic() - began)
    result = {"answers": answers, "sentences": done}
    claim.finish(result)
    return result


def is_walking(project: Project) -> bool:
    """Whether the sentences of the project still follow its number."""
    return Run.objects.unfinished().filter(project=project, kind=Kind.OVERLAP).exists()


def was_left(project: Project) -> bool:
    """Whether the latest walk failed: some sentences want the number of before."""
    walks = Run.objects.filter(project=project, kind=Kind.OVERLAP).order_by("-pk")
    return walks.values_list("state", flat=True).first() == RunState.FAILED


def _next(project: Project, after: int) -> list[int]:
    rows = Sentence.objects.filter(project=project, pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:STEP])


def _step(claim: Claim, ids: list[int], answers: int, *, done: int, total: int) -> None:
    def step() -> None:
        with dialect.writing():
            # Enough to be exact: whatever moves the sum of given and lent either leaves it as it was, in one commit
            # (an answer uses up its lease, an undo gives it back), or changes the slots in the same transaction, and
            # waits for these rows. Held before the count: in one statement it would count as of before the wait.
            Sentence.objects.hold(ids)
            _set(Sentence.objects.filter(pk__in=ids), answers)
            claim.progress(done, total, after=ids[-1])
            claim.went_on()

    # Who cuts a sentence anew holds the rows of its article in another order.
    dialect.undeterred(step)


def _set(sentences: "QuerySet[Sentence]", answers: int) -> None:
    given = Annotation.objects.given().filter(surplus=False)
    lent = Lease.objects.filter(held=True)
    wanted = Case(
        When(audit_place__isnull=False, then=Value(max(answers, AUDIT_ANSWERS))), default=Value(answers) + F("reviews")
    )
    left = wanted + F("tie_breaks") - _of_each(given) - _of_each(lent)
    sentences.filter(replaced_at__isnull=True).update(slots_free=Greatest(left, Value(0)))


def _of_each(rows: "QuerySet[Annotation] | QuerySet[Lease]") -> Coalesce:
    """How many of `rows` a sentence has."""
    mine = rows.filter(sentence=OuterRef("pk")).order_by().values("sentence").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(mine), Value(0))
