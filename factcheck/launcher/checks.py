"""What must hold before anything is started. Each check passes, or raises its Refusal."""

import errno
import os
import socket
import stat
import tempfile
from pathlib import Path

from factcheck.launcher import places
from factcheck.launcher.refusals import NotWritable, PortTaken


def writable(data: Path) -> None:
    """Make the data directory and what the launcher needs in it. Raises NotWritable."""
    try:
        for directory in (data, places.logs(data), data / "redis"):
            directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data) as trial:
            trial.write(b"x")
        _private(places.sockets(data))
    except OSError as error:
        reason = error.strerror or str(error)
        raise NotWritable(
            f"The data directory {data} cannot be written ({reason}); set FACTCHECK_DATA to another."
        ) from error


def _private(directory: Path) -> None:
    """Make a directory that only this user enters. One that a stranger made there first is refused."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError(errno.EPERM, f"{directory} belongs to someone else")
    directory.chmod(0o700)


def port_free(host: str, port: int) -> None:
    """Bind it for a moment. Raises PortTaken."""
    try:
        # As gunicorn binds: an address that is only waiting out its last connection counts as free.
        socket.create_server((host, port)).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sentence = f"Port {port} is taken; stop what uses it, or choose another: make up PORT={port + 1}."
        else:
            sentence = f"Port {port} on {host} cannot be used ({error.strerror})."
        raise PortTaken(sentence) from error
