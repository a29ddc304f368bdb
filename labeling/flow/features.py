"""Features: made once for each sentence of the pool, and its directions fitted anew when it has outgrown them."""

from typing import Any

from django.db import transaction

from labeling import jobs, learning
from labeling.claims import Claim
from labeling.flow import twins
from labeling.models import Kind, ModelVersion, Project, Run, RunState

# Where the progress bar stands, of 100, when the sentences have their features; the rest is projecting.
MADE = 70


def run(*, claim: Claim) -> dict[str, Any]:
    """Bring the project's features up to the pool; returns the Run's result, `{"added", "refreshed"}`.

    The option `anew` makes all of them again. Guarantees: it may be cut anywhere and run again; features and
    directions before serve until the new ones are whole. Where a model is in service it is trained again: it is to rank
    what is new, in the directions of now. Raises LostClaim where another worker took over.
    """
    project = claim.project
    before = _directions(project)
    if claim.run.options.get("anew") and not claim.run.cursor.get("dropped"):
        learning.drop_features(project)
        claim.progress(0, 100, dropped=True)
    added = catch_up(project, claim)
    if learning.outgrown(project):
        learning.refresh(project, tell=lambda done, total: claim.progress(MADE + done * (100 - MADE) // total, 100))
    refreshed = before != learning.directions_of(project)
    result = {"added": added, "refreshed": refreshed}
    with transaction.atomic():
        claim.progress(100, 100)
        claim.finish(result)
        twins.owe_if_due(project=project, by=claim.run.asked_by)
        resting = Project.objects.filter(pk=project.pk, archived_at__isnull=False).exists()
        if (added or refreshed) and not resting and ModelVersion.objects.filter(project=project).exists():
            jobs.owe(project=project, kind=Kind.TRAIN, by=claim.run.asked_by)
    return result


def _directions(project: Project) -> str:
    try:
        return learning.directions_of(project)
    except learning.PoolDamaged:
        return ""


def are_being_made(project: Project) -> bool:
    """Whether another worker makes features now, and there are some to go on with meanwhile."""
    making = Run.objects.filter(project=project, kind=Kind.FEATURES, state=RunState.RUNNING)
    return making.exists() and bool(_directions(project))


def catch_up(project: Project, claim: Claim, *, upto: int = MADE) -> int:
    """Make what features lack, with the Run's bar going to `upto` of 100; returns how many were added.

    Shards are made from the sentences alone: damaged ones, or those of an older version or another encoder, are made
    anew.
    """

    def tell(done: int, total: int) -> None:
        claim.progress(done * upto // total, 100)

    try:
        return learning.catch_up(project, tell=tell)
    except (learning.PoolDamaged, learning.ColumnsMismatch):
        learning.drop_features(project)
        return learning.catch_up(project, tell=tell)
