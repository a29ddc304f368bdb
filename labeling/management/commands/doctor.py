"""Look whether everything is there and works."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from labeling import checkup
from labeling.management.speaking import SpeakingCommand, listed


class Command(SpeakingCommand):
    help = (
        "Check the data directory, database, migrations, disk, Redis, workers, leases and model files, and say what to "
        "do where something is wrong. The exit code is 1 if a check failed; what is only degraded leaves it 0."
    )

    def arguments(self, parser: CommandParser) -> None:
        pass

    def do(self, **_options: Any) -> dict[str, Any]:
        checks = checkup.run_all()
        return {"ok": all(one.state != "failed" for one in checks), "checks": [asdict(one) for one in checks]}

    def complete(self, done: dict[str, Any]) -> bool:
        return bool(done["ok"])

    def in_words(self, done: dict[str, Any]) -> str:
        return listed(done["checks"])
