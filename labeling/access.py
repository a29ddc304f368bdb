"""Who may open what. Everybody else's project does not exist: 404, never 403."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import OuterRef, Subquery
from django.http import Http404

from labeling.models import Guideline, Membership, Project, Role


def member_of(user: AbstractBaseUser | AnonymousUser, slug: str, *, role: Role | None = None) -> Membership:
    """The membership of `user` in the project `slug`, its project and current `guideline_id` with it, in one query.

    Raises Http404 for a stranger, and where `role` is asked for and the person has a lesser one.
    """
    current = Guideline.objects.filter(project=OuterRef("project")).order_by("-number").values("pk")[:1]
    found = (
        Membership.objects.filter(project__slug=slug, user_id=user.pk or 0)
        .select_related("project__version")
        # Long, and read by the model page alone.
        .defer("project__version__evaluation")
        .annotate(guideline_id=Subquery(current))
        .first()
    )
    if found is None or (role is not None and not Role(found.role).includes(role)):
        raise Http404(slug)
    return found


def at_desk(user: AbstractBaseUser | AnonymousUser, slug: str) -> Membership:
    """The bare membership for the annotate page's endpoint, where a millisecond a request counts. Raises Http404.

    Of its project it has what every answer asks for; the rest is fetched where it is looked at.
    """
    query = (
        "SELECT m.*, p.reveals FROM labeling_membership m JOIN labeling_project p ON p.id = m.project_id"
        " WHERE p.slug = %s AND m.user_id = %s"
    )
    for found in Membership.objects.raw(query, [slug, user.pk]):
        reveals = bool(found.reveals)  # type: ignore[attr-defined]  # a column of this query
        found.project = Project.from_db(None, ["id", "reveals"], [found.project_id, reveals])
        return found
    raise Http404(slug)
