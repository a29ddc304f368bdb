"""Where a project's shards and models lie: on the disk itself, or in another storage with a mirror of it here."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from labeling.learning import mirror, shelf
from labeling.models import Project, Unit

Made = TypeVar("Made")


def features_folder(project: Project) -> Path:
    """The folder whose shards are read. Raises `PoolDamaged` where a storage lacks what should be there."""
    place = _place("features", project)
    return shelf.local(place) if shelf.is_disk() else mirror.fetched(project, place)


def write_features(project: Project, write: Callable[[Path], Made]) -> Made:
    """What `write` makes in a folder of shards; it counts as a whole or not at all, and `write` may be called again.

    Raises `StorageMoved` where other workers never stopped writing to the same storage.
    """
    place = _place("features", project)
    return write(shelf.local(place)) if shelf.is_disk() else mirror.written(project, place, write)


def drop_features(project: Project) -> None:
    """Throw the shards away: they can be made again from the sentences."""
    place = _place("features", project)
    if shelf.is_disk():
        shutil.rmtree(shelf.local(place), ignore_errors=True)
    else:
        mirror.emptied(project, place)


def sweep_features(project: Project) -> None:
    """Delete what writes that were cut left in a storage; on a disk each write does so itself."""
    if not shelf.is_disk():
        mirror.sweep(project, _place("features", project))


def models_place(project: Project) -> str:
    """The folder of the project's model files in the storage."""
    return _place("models", project)


def models_folder(project: Project) -> Path:
    """The same on this machine."""
    return shelf.local(models_place(project))


def article_of(sentence_id: int, source_id: int, unit: str, title: str) -> str:
    """What a sentence is not independent of: its article. A row of a table that names none stands for itself."""
    return f"article {source_id}" if unit == Unit.ARTICLE or title else f"sentence {sentence_id}"


def _place(kind: str, project: Project) -> str:
    # The founding time too: a database made anew in an old data directory counts its ids from 1 again.
    return f"{kind}/{project.pk}-{int(project.created_at.timestamp())}"
