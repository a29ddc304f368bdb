"""Upload a project's labels to the Hugging Face hub."""

import sys
from dataclasses import asdict
from getpass import getpass
from typing import Any

from django.core.management.base import CommandParser

from labeling.flow.publish import publish, token_of_environment
from labeling.management.finding import project_called
from labeling.management.speaking import SpeakingCommand


class Command(SpeakingCommand):
    help = (
        "Export a project as hf and upload the folder to a data set of the Hugging Face hub, which is made if it is "
        "not there. The token comes from HF_TOKEN, or is asked for once and kept nowhere. "
        "Example: manage.py publish_labels harbour my-organisation/harbour-labels --private"
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Every command has a --version that tells Django's: here it makes room for ours.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the project's short name")
        parser.add_argument("repository", metavar="OWNER/NAME", help="the data set on the hub")
        parser.add_argument("--private", action="store_true", help="for those alone whom its owner lets in")
        parser.add_argument("--version", dest="number", type=int, metavar="N", help="upload this version again")
        parser.add_argument(
            "--without-text",
            action="store_true",
            help="leave out sentences, titles, context and comments; the SHA-256 of each text is there instead",
        )

    def do(self, **options: Any) -> dict[str, Any]:
        published = publish(
            project=project_called(options["slug"]),
            repository=options["repository"],
            token=token_of_environment() or self._typed(),
            private=options["private"],
            version=options["number"],
            texts=not options["without_text"],
        )
        return asdict(published)

    def _typed(self) -> str:
        """The token that a person types, unseen; nothing where nobody is there to be asked."""
        if not sys.stdin.isatty():
            return ""
        return getpass("Token for the hub (it is not shown, and kept nowhere): ").strip()
