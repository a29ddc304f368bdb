"""The pool as it is read: counts, weighted words and latent rows of all sentences, mapped from shards on disk.

A shard is a folder of `.npy` parts, with one folder of weighted rows for each space it was projected into.
`manifest.json` alone says which shards and which space count: what it does not name is the rest of a write that was
cut, and is ignored. Writing is in `ml/shards.py`.
"""

import json
import mmap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from ml.errors import PoolDamaged, SentenceNotPooled, SpaceMissing
from ml.features import COLUMNS, FEATURES_VERSION, WORD_COLUMNS
from ml.latent import Rows, Space

FORMAT = 2
MANIFEST = "manifest.json"
COUNTS = ("ids", "indptr", "indices", "data", "df_columns", "df_counts", "encoded")
WEIGHTED = ("indptr", "indices", "data", "dense")
_SPACE = ("idf", "columns", "components", "centre", "mean", "n_fitted")
_AGAIN = "Make the features again: manage.py features SLUG --anew"

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Manifest:
    """`space` is empty before the first fit. `encoder` names the plugged-in encoder that the dense rows hold."""

    shards: tuple[str, ...] = ()
    space: str = ""
    encoder: str = ""


@dataclass(frozen=True)
class Shard:
    """`ids`: (n,) int64, ascending; `counts`: (n, COLUMNS) uint8 CSR; `encoded`: (n, e). `rows` is None before the
    first space. All of it mapped and read-only."""

    name: str
    ids: Ids
    counts: csr_matrix
    encoded: NDArray[np.float32]
    df_columns: NDArray[np.int32]
    df_counts: NDArray[np.int64]
    rows: Rows | None

    def release(self) -> None:
        """Give the pages of its rows back to the system: they are read again from the disk where needed."""
        weighted = () if self.rows is None else (*_parts(self.rows.words), self.rows.dense)
        for array in (*_parts(self.counts), self.encoded, *weighted):
            mapped = _mapped(array)
            if mapped is not None:
                mapped.madvise(mmap.MADV_DONTNEED)


@dataclass(frozen=True)
class Pool:
    """A pool as it stood when it was opened. Later appends do not show; open it again.

    `bytes_kept`: so much of its weighted rows may stay in memory after they were looked at; None for all.
    """

    shards: tuple[Shard, ...]
    space: Space | None = None
    bytes_kept: int | None = None

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

    @cached_property
    def weighted_bytes(self) -> int:
        """What a look at all weighted rows maps into memory."""
        return sum(shard.rows.nbytes for shard in self.shards if shard.rows is not None)

    def seen(self, shard: Shard) -> None:
        """Called after each look at a shard: what is more than may stay in memory is given back."""
        if shard.name in self._given_back:
            shard.release()

    @cached_property
    def _given_back(self) -> frozenset[str]:
        """The shards beyond those that fit, the first ones: what stays is not read again at the next ranking."""
        sizes = np.cumsum([0 if one.rows is None else one.rows.nbytes for one in self.shards])
        kept = np.inf if self.bytes_kept is None else self.bytes_kept
        return frozenset(one.name for one, size in zip(self.shards, sizes, strict=True) if size > kept)

    def rows(self, ids: Ids) -> Rows:
        """The weighted rows of `ids` in their order, copied. Raises `SentenceNotPooled`, `SpaceMissing`."""
        space = self.fitted_space()
        empty = Rows(csr_matrix(np.zeros((0, WORD_COLUMNS), np.float32)), np.zeros((0, space.n_dense), np.float32))
        blocks, back = self._gathered(ids, lambda shard, places: weighted(shard).take(places))
        words = csr_matrix(vstack([empty.words, *(one.words for one in blocks)], format="csr", dtype=np.float32))
        return Rows(words[back], np.vstack([empty.dense, *(one.dense for one in blocks)])[back])

    def dense(self, ids: Ids) -> NDArray[np.float32]:
        """Only the dense part of `rows`, (len(ids), d)."""
        blocks, back = self._gathered(ids, lambda shard, places: weighted(shard).dense[places])
        return np.vstack([np.zeros((0, self.fitted_space().n_dense), np.float32), *blocks])[back]

    def counts(self, ids: Ids) -> tuple[csr_matrix, NDArray[np.float32]]:
        """Counts, (len(ids), COLUMNS), and the encoder's columns of `ids` in their order, copied."""
        blocks, back = self._gathered(ids, lambda shard, places: (shard.counts[places], shard.encoded[places]))
        if not blocks:
            return csr_matrix(np.zeros((0, COLUMNS), np.float32)), np.zeros((0, 0), np.float32)
        counts = csr_matrix(vstack([one for one, _ in blocks], format="csr", dtype=np.float32))
        return counts[back], np.vstack([one for _, one in blocks])[back]

    def fitted_space(self) -> Space:
        """The space. Raises `SpaceMissing` before the first fit."""
        if self.space is None:
            raise SpaceMissing(expected="a pool with its space", came="counts alone", cure="Fit it: ml.shards.refresh.")
        return self.space

    def _gathered(self, ids: Ids, look: Callable[[Shard, Ids], Any]) -> tuple[list[Any], Ids]:
        """What `look` gives of each shard that holds some of `ids`, and the order that puts them back."""
        places = self._places(np.asarray(ids, dtype=np.int64))
        edges = np.cumsum([0, *(len(shard.ids) for shard in self.shards)])
        owner = np.searchsorted(edges, places, side="right") - 1
        blocks: list[Any] = []
        taken: list[Ids] = [np.zeros(0, np.int64)]
        for number in np.unique(owner):
            mine = np.flatnonzero(owner == number)
            blocks.append(look(self.shards[number], places[mine] - edges[number]))
            self.seen(self.shards[number])
            taken.append(mine)
        return blocks, np.argsort(np.concatenate(taken), kind="stable")

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


def open_pool(directory: Path, *, bytes_kept: int | None = None) -> Pool:
    """The pool in `directory`; an absent one is empty. Raises `PoolDamaged`, naming the shard.

    The last two that were opened are kept open: while the manifest stands and the files have their sizes, a pool is the
    same.
    """
    manifest = read_manifest(directory)
    while True:
        try:
            return _open(directory, manifest, _sizes(directory, manifest), bytes_kept)
        except PoolDamaged:
            # A write may have merged shards between the reading of the manifest and the mapping.
            again = read_manifest(directory)
            if again == manifest:
                raise
            manifest = again


def read_manifest(directory: Path) -> Manifest:
    """What counts in `directory`. Raises `PoolDamaged` where it cannot be read or is of another version."""
    path = directory / MANIFEST
    if not path.exists():
        return Manifest()
    text = path.read_text(encoding="utf-8", errors="replace")
    if not text:
        # Taken for a pool without shards, it would have all of them swept.
        raise _damaged("a readable manifest", f"{MANIFEST}: an empty file")
    return parse_manifest(text)


def parse_manifest(text: str) -> Manifest:
    """The manifest that is written so; of no text an empty one. Raises `PoolDamaged` as `read_manifest` does."""
    if not text:
        return Manifest()
    try:
        found = json.loads(text)
        known = (found["format"], found["features"], found["columns"]) == (FORMAT, FEATURES_VERSION, COLUMNS)
        shards = tuple(map(str, found["shards"])) if known else ()
        manifest = Manifest(shards, str(found["space"]), str(found["encoder"])) if known else Manifest()
    except (ValueError, KeyError, TypeError, RecursionError) as reason:
        raise _damaged("a readable manifest", f"{MANIFEST}: {reason}") from reason
    if not known:
        expected = f"pool format {FORMAT}, features version {FEATURES_VERSION}, {COLUMNS} columns"
        raise _damaged(expected, "a manifest of another version")
    return manifest


def files(manifest: Manifest) -> Iterator[str]:
    """The path of every file that counts, below the pool's folder. No file ever changes under its name."""
    for shard in manifest.shards:
        yield from (f"{shard}/{name}.npy" for name in COUNTS)
        yield from (f"{shard}/{manifest.space}/{name}.npy" for name in WEIGHTED if manifest.space)
    yield from (f"{manifest.space}/{name}.npy" for name in _SPACE if manifest.space)


def read_space(directory: Path, name: str) -> Space:
    """The space called `name`. Raises `PoolDamaged`."""
    # Mapped, since a ranking needs no more of it than its name.
    return Space.from_arrays(name, _load(directory / name, _SPACE))


def _sizes(directory: Path, manifest: Manifest) -> tuple[int, ...]:
    """Of every part that counts; of a missing one -1. A map of a file that was cut ends the process that reads it."""
    shards = [directory / name for name in manifest.shards]
    parts = [path / f"{part}.npy" for path in shards for part in COUNTS]
    parts += [path / manifest.space / f"{part}.npy" for path in shards for part in WEIGHTED if manifest.space]
    return tuple(part.stat().st_size if part.exists() else -1 for part in parts)


@lru_cache(maxsize=2)
def _open(directory: Path, manifest: Manifest, _known: tuple[int, ...], bytes_kept: int | None) -> Pool:
    space = read_space(directory, manifest.space) if manifest.space else None
    return Pool(tuple(open_shard(directory / name, manifest.space) for name in manifest.shards), space, bytes_kept)


def open_shard(path: Path, space: str) -> Shard:
    """The shard at `path` with its rows in `space`, none where that is empty. Raises `PoolDamaged`."""
    part = _load(path, COUNTS)
    rows = None
    try:
        counts = _csr(part, COLUMNS)
        if space:
            weighted = _load(path / space, WEIGHTED)
            rows = Rows(_csr(weighted, WORD_COLUMNS), weighted["dense"])
    except ValueError as reason:
        raise _damaged("a whole shard", f"{path.name}: {reason}") from reason
    lengths = {len(part["ids"]), counts.shape[0], len(part["encoded"])}
    lengths |= set() if rows is None else {rows.words.shape[0], len(rows)}
    if len(lengths) > 1 or len(part["df_columns"]) != len(part["df_counts"]):
        raise _damaged("parts of one length", f"{path.name}: others")
    return Shard(path.name, part["ids"], counts, part["encoded"], part["df_columns"], part["df_counts"], rows)


def _csr(part: dict[str, NDArray[Any]], columns: int) -> csr_matrix:
    shape = (len(part["indptr"]) - 1, columns)
    return csr_matrix((part["data"], part["indices"], part["indptr"]), shape=shape, copy=False)


def _load(path: Path, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    try:
        return {name: np.load(path / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in names}
    except (OSError, ValueError, EOFError) as reason:
        raise _damaged("a whole shard", f"{path.name}: {reason}") from reason


def weighted(shard: Shard) -> Rows:
    """The shard's rows in the pool's space. Raises `SpaceMissing`."""
    if shard.rows is None:
        raise SpaceMissing(expected="weighted rows", came=f"counts alone in {shard.name}", cure=_AGAIN)
    return shard.rows


def _parts(rows: csr_matrix) -> tuple[NDArray[Any], ...]:
    return rows.indptr, rows.indices, rows.data


def _mapped(array: Any) -> mmap.mmap | None:
    """The map beneath an array, however often it was viewed."""
    while array is not None and not isinstance(array, mmap.mmap):
        array = getattr(array, "base", None)
    return array


def _damaged(expected: str, came: str) -> PoolDamaged:
    return PoolDamaged(expected=expected, came=came, cure=_AGAIN)
