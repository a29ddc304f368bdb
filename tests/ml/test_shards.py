"""Writing the pool: appended, merged, forgotten; two at once, and on a full disk."""

import errno
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ml import durable, shards
from ml.durable import write_array
from ml.errors import ColumnsMismatch, DuplicateIds, LengthMismatch
from ml.features import COLUMNS, hash_texts
from ml.pool import open_pool, read_manifest
from ml.shards import append, forget
from tests.ml.made_pools import ODD_TEXTS, TEXTS, Ids, finite, ids, made, same, same_rows

ROWS = hash_texts(TEXTS)


@pytest.fixture(autouse=True)
def no_disk_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pool of ten sentences in one shard, with its space."""
    directory = tmp_path_factory.mktemp("pool")
    made(directory, TEXTS[:10])
    return directory


@pytest.fixture
def ready(first: Path, tmp_path: Path) -> Path:
    """A copy of it, to be written to."""
    shutil.copytree(first, tmp_path / "ready")
    return tmp_path / "ready"


def put(directory: Path, start: int, end: int) -> int:
    return append(directory, np.arange(start, end, dtype=np.int64), ROWS[start:end])


def lengths(directory: Path) -> list[int]:
    return [len(shard.ids) for shard in open_pool(directory).shards]


def held(directory: Path, wanted: Ids) -> csr_matrix:
    return open_pool(directory).counts(wanted)[0]


def test_an_id_that_is_held_is_not_added_twice(tmp_path: Path) -> None:
    put(tmp_path, 0, 5)
    assert (put(tmp_path, 3, 8), len(open_pool(tmp_path))) == (3, 8)


def test_an_id_that_is_held_keeps_its_row(tmp_path: Path) -> None:
    put(tmp_path, 0, 5)
    append(tmp_path, ids(2), ROWS[30])
    assert same(held(tmp_path, ids(2)), ROWS[[2]])


def test_an_append_of_nothing_new_writes_nothing(tmp_path: Path) -> None:
    put(tmp_path, 0, 5)
    before = sorted(tmp_path.iterdir())
    put(tmp_path, 0, 5)
    assert sorted(tmp_path.iterdir()) == before


def test_small_shards_are_merged(tmp_path: Path) -> None:
    for number in range(12):
        put(tmp_path, number, number + 1)
    assert lengths(tmp_path) == [8, 4]


def test_merging_keeps_every_row_and_the_counts_of_columns(tmp_path: Path) -> None:
    for number in range(7):
        put(tmp_path, number, number + 1)
    frequencies = open_pool(tmp_path).document_frequencies
    expected = np.asarray((ROWS[:7] > 0).sum(axis=0)).ravel()
    assert (same(held(tmp_path, np.arange(7)), ROWS[:7]), np.array_equal(frequencies, expected)) == (True, True)


def test_merging_keeps_every_weighted_row(ready: Path) -> None:
    before = open_pool(ready)
    put(ready, 10, 30)
    after = open_pool(ready)
    assert (lengths(ready), same_rows(after.rows(before.ids), before.rows(before.ids))) == ([30], True)


def test_ids_ascend_in_a_shard_whatever_order_they_came_in(tmp_path: Path) -> None:
    append(tmp_path, ids(9, 7, 8), ROWS[[9, 7, 8]])
    append(tmp_path, ids(3, 2, 1, 4), ROWS[[3, 2, 1, 4]])
    pool = open_pool(tmp_path)
    told = [shard.ids.tolist() for shard in pool.shards]
    assert (told, same(held(tmp_path, ids(1, 2, 9)), ROWS[[1, 2, 9]])) == ([[1, 2, 3, 4, 7, 8, 9]], True)


def test_a_full_shard_is_not_merged_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_ROWS", 4)
    for number in range(0, 12, 2):
        put(tmp_path, number, number + 2)
    assert lengths(tmp_path) == [4, 4, 4]


def test_what_is_appended_to_a_pool_with_a_space_lies_in_that_space(ready: Path) -> None:
    put(ready, 10, 13)
    pool = open_pool(ready)
    assert same_rows(pool.rows(ids(10, 11, 12)), pool.fitted_space().weigh(ROWS[10:13]))


def test_a_word_three_hundred_times_is_counted_to_255(tmp_path: Path) -> None:
    append(tmp_path, ids(0), hash_texts(["banjir " * 300]))
    assert held(tmp_path, ids(0)).data.max() == 255


def test_a_word_three_hundred_times_weighs_the_same_when_it_is_projected_anew(ready: Path) -> None:
    append(ready, ids(99), hash_texts(["banjir membantah " + "banjir " * 300]))
    pool = open_pool(ready)
    stored = pool.fitted_space().weigh(pool.counts(ids(99))[0])
    assert same_rows(pool.rows(ids(99)), stored)


def test_odd_texts_have_finite_rows(ready: Path) -> None:
    many = np.arange(100, 100 + len(ODD_TEXTS), dtype=np.int64)
    append(ready, many, hash_texts(ODD_TEXTS))
    assert finite(open_pool(ready).rows(many))


@pytest.mark.slow
def test_a_text_of_a_megabyte_has_a_finite_row(ready: Path) -> None:
    append(ready, ids(99, 100), hash_texts(["banjir besar " * 80_000, "a" * 1_000_000]))
    assert finite(open_pool(ready).rows(ids(99, 100)))


def test_ids_and_rows_of_different_length_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LengthMismatch):
        append(tmp_path, ids(1, 2), ROWS[:3])


def test_rows_of_another_width_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ColumnsMismatch):
        append(tmp_path, ids(1), csr_matrix(np.ones((1, 3), np.float32)))


def test_an_id_twice_in_one_append_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DuplicateIds):
        append(tmp_path, ids(1, 1), ROWS[:2])


def test_appends_at_once_lose_nothing(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as people:
        list(people.map(lambda number: put(tmp_path, number * 5, number * 5 + 7), range(5)))
    assert sorted(open_pool(tmp_path).ids.tolist()) == [*range(27)]


def test_what_is_forgotten_is_gone_and_the_rest_stays(ready: Path) -> None:
    before = open_pool(ready).rows(ids(0, 9))
    assert (forget(ready, ids(3, 4, 77)), same_rows(open_pool(ready).rows(ids(0, 9)), before)) == (2, True)


def test_what_is_forgotten_leaves_the_counts_of_columns(ready: Path) -> None:
    forget(ready, ids(3, 4))
    expected = np.asarray((ROWS[[0, 1, 2, 5, 6, 7, 8, 9]] > 0).sum(axis=0)).ravel()
    assert np.array_equal(open_pool(ready).document_frequencies, expected)


def test_forgetting_what_is_not_held_writes_nothing(ready: Path) -> None:
    before = sorted(ready.rglob("*"))
    assert (forget(ready, ids(88, 99)), sorted(ready.rglob("*"))) == (0, before)


def test_only_shards_that_hold_the_forgotten_are_written_again(tmp_path: Path) -> None:
    made(tmp_path, TEXTS[:9], parts=3, fitted=False)
    before = read_manifest(tmp_path).shards
    forget(tmp_path, ids(4))
    after = read_manifest(tmp_path).shards
    assert (before[0] == after[0], before[1] == after[1], before[2] == after[2]) == (True, False, True)


def test_a_shard_of_which_nothing_is_left_is_gone(tmp_path: Path) -> None:
    made(tmp_path, TEXTS[:9], parts=3, fitted=False)
    forget(tmp_path, ids(3, 4, 5))
    assert (lengths(tmp_path), len(list(tmp_path.glob("shard-*")))) == ([3, 3], 2)


def test_a_pool_that_forgot_all_begins_anew(ready: Path) -> None:
    forget(ready, np.arange(10))
    assert (open_pool(ready).space, list(ready.glob("s*-*"))) == (None, [])


def test_what_was_forgotten_may_be_appended_again(ready: Path) -> None:
    before = open_pool(ready).rows(ids(3))
    forget(ready, ids(3))
    put(ready, 3, 4)
    assert same_rows(open_pool(ready).rows(ids(3)), before)


def test_a_pool_that_is_open_outlives_a_merge_and_a_forgetting(ready: Path) -> None:
    before = open_pool(ready)
    put(ready, 10, 24)
    forget(ready, ids(1))
    assert same(before.counts(ids(1, 0))[0], ROWS[[1, 0]])


def noted(steps: list[str], step: str, real: Callable[[Path, Path], None]) -> Callable[[Path, Path], None]:
    def move(source: Path, target: Path) -> None:
        steps.append(step)
        real(source, target)

    return move


def test_every_part_is_synced_before_the_manifest_names_it(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda handle: steps.append("sync"))
    monkeypatch.setattr(os, "rename", noted(steps, "folder", os.rename))
    monkeypatch.setattr(os, "replace", noted(steps, "manifest", os.replace))
    put(ready, 10, 13)
    counts, weighted = ["sync"] * 7, ["sync"] * 4
    within = [*weighted, "sync", "folder", "sync"]
    assert steps == [*counts, *within, "sync", "folder", "sync", "sync", "manifest", "sync"]


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


@pytest.mark.parametrize("files", range(11))
def test_a_kill_while_a_shard_is_written_loses_nothing(
    ready: Path, files: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(shards, "write_array", kill_after(files, write_array))
        with pytest.raises(KeyboardInterrupt):
            put(ready, 10, 15)
    assert (len(open_pool(ready)), same(held(ready, ids(0, 1, 2)), ROWS[:3])) == (10, True)


STEPS = [("rename", 0), ("rename", 1), ("_write_manifest", 0), ("sweep", 1)]


def cut(patch: pytest.MonkeyPatch, step: str, calls: int) -> None:
    """A kill at the `calls`-th turn of a step. What is left is swept twice: before anything is written, and after."""
    place = os if step == "rename" else shards
    patch.setattr(place, step, kill_after(calls, getattr(place, step)))


@pytest.mark.parametrize(("step", "calls"), STEPS)
def test_after_a_kill_at_any_step_the_same_append_mends_all(
    ready: Path, step: str, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        cut(patch, step, calls)
        with pytest.raises(KeyboardInterrupt):
            put(ready, 10, 24)
    put(ready, 10, 24)
    kept = same(held(ready, np.arange(24)), ROWS[:24])
    assert (kept, len(list(ready.glob("shard-*"))), len(list(ready.glob("shard-*/space-*")))) == (True, 1, 1)


@pytest.mark.parametrize(("step", "calls"), STEPS)
def test_after_a_kill_at_any_step_the_same_forgetting_mends_all(
    ready: Path, step: str, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        cut(patch, step, calls)
        with pytest.raises(KeyboardInterrupt):
            forget(ready, ids(0, 1, 2))
    forget(ready, ids(0, 1, 2))
    kept = same(held(ready, np.arange(3, 10)), ROWS[3:10])
    assert (kept, len(open_pool(ready)), len(list(ready.glob("shard-*")))) == (True, 7, 1)


def test_what_a_kill_left_behind_is_swept_by_the_next_append(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(shards, "_write_manifest", killed)
        with pytest.raises(KeyboardInterrupt):
            put(ready, 10, 12)
    put(ready, 10, 24)
    assert len(list(ready.glob("shard-*"))) == 1


def test_what_a_kill_left_behind_gives_its_room_back_before_anything_is_written(
    ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = ready / "shard-left.part"
    left.mkdir()
    (left / "ids.npy").write_bytes(b"half")
    seen: list[bool] = []

    def looking(path: Path, array: NDArray[np.generic]) -> None:
        seen.append(left.exists())
        write_array(path, array)

    monkeypatch.setattr(shards, "write_array", looking)
    put(ready, 10, 12)
    assert (len(seen), any(seen)) == (11, False)


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("step", ["write_array", "sync_directory", "_write_manifest"])
def test_a_disk_that_is_full_holds_nothing_of_the_write_that_failed(
    ready: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(ready.rglob("*"))
    with monkeypatch.context() as patch:
        patch.setattr(shards, step, no_room)
        with pytest.raises(OSError, match="No space"):
            put(ready, 10, 15)
    assert sorted(ready.rglob("*")) == before


def test_a_manifest_that_was_written_keeps_its_shard_though_an_error_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(durable, "sync_directory", no_room)
        with pytest.raises(OSError, match="No space"):
            put(tmp_path, 0, 3)
    assert same(held(tmp_path, ids(0, 1, 2)), ROWS[:3])


NUMBERS = st.sets(st.integers(0, 25), min_size=1)
OPERATIONS = st.lists(st.tuples(st.sampled_from(["append", "forget"]), NUMBERS), min_size=2, max_size=6)


@pytest.mark.slow
@settings(max_examples=15)
@given(OPERATIONS)
def test_a_pool_holds_what_was_appended_and_not_forgotten(
    tmp_path_factory: pytest.TempPathFactory, many: list[tuple[str, set[int]]]
) -> None:
    directory, expected = tmp_path_factory.mktemp("pool"), set[int]()
    for verb, numbers in many:
        chosen = ids(*numbers)
        if verb == "append":
            append(directory, chosen, ROWS[chosen])
            expected |= numbers
        else:
            forget(directory, chosen)
            expected -= numbers
    pool, kept = open_pool(directory), np.array(sorted(expected), dtype=np.int64)
    frequencies = np.asarray((ROWS[kept] > 0).sum(axis=0)).ravel() if len(kept) else np.zeros(COLUMNS)
    whole = same(pool.counts(kept)[0], ROWS[kept]) if len(kept) else not len(pool)
    assert (set(pool.ids.tolist()), whole, np.array_equal(pool.document_frequencies, frequencies)) == (
        expected,
        True,
        True,
    )
