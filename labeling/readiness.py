"""Whether this installation can serve, asked of the disk and the database alone: the web process may look too."""

import os
import shutil
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.db.models.functions import Now

from labeling.models import Pulse, Run, RunState

FREE_MEGABYTES = 500
# The sweep writes its pulse every five seconds; so long without one, it does not hear beat through Redis any more.
SILENT = timedelta(seconds=30)
LATE = timedelta(minutes=1)
SWEEP = "sweep"


@dataclass(frozen=True, slots=True)
class Check:
    """`degraded` means that labelling goes on and something else waits. `says`: a sentence with its cure."""

    name: str
    state: Literal["ok", "degraded", "failed"]
    says: str


def look() -> list[Check]:
    """What a load balancer wants to know. A database that does not answer, or lacks tables, ends it there."""
    checks = [data_directory(), disk()]
    try:
        connection.ensure_connection()
        checks += [Check("database", "ok", "It answers."), migrations()]
        return checks if checks[-1].state == "failed" else [*checks, sweep(), workers()]
    except DatabaseError:
        # What it said names hosts and people; doctor shows it to who may see that.
        return [*checks[:2], Check("database", "failed", "It does not answer. Run manage.py doctor on the server.")]


def data_directory() -> Check:
    folder = settings.DATA_DIR
    # Here and below os.path asks, which answers no where this user may not look; a Path would raise.
    if os.path.isdir(folder) and os.access(folder, os.W_OK):
        return Check("data directory", "ok", "It is there and can be written.")
    said = "It is missing or cannot be written. Set FACTCHECK_DATA to one that can, or start with `make up`."
    return Check("data directory", "failed", said)


def disk() -> Check:
    folder = settings.DATA_DIR if os.path.exists(settings.DATA_DIR) else Path.cwd()
    free = shutil.disk_usage(folder).free // 1_000_000
    state: Literal["ok", "failed"] = "ok" if free >= FREE_MEGABYTES else "failed"
    return Check("disk", state, f"{free} MB are free; {FREE_MEGABYTES} are wanted.")


def migrations() -> Check:
    missing = _known_migrations() - set(MigrationRecorder(connection).applied_migrations())
    if missing:
        return Check("migrations", "failed", f"{len(missing)} are not applied. Run: manage.py migrate")
    return Check("migrations", "ok", "All are applied.")


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Read from the disk once: they do not change while a process runs."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def sweep() -> Check:
    """Redis, beat and the sweep together: the sweep writes its pulse when beat rang through Redis."""
    if Pulse.objects.filter(name=SWEEP, at__gte=Now() - SILENT).exists():
        return Check("sweep", "ok", "It rings, so Redis and beat do their work.")
    said = "It has not rung for half a minute: Redis, beat or sweep is down. Labelling goes on; training waits."
    return Check("sweep", "degraded", said)


def workers() -> Check:
    late = Run.objects.filter(state=RunState.OWED, due_at__lt=Now() - LATE)
    found = late.aggregate(oldest=Min("due_at"))["oldest"]
    if found is not None:
        said = f"{late.count()} Runs have waited for more than a minute. Is a worker of each kind running?"
        return Check("workers", "degraded", said)
    return Check("workers", "ok", "No Run has waited for more than a minute.")
