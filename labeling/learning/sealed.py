"""Sealed arrays on the shelf: models, and what workers hand each other while they rank side by side."""

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from labeling.learning import shelf
from labeling.learning.places import models_place
from labeling.models import Project
from ml import artifact
from ml.errors import ArtifactError


def save(project: Project, arrays: artifact.Arrays, manifest: Mapping[str, Any]) -> tuple[str, str]:
    """Write `arrays` and then their `manifest`; returns the path in the storage, and the SHA-256 that seals it."""
    place = models_place(project)
    saved = artifact.save(shelf.local(place), arrays, manifest)
    if not shelf.is_disk():
        for path in (artifact.arrays_beside(saved.path), saved.path):
            shelf.upload(f"{place}/{path.name}", path)
    return f"{place}/{saved.path.name}", saved.sha256


def load(path: str, sha256: str) -> artifact.Artifact:
    """What `save` wrote, verified before it is parsed. Raises an `ml.errors.ArtifactError`, naming the fault."""
    if not shelf.is_disk():
        with contextlib.suppress(ArtifactError):
            return artifact.load(shelf.local(path), sha256=sha256)
        _fetch(path)
    return artifact.load(shelf.local(path), sha256=sha256)


def forget(project: Project, *, keep: Iterable[str]) -> None:
    """Delete files that none of the paths in `keep` stands for, rests of cut writes too."""
    kept = {_content(path) for path in keep}
    place = models_place(project)
    for name in [name for name in shelf.names(place) if _content(name) not in kept]:
        shelf.remove(name)
    if not shelf.is_disk():
        _drop_copies(place)


def _fetch(path: str) -> None:
    """Both files anew: what lies here, if anything, is not whole. Copies of what the storage forgot go."""
    place, _, name = path.rpartition("/")
    with shelf.alone(f"{place}.mirror"), contextlib.suppress(FileNotFoundError):
        shelf.fetch(f"{place}/{artifact.arrays_beside(Path(name))}")
        shelf.fetch(path)
        _drop_copies(place)


def _drop_copies(place: str) -> None:
    held = set(shelf.names(place))
    for copy in shelf.local(place).glob("*"):
        if f"{place}/{copy.name}" not in held:
            copy.unlink(missing_ok=True)


def _content(path: str) -> str:
    """The part of a file's name that its manifest and its arrays share."""
    return Path(path).name.partition(".")[0].partition("-")[0]
