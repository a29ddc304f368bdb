"""A member's role, what they hold, when they were here, and their leaving."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling import dialect
from labeling.errors import Refused
from labeling.flow import repeat
from labeling.flow.queue import give_back
from labeling.models import Event, Invitation, Lease, Membership, Project, Role, Verb

# How exactly it is known when somebody was here: one write a minute at most.
MINUTE = timedelta(minutes=1)


@transaction.atomic
def change_role(*, member: Membership, role: str, by: User | None) -> Membership:
    """Give `member` another role. Whoever stops being an owner takes their open invitations along.

    Raises Refused for the last owner, and where the person is not in the project any more.
    """
    held = _held(member)
    if held.role == role:
        return held
    if role != Role.OWNER:
        _require_another_owner(held)
        _take_back_invitations(held)
    before, held.role = {"role": held.role}, role
    held.save(update_fields=["role"])
    after = {"name": held.user.username, "role": role}
    Event.objects.create(project=held.project, who=by, verb=Verb.CHANGED, before=before, after=after)
    return held


def hand_back(*, member: Membership, by: User) -> int:
    """Give back all that `member` holds, for others to take; returns how many sentences.

    An answer that is on its way takes a free slot again, or is kept as surplus.
    """
    return dialect.undeterred(lambda: _hand_back(member, by))


def _hand_back(member: Membership, by: User) -> int:
    with dialect.writing():
        held = _held(member)
        n = _release(held)
        if n:
            after = {"name": held.user.username, "handed_back": n}
            Event.objects.create(project=held.project, who=by, verb=Verb.CHANGED, after=after)
    return n


def remove(*, member: Membership, by: User) -> None:
    """End the membership at once; what was answered stays, under the person's name.

    What they hold goes back to the queue, and the invitations they gave open no more. Raises Refused for the last
    owner, and where the person is not in the project any more.
    """
    dialect.undeterred(lambda: _remove(member, by))


def _remove(member: Membership, by: User) -> None:
    with dialect.writing():
        held = _held(member)
        _require_another_owner(held)
        _take_back_invitations(held)
        after = {"name": held.user.username, "handed_back": _release(held)}
        Event.objects.create(project=held.project, who=by, verb=Verb.LEFT, before={"role": held.role}, after=after)
        held.delete()


def note_seen(member: Membership) -> None:
    """Keep that `member` was here just now, unless that is known to the minute."""
    if member.seen_at is None or timezone.now() - member.seen_at > MINUTE:
        long_ago = Q(seen_at__isnull=True) | Q(seen_at__lt=Now() - MINUTE)
        Membership.objects.filter(long_ago, pk=member.pk).update(seen_at=Now())


def _held(member: Membership) -> Membership:
    """The membership as it is now, until the transaction ends, and with it who owns the project.

    Whoever takes or answers sentences waits at the row of their membership.
    """
    Project.objects.select_for_update(no_key=True).get(pk=member.project_id)
    rows = Membership.objects.select_for_update(of=("self",), no_key=True).select_related("user", "project")
    held = rows.filter(pk=member.pk).first()
    if held is None:
        raise Refused(_("This person is not in the project any more."))
    return held


def _require_another_owner(member: Membership) -> None:
    others = Membership.objects.filter(project=member.project, role=Role.OWNER, user__is_active=True)
    if member.role == Role.OWNER and not others.exclude(pk=member.pk).exists():
        raise Refused(_("A project needs an owner, and there is no other. Make somebody else an owner first."))


def _take_back_invitations(member: Membership) -> None:
    """Else whoever was removed could come back by a link of their own."""
    given = Invitation.objects.filter(project=member.project, invited_by=member.user, used_at__isnull=True)
    given.filter(revoked_at__isnull=True).update(revoked_at=Now())


def _release(member: Membership) -> int:
    held = Lease.objects.filter(project=member.project, annotator=member.user, held=True)
    leases = list(held.select_for_update().order_by("pk").values_list("pk", "sentence_id"))
    Lease.objects.filter(pk__in=[pk for pk, _sentence in leases]).update(held=False)
    give_back([sentence for _pk, sentence in leases])
    repeat.end_for(member)
    return len(leases)
