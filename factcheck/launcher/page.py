"""Ask whether the pages answer; `python -m factcheck.launcher.page HOST PORT [PATH]` says it by its exit code."""

import http.client
import sys


def answers(host: str, port: int, path: str = "/healthz") -> bool:
    """Whether the web process answers a request now, with anything but a fault of its own."""
    connection = http.client.HTTPConnection(_reachable(host), port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _reachable(host: str) -> str:
    """Where a server that binds `host` is reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - nothing is bound here


if __name__ == "__main__":
    sys.exit(0 if answers(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]) else 1)
