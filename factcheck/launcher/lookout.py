"""See what became of the programs since the last look."""

from collections.abc import Callable, Sequence
from typing import Protocol

from factcheck.launcher.control import Program


class Supervisor(Protocol):
    """What the lookout needs of `Control`."""

    def programs(self) -> Sequence[Program]: ...

    def start(self, name: str) -> None: ...


class Lookout:
    """`look` tells, in one sentence each, what ended since the last look, and starts again what was given up.

    The supervisor waits 1, 2, ... 10 seconds between the starts of a program that dies at once, then gives it up.
    Starting it anew makes the waits begin at 1: no program stays away for good, and none spins.
    """

    def __init__(self, supervisor: Supervisor, tell: Callable[[str], None]) -> None:
        self._supervisor = supervisor
        self._tell = tell
        self._seen: dict[str, int] = {}

    def look(self) -> None:
        for program in self._supervisor.programs():
            if program.state == "FATAL":
                self._supervisor.start(program.name)
            before = self._seen.get(program.name, 0)
            if before not in (0, program.pid):
                self._tell(f"{program.name} ended and is started again; see logs/{program.name}.log.")
            self._seen[program.name] = program.pid
