"""Restoring: a backup becomes an installation again, in an empty place, on either database."""

import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import File
from django.core.files.storage import default_storage, storages
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from labeling.errors import Refused
from labeling.files import keep
from labeling.flow import tables
from labeling.flow.backup import FILES, FORMAT, LEARNING, MANIFEST, ROWS, names

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """`taken_at`: the moment that is restored."""

    taken_at: str
    tables: int
    rows: int
    files: int
    models: int


def read(*, path: Path) -> RestoreReport:
    """Restore the backup at `path`.

    Guarantees: nothing is touched before all hashes are found right and the place is found empty; all rows are there
    or none; a restore that was cut may be run again. Raises Refused where the file is no whole backup, was taken with
    other migrations, or where the place is not empty.
    """
    with _opened(path) as archive:
        manifest = _manifest(archive, path)
        _require_same_migrations(manifest)
        _require_whole(archive, manifest, path)
        _require_empty(manifest)
        call_command("migrate", interactive=False, verbosity=0)
        files = _unpack_files(archive, manifest)
        models = _unpack_models(archive, manifest)
        rows = _fill(archive, manifest)
    return RestoreReport(manifest["taken_at"], len(manifest["tables"]), rows, files, models)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise Refused(f"{path} is damaged or is no backup ({error}). Take another one.") from error
    except FileNotFoundError as error:
        raise Refused(f"{error.filename} is not there.") from error


def _manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        known = manifest["made_by"] == "factcheck" and manifest["kind"] == "backup"
    except (KeyError, TypeError, ValueError):
        known = False
    if not known:
        raise Refused(f"{path} is no backup of Factcheck. Name a file that `manage.py backup` wrote.")
    if manifest["format"] != FORMAT:
        raise Refused(f"{path} has format {manifest['format']}; this version reads {FORMAT}. Restore it with its own.")
    return manifest


def _require_same_migrations(manifest: dict[str, Any]) -> None:
    ours = {".".join(one) for one in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    theirs = set(manifest["migrations"])
    if differ := sorted(ours ^ theirs):
        raise Refused(
            f"The backup is of another version of Factcheck ({differ[0]} is in one of them only). Restore it with the "
            "version that wrote it, then upgrade."
        )


def _require_whole(archive: zipfile.ZipFile, manifest: dict[str, Any], path: Path) -> None:
    entries = manifest["entries"]
    if sorted(archive.namelist()) != sorted([MANIFEST, *entries]):
        raise Refused(f"{path} does not hold what its manifest names. Take another one.")
    for name, told in entries.items():
        if ".." in PurePosixPath(name).parts or not name.startswith((ROWS, FILES, LEARNING)):
            raise Refused(f"{path} holds {name}, which has no place here. Take another one.")
        with archive.open(name) as content:
            if _hash(content) != told["sha256"]:
                raise Refused(f"{name} in {path} is not what was backed up: its hash differs. Take another one.")


def _require_empty(manifest: dict[str, Any]) -> None:
    if filled := tables.filled():
        raise Refused(
            f"The database is not empty: {filled[0]} holds rows. Restore into a new one (another FACTCHECK_DATA or "
            "DATABASE_URL), before anything is started there."
        )
    # Those of the same restore, cut before its rows were in, are written again.
    for name in names(default_storage):
        known = manifest["entries"].get(FILES + name)
        if known is None or known["size"] != default_storage.size(name):
            raise Refused(f"The folder of files is not empty: {name} is there. Restore into a new FACTCHECK_DATA.")


def _unpack_files(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> int:
    found = [name for name in manifest["entries"] if name.startswith(FILES)]
    for name in found:
        place = PurePosixPath(name.removeprefix(FILES))
        with archive.open(name) as content:
            keep(_chunks(content), folder=str(place.parent), name=place.name)
    return len(found)


def _unpack_models(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> int:
    found, storage = [name for name in manifest["entries"] if name.startswith(LEARNING)], storages["learning"]
    for name in found:
        place = name.removeprefix(LEARNING)
        storage.delete(place)
        with archive.open(name) as content:
            storage.save(place, File(content))
    return len(found)


def _fill(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> int:
    """All rows in one transaction; the rules between tables are looked at when all are in."""
    known, at, n = tables.kept(), "", 0
    try:
        with transaction.atomic():
            for name in tables.MADE_WITH_IT:
                known[name]._base_manager.all()._raw_delete(connection.alias)
            for at in manifest["tables"]:
                with archive.open(f"{ROWS}{at}.jsonl") as lines:
                    n += tables.write(known[at], lines)
            at = "one of the tables"
            connection.check_constraints()
            tables.follow_on()
    except DatabaseError as error:
        # Its first line alone: what follows may quote a sentence.
        said = str(error).partition("\n")[0]
        raise Refused(f"The database refused a row of {at} ({said}). Nothing was restored.") from error
    ContentType.objects.clear_cache()
    return n


def _hash(content: IO[bytes]) -> str:
    digest = sha256()
    for chunk in _chunks(content):
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    while chunk := content.read(_CHUNK):
        yield chunk
