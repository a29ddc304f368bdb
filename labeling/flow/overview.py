"""A project at a glance: how far it is, how fast it goes, and what wants somebody's attention."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import BooleanField, Count, ExpressionWrapper, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labeling.flow import progress
from labeling.flow.figure import Figure, figure
from labeling.flow.pace import Pace, end_in_words, pace
from labeling.flow.sample import AUDIT_ANSWERS
from labeling.flow.waiting import waiting
from labeling.models import OPEN, AgreementReport, Annotation, Membership, Project, Role, Run, RunState, Sentence
from labeling.sparkline import sparkline

# The sweep hands a Run to a worker within seconds; one that nobody took for this long means that no worker is there.
UNHEARD = timedelta(seconds=60)
# Who opened a page within this time works now; that is written down once a minute.
PRESENT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing to look at: a sentence, and the page (its URL name) where it is mended."""

    text: str
    page: str


@dataclass(frozen=True, slots=True)
class Present:
    """A member who works now, and their answers since midnight."""

    member: Membership
    today: int


@dataclass(frozen=True, slots=True)
class Glance:
    """`answered` of `total` sentences of the pool have an answer; `today` counts answers since midnight.

    `end` says when the rest is done; `agreement` is alpha on the audit sample as it was last measured.
    """

    answered: int
    total: int
    today: int
    pace: Pace
    end: str
    chart: SafeString | None
    people: list[Present]
    annotators: int
    audit: Figure
    agreement: Figure
    last: Run | None
    concerns: list[Concern]


def glance(project: Project) -> Glance:
    """What the overview shows, in a fixed number of queries. Reads `project.version`: select it with the row."""
    members = list(_members(project))
    runs = list(Run.objects.filter(project=project)[:10])
    told, going = progress.counted(project.pk), pace(project, [one.user_id for one, _today, _here in members])
    audit = Project.objects.filter(pk=project.pk).values_list("version__evaluation__audit__macro_f1", flat=True)
    alpha = AgreementReport.objects.filter(project=project).values_list("figures__audit__krippendorff_alpha", flat=True)
    return Glance(
        answered=min(told.sentences, project.n_pool),
        total=project.n_pool,
        today=going.today,
        pace=going,
        end=end_in_words(_wanted(project) - told.answers, going.a_day) if project.n_pool else "",
        chart=_chart(going),
        people=[Present(one, today) for one, today, here in members if here],
        annotators=sum(one.role == Role.ANNOTATOR for one, _today, _here in members),
        audit=figure(audit.first()),
        agreement=figure(alpha.first()),
        last=runs[0] if runs else None,
        concerns=_concerns(runs, told.disputed, waiting(project).count()),
    )


def _members(project: Project) -> Iterator[tuple[Membership, int, bool]]:
    """Each member by name, with their answers of today, and whether they work now."""
    today = (
        Annotation.objects.given()
        .filter(project=project, annotator=OuterRef("user"), answered_at__gte=progress.midnight())
        .order_by()
        .values("annotator")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows = Membership.objects.filter(project=project).select_related("user").order_by("user__username")
    since = Now() - PRESENT
    for one in rows.annotate(n=Subquery(today), here=ExpressionWrapper(Q(seen_at__gte=since), BooleanField())):
        yield one, one.n or 0, bool(one.here)


def _wanted(project: Project) -> int:
    """Answers that the pool wants in all; the audit sample wants two of each at least."""
    more = max(AUDIT_ANSWERS - project.overlap, 0)
    drawn = Sentence.objects.of_audit_sample().filter(project=project).count() if more else 0
    return project.n_pool * project.overlap + drawn * more


def _chart(going: Pace) -> SafeString | None:
    if not going.days:
        return None
    counts = [(date_format(one.day, "j M"), one.n) for one in going.days]
    return sparkline(counts, title=_("Answers a day"), desc=_("The table beside it has the figures."))


def _concerns(runs: list[Run], n_disputed: int, n_unread: int) -> list[Concern]:
    concerns = []
    if any(run.state == RunState.OWED and run.due_at < timezone.now() - UNHEARD for run in runs):
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
    if n_unread:
        text = ngettext(
            "%(n)d file waits until you say what its columns mean.",
            "%(n)d files wait until you say what their columns mean.",
            n_unread,
        )
        concerns.append(Concern(text % {"n": n_unread}, "articles"))
    if n_disputed:
        text = ngettext("%(n)d sentence is disputed.", "%(n)d sentences are disputed.", n_disputed)
        concerns.append(Concern(text % {"n": n_disputed}, "disputes"))
    return concerns
