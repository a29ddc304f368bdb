"""How many answers a sentence wants, when an owner changes that number."""

from django.db.models import Case, Count, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest

from labeling.flow.sample import AUDIT_ANSWERS
from labeling.models import Annotation, Lease, Membership, Project, Sentence


def want(*, project: Project, answers: int) -> None:
    """Have every sentence of the project want so many answers: one UPDATE, in a transaction that holds its row.

    What is free afterwards is what is wanted less what was given and what is lent out, and never less than nothing: an
    answer that stands is neither lost nor made surplus. The audit sample wants two at least, and a sentence in review
    one more.
    """
    # Nobody takes, answers or gives back meanwhile: a slot that was on its way would be counted twice, or not at all.
    # In the order of keys, as whoever holds several of these does.
    list(Membership.objects.select_for_update(no_key=True).filter(project=project).order_by("pk").values_list("pk"))
    lent = Lease.objects.filter(project=project, held=True)
    list(lent.select_for_update().order_by("pk").values_list("pk"))
    given = Annotation.objects.given().filter(project=project, surplus=False)
    wanted = Case(
        When(audit_place__isnull=False, then=Value(max(answers, AUDIT_ANSWERS))), default=Value(answers) + F("reviews")
    )
    left = wanted - _of_each(given) - _of_each(lent)
    Sentence.objects.live().filter(project=project).update(slots_free=Greatest(left, Value(0)))


def _of_each(rows: "QuerySet[Annotation] | QuerySet[Lease]") -> Coalesce:
    """How many of `rows` a sentence has."""
    mine = rows.filter(sentence=OuterRef("pk")).order_by().values("sentence").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(mine), Value(0))
