"""What an operator wants to know: is everything there, and does it work? Each check answers in a sentence."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now
from redis import Redis
from redis.exceptions import RedisError

from factcheck import env
from labeling import learning
from labeling.models import Lease, ModelVersion, Project, Run, RunState
from ml.errors import MlError

FREE_MEGABYTES = 500
# Before it, two connections that checkpoint at the wrong moment can corrupt a WAL database (sqlite.org/wal.html).
SQLITE_MENDED = (3, 51, 3)


@dataclass(frozen=True, slots=True)
class Check:
    """`degraded` means that labelling goes on and something else waits."""

    name: str
    state: Literal["ok", "degraded", "failed"]
    says: str


def run_all() -> list[Check]:
    """Every check, in order. A database that does not answer ends it there: the rest would only repeat it."""
    checks = [_data_directory(), _secret_key(), _disk()]
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return [*checks, Check("database", "failed", f"It does not answer: {error}")]
    rest: list[Callable[[], Check]] = [_database, _migrations, _redis, _runs, _leases]
    checks += [check() for check in rest]
    return [*checks, *_models()]


def _data_directory() -> Check:
    folder = settings.DATA_DIR
    # Here and below os.path asks, which answers no where this user may not look; a Path would raise.
    if os.path.isdir(folder) and os.access(folder, os.W_OK):
        return Check("data directory", "ok", f"{folder} is there and can be written.")
    return Check("data directory", "failed", f"{folder} is missing or cannot be written. Start with `make up`.")


def _secret_key() -> Check:
    path = env.secret_key_file(settings.DATA_DIR)
    if not os.path.isfile(path):
        return Check("secret key", "degraded", "There is none in the data directory; `make up` writes one.")
    if path.stat().st_mode & 0o077:
        return Check("secret key", "failed", f"Others can read it. Run: chmod 600 {path}")
    return Check("secret key", "ok", "It is there and only its owner can read it.")


def _disk() -> Check:
    folder = settings.DATA_DIR if os.path.exists(settings.DATA_DIR) else Path.cwd()
    free = shutil.disk_usage(folder).free // 1_000_000
    state: Literal["ok", "failed"] = "ok" if free >= FREE_MEGABYTES else "failed"
    return Check("disk", state, f"{free} MB are free; {FREE_MEGABYTES} are wanted.")


def _database() -> Check:
    if connection.vendor != "sqlite":
        return Check("database", "ok", f"{connection.vendor} answers.")
    version = sqlite3.sqlite_version_info
    named = ".".join(map(str, version))
    if version < SQLITE_MENDED:
        return Check("database", "degraded", f"SQLite {named} has the WAL-reset bug. Run `make setup` for a newer one.")
    return Check("database", "ok", f"SQLite {named} answers.")


def _migrations() -> Check:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return Check("migrations", "failed", f"{len(missing)} are not applied. Run: manage.py migrate")
    return Check("migrations", "ok", "All are applied.")


def _redis() -> Check:
    try:
        # Celery and the client have different words for a socket.
        address = settings.REDIS_URL.replace("redis+socket:", "unix:")
        with Redis.from_url(address, socket_timeout=2, socket_connect_timeout=2) as client:
            client.ping()
    except RedisError as error:
        return Check("redis", "degraded", f"It does not answer ({error}). Labelling goes on; training waits.")
    return Check("redis", "ok", "It answers.")


def _runs() -> Check:
    late = Run.objects.filter(state=RunState.OWED, due_at__lt=Now() - timedelta(minutes=1)).count()
    if late:
        return Check("workers", "degraded", f"{late} Runs have waited for more than a minute. Is a worker running?")
    return Check("workers", "ok", "No Run has waited for more than a minute.")


def _leases() -> Check:
    old = Lease.objects.filter(held=True, until__lt=Now() - timedelta(minutes=5)).count()
    if old:
        return Check("leases", "degraded", f"{old} ran out and were not given back. Is beat running?")
    return Check("leases", "ok", "None has outlived its time.")


def _models() -> Iterator[Check]:
    for project in Project.objects.select_related("version"):
        if project.version is not None:
            yield _model(project, project.version)


def _model(project: Project, version: ModelVersion) -> Check:
    name = f"model of {project.slug}"
    try:
        learning.load(version)
    except (MlError, OSError) as error:
        return Check(name, "failed", f"{error} Train again: manage.py train {project.slug} --wait")
    return Check(name, "ok", f"Version {version.number} is whole.")
