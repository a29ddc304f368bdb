"""End a whole session: every process whose session id is the given one, wherever it hangs in the tree."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")


def members(session: int) -> set[int]:
    """The processes of the session that still run, the caller's own left out."""
    return {pid for pid in _running() if pid != os.getpid() and _session_of(pid) == session}


def kill(session: int, *, patience: float = 10.0) -> bool:
    """SIGKILL for every member, again until none is left or `patience` seconds have passed; whether none is left."""
    end = time.monotonic() + patience
    while found := members(session):
        for pid in found:
            _kill(pid)
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _running() -> Iterator[int]:
    """Process ids, without zombies: those have ended, and wait only for a parent to look."""
    if not (_PROC / "self" / "stat").exists():  # not Linux
        listing = subprocess.run(["ps", "-A", "-o", "pid=,stat="], capture_output=True, text=True, check=True).stdout
        yield from (int(pid) for pid, state in map(str.split, listing.splitlines()) if not state.startswith("Z"))
        return
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and _state(entry) not in ("Z", "X", ""):
            yield int(entry.name)


def _state(entry: Path) -> str:
    """One letter; empty where the process has gone. The name before it may hold spaces and brackets."""
    try:
        return (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
