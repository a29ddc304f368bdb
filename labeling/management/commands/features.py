"""Make a project's features, which everything that learns reads."""

from typing import Any

from django.core.management.base import CommandParser

from labeling import jobs
from labeling.management.finding import project_called
from labeling.management.speaking import SpeakingCommand
from labeling.management.waiting import wait_for
from labeling.models import Kind


class Command(SpeakingCommand):
    help = (
        "Make the features that a project's sentences lack. They are made by themselves after an import; this is for "
        "a data directory whose features/ was lost, and for an encoder that was plugged in or taken out."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the project's short name")
        parser.add_argument("--anew", action="store_true", help="throw away those that are there and make all again")
        parser.add_argument("--wait", action="store_true", help="do it in this process and wait for the end")

    def do(self, **options: Any) -> dict[str, Any]:
        wanted = {"anew": True} if options["anew"] else {}
        run = jobs.owe(project=project_called(options["slug"]), kind=Kind.FEATURES, by=None, options=wanted)
        if options["wait"]:
            run = wait_for(run)
        return {"run": run.pk, "added": None, "refreshed": None, **run.result}
