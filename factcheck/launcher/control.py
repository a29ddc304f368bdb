"""Talk to the supervisor of a data directory over its socket."""

import http.client
import socket
import xmlrpc.client
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from factcheck.launcher import places

# What a supervisor that is not there yet, is going, or has gone answers.
_SILENCE = (OSError, http.client.HTTPException, xmlrpc.client.Fault)


@dataclass(frozen=True, slots=True)
class Program:
    """One supervised program: its supervisor state (RUNNING, BACKOFF, FATAL, ...) and process id, 0 where none runs."""

    name: str
    state: str
    pid: int


class Control:
    """Calls are answered at once; a supervisor that does not answer reads as one without programs."""

    def __init__(self, data: Path) -> None:
        self._socket = places.supervisor_socket(data)

    def programs(self) -> list[Program]:
        rows = self._ask("getAllProcessInfo") or []
        return [Program(row["name"], row["statename"], row["pid"]) for row in rows]

    def start(self, name: str) -> None:
        """Begin to start it; the next look at the programs tells whether that went well."""
        self._ask("startProcess", name, False)

    def shutdown(self) -> bool:
        """Ask it to stop everything in order; whether there was a supervisor to ask."""
        return bool(self._ask("shutdown"))

    def answers(self) -> bool:
        """Whether there is a supervisor, one that is busy stopping included."""
        with socket.socket(socket.AF_UNIX) as attempt:
            return attempt.connect_ex(str(self._socket)) == 0

    def _ask(self, method: str, *arguments: str | bool) -> Any:
        """The supervisor's answer; None where there is none."""
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        # The host is not used: the transport goes to the socket.
        supervisor = xmlrpc.client.ServerProxy("http://localhost", transport=transport)
        try:
            return getattr(supervisor.supervisor, method)(*arguments)
        except _SILENCE:
            return None
        finally:
            transport.close()
