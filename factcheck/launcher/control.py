"""Talk to the supervisor of a data directory over its socket."""

import http.client
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
        self._transport = SupervisorTransport(None, None, f"unix://{places.supervisor_socket(data)}")
        # The host is not used: the transport goes to the socket.
        self._supervisor: Any = xmlrpc.client.ServerProxy("http://localhost", transport=self._transport).supervisor

    def programs(self) -> list[Program]:
        try:
            rows = self._supervisor.getAllProcessInfo()
        except _SILENCE:
            return []
        return [Program(row["name"], row["statename"], row["pid"]) for row in rows]

    def start(self, name: str) -> None:
        try:
            self._supervisor.startProcess(name, False)
        except _SILENCE:
            return  # the next look at the programs tells

    def shutdown(self) -> bool:
        """Ask it to stop everything in order; whether there was a supervisor to ask."""
        try:
            self._supervisor.shutdown()
        except _SILENCE:
            return False
        return True

    def close(self) -> None:
        """Let go of the socket that was kept open between calls."""
        self._transport.close()
