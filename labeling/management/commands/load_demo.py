"""The demo project of a first start."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management.base import CommandParser
from django.db import transaction
from django.urls import reverse

from labeling.flow.found import create_project
from labeling.flow.people import add_person, new_link, openable
from labeling.flow.receive import accept
from labeling.management.speaking import SpeakingCommand
from labeling.models import Project, Role

ARTICLES = Path(__file__).resolve().parent.parent.parent / "demo" / "articles.jsonl"
SLUG = "demo"
PEOPLE = (("demo-owner", Role.OWNER), ("demo-annotator-1", Role.ANNOTATOR), ("demo-annotator-2", Role.ANNOTATOR))


class Command(SpeakingCommand):
    help = (
        "Load the demo project, once: made-up articles in two languages, an owner, two annotators, their links. While "
        "none of the three has signed in, asking again makes new links."
    )

    def arguments(self, parser: CommandParser) -> None:
        pass

    # All or nothing: a half-made demo would be taken for a loaded one, with nobody in it, by every start that follows.
    @transaction.atomic
    def do(self, **_options: Any) -> dict[str, Any]:
        if Project.objects.exists():
            return {"project": None, "links": _links_anew()}
        project = create_project(slug=SLUG, name="Demo", by=None)
        links = {}
        for name, role in PEOPLE:
            membership, token = add_person(project=project, name=name, role=role, by=None)
            links[name] = _address(token)
            if role == Role.OWNER:
                _owe_articles(project, membership.user)
        return {"project": project.slug, "links": links}


def _owe_articles(project: Project, owner: User) -> None:
    """The worker splits the articles as soon as it is up; the first page need not wait for it."""
    accept(
        project=project,
        by=owner,
        name=ARTICLES.name,
        content=ContentFile(ARTICLES.read_bytes(), name=ARTICLES.name),
        format="jsonl",
        unit="article",
    )


def _links_anew() -> dict[str, str]:
    """New links while none of the demo's people has signed in: a start that was cut off may have shown none."""
    names = [name for name, _role in PEOPLE]
    people = list(User.objects.filter(memberships__project__slug=SLUG, username__in=names).order_by("pk"))
    if any(one.last_login for one in people):
        return {}
    may = openable(people, by=None)
    return {one.username: _address(new_link(user=one)) for one in people if one.pk in may}


def _address(token: str) -> str:
    return settings.PUBLIC_URL + reverse("link", args=[token])
