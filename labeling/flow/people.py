"""People and their way in: accounts without a default password, one-time links that open once."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.flow.membership import change_role
from labeling.models import Event, Membership, OneTimeLink, Preference, Project, Role, Verb

LIFETIME = timedelta(days=7)
Way = Literal["link", "password", "elsewhere", "shut"]


@transaction.atomic
def add_person(*, project: Project, name: str, role: str, by: User | None) -> tuple[Membership, str]:
    """Make `name` a member in `role` and return the membership with the token of a fresh one-time link.

    The account is made where there is none, without a password. Somebody who is a member already gets the new role.
    The token is empty where a link would let `by` into an account that is not theirs to open: see `openable`. Raises
    Refused for a role or a name that is none, and where the last owner would get a lesser role.
    """
    if role not in Role.values:
        raise Refused(_("%(role)s is not a role. Choose annotator, adjudicator or owner.") % {"role": role})
    user, made = User.objects.get_or_create(username=_checked(name))
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        Preference.objects.create(user=user, language=(get_language() or "id")[:2])
    membership, joined = Membership.objects.get_or_create(project=project, user=user, defaults={"role": role})
    if joined:
        Event.objects.create(project=project, who=by, verb=Verb.JOINED, after={"name": user.username, "role": role})
    else:
        membership = change_role(member=membership, role=role, by=by)
    return membership, new_link(user=user) if openable([user], by=by) else ""


def openable(users: Sequence[User], *, by: User | None) -> set[int]:
    """The keys of those whom `by` may give a link to; whoever holds a link holds the account."""
    return {pk for pk, way in ways_in(users, by=by).items() if way == "link"}


def ways_in(users: Sequence[User], *, by: User | None) -> dict[int, Way]:
    """How each comes in, by key: "link" where `by` may give them one, otherwise why not.

    Never somebody with a "password" of their own, nor an account that is "shut": closed, or with powers over the
    server. For an owner only people all of whose projects are the owner's too: to somebody who is "elsewhere", a link
    would open another project's work. `by` None is the command line, whose user has the database anyway.
    """
    ways = {user.pk: _own_way(user) for user in users}
    if by is None:
        return ways
    own = Project.objects.filter(memberships__user=by, memberships__role=Role.OWNER)
    plain = [pk for pk, way in ways.items() if way == "link"]
    elsewhere = Membership.objects.filter(user__in=plain).exclude(project__in=own)
    return ways | dict.fromkeys(elsewhere.values_list("user_id", flat=True), "elsewhere")


def _own_way(user: User) -> Way:
    if not user.is_active:
        return "shut"
    if user.has_usable_password():
        return "password"
    return "shut" if user.is_superuser else "link"


def new_link(*, user: User) -> str:
    """The token of a link that signs `user` in once, within seven days. Only its hash is stored."""
    token = secrets.token_urlsafe(24)
    OneTimeLink.objects.create(user=user, token_hash=token_hash(token), expires_at=Now() + LIFETIME)
    return token


def whose_link(token: str) -> User:
    """The person whom an unused link would sign in. Raises Refused for any other."""
    link = OneTimeLink.objects.filter(token_hash=token_hash(token), used_at__isnull=True, expires_at__gt=Now())
    found = link.select_related("user").first()
    if found is None or not found.user.is_active:
        raise Refused(_("This link was used already, or it is too old. Ask the owner of your project for a new one."))
    return found.user


def open_link(token: str) -> User:
    """Use the link up and return whom it signs in. Raises Refused where it was used, is too old or never was."""
    user = whose_link(token)
    fresh = OneTimeLink.objects.filter(token_hash=token_hash(token), used_at__isnull=True, expires_at__gt=Now())
    if not fresh.update(used_at=Now()):
        raise Refused(_("This link was used already, or it is too old. Ask the owner of your project for a new one."))
    return user


def token_hash(token: str) -> str:
    """What is stored of a secret that opens something by itself: SHA-256, in hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def _checked(name: str) -> str:
    name = User.normalize_username(name.strip())
    try:
        User._meta.get_field("username").run_validators(name)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    if not name:
        raise Refused(_("A person needs a name."))
    return name
