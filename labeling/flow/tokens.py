"""Keys to the API: made by the person whose they are, shown once, revoked at will."""

import secrets

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.flow.last_use import note_use
from labeling.flow.people import token_hash
from labeling.models import ApiToken, Event, Verb

AT_MOST = 50
SHOWN = 8


@transaction.atomic
def make(*, name: str, by: User) -> tuple[ApiToken, str]:
    """A token of `by`, and its text, of which only the hash and the first characters are stored.

    Raises Refused for a closed account, and for one that has very many.
    """
    if not by.is_active:
        raise Refused(_("This account is closed: a token of it would open nothing."))
    if tokens_of(by).count() >= AT_MOST:
        raise Refused(_("You have %(n)s tokens. Revoke those that you do not use.") % {"n": AT_MOST})
    text = secrets.token_urlsafe(30)
    token = ApiToken.objects.create(user=by, name=name.strip(), prefix=text[:SHOWN], token_hash=token_hash(text))
    Event.objects.create(who=by, verb=Verb.CREATED, after={"token": token.prefix, "name": token.name})
    return token, text


def tokens_of(person: User) -> "QuerySet[ApiToken]":
    """Those that open something, newest first."""
    return ApiToken.objects.filter(user=person, revoked_at__isnull=True)


@transaction.atomic
def revoke(*, token: ApiToken, by: User) -> None:
    """Let the token open nothing more, at once. Once is enough: again changes nothing."""
    if tokens_of(by).filter(pk=token.pk).update(revoked_at=Now()):
        Event.objects.create(who=by, verb=Verb.CHANGED, after={"token": token.prefix, "revoked": True})


def holder(text: str) -> User | None:
    """The active person whose token this is; notes its use."""
    found = ApiToken.objects.filter(token_hash=token_hash(text), revoked_at__isnull=True, user__is_active=True)
    token = found.select_related("user").first()
    if token is None:
        return None
    note_use(token)
    return token.user
