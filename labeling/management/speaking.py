"""How commands speak: messages on standard error; with --json, one object on standard output."""

import json
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labeling.errors import FactcheckError


def listed(checks: Iterable[Mapping[str, str]]) -> str:
    """Checks as a person reads them, one a line; each has a `name`, a `state` and what it `says`."""
    return "\n".join(f"{one['state']:>8}  {one['name']}: {one['says']}" for one in checks)


class SpeakingCommand(BaseCommand):
    """A command whose `do` returns what it did. The exit code is 0 only if all of it was done.

    A FactcheckError ends it with its sentence and exit code 1.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
        self.arguments(parser)

    @abstractmethod
    def arguments(self, parser: CommandParser) -> None:
        """Declare the command's own arguments."""

    @abstractmethod
    def do(self, **options: Any) -> dict[str, Any]:
        """Do the work and return what is printed. `self.tell` speaks meanwhile."""

    def complete(self, done: dict[str, Any]) -> bool:
        """Whether all was done; otherwise the exit code is 1, after the output."""
        return True

    def tell(self, sentence: str) -> None:
        self.stderr.write(sentence, ending="\n")

    def handle(self, *_args: Any, **options: Any) -> str | None:
        try:
            done = self.do(**options)
        except FactcheckError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(done, ensure_ascii=False) if options["json"] else self.in_words(done))
        if not self.complete(done):
            raise CommandError("Not everything was done; see above.")
        return None

    def in_words(self, done: dict[str, Any]) -> str:
        """What a person reads without --json."""
        return "\n".join(f"{name}: {value}" for name, value in done.items())
