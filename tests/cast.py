"""Four people known by heart: annotators ani and budi, owner citra, and dewi, who has another project. And ada."""

from dataclasses import dataclass

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
    user = User.objects.create_user(username=name, password=PASSWORD)
    Preference.objects.create(user=user, language="en")
    return user


def gather(*, overlap: int = 1, audit_size: int = 300) -> Cast:
    """Found both projects and make everybody a member of theirs."""
    citra, dewi = person("citra"), person("dewi")
    project = create_project(slug="berita", name="Berita", by=citra, overlap=overlap, audit_size=audit_size)
    elsewhere = create_project(slug="lain", name="Lain", by=dewi)
    ani, budi = (
        Membership.objects.create(project=project, user=person(name), role=Role.ANNOTATOR) for name in ("ani", "budi")
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
