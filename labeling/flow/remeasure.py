"""When agreement is measured anew by itself. Posteriors, which settle sentences, come with it: no page must be opened
for it."""

from datetime import timedelta

from django.db.models import QuerySet
from django.db.models.functions import Now

from labeling.models import OPEN, AgreementReport, Event, Kind, Project, Run, RunState

# So many answers that came or changed, or fewer once the first of them has waited this long. In a large project it is a
# hundredth of what was measured: 200 of 200,000 move no figure, and cost a quarter of a minute.
ENOUGH = 200
PART = 100
PATIENCE = timedelta(minutes=10)
# After a Run that failed: what made it fail is rarely gone at once.
REST = timedelta(hours=1)


def is_due(project: Project) -> bool:
    """Whether enough answers came since the last report, or some of them long ago, and nothing is under way."""
    last = Run.objects.filter(project=project, kind=Kind.AGREE).values_list("pk", "state", "result").first()
    if last and last[1] in OPEN:
        return False
    if last and last[1] == RunState.FAILED and Run.objects.filter(pk=last[0], ended_at__gt=Now() - REST).exists():
        return False
    reports = AgreementReport.objects.filter(project=project).values_list("revision", flat=True)
    new = since(project, reports.first() or 0).order_by("pk")
    first = new.values("pk")[:1]
    enough = max(ENOUGH, (last[2] if last else {}).get("n_answers", 0) // PART)
    return new[enough - 1 : enough].exists() or Event.objects.filter(pk__in=first, at__lt=Now() - PATIENCE).exists()


def since(project: Project, revision: int) -> "QuerySet[Event]":
    """Answers and decisions that came or changed after a revision."""
    return Event.objects.of_labels(project).filter(pk__gt=revision)
