"""Backing up: one moment of all rows, with the uploads, the exports and the models, in one file. Nobody has to stop."""

import json
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.files.storage import Storage, default_storage, storages
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from labeling.errors import Refused
from labeling.files import sync_folder
from labeling.flow import tables
from labeling.flow.moment import one_moment
from labeling.learning import places, shelf
from labeling.models import ExportVersion, Project, Run, Upload

FORMAT = 1
MANIFEST = "manifest.json"
# Where things lie in the file.
ROWS, FILES, LEARNING = "rows/", "files/", "learning/"


@dataclass(frozen=True, slots=True)
class BackupReport:
    """`missing` are files that rows name and that were gone already: the backup is whole but for them."""

    file: str
    bytes: int
    tables: int
    rows: int
    files: int
    models: int
    missing: list[str] = field(default_factory=list)


def write(*, path: Path) -> BackupReport:
    """Write a backup to `path`, readable by its owner alone.

    Guarantees that all rows are of one moment, while others go on writing; that each file a row names is in it, since
    files are written before their rows and kept; that `path` shows a whole backup or nothing. Feature shards are left
    out: they are made from the sentences again. Raises Refused where `path` is there already or cannot be written.
    """
    if path.exists():
        raise Refused(f"{path} is there already, and a backup is never replaced. Name another file.")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as beside:
            part = Path(beside) / "part"
            with open(part, "wb", opener=_private) as out:
                with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                    manifest, missing = _fill(_Packing(archive))
                out.flush()
                os.fsync(out.fileno())
            part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise Refused(f"{error.filename or path}: {error.strerror}. Nothing was written to {path}.") from error
    return BackupReport(
        file=str(path),
        bytes=path.stat().st_size,
        tables=len(manifest["tables"]),
        rows=sum(table["rows"] for table in manifest["tables"].values()),
        files=_count(manifest, FILES),
        models=_count(manifest, LEARNING),
        missing=missing,
    )


def names(storage: Storage, folder: str = "") -> Iterator[str]:
    """Every whole file of a storage; one that is being written begins with a dot."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(files):
        if not name.startswith("."):
            yield f"{folder}{name}"
    for name in sorted(folders):
        yield from names(storage, f"{folder}{name}/")


def migrations() -> list[str]:
    """Those that the database has: a backup fits only where the same are."""
    return sorted(".".join(one) for one in MigrationRecorder(connection).applied_migrations())


class _Packing:
    """Takes contents in, and writes down the hash and size of each."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.entries: dict[str, dict[str, Any]] = {}

    def add(self, name: str, chunks: Iterable[bytes]) -> int:
        """How many chunks there were."""
        digest, size, n = sha256(), 0, 0
        with self._archive.open(name, "w", force_zip64=True) as target:
            for chunk in chunks:
                digest.update(chunk)
                size, n = size + len(chunk), n + 1
                target.write(chunk)
        self.entries[name] = {"sha256": digest.hexdigest(), "size": size}
        return n

    def copy(self, storage: Storage, name: str, *, under: str) -> None:
        # A model may be forgotten meanwhile, for newer ones.
        with suppress(FileNotFoundError), storage.open(name) as content:
            self.add(under + name, content.chunks())

    def seal(self, manifest: dict[str, Any]) -> None:
        self._archive.writestr(MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


def _fill(packing: _Packing) -> tuple[dict[str, Any], list[str]]:
    head = {"made_by": "factcheck", "kind": "backup", "format": FORMAT, "taken_at": timezone.now().isoformat()}
    with one_moment():
        known, n = migrations(), {}
        for name, table in tables.kept().items():
            n[name] = packing.add(f"{ROWS}{name}.jsonl", map(tables.packed, _unsealed(tables.read(table), table)))
        named = {*Upload.objects.values_list("path", flat=True), *ExportVersion.objects.values_list("path", flat=True)}
        projects = list(Project.objects.all())
    for name in names(default_storage):
        packing.copy(default_storage, name, under=FILES)
    for project in projects:
        for name in shelf.names(places.models_place(project)):
            packing.copy(storages["learning"], name, under=LEARNING)
    known_tables = {name: {"columns": tables.columns(table), "rows": n[name]} for name, table in tables.kept().items()}
    manifest = {**head, "database": connection.vendor, "migrations": known, "tables": known_tables}
    packing.seal({**manifest, "entries": packing.entries})
    return {**manifest, "entries": packing.entries}, sorted(one for one in named if FILES + one not in packing.entries)


def _unsealed(rows: Iterator[tables.Row], table: tables.Table) -> Iterator[tables.Row]:
    """The rows, without what a Run keeps sealed: a key to another server, which is no part of a backup."""
    if table is not Run:
        return rows
    place = tables.columns(table).index("sealed")
    return ([*row[:place], "", *row[place + 1 :]] for row in rows)


def _count(manifest: dict[str, Any], under: str) -> int:
    return sum(name.startswith(under) for name in manifest["entries"])


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
