"""Invitations: opened once, by one person, in time, and never after they were taken back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from labeling.errors import AlreadyHere, FactcheckError, Refused
from labeling.flow import invite
from labeling.models import Event, Invitation, Membership, Preference, Project, Role, Verb
from tests.cast import PASSWORD, Cast, gather

EKA = {"name": "eka", "password": PASSWORD, "language": "id"}


def a_link(cast: Cast, role: str = Role.ANNOTATOR) -> str:
    return invite.invite(project=cast.project, role=role, by=cast.citra.user, note=" Eka ")[1]


def test_the_token_itself_is_not_stored(cast: Cast) -> None:
    token = a_link(cast)
    assert token not in str(Invitation.objects.values().get())


def test_it_opens_for_seven_days(cast: Cast) -> None:
    a_link(cast)
    left = Invitation.objects.get().expires_at - timezone.now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7, minutes=1)


def test_who_joins_anew_is_a_member_in_the_role_offered(cast: Cast) -> None:
    member = invite.join_anew(token=a_link(cast, Role.ADJUDICATOR), **EKA)
    assert (member.project, member.role) == (cast.project, Role.ADJUDICATOR)


def test_who_joins_anew_has_the_password_they_chose(cast: Cast) -> None:
    invite.join_anew(token=a_link(cast), **EKA)
    assert User.objects.get(username="eka").check_password(PASSWORD)


def test_who_joins_anew_has_no_power_over_the_server(cast: Cast) -> None:
    user = invite.join_anew(token=a_link(cast), **EKA).user
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_who_joins_anew_reads_the_language_they_chose(cast: Cast) -> None:
    invite.join_anew(token=a_link(cast), **EKA)
    assert Preference.objects.get(user__username="eka").language == "id"


def test_who_joined_by_which_invitation_is_kept(cast: Cast) -> None:
    member = invite.join_anew(token=a_link(cast), **EKA)
    assert Invitation.objects.get().used_by == member.user


def test_joining_is_told(cast: Cast) -> None:
    invite.join_anew(token=a_link(cast), **EKA)
    told = Event.objects.get(verb=Verb.JOINED)
    assert told.after == {"role": "annotator", "name": "eka", "invitation": Invitation.objects.get().pk}


def test_it_opens_once(cast: Cast) -> None:
    token = a_link(cast)
    invite.join_anew(token=token, **EKA)
    with pytest.raises(Refused, match="Ask the owner"):
        invite.join_anew(token=token, **EKA | {"name": "fajar"})


def test_a_name_that_is_taken_leaves_the_link_unused(cast: Cast) -> None:
    token = a_link(cast)
    with pytest.raises(AlreadyHere, match="Choose another name"):
        invite.join_anew(token=token, **EKA | {"name": "ani"})
    assert invite.offered(token).used_at is None


def test_after_seven_days_it_opens_no_more(cast: Cast) -> None:
    token = a_link(cast)
    Invitation.objects.update(expires_at=Now())
    with pytest.raises(Refused):
        invite.join_anew(token=token, **EKA)


def test_a_link_that_was_taken_back_opens_no_more(cast: Cast) -> None:
    token = a_link(cast)
    invite.revoke(invitation=Invitation.objects.get(), by=cast.citra.user)
    with pytest.raises(Refused):
        invite.join_anew(token=token, **EKA)


def test_a_used_link_cannot_be_taken_back(cast: Cast) -> None:
    invite.join_anew(token=a_link(cast), **EKA)
    with pytest.raises(Refused, match="used already"):
        invite.revoke(invitation=Invitation.objects.get(), by=cast.citra.user)


def test_an_archived_project_invites_nobody(cast: Cast) -> None:
    cast.project.archived_at = timezone.now()
    with pytest.raises(Refused, match="archived"):
        a_link(cast)


def test_a_link_into_an_archived_project_does_not_open(cast: Cast) -> None:
    token = a_link(cast)
    Project.objects.update(archived_at=timezone.now())
    with pytest.raises(Refused):
        invite.offered(token)


def test_a_link_of_somebody_whose_account_was_closed_does_not_open(cast: Cast) -> None:
    token = a_link(cast)
    User.objects.filter(pk=cast.citra.user_id).update(is_active=False)
    with pytest.raises(Refused):
        invite.offered(token)


def test_a_link_outlives_the_account_of_who_gave_it(cast: Cast) -> None:
    token = a_link(cast)
    Invitation.objects.update(invited_by=None)
    assert invite.offered(token).project == cast.project


def test_a_role_that_is_none_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="annotator, adjudicator or owner"):
        a_link(cast, "superuser")


def test_who_has_an_account_joins_as_themselves(cast: Cast) -> None:
    member = invite.join(token=a_link(cast), by=cast.dewi.user)
    assert (member.user, member.project) == (cast.dewi.user, cast.project)


def test_a_member_gets_the_greater_role(cast: Cast) -> None:
    invite.join(token=a_link(cast, Role.ADJUDICATOR), by=cast.ani.user)
    cast.ani.refresh_from_db()
    assert cast.ani.role == Role.ADJUDICATOR


def test_no_link_makes_an_owner_less(cast: Cast) -> None:
    assert invite.join(token=a_link(cast), by=cast.citra.user).role == Role.OWNER


def test_a_link_that_changes_nothing_stays_for_whom_it_was_meant(cast: Cast) -> None:
    token = a_link(cast)
    invite.join(token=token, by=cast.citra.user)
    assert invite.offered(token).used_at is None


def test_only_those_that_open_are_listed(cast: Cast) -> None:
    for _ in range(4):
        a_link(cast)
    used, late, back, good = Invitation.objects.order_by("pk")
    Invitation.objects.filter(pk=used.pk).update(used_at=Now())
    Invitation.objects.filter(pk=late.pk).update(expires_at=Now())
    invite.revoke(invitation=back, by=cast.citra.user)
    assert list(invite.open_invitations(cast.project)) == [good]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_many_who_open_it_at_once_one_joins() -> None:
    cast = gather()
    token = a_link(cast)
    start = Barrier(6)

    def one(number: int) -> bool:
        start.wait()
        try:
            invite.join_anew(token=token, **EKA | {"name": f"eka-{number}"})
        except FactcheckError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        joined = list(pool.map(one, range(6)))
    accounts = User.objects.filter(username__startswith="eka-").count()
    assert (sum(joined), accounts, Membership.objects.filter(user__username__startswith="eka-").count()) == (1, 1, 1)
