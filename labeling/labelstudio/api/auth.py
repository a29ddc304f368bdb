"""Who asks: the holder of a token, never a session; and what of a project is theirs to see."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.security.base import AuthBase

from labeling.flow import tokens
from labeling.labelstudio.api.limits import BUCKETS
from labeling.labelstudio.api.problems import Slower
from labeling.models import Annotation, Lease, Membership, Role, Sentence

# `Token` is Label Studio's own word; `Bearer` is what other clients say.
SCHEMES = ("token", "bearer")


class ApiRequest(HttpRequest):
    """A request whose token was looked at."""

    auth: User


class OwnToken(AuthBase):
    """A token of ours in the header, as in `Authorization: Token abc`."""

    openapi_type = "apiKey"
    openapi_name = "Authorization"
    openapi_in = "header"

    def __call__(self, request: HttpRequest) -> Any | None:
        """Whose it is; None where it opens nothing. Raises Slower where it came too often."""
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        holder = tokens.holder(text.strip()) if scheme.lower() in SCHEMES else None
        if holder is not None and (wait := BUCKETS.take(text.strip())):
            raise Slower(wait)
        # Whom the log names, and what asks for the person of a request.
        request._cached_user = holder  # type: ignore[attr-defined]
        return holder


def member(request: HttpRequest, project: int, *, role: Role | None = None) -> Membership:
    """The membership of who asks, its project with it.

    Raises Http404 for a stranger, as for a project that is not there, and HttpError 403 where the role is too low.
    """
    person: User = request.auth  # type: ignore[attr-defined]  # set by ninja
    found = Membership.objects.filter(project=project, user=person)
    one = found.select_related("project__version").defer("project__version__evaluation").first()
    if one is None:
        raise Http404(project)
    one.user = person
    if role is not None and not Role(one.role).includes(role):
        said = _("Your role in this project is %(role)s; this is for those who are %(needed)s.")
        raise HttpError(403, said % {"role": one.get_role_display(), "needed": role.label})
    return one


def tasks_seen_by(member: Membership) -> QuerySet[Sentence]:
    """The tasks of the project that `member` may look at: all of the pool; an annotator sees their own."""
    tasks = Sentence.objects.in_pool().filter(project=member.project_id)
    if member.adjudicates:
        return tasks
    mine = {"sentence": OuterRef("pk"), "annotator": member.user_id}
    return tasks.filter(Q(Exists(Lease.objects.filter(**mine))) | Q(Exists(Annotation.objects.filter(**mine))))
