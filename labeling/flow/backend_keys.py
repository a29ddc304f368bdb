"""Keys that open our ML backend to a Label Studio project: made by an owner, shown once, revoked at will."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.flow.archive import hold
from labeling.flow.last_use import note_use
from labeling.flow.people import token_hash
from labeling.models import BackendKey, Event, Project, Verb

AT_MOST = 20
SHOWN = 8


@transaction.atomic
def make(*, project: Project, by: User) -> tuple[BackendKey, str]:
    """A key to `project`, and its text, of which only the hash and the first characters are stored.

    Raises Refused for an archived project, and for one that has very many.
    """
    hold(project.pk)
    if keys_of(project).count() >= AT_MOST:
        raise Refused(_("There are %(n)s keys already. Revoke those that no Label Studio uses.") % {"n": AT_MOST})
    text = secrets.token_urlsafe(30)
    key = BackendKey.objects.create(project=project, prefix=text[:SHOWN], token_hash=token_hash(text), made_by=by)
    Event.objects.create(project=project, who=by, verb=Verb.CREATED, after={"backend_key": key.prefix})
    return key, text


def keys_of(project: Project) -> "QuerySet[BackendKey]":
    """Those that open something, newest first."""
    return BackendKey.objects.filter(project=project, revoked_at__isnull=True).select_related("made_by")


@transaction.atomic
def revoke(*, key: BackendKey, by: User) -> None:
    """Let the key open nothing more, at once. Once is enough: again changes nothing."""
    if BackendKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=Now()):
        after = {"backend_key": key.prefix, "revoked": True}
        Event.objects.create(project_id=key.project_id, who=by, verb=Verb.CHANGED, after=after)


def holder(text: str) -> BackendKey | None:
    """The key that this is, its project and the version in service with it; notes its use. None where it is none."""
    found = BackendKey.objects.filter(token_hash=token_hash(text), revoked_at__isnull=True)
    key = found.select_related("project__version").defer("project__version__evaluation").first()
    if key is None:
        return None
    note_use(key)
    return key


def note(key: BackendKey, said: Mapping[str, Any]) -> None:
    """Keep what Label Studio said of itself; what it has said before is not written again."""
    if key.said != said:
        BackendKey.objects.filter(pk=key.pk).update(said=dict(said))
