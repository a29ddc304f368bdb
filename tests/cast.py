"""Four people known by heart: annotators ani and budi, owner citra, and dewi, who has another project. And ada."""

from dataclasses import dataclass
from unittest.mock import patch

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from labeling.flow.found import create_project
from labeling.models import Membership, Preference, Project, Role

PASSWORD = "kereta-api-malam-7"


@dataclass(frozen=True)
class Cast:
    """The people, their memberships, and the two projects."""

    project: Project
    elsewhere: Project
    ani: Membership
    budi: Membership
    citra: Membership
    dewi: Membership


def person(name: str) -> User:
    """A user with the password of all, who reads English pages."""
    return people(name)[0]


def people(*names: str) -> list[User]:
    """Several of them at once."""
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(User(username=name, password=password) for name in names)
    Preference.objects.bulk_create(Preference(user=user, language="en") for user in users)
    return users


def gather(*, overlap: int = 1, audit_size: int = 300) -> Cast:
    """Found both projects and make everybody a member of theirs.

    Thousands of tests begin so: the values are not validated anew each time, which would be half of the work.
    """
    citra, dewi, *annotators = people("citra", "dewi", "ani", "budi")
    with patch.object(Project, "full_clean"):
        project = create_project(slug="berita", name="Berita", by=citra, overlap=overlap, audit_size=audit_size)
        elsewhere = create_project(slug="lain", name="Lain", by=dewi)
    ani, budi = Membership.objects.bulk_create(
        Membership(project=project, user=user, role=Role.ANNOTATOR) for user in annotators
    )
    return Cast(
        project=project,
        elsewhere=elsewhere,
        ani=ani,
        budi=budi,
        citra=project.memberships.get(user=citra),
        dewi=elsewhere.memberships.get(user=dewi),
    )


def adjudicator(cast: Cast) -> Membership:
    """Ada, who adjudicates in `berita`: made where a test needs her."""
    return Membership.objects.create(project=cast.project, user=person("ada"), role=Role.ADJUDICATOR)
