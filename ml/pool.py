"""The pool: hashed features of all sentences, in shards on disk that are mapped, not read.

A shard is a folder of `.npy` parts. `manifest.json` alone says which shards count: a folder that it does not name is
the rest of a write that was cut, and is ignored. Small shards are merged as the pool grows (as in a log-structured
merge tree), so that N sentences lie in about log N shards and each row is written about log N times.
"""

import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from ml.durable import sync_directory, write_array, write_text
from ml.errors import ColumnsMismatch, DuplicateIds, LengthMismatch, PoolDamaged, SentenceNotPooled
from ml.features import COLUMNS, FEATURES_VERSION

SHARD_ROWS = 50_000  # A shard this large is never merged again.
_FORMAT = 1
_MANIFEST = "manifest.json"
_PARTS = ("ids", "indptr", "indices", "data", "df_columns", "df_counts")

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Shard:
    """`ids`: (n,) int64; `matrix`: (n, COLUMNS) float32 CSR over mapped files, read-only."""

    name: str
    ids: Ids
    matrix: csr_matrix
    df_columns: NDArray[np.int32]
    df_counts: NDArray[np.int64]


@dataclass(frozen=True)
class Pool:
    """A pool as it stood when it was opened. Later appends do not show; open it again."""

    shards: tuple[Shard, ...]

    def __len__(self) -> int:
        return sum(len(shard.ids) for shard in self.shards)

    @cached_property
    def ids(self) -> Ids:
        """All ids, (n,) int64, in the order of the shards."""
        return np.concatenate([np.zeros(0, np.int64), *(shard.ids for shard in self.shards)])

    @cached_property
    def document_frequencies(self) -> NDArray[np.int64]:
        """In how many sentences each column occurs, shape (COLUMNS,)."""
        total = np.zeros(COLUMNS, np.int64)
        for shard in self.shards:
            total[shard.df_columns] += shard.df_counts
        return total

    def idf(self) -> NDArray[np.float32]:
        """log((1 + n) / (1 + df)) + 1, as scikit-learn's smooth idf; shape (COLUMNS,)."""
        smoothed = np.log((1 + len(self)) / (1 + self.document_frequencies)) + 1
        return smoothed.astype(np.float32)

    def rows(self, ids: Ids) -> csr_matrix:
        """The features of `ids` in their order, (len(ids), COLUMNS), copied. Raises `SentenceNotPooled`."""
        wanted = np.asarray(ids, dtype=np.int64)
        places = self._places(wanted)
        edges = np.cumsum([0, *(len(shard.ids) for shard in self.shards)])
        owner = np.searchsorted(edges, places, side="right") - 1
        blocks = [csr_matrix(np.zeros((0, COLUMNS), np.float32))]
        taken: list[Ids] = [np.zeros(0, np.int64)]
        for number in np.unique(owner):
            mine = np.flatnonzero(owner == number)
            blocks.append(self.shards[number].matrix[places[mine] - edges[number]])
            taken.append(mine)
        back = np.argsort(np.concatenate(taken), kind="stable")
        return csr_matrix(vstack(blocks, format="csr", dtype=np.float32))[back]

    @cached_property
    def _sorted(self) -> tuple[Ids, Ids]:
        order = np.argsort(self.ids, kind="stable")
        return self.ids[order], order

    def _places(self, wanted: Ids) -> Ids:
        held, order = self._sorted
        at = np.searchsorted(held, wanted)
        found = at < len(held)
        found[found] = held[at[found]] == wanted[found]
        if not found.all():
            missing = wanted[~found]
            raise SentenceNotPooled(
                expected="ids of pooled sentences",
                came=f"{len(missing)} without features, the first {missing[0]}",
                cure="Append their features, or make the pool again from the database.",
            )
        return order[at]


def open_pool(directory: Path) -> Pool:
    """The pool in `directory`; an absent one is empty. Raises `PoolDamaged`, naming the shard."""
    names = _shard_names(directory)
    try:
        return Pool(tuple(_open_shard(directory / name) for name in names))
    except PoolDamaged:
        # An append may have merged shards between the reading of the manifest and the mapping.
        if _shard_names(directory) == names:
            raise
        return Pool(tuple(_open_shard(directory / name) for name in _shard_names(directory)))


def append(directory: Path, ids: Ids, matrix: csr_matrix) -> int:
    """Add rows to the pool; ids that it holds are left as they are. Returns the number of rows added.

    `ids`: (n,) int64, each once; `matrix`: (n, COLUMNS). Safe against a kill at any point and against two appends at
    once (a lock file): the rows are in after the manifest's rename, and not before.
    Raises `LengthMismatch`, `ColumnsMismatch`, `DuplicateIds`, `PoolDamaged`.
    """
    ids = np.asarray(ids, dtype=np.int64)
    _require_rows(ids, matrix)
    directory.mkdir(parents=True, exist_ok=True)
    with _locked(directory), _swept(directory):
        pool = open_pool(directory)
        new = np.flatnonzero(~np.isin(ids, pool.ids))
        if not len(new):
            return 0
        kept, new_ids, rows = _merged(list(pool.shards), ids[new], csr_matrix(matrix, dtype=np.float32)[new])
        name = _write_shard(directory, new_ids, rows)
        _write_manifest(directory, [*(shard.name for shard in kept), name])
    return len(new)


def _require_rows(ids: Ids, matrix: csr_matrix) -> None:
    if matrix.shape[0] != len(ids):
        raise LengthMismatch(
            expected="one id a row", came=f"{len(ids)} ids and {matrix.shape[0]} rows", cure="Pass both of one batch."
        )
    if matrix.shape[1] != COLUMNS:
        raise ColumnsMismatch(
            expected=f"{COLUMNS} columns", came=str(matrix.shape[1]), cure="Make the rows with ml.features.hash_texts."
        )
    if len(np.unique(ids)) != len(ids):
        raise DuplicateIds(expected="each id once", came="an id twice in one append", cure="Remove the twins.")


def _merged(shards: list[Shard], ids: Ids, matrix: csr_matrix) -> tuple[list[Shard], Ids, csr_matrix]:
    """Take in the last shards that are no larger than what is being written."""
    merged = [(ids, matrix)]
    size = len(ids)
    while shards and len(shards[-1].ids) <= size and size + len(shards[-1].ids) <= SHARD_ROWS:
        last = shards.pop()
        merged.insert(0, (last.ids, last.matrix))
        size += len(last.ids)
    if len(merged) == 1:
        return shards, ids, matrix
    together = csr_matrix(vstack([rows for _, rows in merged], format="csr", dtype=np.float32))
    return shards, np.concatenate([some for some, _ in merged]), together


def _write_shard(directory: Path, ids: Ids, matrix: csr_matrix) -> str:
    matrix.sum_duplicates()
    columns, counts = np.unique(matrix.indices, return_counts=True)
    # One index type for both: SciPy would copy the mapped columns to make them equal.
    index = np.int32 if matrix.nnz < np.iinfo(np.int32).max else np.int64
    parts = {
        "ids": ids,
        "indptr": matrix.indptr.astype(index),
        "indices": matrix.indices.astype(index),
        "data": matrix.data.astype(np.float32),
        "df_columns": columns.astype(np.int32),
        "df_counts": counts.astype(np.int64),
    }
    name = f"shard-{uuid.uuid4().hex}"
    temporary = directory / f"{name}.part"
    temporary.mkdir()
    for part, array in parts.items():
        write_array(temporary / f"{part}.npy", array)
    sync_directory(temporary)
    os.rename(temporary, directory / name)
    sync_directory(directory)
    return name


def _open_shard(path: Path) -> Shard:
    try:
        part = {name: np.load(path / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _PARTS}
        matrix = csr_matrix(
            (part["data"], part["indices"], part["indptr"]), shape=(len(part["ids"]), COLUMNS), copy=False
        )
    except (OSError, ValueError, EOFError) as reason:
        raise PoolDamaged(
            expected="a whole shard", came=f"{path.name}: {reason}", cure="Make the pool again from the database."
        ) from reason
    return Shard(path.name, np.asarray(part["ids"]), matrix, part["df_columns"], part["df_counts"])


def _shard_names(directory: Path) -> list[str]:
    path = directory / _MANIFEST
    if not path.exists():
        return []
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        known = (manifest["format"], manifest["features"], manifest["columns"]) == (_FORMAT, FEATURES_VERSION, COLUMNS)
        names = [str(name) for name in manifest["shards"]]
    except (ValueError, KeyError, TypeError) as reason:
        raise PoolDamaged(
            expected="a readable manifest", came=f"{path.name}: {reason}", cure="Make the pool again from the database."
        ) from reason
    if not known:
        raise PoolDamaged(
            expected=f"pool format {_FORMAT}, features version {FEATURES_VERSION}, {COLUMNS} columns",
            came="a manifest of another version",
            cure="Make the pool again from the database.",
        )
    return names


def _write_manifest(directory: Path, shards: list[str]) -> None:
    manifest = {"format": _FORMAT, "features": FEATURES_VERSION, "columns": COLUMNS, "shards": shards}
    write_text(directory / _MANIFEST, json.dumps(manifest, indent=1))


def _sweep(directory: Path) -> None:
    """Remove folders that the manifest does not name. Whoever has them mapped keeps them until the map is closed."""
    named = set(_shard_names(directory))
    for path in directory.glob("shard-*"):
        if path.name not in named:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _swept(directory: Path) -> Iterator[None]:
    """Sweep before a write, since what a kill left may be the room that it needs, and after it, also where the disk
    refused it: otherwise each try would hold more of a full disk.

    The manifest is asked anew each time: it may have been written although an error followed.
    """
    _sweep(directory)
    try:
        yield
    except OSError:
        _sweep(directory)
        raise
    _sweep(directory)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """One writer at a time; the kernel drops the lock of a process that dies."""
    with open(directory / "lock", "a", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
