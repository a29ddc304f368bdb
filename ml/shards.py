"""Writing the pool: appended, forgotten, projected anew. Cut anywhere, it is as before or as after.

Small shards are merged as the pool grows (as in a log-structured merge tree), so that N sentences lie in about log N
shards and each row is written about log N times.
"""

import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from ml.durable import sync_directory, write_array, write_text
from ml.errors import ColumnsMismatch, DuplicateIds, LengthMismatch
from ml.features import COLUMNS, FEATURES_VERSION
from ml.latent import SAMPLE, Rows, Space, fit_space
from ml.pool import FORMAT, MANIFEST, Ids, Manifest, Pool, Shard, open_pool, read_manifest

SHARD_ROWS = 50_000  # A shard this large is never merged again.
GROWTH = 2.0  # Directions are fitted anew when the pool has grown by this factor since.

Encoded = NDArray[np.float32]


def append(directory: Path, ids: Ids, counts: csr_matrix, encoded: Encoded | None = None, *, encoder: str = "") -> int:
    """Add rows to the pool; ids that it holds are left as they are. Returns the number of rows added.

    `ids`: (n,) int64, each once; `counts`: (n, COLUMNS); `encoded`: (n, e) of the plugged-in `encoder`. Safe against
    a kill at any point and against two appends at once (a lock file): the rows are in after the manifest's rename, and
    not before. Raises `LengthMismatch`, `ColumnsMismatch`, `DuplicateIds`, `PoolDamaged`.
    """
    ids = np.asarray(ids, dtype=np.int64)
    extra = np.zeros((len(ids), 0), np.float32) if encoded is None else np.asarray(encoded, np.float32)
    _require_rows(ids, counts, extra)
    with _writing(directory) as manifest:
        pool = open_pool(directory)
        new = np.flatnonzero(~np.isin(ids, pool.ids))
        if not len(new):
            return 0
        new = new[np.argsort(ids[new], kind="stable")]
        if pool.shards:
            _require_encoder(pool, manifest, extra, encoder)
        small = _small(counts[new])
        rows = None if pool.space is None else pool.space.weigh(small, extra[new] if encoder else None)
        kept, part = _merged(list(pool.shards), _Part(ids[new], small, extra[new], rows))
        name = _write_shard(directory, part, pool.space)
        shards = (*(shard.name for shard in kept), name)
        _write_manifest(directory, replace(manifest, shards=shards, encoder=encoder))
    return len(new)


def forget(directory: Path, ids: Ids) -> int:
    """Take sentences out of the pool: deleted, merged or split ones. Returns how many it held.

    Shards that hold any of them are written again. Raises `PoolDamaged`.
    """
    with _writing(directory) as manifest:
        pool = open_pool(directory)
        names, gone = [], 0
        for shard in pool.shards:
            stays = ~np.isin(shard.ids, ids)
            gone += int((~stays).sum())
            if stays.all():
                names.append(shard.name)
            elif stays.any():
                names.append(_write_shard(directory, _part(shard).take(np.flatnonzero(stays)), pool.space))
        if gone:
            # Nothing is left that the directions were fitted on: what comes next has its own, and its own encoder.
            _write_manifest(directory, replace(manifest, shards=tuple(names)) if names else Manifest())
    return gone


def outgrown(pool: Pool) -> bool:
    """Whether the pool has no directions yet, or is `GROWTH` times what they were fitted on."""
    return len(pool) > 0 and (pool.space is None or len(pool) >= GROWTH * max(pool.space.n_fitted, 1))


def refresh(directory: Path, *, seed: int, tell: Callable[[int, int], None] = lambda _done, _total: None) -> str:
    """Fit the directions on a sample of today's pool and project every shard; returns the new space's name.

    The space before stays in service until the manifest names the new one. `tell` hears (done, total) rows. The same
    pool and seed give the same directions.
    """
    with _writing(directory) as manifest:
        pool = open_pool(directory, bytes_kept=0)
        ordered = np.sort(pool.ids)
        drawn = np.random.default_rng(seed).permutation(len(ordered))[:SAMPLE]
        counts, encoded = pool.counts(ordered[np.sort(drawn)])
        known = encoded if manifest.encoder else None
        space = fit_space(counts, pool.document_frequencies, len(pool), seed=seed, encoded=known)
        _write_folder(directory, space.name, space.arrays())
        done = 0
        for shard in pool.shards:
            rows = space.weigh(shard.counts, shard.encoded if manifest.encoder else None)
            _write_folder(directory / shard.name, space.name, _weighted_arrays(rows))
            pool.seen(shard)
            done += len(shard.ids)
            tell(done, len(pool))
        _write_manifest(directory, replace(manifest, space=space.name))
    return space.name


def stacked(blocks: Sequence[csr_matrix]) -> csr_matrix:
    """Blocks of counts, one below the other, (n, COLUMNS)."""
    return csr_matrix(vstack(blocks, format="csr", dtype=np.float32))


class _Part:
    """Rows on their way into a shard."""

    def __init__(self, ids: Ids, counts: csr_matrix, encoded: Encoded, rows: Rows | None) -> None:
        self.ids, self.counts, self.encoded, self.rows = ids, counts, encoded, rows

    def take(self, places: Ids) -> "_Part":
        rows = None if self.rows is None else self.rows.take(places)
        return _Part(self.ids[places], self.counts[places], self.encoded[places], rows)


def _part(shard: Shard) -> _Part:
    return _Part(shard.ids, shard.counts, shard.encoded, shard.rows)


def _small(counts: csr_matrix) -> csr_matrix:
    """Counts in one byte: no sentence has an n-gram more often, and what has is as well told by 255."""
    rows = csr_matrix(counts)
    rows.sort_indices()
    return csr_matrix((np.minimum(rows.data, 255).astype(np.uint8), rows.indices, rows.indptr), shape=rows.shape)


def _require_rows(ids: Ids, counts: csr_matrix, encoded: Encoded) -> None:
    if not counts.shape[0] == len(ids) == len(encoded):
        raise LengthMismatch(
            expected="one id a row",
            came=f"{len(ids)} ids, {counts.shape[0]} rows, {len(encoded)} encoded",
            cure="Pass all of one batch.",
        )
    if counts.shape[1] != COLUMNS:
        raise ColumnsMismatch(
            expected=f"{COLUMNS} columns", came=str(counts.shape[1]), cure="Make the rows with ml.features.hash_texts."
        )
    if len(np.unique(ids)) != len(ids):
        raise DuplicateIds(expected="each id once", came="an id twice in one append", cure="Remove the twins.")


def _require_encoder(pool: Pool, manifest: Manifest, encoded: Encoded, encoder: str) -> None:
    width = pool.shards[0].encoded.shape[1]
    if (manifest.encoder, width) != (encoder, encoded.shape[1]):
        raise ColumnsMismatch(
            expected=f"{width} columns of the encoder {manifest.encoder!r}",
            came=f"{encoded.shape[1]} of {encoder!r}",
            cure="Make the features again: manage.py features SLUG --anew",
        )


def _merged(shards: list[Shard], part: _Part) -> tuple[list[Shard], _Part]:
    """Take in the last shards that are no larger than what is being written; ids ascend."""
    parts = [part]
    size = len(part.ids)
    while shards and len(shards[-1].ids) <= size and size + len(shards[-1].ids) <= SHARD_ROWS:
        last = shards.pop()
        parts.insert(0, _part(last))
        size += len(last.ids)
    if len(parts) == 1:
        return shards, part
    counts = csr_matrix(vstack([one.counts for one in parts], format="csr", dtype=np.uint8))
    rows = [one.rows for one in parts if one.rows is not None]
    words = csr_matrix(vstack([one.words for one in rows], format="csr", dtype=np.float32)) if rows else None
    view = None if words is None else Rows(words, np.vstack([one.dense for one in rows]))
    ids = np.concatenate([one.ids for one in parts])
    whole = _Part(ids, counts, np.vstack([one.encoded for one in parts]), view)
    return shards, whole if (np.diff(ids) > 0).all() else whole.take(np.argsort(ids))


def _write_shard(directory: Path, part: _Part, space: Space | None) -> str:
    columns, frequencies = np.unique(part.counts.indices, return_counts=True)
    arrays: dict[str, NDArray[Any]] = {
        "ids": part.ids,
        "encoded": part.encoded,
        "df_columns": columns.astype(np.int32),
        "df_counts": frequencies.astype(np.int64),
        **_csr_arrays(part.counts),
    }
    views = {} if space is None or part.rows is None else {space.name: _weighted_arrays(part.rows)}
    return _write_folder(directory, f"shard-{uuid.uuid4().hex}", arrays, views)


def _csr_arrays(rows: csr_matrix) -> dict[str, NDArray[Any]]:
    # One index type for both: SciPy would copy the mapped columns to make them equal.
    index = np.int32 if rows.nnz < np.iinfo(np.int32).max else np.int64
    return {"indptr": rows.indptr.astype(index), "indices": rows.indices.astype(index), "data": rows.data}


def _weighted_arrays(rows: Rows) -> dict[str, NDArray[Any]]:
    return {**_csr_arrays(rows.words), "dense": np.ascontiguousarray(rows.dense)}


def _write_folder(
    parent: Path, name: str, arrays: Mapping[str, NDArray[Any]], inside: Mapping[str, Mapping[str, NDArray[Any]]] = {}
) -> str:
    """A folder of arrays, and of folders of arrays, in one step: whole or not there."""
    temporary = parent / f"{name}.part"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    for part, array in arrays.items():
        write_array(temporary / f"{part}.npy", array)
    for folder, parts in inside.items():
        _write_folder(temporary, folder, parts)
    sync_directory(temporary)
    os.rename(temporary, parent / name)
    sync_directory(parent)
    return name


def _write_manifest(directory: Path, manifest: Manifest) -> None:
    head = {"format": FORMAT, "features": FEATURES_VERSION, "columns": COLUMNS}
    write_text(directory / MANIFEST, json.dumps({**head, **asdict(manifest)}, indent=1))


def sweep(directory: Path) -> None:
    """Remove what the manifest does not name. Whoever has it mapped keeps it until the map is closed."""
    manifest = read_manifest(directory)
    named = {*manifest.shards, manifest.space}
    for path in [*directory.glob("shard-*"), *directory.glob("space-*"), *directory.glob("shard-*/space-*")]:
        if path.name not in named:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _writing(directory: Path) -> Iterator[Manifest]:
    """One writer at a time; the kernel drops the lock of a process that dies.

    Swept before a write, since what a kill left may be the room that it needs, and after it, also where the disk
    refused it: otherwise each try would hold more of a full disk.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with open(directory / "lock", "a", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        sweep(directory)
        try:
            yield read_manifest(directory)
        except OSError:
            sweep(directory)
            raise
        sweep(directory)
