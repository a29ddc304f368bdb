"""Make somebody a member of a project."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.urls import reverse

from labeling.errors import Refused
from labeling.flow import tokens
from labeling.flow.people import add_person
from labeling.management.speaking import SpeakingCommand
from labeling.models import Project, Role


class Command(SpeakingCommand):
    help = (
        "Make somebody a member of a project and print a link that signs them in once. Somebody who has a password "
        "of their own gets no link. With --token, a token for the API too, which is shown only now. Example: "
        "manage.py add_person rina --project harbour --role annotator"
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the person's name for signing in")
        parser.add_argument("--project", required=True, help="the project's short name")
        parser.add_argument("--role", default=Role.ANNOTATOR, choices=Role.values)
        parser.add_argument("--token", action="store_true", help="make a token for the API too")

    def do(self, **options: Any) -> dict[str, Any]:
        project = Project.objects.filter(slug=options["project"]).first()
        if project is None:
            here = ", ".join(Project.objects.values_list("slug", flat=True)) or "none yet"
            raise Refused(f"There is no project {options['project']}. The projects here: {here}.")
        membership, token = add_person(project=project, name=options["name"], role=options["role"], by=None)
        link = settings.PUBLIC_URL + reverse("link", args=[token]) if token else ""
        told = {"name": membership.user.username, "role": membership.role, "link": link}
        if options["token"]:
            told["token"] = tokens.make(name="add_person", by=membership.user)[1]
        return told
