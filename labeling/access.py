"""Who may open what. Everybody else's project does not exist: 404, never 403."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import OuterRef, Subquery
from django.http import Http404

from labeling.models import Guideline, Membership, Role


def member_of(user: AbstractBaseUser | AnonymousUser, slug: str, *, role: Role | None = None) -> Membership:
    """The membership of `user` in the project `slug`, its project and current `guideline_id` with it, in one query.

    Raises Http404 for a stranger, and where `role` is asked for and the person has another.
    """
    current = Guideline.objects.filter(project=OuterRef("project")).order_by("-number").values("pk")[:1]
    found = (
        Membership.objects.filter(project__slug=slug, user_id=user.pk)
        .select_related("project__version")
        .annotate(guideline_id=Subquery(current))
        .first()
    )
    if found is None or (role is not None and found.role != role):
        raise Http404(slug)
    return found
