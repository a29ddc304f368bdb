"""Shards in a storage that is not a disk: a worker maps a mirror of them, and what it writes is uploaded, then counts.

What counts stands in the database, in PoolManifest: no storage swaps a file in one step, and a conditional UPDATE tells
the later of two workers who wrote at once.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from labeling.errors import StorageMoved
from labeling.learning import shelf
from labeling.models import PoolManifest, Project
from ml import pool, shards
from ml.durable import write_text
from ml.errors import PoolDamaged

Made = TypeVar("Made")

TRIES = 5


def fetched(project: Project, place: str) -> Path:
    """The mirror, brought up to what counts. Raises `PoolDamaged` where the storage lacks what should be there."""
    folder = shelf.local(place)
    text = _counting(project)
    if _text(folder) != text or _missing(folder, text):
        with shelf.alone(f"{place}.mirror"):
            _catch_up(project, place)
    return folder


def written(project: Project, place: str, write: Callable[[Path], Made]) -> Made:
    """What `write` makes in a copy of the mirror. Then what is new is uploaded, and counts from one UPDATE on.

    Where another worker wrote meanwhile, nothing of it counts, and it is done again on what the other made. Raises
    `StorageMoved` where that goes on.
    """
    stage = shelf.local(f"{place}.write")
    with shelf.alone(f"{place}.write"):
        for _ in range(TRIES):
            _copy(project, place, stage)
            try:
                before = _text(stage)
                made = write(stage)
                if _publish(project, place, stage, before):
                    return made
            finally:
                shutil.rmtree(stage)
    raise StorageMoved(f"{TRIES} times another worker wrote to {place} meanwhile.")


def emptied(project: Project, place: str) -> None:
    """Nothing counts any more."""
    before = _counting(project)
    PoolManifest.objects.filter(project=project).update(text="")
    fetched(project, place)
    with contextlib.suppress(PoolDamaged):
        for name in _files(before):
            shelf.remove(f"{place}/{name}")
    sweep(project, place)


def sweep(project: Project, place: str) -> None:
    """Delete from the storage what nothing names, such as the rest of an upload that was cut, once it is old enough."""
    named = {f"{place}/{name}" for name in _files(_counting(project))}
    for name in [name for name in shelf.names(place) if name not in named]:
        if shelf.is_settled(name):
            shelf.remove(name)


def _catch_up(project: Project, place: str) -> None:
    """Fetch each file that counts and is not here yet, then say so in the mirror's manifest."""
    folder = shelf.local(place)
    while True:
        text = _counting(project)
        try:
            for name in _missing(folder, text):
                shelf.fetch(f"{place}/{name}")
        except FileNotFoundError as reason:
            # Another worker may have replaced it meanwhile.
            if _counting(project) != text:
                continue
            raise PoolDamaged(
                expected="every shard that the database names",
                came=f"a storage without {reason.filename or reason}",
                cure="Make the features again: manage.py features SLUG --anew",
            ) from reason
        if text:
            folder.mkdir(parents=True, exist_ok=True)
            write_text(folder / pool.MANIFEST, text)
        else:
            (folder / pool.MANIFEST).unlink(missing_ok=True)
        shards.sweep(folder)
        return


def _copy(project: Project, place: str, stage: Path) -> None:
    """The mirror by hard links: a writer changes no file, and what it deletes in its copy stays in the mirror."""
    shutil.rmtree(stage, ignore_errors=True)
    folder = fetched(project, place)
    with shelf.alone(f"{place}.mirror"):
        if folder.is_dir():
            shutil.copytree(folder, stage, copy_function=os.link, ignore=shutil.ignore_patterns(".*"))
        else:
            stage.mkdir(parents=True)


def _publish(project: Project, place: str, stage: Path, before: str) -> bool:
    after = _text(stage)
    old, new = _files(before), _files(after)
    for name in sorted(new - old):
        shelf.upload(f"{place}/{name}", stage / name)
    counts = _swap(project, before, after)
    if counts:
        with shelf.alone(f"{place}.mirror"):
            _link(stage, shelf.local(place), new - old)
            _catch_up(project, place)
    for name in sorted(old - new if counts else new - old):
        shelf.remove(f"{place}/{name}")
    return counts


def _swap(project: Project, before: str, after: str) -> bool:
    PoolManifest.objects.get_or_create(project=project)
    return PoolManifest.objects.filter(project=project, text=before).update(text=after) == 1


def _link(stage: Path, folder: Path, names: Iterable[str]) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        os.link(stage / name, folder / name)


def _counting(project: Project) -> str:
    return PoolManifest.objects.filter(project=project).values_list("text", flat=True).first() or ""


def _text(folder: Path) -> str:
    path = folder / pool.MANIFEST
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _files(text: str) -> set[str]:
    return set(pool.files(pool.parse_manifest(text)))


def _missing(folder: Path, text: str) -> list[str]:
    return [name for name in sorted(_files(text)) if not (folder / name).exists()]
