"""Who is in a project, how much each has labelled, and what they hold."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Count, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now

from labeling.flow.people import Way, ways_in
from labeling.flow.progress import midnight
from labeling.models import Annotation, Lease, Membership, Project


@dataclass(frozen=True, slots=True)
class Person:
    """A member with the number of their answers that stand, since midnight and in all, and of sentences in hand."""

    membership: Membership
    today: int
    in_all: int
    last: datetime | None
    held: int
    way_in: Way


def roster(project: Project, *, by: User | None) -> list[Person]:
    """All members by name, in three queries; `way_in` is "link" where `by` may give them one."""
    given = Annotation.objects.given().filter(project=project)
    return _people(Membership.objects.filter(project=project), given, by=by)


def about(member: Membership) -> Person:
    """The same of one member."""
    given = Annotation.objects.given().filter(project=member.project_id, annotator=member.user_id)
    return _people(Membership.objects.filter(pk=member.pk), given, by=None)[0]


def _people(members: "QuerySet[Membership]", given: "QuerySet[Annotation]", *, by: User | None) -> list[Person]:
    counted = {"in_all": Count("pk"), "today": Count("pk", filter=Q(answered_at__gte=midnight()))}
    told: dict[int, dict[str, object]] = {
        row["annotator_id"]: dict(row)
        for row in given.values("annotator_id").annotate(**counted, last=Max("answered_at"))
    }
    in_hand = Lease.objects.filter(project=OuterRef("project"), annotator=OuterRef("user"), held=True, until__gt=Now())
    n_held = Subquery(in_hand.values("annotator").annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    rows = list(members.select_related("user").annotate(n_held=Coalesce(n_held, 0)).order_by("user__username"))
    ways = ways_in([one.user for one in rows], by=by)
    return [_person(one, one.n_held, told.get(one.user_id, {}), ways[one.user_id]) for one in rows]


def _person(member: Membership, held: int, row: dict[str, object], way_in: Way) -> Person:
    last, today, in_all = row.get("last"), row.get("today"), row.get("in_all")
    return Person(
        membership=member,
        today=today if isinstance(today, int) else 0,
        in_all=in_all if isinstance(in_all, int) else 0,
        last=last if isinstance(last, datetime) else None,
        held=held,
        way_in=way_in,
    )
