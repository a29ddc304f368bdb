"""A model file is whole, verified and ours, or it is refused by a named error."""

import hashlib
import io
import json
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml.artifact import FORMAT, Saved, load, save
from ml.errors import ArtifactCorrupt, ArtifactError, ArtifactForeign, ArtifactMissing, ArtifactVersionUnknown

ARRAYS = {"coef": np.arange(12, dtype=np.float32).reshape(3, 4), "columns": np.arange(4, dtype=np.int32)}


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    return save(tmp_path, ARRAYS, {"labels": ["claim", "denial"]})


def npz(saved: Saved) -> Path:
    return next(saved.path.parent.glob("*.npz"))


def forge(directory: Path, content: bytes, **changes: Any) -> Path:
    """A model file with right hashes over what an attacker, or another version, wrote."""
    digest = hashlib.sha256(content).hexdigest()
    head = {"kind": "factcheck-model", "format": FORMAT, "npz": "x.npz", "npz_bytes": len(content)}
    raw = json.dumps({**head, "npz_sha256": digest, "manifest": {}, **changes}).encode()
    (directory / "x.npz").write_bytes(content)
    path = directory / f"x-{hashlib.sha256(raw).hexdigest()[:16]}.json"
    path.write_bytes(raw)
    return path


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("exploded",)


def test_what_is_loaded_is_what_was_saved(saved: Saved) -> None:
    loaded = load(saved.path, sha256=saved.sha256)
    assert all(np.array_equal(loaded.arrays[name], array) for name, array in ARRAYS.items())


def test_the_manifest_comes_back(saved: Saved) -> None:
    assert load(saved.path).manifest == {"labels": ["claim", "denial"]}


def test_the_same_model_has_the_same_hash(saved: Saved, tmp_path: Path) -> None:
    assert save(tmp_path / "again", ARRAYS, {"labels": ["claim", "denial"]}).sha256 == saved.sha256


def test_no_temporary_file_is_left(saved: Saved) -> None:
    assert sorted(path.suffix for path in saved.path.parent.iterdir()) == [".json", ".npz"]


def test_an_array_of_objects_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(ArtifactForeign, match="objects in 'bad'"):
        save(tmp_path, {"bad": np.array([Bomb()], dtype=object)}, {})


@pytest.mark.parametrize("keep", [0, 1, 100, -1])
def test_a_cut_file_is_corrupt(saved: Saved, keep: int) -> None:
    npz(saved).write_bytes(npz(saved).read_bytes()[:keep])
    with pytest.raises(ArtifactCorrupt):
        load(saved.path)


@pytest.mark.parametrize("place", [0, 60, 200, -1])
def test_one_flipped_bit_is_corrupt(saved: Saved, place: int) -> None:
    content = bytearray(npz(saved).read_bytes())
    content[place] ^= 1
    npz(saved).write_bytes(content)
    with pytest.raises(ArtifactCorrupt):
        load(saved.path)


def test_one_flipped_bit_in_the_manifest_is_corrupt(saved: Saved) -> None:
    content = bytearray(saved.path.read_bytes())
    content[-20] ^= 1
    saved.path.write_bytes(content)
    with pytest.raises(ArtifactCorrupt):
        load(saved.path)


def test_a_whole_model_that_is_not_the_expected_one_is_corrupt(saved: Saved) -> None:
    with pytest.raises(ArtifactCorrupt):
        load(saved.path, sha256="0" * 64)


def test_the_hash_is_checked_before_the_arrays_are_parsed(saved: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    def parsed(*_: object, **__: object) -> None:
        raise AssertionError("parsed before the hash was checked")

    monkeypatch.setattr(np, "load", parsed)
    monkeypatch.setattr(zipfile, "ZipFile", parsed)
    npz(saved).write_bytes(b"x" + npz(saved).read_bytes()[1:])
    with pytest.raises(ArtifactCorrupt):
        load(saved.path)


@pytest.mark.parametrize("which", ["json", "npz"])
def test_a_missing_file_is_named(saved: Saved, which: str) -> None:
    next(saved.path.parent.glob(f"*.{which}")).unlink()
    with pytest.raises(ArtifactMissing, match=which):
        load(saved.path)


def test_an_unknown_format_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactVersionUnknown, match="99"):
        load(forge(tmp_path, b"", format=99))


@pytest.mark.parametrize("changes", [{"kind": "other"}, {"npz": "../x.npz"}, {"npz_bytes": "1"}, {"manifest": []}])
def test_a_manifest_that_is_not_ours_is_foreign(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(ArtifactForeign):
        load(forge(tmp_path, b"", **changes))


@pytest.mark.parametrize("raw", [b"", b"not json", b"[]", b"\xff", b"[" * 100_000])
def test_a_file_that_is_no_manifest_is_foreign(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / f"x-{hashlib.sha256(raw).hexdigest()[:16]}.json"
    path.write_bytes(raw)
    with pytest.raises(ArtifactForeign):
        load(path)


def bomb_in_npz() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, coef=np.array([Bomb()], dtype=object))
    return buffer.getvalue()


def swollen_npz() -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, coef=np.zeros(1_000_000))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"not a zip", pickle.dumps(Bomb()), bomb_in_npz(), swollen_npz()],
    ids=["empty", "text", "pickle", "pickle in an array", "compressed bomb"],
)
def test_foreign_arrays_with_a_right_hash_are_refused(
    tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArtifactForeign):
        load(forge(tmp_path, content))


def test_a_pickle_bomb_does_not_go_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArtifactError):
        load(forge(tmp_path, bomb_in_npz()))
    assert not (tmp_path / "exploded").exists()
