"""Sentences that say nearly the same, found by MinHash among a million without comparing each with each.

A sentence is the set of its shingles: runs of characters of the folded text. Those whose sets agree in the least of
a few rows of MinHash (a band) are candidates (Broder 1997; Indyk & Motwani 1998), and each candidate pair is then
compared set with set. Groups are what such pairs connect, so they owe nothing to the order of the sentences.
"""

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

Ids = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Keys = NDArray[np.uint32]
Texts = Callable[[Ids], Sequence[str]]
Tell = Callable[[int, int], None]

THRESHOLD = 0.8  # Jaccard's index of two sets of shingles, from which they are near twins.
SHINGLE = 4  # Characters.
# A pair at the threshold shares a band with a chance of 99.8 %, one at half of it in 8 % and costs a comparison.
BANDS, ROWS = 20, 6
# In a crowd that shares a band each sentence is compared with so many that follow it.
NEIGHBOURS = 20
CHUNK = 5_000
PAIRS = 20_000
_SEED = 1
_COLUMNS = 2**31 - 1
_NO_WORD = re.compile(r"[\W_]+")
# splitmix64, Steele, Lea & Flood 2014.
_STEP, _FIRST, _SECOND = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def near_twins(ids: Ids, texts: Texts, *, tell: Tell) -> Ids:
    """Of each of `ids`, (n,), the least id of its group, -1 for those that no other nearly repeats.

    `texts` gives the texts of some of the ids; it is asked for each once, and once more for those that may have a near
    twin. `tell` hears (done, total). The same sentences give the same groups in any order.
    """
    keys, content = _sketched(ids, texts, tell)
    company = np.flatnonzero(_in_company(keys))
    found = np.full(len(ids), -1, np.int64)
    if len(company):
        sets = _sets(ids[company], texts)
        together = _connected(keys[company], content[company], sets)
        found[company] = _least(ids[company], together)
    return found


def folded(text: str) -> str:
    """What of `text` counts: its letters and digits in one case, words parted by one space; else its signs."""
    return _NO_WORD.sub(" ", text.casefold()).strip() or text


def _sketched(ids: Ids, texts: Texts, tell: Tell) -> tuple[Keys, Hashes]:
    """The key of each one's shingles in each band, (n, BANDS), and a hash of all its shingles, (n,)."""
    keys = np.zeros((len(ids), BANDS), np.uint32)
    content = np.zeros(len(ids), np.uint64)
    for at in range(0, len(ids), CHUNK):
        here = slice(at, at + CHUNK)
        hashes, edges = _shingles(texts(ids[here]))
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, edges, BANDS * ROWS, _SEED)
        keys[here] = _keys(np.array(matrix.to_rows(), np.uint64))
        content[here] = np.add.reduceat(hashes, edges[:-1].astype(np.int64))
        tell(min(at + CHUNK, len(ids)), len(ids))
    return keys, content


def _shingles(texts: Sequence[str]) -> tuple[Hashes, Hashes]:
    """The hashed shingles of all `texts` one after the other, and where each text's begin and end, (n + 1,)."""
    # A text shorter than a shingle is one, filled up.
    padded = [folded(text).ljust(SHINGLE) for text in texts]
    codes = np.frombuffer("".join(padded).encode("utf-32-le"), np.uint32).astype(np.uint64)
    lengths = np.fromiter(map(len, padded), np.int64, len(padded))
    hashes: Hashes = np.zeros(len(codes) - SHINGLE + 1, np.uint64)
    for place in range(SHINGLE):
        hashes = hashes * _STEP + codes[place : place + len(hashes)]
    # Those that run over the end of their text are none of its shingles.
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(codes))
    edges = np.concatenate([[0], np.cumsum(lengths - SHINGLE + 1)]).astype(np.uint64)
    return _mixed(hashes[left[: len(hashes)] >= SHINGLE]), edges


def _keys(least: Hashes) -> Keys:
    """A key for each band of a sentence's least hashes, (n, BANDS), out of (n, BANDS * ROWS)."""
    bands = least.reshape(len(least), BANDS, ROWS)
    keys: Hashes = np.zeros((len(least), BANDS), np.uint64)
    for row in range(ROWS):
        keys = keys * _STEP + bands[:, :, row]
    found: Keys = (_mixed(keys) >> np.uint64(32)).astype(np.uint32)
    return found


def _mixed(hashes: Hashes) -> Hashes:
    hashes = (hashes ^ (hashes >> np.uint64(30))) * _FIRST
    hashes = (hashes ^ (hashes >> np.uint64(27))) * _SECOND
    return hashes ^ (hashes >> np.uint64(31))


def _in_company(keys: Keys) -> NDArray[np.bool_]:
    """Whether any other row has the same key in some band, (n,)."""
    found = np.zeros(len(keys), dtype=bool)
    for band in range(BANDS):
        order = np.argsort(keys[:, band])
        same = np.flatnonzero(keys[order[1:], band] == keys[order[:-1], band])
        found[order[same]] = found[order[same + 1]] = True
    return found


def _sets(ids: Ids, texts: Texts) -> csr_matrix:
    """A row of ones for each, where its shingles are."""
    columns: list[NDArray[np.int32]] = []
    counts: list[Ids] = [np.zeros(1, np.int64)]
    for at in range(0, len(ids), CHUNK):
        hashes, edges = _shingles(texts(ids[at : at + CHUNK]))
        columns.append((hashes % np.uint64(_COLUMNS)).astype(np.int32))
        counts.append(np.diff(edges).astype(np.int64))
    places = np.concatenate(columns)
    edges = np.cumsum(np.concatenate(counts))
    sets = csr_matrix((np.ones(len(places), np.int8), places, edges), shape=(len(ids), _COLUMNS))
    sets.sum_duplicates()
    sets.data[:] = 1
    return sets


def _connected(keys: Keys, content: Hashes, sets: csr_matrix) -> Ids:
    """The number of each row's group, (n,): two rows that are near twins have the same."""
    together: Ids = np.arange(len(keys))
    for band in range(BANDS):
        # By what they hold and not as they came; what agrees in the next band too stands side by side.
        order = np.lexsort((content, keys[:, (band + 1) % BANDS], keys[:, band]))
        key = keys[order, band]
        for step in range(1, NEIGHBOURS + 1):
            at = np.flatnonzero(key[step:] == key[:-step])
            if not len(at):
                break
            apart = together[order[at]] != together[order[at + step]]
            together = _joined(together, *_alike(sets, order[at[apart]], order[at[apart] + step]))
    return together


def _alike(sets: csr_matrix, some: Ids, others: Ids) -> tuple[Ids, Ids]:
    """Those pairs whose sets are alike from the threshold on."""
    sizes = np.diff(sets.indptr)
    shared = np.zeros(len(some), np.int64)
    for at in range(0, len(some), PAIRS):
        here = slice(at, at + PAIRS)
        shared[here] = sets[some[here]].multiply(sets[others[here]]).getnnz(axis=1)
    alike = shared >= THRESHOLD * (sizes[some] + sizes[others] - shared)
    return some[alike], others[alike]


def _joined(together: Ids, some: Ids, others: Ids) -> Ids:
    """`together` with the groups of each pair made one."""
    if not len(some):
        return together
    n = int(together.max()) + 1
    pairs = coo_matrix((np.ones(len(some), np.int8), (together[some], together[others])), shape=(n, n))
    joined: Ids = connected_components(pairs, directed=False)[1][together].astype(np.int64)
    return joined


def _least(ids: Ids, together: Ids) -> Ids:
    """The least id of each one's group, -1 for those alone in theirs."""
    least = np.full(int(together.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(least, together, ids)
    alone = np.bincount(together)[together] == 1
    return np.where(alone, -1, least[together])
