"""The pool on disk: appended, mapped, merged, cut anywhere and opened again."""

import errno
import json
import os
import shutil
from collections.abc import Callable
from mmap import mmap
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ml import durable
from ml import pool as pool_module
from ml.durable import write_array
from ml.errors import ColumnsMismatch, DuplicateIds, LengthMismatch, PoolDamaged, SentenceNotPooled
from ml.features import COLUMNS, hash_texts
from ml.pool import append, open_pool

TEXTS = [f"Warga {name} membantah kabar banjir nomor {number}" for number, name in enumerate("abcdefghijkl" * 2)]
ROWS = hash_texts(TEXTS)


@pytest.fixture(autouse=True)
def no_disk_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def ids(*numbers: int) -> NDArray[np.int64]:
    return np.array(numbers, dtype=np.int64)


def put(directory: Path, start: int, end: int) -> int:
    return append(directory, np.arange(start, end, dtype=np.int64), ROWS[start:end])


def same(one: csr_matrix, other: csr_matrix) -> bool:
    return one.shape == other.shape and abs(one - other).nnz == 0


def test_an_absent_pool_is_empty(tmp_path: Path) -> None:
    assert len(open_pool(tmp_path / "none")) == 0


def test_rows_come_back_in_the_order_asked_for(tmp_path: Path) -> None:
    put(tmp_path, 0, 10)
    put(tmp_path, 10, 13)
    assert same(open_pool(tmp_path).rows(ids(12, 0, 5, 0)), ROWS[[12, 0, 5, 0]])


def test_no_ids_are_no_rows(tmp_path: Path) -> None:
    put(tmp_path, 0, 3)
    assert open_pool(tmp_path).rows(ids()).shape == (0, COLUMNS)


def test_an_id_that_is_held_is_not_added_twice(tmp_path: Path) -> None:
    put(tmp_path, 0, 5)
    assert (put(tmp_path, 3, 8), len(open_pool(tmp_path))) == (3, 8)


def test_an_append_of_nothing_new_writes_nothing(tmp_path: Path) -> None:
    put(tmp_path, 0, 5)
    before = sorted(tmp_path.iterdir())
    put(tmp_path, 0, 5)
    assert sorted(tmp_path.iterdir()) == before


def test_document_frequencies_are_those_of_all_rows(tmp_path: Path) -> None:
    put(tmp_path, 0, 9)
    put(tmp_path, 9, 12)
    expected = np.asarray((ROWS[:12] > 0).sum(axis=0)).ravel()
    assert np.array_equal(open_pool(tmp_path).document_frequencies, expected)


def test_small_shards_are_merged(tmp_path: Path) -> None:
    for number in range(24):
        put(tmp_path, number, number + 1)
    assert [len(shard.ids) for shard in open_pool(tmp_path).shards] == [16, 8]


def test_merging_keeps_every_row(tmp_path: Path) -> None:
    for number in range(11):
        put(tmp_path, number, number + 1)
    assert same(open_pool(tmp_path).rows(np.arange(11, dtype=np.int64)), ROWS[:11])


def test_a_full_shard_is_not_merged_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "SHARD_ROWS", 4)
    for number in range(0, 12, 2):
        put(tmp_path, number, number + 2)
    assert [len(shard.ids) for shard in open_pool(tmp_path).shards] == [4, 4, 4]


def test_shards_are_mapped(tmp_path: Path) -> None:
    put(tmp_path, 0, 5)
    held: object = open_pool(tmp_path).shards[0].matrix.data
    while isinstance(held, np.ndarray):
        held = held.base
    assert isinstance(held, mmap)


def test_shards_are_read_only(tmp_path: Path) -> None:
    put(tmp_path, 0, 5)
    assert not open_pool(tmp_path).shards[0].matrix.data.flags.writeable


def test_every_part_is_synced_before_the_manifest_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    rename, replace = os.rename, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: steps.append("sync"))

    def noted(step: str, real: Callable[[Path, Path], None]) -> Callable[[Path, Path], None]:
        def move(source: Path, target: Path) -> None:
            steps.append(step)
            real(source, target)

        return move

    monkeypatch.setattr(os, "rename", noted("shard", rename))
    monkeypatch.setattr(os, "replace", noted("manifest", replace))
    put(tmp_path, 0, 3)
    assert steps == [*["sync"] * 7, "shard", "sync", "sync", "manifest", "sync"]


def test_a_pool_that_is_open_outlives_a_merge(tmp_path: Path) -> None:
    put(tmp_path, 0, 2)
    before = open_pool(tmp_path)
    put(tmp_path, 2, 12)
    assert same(before.rows(ids(1, 0)), ROWS[[1, 0]])


def test_an_unknown_id_is_named(tmp_path: Path) -> None:
    put(tmp_path, 0, 5)
    with pytest.raises(SentenceNotPooled, match="1 without features, the first 99"):
        open_pool(tmp_path).rows(ids(1, 99))


def test_ids_and_rows_of_different_length_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LengthMismatch):
        append(tmp_path, ids(1, 2), ROWS[:3])


def test_rows_of_another_width_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ColumnsMismatch):
        append(tmp_path, ids(1), csr_matrix(np.ones((1, 3), np.float32)))


def test_an_id_twice_in_one_append_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DuplicateIds):
        append(tmp_path, ids(1, 1), ROWS[:2])


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def kill_after(calls: int, real: Callable[..., None]) -> Callable[..., None]:
    """Let `calls` calls through, then die as a kill would: nothing after it runs."""
    left = [calls]

    def until(*arguments: object) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        real(*arguments)

    return until


@pytest.mark.parametrize("files", range(6))
def test_a_kill_while_a_shard_is_written_loses_nothing(
    tmp_path: Path, files: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, 0, 3)
    with monkeypatch.context() as patch:
        patch.setattr(pool_module, "write_array", kill_after(files, write_array))
        with pytest.raises(KeyboardInterrupt):
            put(tmp_path, 3, 8)
    assert same(open_pool(tmp_path).rows(ids(0, 1, 2)), ROWS[:3])


@pytest.mark.parametrize("step", ["os.rename", "_write_manifest", "_sweep"])
def test_after_a_kill_at_any_step_the_same_append_mends_all(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, 0, 3)
    with monkeypatch.context() as patch:
        if step == "os.rename":
            patch.setattr(os, "rename", killed)
        else:
            # What is left is swept twice: before anything is written, and at the end.
            patch.setattr(pool_module, step, kill_after(int(step == "_sweep"), getattr(pool_module, step)))
        with pytest.raises(KeyboardInterrupt):
            put(tmp_path, 3, 8)
    put(tmp_path, 3, 8)
    assert same(open_pool(tmp_path).rows(np.arange(8, dtype=np.int64)), ROWS[:8])


def test_what_a_kill_left_behind_is_swept_by_the_next_append(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(pool_module, "_write_manifest", killed)
        with pytest.raises(KeyboardInterrupt):
            put(tmp_path, 0, 3)
    put(tmp_path, 0, 3)
    assert len(list(tmp_path.glob("shard-*"))) == 1


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("step", ["write_array", "sync_directory", "_write_manifest"])
def test_a_disk_that_is_full_holds_nothing_of_the_append_that_failed(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, 0, 3)
    before = sorted(tmp_path.rglob("*"))
    with monkeypatch.context() as patch:
        patch.setattr(pool_module, step, no_room)
        with pytest.raises(OSError, match="No space"):
            put(tmp_path, 3, 8)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_manifest_that_was_written_keeps_its_shard_though_an_error_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(durable, "sync_directory", no_room)
        with pytest.raises(OSError, match="No space"):
            put(tmp_path, 0, 3)
    assert same(open_pool(tmp_path).rows(ids(0, 1, 2)), ROWS[:3])


def test_what_a_kill_left_behind_gives_its_room_back_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, 0, 3)
    left = tmp_path / "shard-left.part"
    left.mkdir()
    (left / "ids.npy").write_bytes(b"half")
    seen: list[bool] = []

    def looking(path: Path, array: NDArray[np.generic]) -> None:
        seen.append(left.exists())
        write_array(path, array)

    monkeypatch.setattr(pool_module, "write_array", looking)
    put(tmp_path, 3, 8)
    assert not any(seen)


def test_a_half_written_shard_is_ignored(tmp_path: Path) -> None:
    put(tmp_path, 0, 3)
    half = tmp_path / "shard-half"
    half.mkdir()
    (half / "ids.npy").write_bytes(b"\x93NUMPY half")
    assert len(open_pool(tmp_path)) == 3


@pytest.mark.parametrize("part", ["ids", "indptr", "indices", "data", "df_columns"])
def test_a_shard_cut_on_disk_is_named(tmp_path: Path, part: str) -> None:
    put(tmp_path, 0, 3)
    path = next(tmp_path.glob(f"shard-*/{part}.npy"))
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(PoolDamaged, match="shard-"):
        open_pool(tmp_path)


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    put(tmp_path, 0, 3)
    shutil.rmtree(next(tmp_path.glob("shard-*")))
    with pytest.raises(PoolDamaged, match="shard-"):
        open_pool(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}'])
def test_an_unreadable_manifest_is_named(tmp_path: Path, content: str) -> None:
    put(tmp_path, 0, 3)
    (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(PoolDamaged, match="readable manifest"):
        open_pool(tmp_path)


def test_a_pool_of_another_version_is_named(tmp_path: Path) -> None:
    put(tmp_path, 0, 3)
    path = tmp_path / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, "features": 99}), encoding="utf-8")
    with pytest.raises(PoolDamaged, match="another version"):
        open_pool(tmp_path)
