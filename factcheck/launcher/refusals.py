"""Why `up` does not start, or ends: one sentence and one exit code each."""

from typing import ClassVar


class Refusal(Exception):
    """`up` ends with this sentence and this exit code."""

    code: ClassVar[int] = 1


class NotWritable(Refusal):
    code = 10


class AlreadyRunning(Refusal):
    code = 11


class PortTaken(Refusal):
    code = 12


class LeftoversRemain(Refusal):
    code = 13


class DatabaseUnreachable(Refusal):
    code = 14


class SupervisorDied(Refusal):
    code = 15


EXIT_CODES = {
    0: "stopped by Ctrl-C or SIGTERM, in order",
    NotWritable.code: "the data directory cannot be written",
    AlreadyRunning.code: "another launcher runs on this data directory",
    PortTaken.code: "the port is taken, or may not be used",
    LeftoversRemain.code: "processes of a crashed start are left and do not end",
    DatabaseUnreachable.code: "the database does not answer",
    SupervisorDied.code: "the supervisor ended by itself; everything was stopped",
    130: "stopped at once, by a second Ctrl-C",
}
