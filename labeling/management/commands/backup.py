"""Take everything that must be kept into one file."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from labeling.flow import backup
from labeling.management.speaking import SpeakingCommand, listed
from labeling.readiness import Check


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
        return {"ok": not report.missing, **asdict(report), "checks": [asdict(one) for one in _checks(report)]}

    def complete(self, done: dict[str, Any]) -> bool:
        return bool(done["ok"])

    def in_words(self, done: dict[str, Any]) -> str:
        return f"{done['file']}\n{listed(done['checks'])}"


def _checks(report: backup.BackupReport) -> list[Check]:
    gone = f"{len(report.missing)} that rows name were gone, such as {min(report.missing, default='')}."
    return [
        Check("file", "ok", f"{report.bytes} bytes, which its owner alone can read."),
        Check("rows", "ok", f"{report.rows} of {report.tables} tables, as of one moment."),
        Check("files", "failed", gone) if report.missing else Check("files", "ok", f"All {report.files} are in it."),
        Check("models", "ok", f"{report.models} files of them are in it."),
    ]
