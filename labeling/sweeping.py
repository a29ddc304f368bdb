"""What the sweep does every second: the database knows what is owed, messages are only hints."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Max, Min, Q
from django.db.models.functions import Now
from django.utils import timezone

from labeling import claims, jobs
from labeling.flow import queue
from labeling.models import OPEN, Annotation, Event, Kind, Project, Run, RunState

# A message that was not answered within this time is sent again: it may have been lost with the broker.
CALL_AGAIN = timedelta(seconds=15)
# New labels that are fewer than the project's threshold are trained once they have waited this long.
PATIENCE = timedelta(seconds=60)


def tidy() -> None:
    """Give back the slots of leases that ran out, take back Runs whose worker died, owe trainings that are due."""
    queue.reap()
    claims.recover()
    for project in Project.objects.select_related("version"):
        if training_is_due(project):
            jobs.owe(project=project, kind=Kind.TRAIN, by=None)


def training_is_due(project: Project) -> bool:
    """Enough labels are new, or some are and a minute has passed; two classes must have been seen.

    Label acts are counted, not compared by key: on PostgreSQL an earlier key may become visible later, and a label
    that committed late must be trained all the same.
    """
    new = new_label_acts(project)
    if not new or Run.objects.filter(project=project, kind=Kind.TRAIN, state__in=OPEN).exists():
        return False
    last = Run.objects.filter(project=project, kind=Kind.TRAIN).aggregate(at=Max("asked_at"))["at"]
    if new < project.retrain_after and not _waited(project, last):
        return False
    failed = Run.objects.filter(project=project, kind=Kind.TRAIN).order_by("-pk").first()
    if failed and failed.state == RunState.FAILED and failed.asked_at > timezone.now() - PATIENCE:
        return False
    taught = Annotation.objects.decided().filter(project=project, sentence__audit_place__isnull=True)
    return taught.values("label").distinct()[:2].count() == 2


def new_label_acts(project: Project) -> int:
    """Label acts outside the audit sample that the current version has not heard of."""
    known = project.version.n_label_events if project.version else 0
    return Event.objects.of_labels(project).count() - known


def _waited(project: Project, last: object) -> bool:
    since = Q(at__gt=last) if last else Q()
    first = Event.objects.of_labels(project).filter(since).aggregate(at=Min("at"))["at"]
    return first is not None and first < timezone.now() - PATIENCE


def owed() -> Iterator[tuple[int, str]]:
    """Runs to call a worker for now, each with its queue; marked as called, so that each is called once a while."""
    silent = Q(called_at__isnull=True) | Q(called_at__lt=Now() - CALL_AGAIN)
    due = Run.objects.filter(silent, state=RunState.OWED, due_at__lte=Now()).order_by("pk")
    for run_id, kind in due.values_list("pk", "kind")[:50]:
        if Run.objects.filter(silent, pk=run_id, state=RunState.OWED).update(called_at=Now()):
            yield run_id, claims.QUEUE_OF[Kind(kind)]
