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
        "(Hugging Face: datasets.load_dataset(DIR)), jsonl, csv or labelstudio. The same data revision gives the same "
        "bytes. The directory must be new, empty, or an earlier export, which is replaced. "
        "Example: manage.py export_labels harbour ./harbour-labels --to hf"
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the project's short name")
        parser.add_argument("directory", metavar="DIR", help="where the files go")
        parser.add_argument("--to", choices=sorted(WRITERS), default="hf", help="the format; hf if not given")

    def do(self, **options: Any) -> dict[str, Any]:
        directory = Path(options["directory"]).expanduser().resolve()
        return asdict(write_folder(project=project_called(options["slug"]), directory=directory, to=options["to"]))
