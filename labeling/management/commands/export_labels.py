"""Take a project's labels away as files."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from labeling.flow.export import write_folder
from labeling.formats import WRITERS
from labeling.management.finding import project_called
from labeling.management.speaking import SpeakingCommand


class Command(SpeakingCommand):
    help = (
        "Write a project's settled labels and all judgements into a directory, as one moment of the project: hf "
        "(Hugging Face: datasets.load_dataset(DIR)), hf-disk (load_from_disk), jsonl, csv or labelstudio. Each data "
        "revision that is exported becomes a numbered version; --version N writes one again, with the same bytes. The "
        "directory must be new, empty, or an earlier export, which is replaced. "
        "Example: manage.py export_labels harbour ./harbour-labels --to hf"
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Every command has a --version that tells Django's: here it makes room for ours.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the project's short name")
        parser.add_argument("directory", metavar="DIR", help="where the files go")
        parser.add_argument("--to", choices=sorted(WRITERS), default="hf", help="the format; hf if not given")
        parser.add_argument("--version", dest="number", type=int, metavar="N", help="write this version again")
        parser.add_argument(
            "--without-text",
            action="store_true",
            help="leave out sentences, titles, context and comments; the SHA-256 of each text is there instead",
        )

    def do(self, **options: Any) -> dict[str, Any]:
        report = write_folder(
            project=project_called(options["slug"]),
            directory=Path(options["directory"]).expanduser().resolve(),
            to=options["to"],
            version=options["number"],
            texts=not options["without_text"],
        )
        return asdict(report)
