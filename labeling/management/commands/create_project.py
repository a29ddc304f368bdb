"""Found a project with the default labels and guideline."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.urls import reverse

from labeling.flow.found import create_project
from labeling.management.speaking import SpeakingCommand


class Command(SpeakingCommand):
    help = (
        "Found a project with the labels claim, denial, condemnation and none, and the default guideline. "
        "Example: manage.py create_project harbour --name 'Harbour news' --lang id --lang en --overlap 2"
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="short name: letters, digits and hyphens; it becomes part of the address")
        parser.add_argument("--name", default="", help="the name on the pages; the short name if not given")
        parser.add_argument(
            "--lang", action="append", choices=["id", "en"], help="a language of the articles; repeat for more"
        )
        parser.add_argument("--overlap", type=int, default=1, help="how many people answer each sentence (1 to 10)")
        parser.add_argument(
            "--audit-size", type=int, default=300, help="how large the random audit sample is to become"
        )

    def do(self, **options: Any) -> dict[str, Any]:
        project = create_project(
            slug=options["slug"],
            name=options["name"],
            languages=tuple(options["lang"] or ("id", "en")),
            overlap=options["overlap"],
            audit_size=options["audit_size"],
            by=None,
        )
        return {"project": project.slug, "url": settings.PUBLIC_URL + reverse("overview", args=[project.slug])}
