"""The demo project of a first start."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management.base import CommandParser
from django.urls import reverse

from labeling.flow.found import create_project
from labeling.flow.people import add_person
from labeling.flow.receive import accept
from labeling.management.speaking import SpeakingCommand
from labeling.models import Project, Role

ARTICLES = Path(__file__).resolve().parent.parent.parent / "demo" / "articles.jsonl"
PEOPLE = (("demo-owner", Role.OWNER), ("demo-annotator-1", Role.ANNOTATOR), ("demo-annotator-2", Role.ANNOTATOR))


class Command(SpeakingCommand):
    help = "Load the demo project, once: made-up articles in two languages, an owner, two annotators, their links."

    def arguments(self, parser: CommandParser) -> None:
        pass

    def do(self, **_options: Any) -> dict[str, Any]:
        if Project.objects.exists():
            return {"project": None, "links": {}}
        project = create_project(slug="demo", name="Demo", by=None)
        links = {}
        for name, role in PEOPLE:
            membership, token = add_person(project=project, name=name, role=role, by=None)
            links[name] = settings.PUBLIC_URL + reverse("link", args=[token])
            owner = membership.user if role == Role.OWNER else None
            if owner is not None:
                # The worker splits the articles as soon as it is up; the first page need not wait for it.
                accept(
                    project=project,
                    by=owner,
                    name=ARTICLES.name,
                    content=ContentFile(ARTICLES.read_bytes(), name=ARTICLES.name),
                    format="jsonl",
                    unit="article",
                )
        return {"project": project.slug, "links": links}
