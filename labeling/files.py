"""Files in the default storage that are whole or not there: temporary name, fsync, rename."""

import hashlib
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.core.files.storage import default_storage


@dataclass(frozen=True, slots=True)
class Kept:
    """`path` is relative to the storage; `size` in bytes."""

    path: str
    sha256: str
    size: int


def keep(chunks: Iterable[bytes], *, folder: str, name: str = "") -> Kept:
    """Write `chunks` to `folder`/`name`, or under their SHA-256 where no name is given, in constant memory.

    Guarantees that the final name always shows a whole file, and that an error while reading leaves nothing behind.
    """
    directory = Path(default_storage.path(folder))
    directory.mkdir(parents=True, exist_ok=True)
    temporary = directory / f".{uuid.uuid4().hex}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with temporary.open("wb") as out:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        final = name or digest.hexdigest()
        temporary.replace(directory / final)
        sync_folder(directory)
    finally:
        temporary.unlink(missing_ok=True)
    return Kept(path=f"{folder}/{final}", sha256=digest.hexdigest(), size=size)


def sync_folder(directory: Path) -> None:
    """Make a rename inside `directory` last through a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
