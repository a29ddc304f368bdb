"""A model file: arrays in one `.npz` without pickle, and a JSON manifest with their SHA-256.

Nothing is parsed before its hash is known to be right; what is not whole, or not ours, is refused by a named error.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.durable import write_bytes, write_text
from ml.errors import ArtifactCorrupt, ArtifactForeign, ArtifactMissing, ArtifactVersionUnknown

FORMAT = 1
_KIND = "factcheck-model"
_RETRAIN = "Train again; until then the previous version serves."

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Artifact:
    """What was loaded: named arrays, and the manifest as it was given to `save`."""

    arrays: Arrays
    manifest: dict[str, Any]
    sha256: str


@dataclass(frozen=True)
class Saved:
    """Where a model lies. `path` is the manifest's; `sha256` is of the manifest's bytes, which hold the arrays' own."""

    path: Path
    sha256: str
    bytes: int


def save(directory: Path, arrays: Mapping[str, NDArray[Any]], manifest: Mapping[str, Any]) -> Saved:
    """Write `<hash>.npz` and then `<hash>.json`, each whole or not at all. `manifest` must be plain JSON values.

    Raises `ArtifactForeign` for an array of Python objects, which only a pickle could hold.
    """
    for name, array in arrays.items():
        if array.dtype.hasobject:
            raise ArtifactForeign(expected="plain arrays", came=f"objects in {name!r}", cure="Save numbers or texts.")
    directory.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    content = buffer.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    name = digest[:32]
    head = {"kind": _KIND, "format": FORMAT, "npz": f"{name}.npz", "npz_bytes": len(content), "npz_sha256": digest}
    text = json.dumps({**head, "manifest": dict(manifest)}, indent=1, sort_keys=True, allow_nan=False)
    seal = hashlib.sha256(text.encode()).hexdigest()
    path = directory / f"{name}-{seal[:16]}.json"
    write_bytes(directory / f"{name}.npz", content)
    write_text(path, text)
    return Saved(path, seal, len(content))


def load(path: Path, *, sha256: str | None = None) -> Artifact:
    """The artefact whose manifest lies at `path`; `sha256` as `save` gave it (kept in the database), if known.

    Raises `ArtifactMissing`, `ArtifactCorrupt` (cut, bits flipped), `ArtifactForeign` (not ours, or pickled objects),
    `ArtifactVersionUnknown`.
    """
    raw = _read(path)
    seal = hashlib.sha256(raw).hexdigest()
    if not path.stem.endswith(f"-{seal[:16]}") or (sha256 is not None and seal != sha256):
        raise ArtifactCorrupt(expected=f"the manifest {path.name} as saved", came="other bytes", cure=_RETRAIN)
    head = _head(raw, path)
    content = _read(path.parent / str(head["npz"]))
    if len(content) != head["npz_bytes"] or hashlib.sha256(content).hexdigest() != head["npz_sha256"]:
        raise ArtifactCorrupt(
            expected=f"{head['npz_bytes']} bytes with SHA-256 {head['npz_sha256']}",
            came=f"{len(content)} bytes that differ",
            cure=_RETRAIN,
        )
    return Artifact(_arrays(content, str(head["npz"])), dict(head["manifest"]), seal)


def arrays_beside(path: Path) -> Path:
    """The file of the arrays whose manifest lies at `path`."""
    return path.with_name(f"{path.stem.partition('-')[0]}.npz")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as reason:
        raise ArtifactMissing(expected=f"the file {path.name}", came=str(reason.strerror), cure=_RETRAIN) from reason


def _head(raw: bytes, path: Path) -> dict[str, Any]:
    try:
        head = json.loads(raw)
    except (ValueError, RecursionError) as reason:
        raise ArtifactForeign(expected="a manifest in JSON", came=path.name, cure=_RETRAIN) from reason
    if not isinstance(head, dict) or head.get("kind") != _KIND:
        raise ArtifactForeign(expected=f"a manifest of kind {_KIND}", came=path.name, cure=_RETRAIN)
    if head.get("format") != FORMAT:
        raise ArtifactVersionUnknown(expected=f"format {FORMAT}", came=repr(head.get("format")), cure=_RETRAIN)
    shape = {"npz": str, "npz_bytes": int, "npz_sha256": str, "manifest": dict}
    if any(not isinstance(head.get(key), kind) for key, kind in shape.items()) or "/" in head["npz"]:
        raise ArtifactForeign(expected="a complete manifest", came=path.name, cure=_RETRAIN)
    return head


def _arrays(content: bytes, name: str) -> Arrays:
    """Arrays of an uncompressed archive: what is stored as it is cannot swell in memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            swollen = [entry for entry in archive.infolist() if entry.compress_type != zipfile.ZIP_STORED]
        if not swollen:
            with np.load(io.BytesIO(content), allow_pickle=False) as found:
                return {key: np.asarray(found[key]) for key in found.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, SyntaxError) as reason:
        raise ArtifactForeign(
            expected="arrays without pickled objects", came=f"{name}: {reason}", cure=_RETRAIN
        ) from reason
    raise ArtifactForeign(expected="an archive that is stored", came=f"{name}: a compressed one", cure=_RETRAIN)
