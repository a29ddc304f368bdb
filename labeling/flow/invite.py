"""Invitations: a link by which somebody joins a project in a role, and chooses their own name and password."""

import secrets

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from labeling.errors import AlreadyHere, Refused
from labeling.flow.people import LIFETIME, token_hash
from labeling.models import Event, Invitation, Membership, Preference, Project, Role, Verb


@transaction.atomic
def invite(*, project: Project, role: str, by: User, note: str = "") -> tuple[Invitation, str]:
    """An invitation that opens once, within seven days, with its token, of which only the hash is stored.

    Raises Refused for a role that is none, and in an archived project.
    """
    if role not in Role.values:
        raise Refused(_("%(role)s is not a role. Choose annotator, adjudicator or owner.") % {"role": role})
    if project.archived_at:
        raise Refused(_("This project is archived. Restore it first, then invite people."))
    token = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        project=project,
        role=role,
        note=note.strip(),
        token_hash=token_hash(token),
        invited_by=by,
        expires_at=Now() + LIFETIME,
    )
    Event.objects.create(project=project, who=by, verb=Verb.INVITED, after={"invitation": invitation.pk, "role": role})
    return invitation, token


def open_invitations(project: Project) -> "QuerySet[Invitation]":
    """Those that can still be used, newest first, with who invited."""
    return _open().filter(project=project).select_related("invited_by")


@transaction.atomic
def revoke(*, invitation: Invitation, by: User) -> None:
    """Let the link open no more. Raises Refused where it opens none already."""
    if not _open().filter(pk=invitation.pk).update(revoked_at=Now()):
        raise Refused(_("This invitation was used already, or it opens no more anyway."))
    after = {"invitation": invitation.pk, "revoked": True}
    Event.objects.create(project_id=invitation.project_id, who=by, verb=Verb.CHANGED, after=after)


def offered(token: str) -> Invitation:
    """What the link offers, with its project and who invited.

    Raises Refused where it does not open, and never says why.
    """
    found = _open().filter(token_hash=token_hash(token), project__archived_at__isnull=True)
    # Whose account was closed lets nobody in any more.
    invitation = found.exclude(invited_by__is_active=False).select_related("project", "invited_by").first()
    if invitation is None:
        raise _shut()
    return invitation


@transaction.atomic
def join(*, token: str, by: User) -> Membership:
    """Let somebody who has an account in. Whoever is in the project keeps the greater of both roles.

    Where that changes nothing, the link stays as it was. Raises Refused where it does not open.
    """
    invitation = offered(token)
    known = Membership.objects.filter(project=invitation.project, user=by).first()
    if known is not None and Role(known.role).includes(Role(invitation.role)):
        return known
    _use_up(invitation)
    return _enter(invitation, by)


def join_anew(*, token: str, name: str, password: str, language: str) -> Membership:
    """Make the account and let it in: both, or neither.

    Raises AlreadyHere where the name is taken, Refused where the link does not open.
    """
    user = User(username=name)
    # Before the transaction: it takes long, on purpose.
    user.set_password(password)
    with transaction.atomic():
        invitation = offered(token)
        _use_up(invitation)
        try:
            with transaction.atomic():
                user.save()
        except IntegrityError as error:
            raise AlreadyHere(
                _("Somebody is called %(name)s already. Choose another name.") % {"name": name}
            ) from error
        Preference.objects.create(user=user, language=language)
        return _enter(invitation, user)


def _open() -> "QuerySet[Invitation]":
    """Without a join: the conditional UPDATE must look at the row itself."""
    return Invitation.objects.filter(used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=Now())


def _use_up(invitation: Invitation) -> None:
    if not _open().filter(pk=invitation.pk).update(used_at=Now()):
        raise _shut()


def _enter(invitation: Invitation, user: User) -> Membership:
    role = {"role": invitation.role}
    member, _made = Membership.objects.update_or_create(project=invitation.project, user=user, defaults=role)
    Invitation.objects.filter(pk=invitation.pk).update(used_by=user)
    after = role | {"name": user.username, "invitation": invitation.pk}
    Event.objects.create(project=invitation.project, who=user, verb=Verb.JOINED, after=after)
    return member


def _shut() -> Refused:
    return Refused(_("This invitation does not open any more. Ask the owner of the project for a new one."))
