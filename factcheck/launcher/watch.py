"""The launcher's own life: start the crew, say when the page answers, stop on a signal."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from factcheck.launcher.crew import Crew
from factcheck.launcher.page import answers
from factcheck.launcher.refusals import SupervisorDied

_SLOW_START_SECONDS = 60.0
_LOOK_EVERY_SECONDS = 1.0


class Watch:
    """Runs the crew until a signal ends it. `ready` is called once, when the first page answers."""

    def __init__(self, data: Path, *, host: str, port: int, with_parent: bool, tell: Callable[[str], None]) -> None:
        self._data, self._host, self._port, self._tell = data, host, port, tell
        self._parent = os.getppid() if with_parent else None
        self._requests = 0

    def run(self, ready: Callable[[], None]) -> int:
        """The exit code: 0 after an end in order, 130 after an end at once. Raises SupervisorDied."""
        self._listen()
        crew = Crew(self._data, port=self._port, tell=self._tell)
        try:
            self._serve(crew, ready)
            return self._end(crew)
        finally:
            crew.kill()

    def _listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # nohup ignores SIGHUP on purpose. SIGINT is ignored in a script's background, and still means stop.
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._asked)

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self._requests += 1

    def _stop_wanted(self) -> bool:
        orphaned = self._parent is not None and os.getppid() != self._parent
        return self._requests > 0 or orphaned

    def _serve(self, crew: Crew, ready: Callable[[], None]) -> None:
        began = looked = time.monotonic()
        waiting, slow = True, False
        while not self._stop_wanted():
            if not crew.runs():
                raise SupervisorDied("The supervisor ended by itself; everything was stopped. See logs/supervisor.log.")
            now = time.monotonic()
            if waiting and answers(self._host, self._port):
                waiting = False
                ready()
            elif waiting and not slow and now - began > _SLOW_START_SECONDS:
                slow = True
                self._tell("The page does not answer yet; see logs/web.log.")
            if now - looked >= _LOOK_EVERY_SECONDS:
                looked = now
                crew.lookout.look()
            time.sleep(0.1)

    def _end(self, crew: Crew) -> int:
        self._tell("Stopping web, beat, workers and redis in order. Ctrl-C again stops at once.")
        asked = max(self._requests, 1)
        crew.stop()
        while crew.runs():
            if self._requests > asked:
                return 130
            time.sleep(0.05)
        return 0
