"""Pools of made-up sentences, small enough to be made in a moment."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ml import shards
from ml.features import hash_texts
from ml.latent import Rows
from ml.pool import Pool, open_pool

Ids = NDArray[np.int64]

VERBS = {"claim": "menyatakan", "denial": "membantah", "condemnation": "mengecam", "none": "membuka"}
NAMES = ["Ratri", "Bayu", "Sari", "Wira", "Jaya", "Tirta", "Raka", "Lestari", "Kelana", "Seta"]
LABELS = [label for _ in NAMES for label in VERBS]
TEXTS = [f"{name} {verb} kabar soal banjir" for name in NAMES for verb in VERBS.values()]
IDS = np.arange(len(TEXTS), dtype=np.int64)

# What people paste: nothing, blanks, signs only, one letter, emoji, several languages, a word over and over.
ODD_TEXTS = [
    "",
    "  \n ",
    "... !!! ???",
    "a",
    "x y z",
    "😀😀 🇮🇩",
    "Pemerintah said that 政府は否定した и отрицает الخبر",
    "e\u0301 \u200b\u200d ﬁ",
    "banjir " * 300,
]


def ids(*numbers: int) -> Ids:
    return np.array(numbers, dtype=np.int64)


def made(directory: Path, texts: Sequence[str], *, parts: int = 1, seed: int = 1, fitted: bool = True) -> Pool:
    """A pool of `texts`, numbered from 0, appended in so many parts, each a shard of its own; with its space."""
    bounds = np.linspace(0, len(texts), parts + 1).astype(int)
    shard_rows, shards.SHARD_ROWS = shards.SHARD_ROWS, 1
    try:
        for start, end in pairwise(bounds.tolist()):
            shards.append(directory, np.arange(start, end, dtype=np.int64), hash_texts(texts[start:end]))
    finally:
        shards.SHARD_ROWS = shard_rows
    if fitted:
        shards.refresh(directory, seed=seed)
    return open_pool(directory)


def same(one: csr_matrix, other: csr_matrix) -> bool:
    return one.shape == other.shape and abs(one - other).nnz == 0


def same_rows(one: Rows, other: Rows) -> bool:
    return same(one.words, other.words) and np.array_equal(one.dense, other.dense)


def finite(rows: Rows) -> bool:
    """Nothing is NaN or endless, and each half of a row has length 1 or 0."""
    squares = [np.asarray(rows.words.multiply(rows.words).sum(axis=1)).ravel(), (rows.dense**2).sum(axis=1)]
    return all(bool((np.isclose(square, 1, atol=1e-4) | (square == 0)).all()) for square in squares)
