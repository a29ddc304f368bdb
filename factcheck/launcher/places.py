"""Where the launcher's files lie below the data directory."""

import hashlib
import os
import tempfile
from pathlib import Path

# A Unix socket's path may have 107 bytes on Linux and 103 on macOS; the longest name below is "supervisor.sock".
_LONGEST_SOCKET_DIRECTORY = 85


def logs(data: Path) -> Path:
    """One file a program, rotated by the supervisor."""
    return data / "logs"


def lock(data: Path) -> Path:
    """Held by the running launcher; holds its process id."""
    return data / "up.lock"


def key(data: Path) -> Path:
    """The secret key that the first start writes."""
    return data / "secret_key"


def sockets(data: Path) -> Path:
    """The directory of the sockets: below the data directory, or a private one where that path is too long."""
    near = data / "run"
    if len(os.fsencode(near)) <= _LONGEST_SOCKET_DIRECTORY:
        return near
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"factcheck-{os.getuid()}-{name}"


def supervisor_socket(data: Path) -> Path:
    return sockets(data) / "supervisor.sock"


def redis_url(data: Path) -> str:
    """The address, in Celery's words, of the Redis that `up` starts for this data directory."""
    return f"redis+socket://{sockets(data) / 'redis.sock'}"
