"""The pool as it is read: mapped, in any order, and named where something is damaged."""

import json
import os
import shutil
from collections.abc import Iterator
from mmap import mmap
from pathlib import Path

import numpy as np
import pytest

from ml import pool as pool_module
from ml import shards
from ml.errors import PoolDamaged, SentenceNotPooled, SpaceMissing
from ml.features import COLUMNS, WORD_COLUMNS, hash_texts
from ml.pool import COUNTS, WEIGHTED, Manifest, Pool, Shard, files, open_pool, read_manifest, weighted
from tests.ml.made_pools import TEXTS, ids, made, same, same_rows

ROWS = hash_texts(TEXTS)
SPACE = ("idf", "columns", "components", "centre", "mean", "n_fitted")


@pytest.fixture(autouse=True)
def no_disk_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pool of two shards with its space, to be looked at only."""
    directory = tmp_path_factory.mktemp("pool")
    made(directory, TEXTS[:13], parts=2)
    return directory


@pytest.fixture
def own(folder: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    shutil.copytree(folder, tmp_path / "pool")
    return tmp_path / "pool"


def test_an_absent_pool_is_empty(tmp_path: Path) -> None:
    assert len(open_pool(tmp_path / "none")) == 0


def test_counts_come_back_in_the_order_asked_for(folder: Path) -> None:
    assert same(open_pool(folder).counts(ids(12, 0, 5, 0))[0], ROWS[[12, 0, 5, 0]])


def test_rows_come_back_in_the_order_asked_for(folder: Path) -> None:
    pool = open_pool(folder)
    assert same_rows(pool.rows(ids(12, 0, 5, 0)), pool.fitted_space().weigh(ROWS[[12, 0, 5, 0]]))


def test_dense_is_the_dense_part_of_the_rows(folder: Path) -> None:
    pool = open_pool(folder)
    assert np.array_equal(pool.dense(ids(9, 2, 2)), pool.rows(ids(9, 2, 2)).dense)


def test_no_ids_are_no_rows(folder: Path) -> None:
    pool = open_pool(folder)
    rows = pool.rows(ids())
    assert (len(rows), rows.words.shape, pool.dense(ids()).shape) == (0, (0, WORD_COLUMNS), rows.dense.shape)


def test_no_ids_are_no_counts(folder: Path) -> None:
    assert open_pool(folder).counts(ids())[0].shape == (0, COLUMNS)


def test_an_unknown_id_is_named(folder: Path) -> None:
    with pytest.raises(SentenceNotPooled, match="1 without features, the first 99"):
        open_pool(folder).rows(ids(1, 99))


def test_an_id_of_an_empty_pool_is_named(tmp_path: Path) -> None:
    with pytest.raises(SentenceNotPooled, match="the first 7"):
        open_pool(tmp_path / "none").counts(ids(7))


def test_document_frequencies_are_those_of_all_rows(folder: Path) -> None:
    expected = np.asarray((ROWS[:13] > 0).sum(axis=0)).ravel()
    assert np.array_equal(open_pool(folder).document_frequencies, expected)


def test_rows_before_the_first_space_are_refused_by_name(tmp_path: Path) -> None:
    made(tmp_path, TEXTS[:3], fitted=False)
    with pytest.raises(SpaceMissing):
        open_pool(tmp_path).rows(ids(0))


def test_a_shard_before_the_first_space_has_counts_alone(tmp_path: Path) -> None:
    made(tmp_path, TEXTS[:3], fitted=False)
    with pytest.raises(SpaceMissing, match="shard-"):
        weighted(open_pool(tmp_path).shards[0])


def mapped_and_read_only(shard: Shard) -> Iterator[tuple[bool, bool]]:
    rows = weighted(shard)
    for array in (shard.ids, shard.counts.data, shard.counts.indices, rows.words.data, rows.words.indices, rows.dense):
        held: object = array
        while isinstance(held, np.ndarray):
            held = held.base
        yield isinstance(held, mmap), not array.flags.writeable


def test_shards_are_mapped_and_read_only(folder: Path) -> None:
    assert set(mapped_and_read_only(open_pool(folder).shards[0])) == {(True, True)}


def test_rows_are_copies_that_may_be_changed(folder: Path) -> None:
    assert open_pool(folder).rows(ids(0, 1)).dense.flags.writeable


def test_a_shard_whose_pages_were_given_back_reads_the_same(folder: Path) -> None:
    pool = open_pool(folder)
    before = pool.rows(pool.ids)
    for shard in pool.shards:
        shard.release()
    assert same_rows(pool.rows(pool.ids), before)


def test_a_pool_that_may_keep_nothing_gives_back_what_it_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released: list[str] = []
    monkeypatch.setattr(Shard, "release", lambda shard: released.append(shard.name))
    pool = open_pool(folder, bytes_kept=0)
    pool.dense(ids(1, 2))
    assert released == [pool.shards[0].name]


def test_a_pool_that_may_keep_nothing_reads_the_same(folder: Path) -> None:
    kept, given_back = open_pool(folder).rows(ids(*range(13))), open_pool(folder, bytes_kept=0).rows(ids(*range(13)))
    assert same_rows(given_back, kept)


def test_giving_back_what_was_never_mapped_is_nothing(tmp_path: Path) -> None:
    made(tmp_path, TEXTS[:3], fitted=False).shards[0].release()
    assert open_pool(tmp_path).weighted_bytes == 0


def test_weighted_bytes_are_those_of_the_files(folder: Path) -> None:
    pool = open_pool(folder)
    parts = list(folder.glob("shard-*/space-*/*.npy"))
    # 128 bytes of each file are its head.
    assert pool.weighted_bytes == sum(path.stat().st_size - 128 for path in parts)


def test_a_pool_that_stands_is_not_opened_again(folder: Path) -> None:
    assert open_pool(folder) is open_pool(folder)


def test_a_pool_that_grew_is_opened_anew(own: Path) -> None:
    before = open_pool(own)
    shards.append(own, ids(99), ROWS[20])
    assert (len(before), len(open_pool(own))) == (13, 14)


def test_a_reader_whose_shards_are_merged_away_under_it_sees_the_pool_after(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Twice between the reading of the manifest and the mapping.
    waiting = [1, 0]
    real = pool_module._open.__wrapped__

    def raced(directory: Path, manifest: Manifest, sizes: tuple[int, ...], kept: int | None) -> Pool:
        if waiting:
            gone = waiting.pop()
            with monkeypatch.context() as patch:
                patch.setattr(pool_module, "_open", real)
                shards.forget(directory, ids(gone))
        return real(directory, manifest, sizes, kept)

    monkeypatch.setattr(pool_module, "_open", raced)
    assert open_pool(own).ids.tolist() == [*range(2, 13)]


def test_every_file_that_counts_is_named(own: Path) -> None:
    there = {str(path.relative_to(own)) for path in own.rglob("*.npy")}
    assert set(files(read_manifest(own))) == there


def test_a_half_written_shard_is_ignored(own: Path) -> None:
    half = own / "shard-half"
    half.mkdir()
    (half / "ids.npy").write_bytes(b"\x93NUMPY half")
    assert len(open_pool(own)) == 13


def test_a_half_written_space_is_ignored(own: Path) -> None:
    for shard in own.glob("shard-*"):
        (shard / "space-half").mkdir()
    assert len(open_pool(own).rows(ids(1, 2))) == 2


def part(directory: Path, name: str) -> Path:
    """The first file of that part, a name in COUNTS, WEIGHTED or SPACE."""
    kind, _, stem = name.partition("/")
    pattern = {"counts": "shard-*", "weighted": "shard-*/space-*", "space": "space-*"}[kind]
    return min(directory.glob(f"{pattern}/{stem}.npy"))


PARTS = [
    *(f"counts/{name}" for name in COUNTS),
    *(f"weighted/{name}" for name in WEIGHTED),
    *(f"space/{name}" for name in SPACE),
]


@pytest.mark.parametrize("name", PARTS)
def test_a_part_cut_on_disk_is_named(own: Path, name: str) -> None:
    path = part(own, name)
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(PoolDamaged, match=r"shard-|space-"):
        open_pool(own)


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_is_missing_is_named(own: Path, name: str) -> None:
    part(own, name).unlink()
    with pytest.raises(PoolDamaged, match=r"shard-|space-"):
        open_pool(own)


@pytest.mark.parametrize("name", ["counts/ids", "counts/encoded", "counts/df_counts", "weighted/dense"])
def test_a_part_of_another_length_is_named(own: Path, name: str) -> None:
    path = part(own, name)
    np.save(path, np.load(path)[:-1])
    with pytest.raises(PoolDamaged, match="one length"):
        open_pool(own)


def test_a_pool_that_was_open_when_a_part_was_cut_is_not_read_on(own: Path) -> None:
    # A look at a map beyond the end of its file ends the process.
    open_pool(own)
    path = part(own, "weighted/dense")
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(PoolDamaged):
        open_pool(own)


def test_a_missing_shard_is_named(own: Path) -> None:
    shutil.rmtree(next(own.glob("shard-*")))
    with pytest.raises(PoolDamaged, match="shard-"):
        open_pool(own)


def test_a_pickle_in_a_part_is_not_opened(own: Path) -> None:
    np.save(part(own, "counts/ids"), np.array([object()]), allow_pickle=True)
    with pytest.raises(PoolDamaged):
        open_pool(own)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}', '"text"', "\ufffd", "[" * 100_000])
def test_an_unreadable_manifest_is_named(own: Path, content: str) -> None:
    (own / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(PoolDamaged, match="readable manifest"):
        open_pool(own)


@pytest.mark.parametrize("change", [{"features": 99}, {"format": 1}, {"columns": 2**20}])
def test_a_pool_of_another_version_is_named(own: Path, change: dict[str, int]) -> None:
    path = own / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **change}), encoding="utf-8")
    with pytest.raises(PoolDamaged, match="another version"):
        open_pool(own)
