"""One launcher a data directory."""

import fcntl
import os
from pathlib import Path
from typing import Self

from factcheck.launcher.refusals import AlreadyRunning


class Lock:
    """Held from `take` until the process ends, however it ends: the kernel lets go of it.

    `stale` is the process id of a launcher that held it before and never let go in good order; None otherwise.
    """

    def __init__(self, handle: int, stale: int | None) -> None:
        self._handle = handle
        self.stale = stale

    @classmethod
    def take(cls, path: Path) -> Self:
        """Raises AlreadyRunning while another launcher holds it."""
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(handle, 20).decode() or "unknown"
            os.close(handle)
            raise AlreadyRunning(
                f"Factcheck already runs on {path.parent} (process {holder}); stop it first, or choose another data "
                "directory: make up DATA=dir PORT=8001."
            ) from error
        written = os.read(handle, 20)
        lock = cls(handle, int(written) if written.isdigit() else None)
        lock._write(str(os.getpid()))
        return lock

    def let_go(self) -> None:
        """The end in good order: the next start finds nothing stale."""
        self._write("")
        os.close(self._handle)

    def _write(self, text: str) -> None:
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, text.encode(), 0)
