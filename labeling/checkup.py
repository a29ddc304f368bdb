"""What an operator wants to know: is everything there, and does it work? Each check answers in a sentence."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.models.functions import Now
from redis import Redis
from redis.exceptions import RedisError

from factcheck import env
from labeling import learning, readiness
from labeling.models import Lease, ModelVersion, Project, Upload
from labeling.readiness import Check
from ml.errors import MlError

# Before it, two connections that checkpoint at the wrong moment can corrupt a WAL database (sqlite.org/wal.html).
SQLITE_MENDED = (3, 51, 3)


def run_all() -> list[Check]:
    """Every check, in order. A database that does not answer, or lacks tables, ends it there."""
    checks = [readiness.data_directory(), _secret_key(), readiness.disk()]
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return [*checks, Check("database", "failed", f"It does not answer: {error}")]
    checks += [_database(), readiness.migrations()]
    if checks[-1].state == "failed":
        return checks
    rest: list[Callable[[], Check]] = [_redis, readiness.sweep, readiness.workers, _leases, _uploads]
    return [*checks, *(check() for check in rest), *_models()]


def _secret_key() -> Check:
    path = env.secret_key_file(settings.DATA_DIR)
    if not os.path.isfile(path):
        return Check("secret key", "degraded", "There is none in the data directory; `make up` writes one.")
    if path.stat().st_mode & 0o077:
        return Check("secret key", "failed", f"Others can read it. Run: chmod 600 {path}")
    return Check("secret key", "ok", "It is there and only its owner can read it.")


def _database() -> Check:
    if connection.vendor != "sqlite":
        return Check("database", "ok", f"{connection.vendor} answers.")
    version = sqlite3.sqlite_version_info
    named = ".".join(map(str, version))
    if version < SQLITE_MENDED:
        return Check("database", "degraded", f"SQLite {named} has the WAL-reset bug. Run `make setup` for a newer one.")
    return Check("database", "ok", f"SQLite {named} answers.")


def _redis() -> Check:
    try:
        # Celery and the client have different words for a socket.
        address = settings.REDIS_URL.replace("redis+socket:", "unix:")
        with Redis.from_url(address, socket_timeout=2, socket_connect_timeout=2) as client:
            client.ping()
    except RedisError as error:
        return Check("redis", "degraded", f"It does not answer ({error}). Labelling goes on; training waits.")
    return Check("redis", "ok", "It answers.")


def _leases() -> Check:
    old = Lease.objects.filter(held=True, until__lt=Now() - timedelta(minutes=5)).count()
    if old:
        return Check("leases", "degraded", f"{old} ran out and were not given back. Is beat running?")
    return Check("leases", "ok", "None has outlived its time.")


def _uploads() -> Check:
    paths = set(Upload.objects.values_list("path", flat=True))
    gone = sorted(path for path in paths if not default_storage.exists(path))
    if gone:
        said = f"{len(gone)} are gone, such as {gone[0]}. Put back files/ out of a backup, or send them again."
        return Check("uploads", "degraded", said)
    return Check("uploads", "ok", "Every file that was received is there.")


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
