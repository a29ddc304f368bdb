"""A project at a glance: how far it is, and what wants somebody's attention."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labeling.flow import progress
from labeling.flow.adjudicate_queue import disputed
from labeling.flow.figure import Figure, figure, part
from labeling.flow.roster import Person, roster
from labeling.models import OPEN, Project, Role, Run, RunState

# The sweep hands a Run to a worker within seconds; one that nobody took for this long means that no worker is there.
UNHEARD = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing to look at: a sentence, and the page (its URL name) where it is mended."""

    text: str
    page: str


@dataclass(frozen=True, slots=True)
class Glance:
    """`answered` of `total` sentences of the pool have an answer; `today` counts answers since midnight."""

    answered: int
    total: int
    today: int
    people: list[Person]
    annotators: int
    cross_validation: Figure
    audit: Figure
    last: Run | None
    concerns: list[Concern]


def glance(project: Project) -> Glance:
    """What the overview shows, in a fixed number of queries. Reads `project.version`: select it with the row."""
    people = roster(project, by=None)
    runs = list(Run.objects.filter(project=project)[:10])
    metrics = project.version.metrics if project.version else {}
    measured = Project.objects.filter(pk=project.pk).values_list("version__evaluation__audit__macro_f1", flat=True)
    return Glance(
        answered=progress.answered(project.pk),
        total=project.n_pool,
        today=sum(one.today for one in people),
        people=people,
        annotators=sum(one.membership.role == Role.ANNOTATOR for one in people),
        cross_validation=figure(part(metrics, "cross_validation", "macro_f1")),
        audit=figure(measured.first()),
        last=runs[0] if runs else None,
        concerns=_concerns(runs, disputed(project).count()),
    )


def _concerns(runs: list[Run], n_disputed: int) -> list[Concern]:
    concerns = []
    waiting = [run for run in runs if run.state == RunState.OWED and run.due_at < timezone.now() - UNHEARD]
    if waiting:
        text = _("Background work waits and no worker takes it. Labelling goes on without it.")
        concerns.append(Concern(text, "runs"))
    newest: dict[str, Run] = {}
    for run in runs:
        newest.setdefault(run.kind, run)
    for run in newest.values():
        if run.state == RunState.FAILED:
            text = _("%(kind)s failed: %(error)s") % {"kind": run.get_kind_display(), "error": run.reason}
            concerns.append(Concern(text, "runs"))
        elif run.state in OPEN and run.error:
            concerns.append(Concern(_("%(kind)s is tried again.") % {"kind": run.get_kind_display()}, "runs"))
    if n_disputed:
        text = ngettext("%(n)d sentence is disputed.", "%(n)d sentences are disputed.", n_disputed)
        concerns.append(Concern(text % {"n": n_disputed}, "disputes"))
    return concerns
