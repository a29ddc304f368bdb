"""Take everything that must be kept into one file."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from labeling.flow import backup
from labeling.management.speaking import SpeakingCommand


class Command(SpeakingCommand):
    help = (
        "Write one file with all rows as of one moment, the uploads, the exports and the models; everybody may go on "
        "working. Feature shards are left out, since they are made again; so is the secret key: keep a copy of it "
        "elsewhere. The file must not be there yet. The exit code is 1 where an upload's file was gone already. "
        "Example: manage.py backup factcheck-monday.zip"
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="where the backup goes")

    def do(self, **options: Any) -> dict[str, Any]:
        report = backup.write(path=Path(options["file"]).expanduser().resolve())
        for name in report.missing:
            self.tell(f"{name} was gone from the disk already; its rows are in the backup.")
        return {"ok": not report.missing, **asdict(report)}

    def complete(self, done: dict[str, Any]) -> bool:
        return bool(done["ok"])
