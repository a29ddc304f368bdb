"""Start `manage.py up` for real, in a data directory of the test's own, and end what was started."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from factcheck.launcher import session
from factcheck.launcher.control import Control

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def until(true: Callable[[], bool], *, seconds: float = 60.0) -> bool:
    """Whether `true` came true in that time; the time is there to end a failing test, not to measure."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return true()


class Launcher:
    """One `manage.py up`. `ready` waits for its page and gives what it printed as JSON."""

    def __init__(self, data: Path, *, port: int) -> None:
        self.data, self.port = data, port
        # A file, not a pipe: what outlives a killed launcher would hold a pipe open, and reading it would never end.
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by clean_up
        environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        self._environment = {**environment, "FACTCHECK_DATA": str(data), "FACTCHECK_PORT": str(port)}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--json", "--with-parent"],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )
        self.control = Control(data)

    def ready(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.said()
        printed: dict[str, Any] = json.loads(line)
        return printed

    def manage(self, *arguments: str) -> dict[str, Any]:
        """Give a command of the product beside the running one; what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments, "--json"],
            cwd=ROOT, env=self._environment, stdout=subprocess.PIPE, text=True, check=True, timeout=60,
        )  # fmt: skip
        printed: dict[str, Any] = json.loads(done.stdout)
        return printed

    def end(self) -> tuple[int, str]:
        """Wait for its end; exit code and what it said on standard error."""
        self.process.communicate(timeout=90)
        return self.process.returncode, self.said()

    def said(self) -> str:
        self._said.seek(0)
        return self._said.read()

    def guard(self) -> int:
        """The process id of the guard, which is the id of the session of all that was started."""
        return os.getsid(self.running("web"))

    def running(self, name: str) -> int:
        """Wait until the program runs; its process id."""
        assert until(lambda: self.pid_of(name) is not None), f"{name} does not run"
        pid = self.pid_of(name)
        assert pid
        return pid

    def pid_of(self, name: str) -> int | None:
        """The process id of a program; None while it does not run. (Never 0: a signal to 0 reaches the tests.)"""
        return next((row.pid for row in self.control.programs() if row.name == name and row.pid), None)

    @contextmanager
    def at_rest(self, name: str) -> Iterator[None]:
        """Inside, the program takes no message: as good as busy with something long."""
        pid = self.running(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def clean_up(self) -> None:
        """For a test's end, passed or failed: as with Ctrl-C twice, so that nobody waits for what is under way."""
        for seconds in (1, 60):
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(timeout=seconds)
        if self.process.poll() is None:
            self.kill()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._said.close()


def nothing_left(guard: int) -> bool:
    """Whether the whole session has ended."""
    return not session.members(guard)
