"""Make an installation out of a backup."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from labeling.flow import restore
from labeling.management.speaking import SpeakingCommand, listed
from labeling.readiness import Check


class Command(SpeakingCommand):
    help = (
        "Restore a file that `manage.py backup` wrote, on SQLite or PostgreSQL, whichever it was taken from. The "
        "database and the folder of files must be empty, and nothing may run there yet; all hashes are checked before "
        "anything is written. Example: FACTCHECK_DATA=/srv/anew manage.py restore factcheck-monday.zip"
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the backup")

    def do(self, **options: Any) -> dict[str, Any]:
        report = restore.read(path=Path(options["file"]).expanduser().resolve())
        return {"ok": True, **asdict(report), "checks": [asdict(one) for one in _checks(report)]}

    def in_words(self, done: dict[str, Any]) -> str:
        return listed(done["checks"])


def _checks(report: restore.RestoreReport) -> list[Check]:
    return [
        Check("file", "ok", f"Taken at {report.taken_at}; every hash in it is right."),
        Check("place", "ok", "It was empty, and has the migrations of the backup."),
        Check("rows", "ok", f"{report.rows} of {report.tables} tables, and the rules between them hold."),
        Check("files", "ok", f"{report.files} are restored."),
        Check("models", "ok", f"{report.models} files of them are restored."),
    ]
