"""Leads the session of the supervisor and all it starts, and ends it whole.

`python -m factcheck.launcher.guard COMMAND...`. Its standard input is a pipe that only the launcher holds. When the
pipe closes, the launcher is gone or wants an end at once; when the supervisor ends, in order or by a kill, what it left
behind must not stay.
"""

import os
import subprocess
import sys
import threading

from factcheck.launcher import session


def main(command: list[str]) -> int:
    """Run `command` until it or the launcher ends; the command's exit code."""
    supervisor = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with_launcher, daemon=True).start()
    code = supervisor.wait()
    session.kill(os.getpid())
    return code


def _end_with_launcher() -> None:
    os.read(0, 1)  # nothing is ever written: it returns when the pipe closes
    session.kill(os.getpid())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
