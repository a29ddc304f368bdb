"""The pool's own directions: what idf and a truncated SVD of unlabelled sentences teach a model before any label.

Sixty labels with them beat six hundred without (docs/learning.md). Deerwester et al. 1990 (LSA); Halko, Martinsson &
Tropp 2011 (the randomised SVD).
"""

import uuid
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.utils.extmath import randomized_svd

from ml.errors import ColumnsMismatch
from ml.features import COLUMNS, WORD_COLUMNS
from ml.threads import one_thread_each

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

DIRECTIONS = 128
SAMPLE = 50_000  # Rows that the SVD is fitted on; more change the directions little and cost time.
DENSE_WEIGHT = 2.0  # Of the dense columns beside the words (measured: docs/learning.md).
_PASSES = 4
_BLOCK = 2_048  # Rows that a product takes at once: they stay in the processor's cache.
_NOTHING = 1e-6
_RARE = 5  # A column seen in fewer rows says nothing about directions and doubles the work.


@dataclass(frozen=True)
class Rows:
    """What a model sees of n sentences.

    `words`: (n, 2**17) float32 CSR, TF-IDF, rows of unit length. `dense`: (n, d) float32, latent directions of unit
    length, then an encoder's columns of unit length where one is plugged in. What is empty stays 0.
    """

    words: csr_matrix
    dense: Floats

    def __len__(self) -> int:
        return int(self.dense.shape[0])

    @property
    def nbytes(self) -> int:
        """What a look at all of them brings into memory."""
        words = self.words
        return int(words.indptr.nbytes + words.indices.nbytes + words.data.nbytes + self.dense.nbytes)

    def take(self, places: NDArray[np.int64] | NDArray[np.bool_]) -> "Rows":
        """The rows at `places`, in their order, copied."""
        return Rows(csr_matrix(self.words[places]), self.dense[places])

    def stacked(self) -> csr_matrix:
        """One matrix, (n, 2**17 + d): words, then the weighted dense columns, as `BlendClassifier` wants it."""
        return csr_matrix(hstack([self.words, csr_matrix(self.dense * np.float32(DENSE_WEIGHT))], format="csr"))


@dataclass(frozen=True)
class Space:
    """Weights and directions fitted on a pool of `n_fitted` sentences; `name` is new at every fit.

    `idf`: (COLUMNS,); `columns`: (m,) int32 that the SVD saw; `components`: (m, d), a direction the weaker the less of
    the pool lies along it. `centre`: (d,), and `mean`: (e,), what the sample's rows and their encoder's columns are on
    average; empty without an encoder.
    """

    name: str
    n_fitted: int
    idf: Floats
    columns: NDArray[np.int32]
    components: Floats
    centre: Floats
    mean: Floats

    @property
    def n_dense(self) -> int:
        return int(self.components.shape[1] + len(self.mean))

    def weigh(self, counts: csr_matrix, encoded: Floats | None = None) -> Rows:
        """`counts`: (n, COLUMNS) of `ml.features.hash_texts`; `encoded`: (n, e) where an encoder is plugged in.

        Raises `ColumnsMismatch` where either has another width than what was fitted.
        """
        if counts.shape[1] != COLUMNS:
            raise _mismatch(f"{COLUMNS} columns of counts", str(counts.shape[1]))
        words, characters = _halves(counts)
        words, characters = _unit(words, self.idf[:WORD_COLUMNS]), _unit(characters, self.idf[WORD_COLUMNS:])
        split = int(np.searchsorted(self.columns, WORD_COLUMNS))
        # As wide as the space, so that one product serves; columns that the SVD did not see weigh nothing.
        directions = _spread(self.columns[:split], self.components[:split], WORD_COLUMNS)
        latent = np.asarray(words @ directions, np.float32)
        directions = _spread(self.columns[split:] - WORD_COLUMNS, self.components[split:], COLUMNS - WORD_COLUMNS)
        latent += characters @ directions
        # What has no column that the pool knows stays at 0; centred, it would lie opposite to everything.
        known = np.einsum("ij,ij->i", latent, latent) > _NOTHING
        latent -= known[:, None] * self.centre
        return Rows(words, np.hstack([_unit_dense(latent), self._encoded(encoded, len(latent))]))

    def _encoded(self, encoded: Floats | None, n: int) -> Floats:
        width = 0 if encoded is None else encoded.shape[1]
        if width != len(self.mean):
            raise _mismatch(f"{len(self.mean)} columns of the encoder", str(width))
        return np.zeros((n, 0), np.float32) if encoded is None else _unit_dense(encoded - self.mean)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What is written of it, beside `name`."""
        return {
            "idf": self.idf,
            "columns": self.columns,
            "components": self.components,
            "centre": self.centre,
            "mean": self.mean,
            "n_fitted": np.array([self.n_fitted], np.int64),
        }

    @classmethod
    def from_arrays(cls, name: str, arrays: dict[str, NDArray[Any]]) -> "Space":
        """The space that was written."""
        rest = {part: arrays[part] for part in ("idf", "columns", "components", "centre", "mean")}
        return cls(name=name, n_fitted=int(arrays["n_fitted"][0]), **rest)


def fit_space(
    counts: csr_matrix,
    document_frequencies: NDArray[np.int64],
    n: int,
    *,
    seed: int,
    encoded: Floats | None = None,
    directions: int = DIRECTIONS,
) -> Space:
    """Fit on a sample of the pool: `counts` (s, COLUMNS), drawn uniformly; `document_frequencies` (COLUMNS,) of all n.

    A pool too small for `directions` has fewer, an empty one none. The same arguments give the same space, its name
    apart. Fitted on the rows' words and characters, each half of unit length. Directions are damped by the square root
    of their singular value, and rows centred: both measured, docs/learning.md.
    """
    idf = (np.log((1 + n) / (1 + document_frequencies)) + 1).astype(np.float32)
    least = _RARE if n >= 400 * _RARE else 2 if n >= 100 else 1
    # In the sample: a column of the pool that it hardly has would have a direction of noise, and all of them half a GB.
    columns = np.flatnonzero(np.bincount(counts.indices, minlength=COLUMNS) >= least).astype(np.int32)
    space = Space(
        name=f"space-{uuid.uuid4().hex}",
        n_fitted=n,
        idf=idf,
        columns=columns,
        components=np.zeros((len(columns), 0), np.float32),
        centre=np.zeros(0, np.float32),
        mean=np.zeros(0, np.float32) if encoded is None else encoded.mean(axis=0, dtype=np.float64).astype(np.float32),
    )
    rank = min(directions, counts.shape[0] - 1, len(columns) - 1)
    if rank < 1:
        return space
    words, characters = _halves(counts)
    both = hstack([_unit(words, idf[:WORD_COLUMNS]), _unit(characters, idf[WORD_COLUMNS:])], format="csr")
    with one_thread_each():
        left, values, basis = randomized_svd(csr_matrix(both)[:, columns], rank, n_iter=_PASSES, random_state=seed)
    kept = values > 1e-4 * max(float(values[0]), 1e-12)
    left, values, basis = left[:, kept], values[kept], basis[kept]
    damping = np.sqrt(values / values[:1])
    return replace(
        space,
        components=np.ascontiguousarray((damping[:, None] * basis).T, dtype=np.float32),
        centre=(left.mean(axis=0) * values * damping).astype(np.float32),
    )


def product(dense: Floats, weights: Floats) -> Floats:
    """`dense` (n, d) @ `weights` (d, k), (n, k) float32: a row's figures are the same wherever it lies.

    Summed in double. In single precision BLAS gives a row other last bits beside other rows, and with them the order
    of sentences that are worth the same would hang on how the pool is parted into shards.
    """
    found = np.empty((len(dense), weights.shape[1]), np.float32)
    double = weights.astype(np.float64)
    for at in range(0, len(dense), _BLOCK):
        found[at : at + _BLOCK] = dense[at : at + _BLOCK].astype(np.float64) @ double
    return found


def _halves(counts: csr_matrix) -> tuple[csr_matrix, csr_matrix]:
    """Words and characters of a CSR with sorted columns."""
    counts = counts if counts.has_sorted_indices else counts.sorted_indices()
    lower = counts.indices < WORD_COLUMNS
    before = np.concatenate([[0], np.cumsum(lower)])[counts.indptr]
    data = counts.data.astype(np.float32)
    n = counts.shape[0]
    words = csr_matrix((data[lower], counts.indices[lower], before), shape=(n, WORD_COLUMNS))
    upper = ~lower
    rest = (data[upper], counts.indices[upper] - WORD_COLUMNS, counts.indptr - before)
    return words, csr_matrix(rest, shape=(n, COLUMNS - WORD_COLUMNS))


def _unit(rows: csr_matrix, idf: Floats) -> csr_matrix:
    """TF-IDF rows of unit length."""
    data = rows.data * idf[rows.indices]
    lengths = np.sqrt(np.add.reduceat(np.append(data**2, 0), rows.indptr[:-1])) if len(data) else np.zeros(0)
    sizes = np.diff(rows.indptr)
    lengths = np.where(sizes > 0, lengths, 1) if len(data) else np.ones(len(sizes))
    shrink = np.repeat((1 / lengths).astype(np.float32), sizes)
    return csr_matrix((data * shrink, rows.indices, rows.indptr), shape=rows.shape)


def _unit_dense(rows: Floats) -> Floats:
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    # What is as good as nothing has no direction: dividing by it would magnify rounding.
    shrink = np.where(lengths > _NOTHING, 1 / np.maximum(lengths, _NOTHING), 0)
    return np.asarray(rows * shrink[:, None], np.float32)


def _spread(columns: NDArray[np.int32], components: Floats, width: int) -> Floats:
    wide = np.zeros((width, components.shape[1]), np.float32)
    wide[columns] = components
    return wide


def _mismatch(expected: str, came: str) -> ColumnsMismatch:
    return ColumnsMismatch(expected=expected, came=came, cure="Make the features again: manage.py features SLUG --anew")
