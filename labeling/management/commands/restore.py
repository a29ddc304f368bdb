"""Make an installation out of a backup."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from labeling.flow import restore
from labeling.management.speaking import SpeakingCommand


class Command(SpeakingCommand):
    help = (
        "Restore a file that `manage.py backup` wrote, on SQLite or PostgreSQL, whichever it was taken from. The "
        "database and the folder of files must be empty, and nothing may run there yet; all hashes are checked before "
        "anything is written. Example: FACTCHECK_DATA=/srv/anew manage.py restore factcheck-monday.zip"
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the backup")

    def do(self, **options: Any) -> dict[str, Any]:
        return {"ok": True, **asdict(restore.read(path=Path(options["file"]).expanduser().resolve()))}
