"""The storage of shards and models, `STORAGES["learning"]`: a disk is used as it lies, any other through a mirror.

A name is a path in the storage. No file ever changes under its name, so a copy of one is never out of date.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils import timezone

# What nothing names may be on its way in from another worker for so long. The clocks of two machines may differ.
GRACE = timedelta(days=1)


def is_disk() -> bool:
    """Whether files are used where they lie."""
    return isinstance(_storage(), FileSystemStorage)


def local(name: str) -> Path:
    """Where `name` lies on this machine: itself, or its copy in the mirror."""
    return Path(_storage().path(name)) if is_disk() else Path(settings.DATA_DIR) / "mirror" / name


def upload(name: str, path: Path) -> None:
    """Put the file at `path` into the storage; one that is there already is left, unless it is the rest of a cut."""
    storage = _storage()
    if storage.exists(name):
        if storage.size(name) == path.stat().st_size:
            return
        storage.delete(name)
    with path.open("rb") as content:
        storage.save(name, File(content))


def fetch(name: str) -> None:
    """Copy `name` into the mirror, whole or not at all. Raises FileNotFoundError."""
    path = local(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    with _storage().open(name) as stored, temporary.open("wb") as copy:
        shutil.copyfileobj(stored, copy)
        copy.flush()
        os.fsync(copy.fileno())
    temporary.replace(path)


def names(place: str) -> Iterator[str]:
    """Every file in the folder `place` of the storage, and in the folders in it."""
    try:
        folders, files = _storage().listdir(place)
    except FileNotFoundError:
        return
    yield from (f"{place}/{name}" for name in files)
    for folder in folders:
        yield from names(f"{place}/{folder}")


def remove(name: str) -> None:
    """Delete `name` from the storage; one that is not there is no matter."""
    _storage().delete(name)


def is_settled(name: str) -> bool:
    """Whether `name` has been in the storage for so long that no worker can be about to name it."""
    return _storage().get_modified_time(name) < timezone.now() - GRACE


@contextmanager
def alone(name: str) -> Iterator[None]:
    """One process of this machine at a time; the kernel drops the lock of one that dies."""
    lock = local(f"{name}.lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _storage() -> Storage:
    return storages["learning"]
