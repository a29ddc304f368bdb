"""Who is in a project, and how much each has labelled."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Count, Max, Q

from labeling.flow.people import Way, ways_in
from labeling.flow.progress import midnight
from labeling.models import Annotation, Membership, Project


@dataclass(frozen=True, slots=True)
class Person:
    """A member with the number of their answers that stand: since midnight, and in all."""

    membership: Membership
    today: int
    in_all: int
    last: datetime | None
    way_in: Way


def roster(project: Project, *, by: User | None) -> list[Person]:
    """All members by name, in three queries; `way_in` is "link" where `by` may give them one."""
    counts = (
        Annotation.objects.given()
        .filter(project=project)
        .values("annotator_id")
        .annotate(in_all=Count("pk"), today=Count("pk", filter=Q(answered_at__gte=midnight())), last=Max("answered_at"))
    )
    told: dict[int, dict[str, object]] = {row["annotator_id"]: dict(row) for row in counts}
    members = list(Membership.objects.filter(project=project).select_related("user").order_by("user__username"))
    ways = ways_in([member.user for member in members], by=by)
    return [_person(member, told.get(member.user_id, {}), ways[member.user_id]) for member in members]


def _person(member: Membership, row: dict[str, object], way_in: Way) -> Person:
    last, today, in_all = row.get("last"), row.get("today"), row.get("in_all")
    return Person(
        membership=member,
        today=today if isinstance(today, int) else 0,
        in_all=in_all if isinstance(in_all, int) else 0,
        last=last if isinstance(last, datetime) else None,
        way_in=way_in,
    )
