"""What the product's side and a peer hand each other: arrays in a folder, JSON on standard output.

Runs in the environments of the peers too: NumPy and SciPy only.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Places = NDArray[np.int64]
Codes = NDArray[np.int64]
_PARTS = ("data", "indices", "indptr", "shape")


@dataclass(frozen=True)
class Task:
    """A pool of n sentences to learn from, and a hold-out of t to measure on (empty where only time is measured).

    `rows`: (n, c) what a classifier sees; its first `n_words` columns are words. `dense`: (n, d) embeddings for
    strategies that want some; no columns where there are none. `codes`: (n,) labels from 0 on, -1 for unknown.
    """

    rows: csr_matrix
    dense: NDArray[np.float32]
    codes: Codes
    test_rows: csr_matrix
    test_dense: NDArray[np.float32]
    test_codes: Codes
    n_words: int

    @property
    def n_labels(self) -> int:
        return 1 + int(max(self.codes.max(initial=-1), self.test_codes.max(initial=-1)))


def write_array(folder: Path, name: str, array: NDArray[Any]) -> None:
    np.save(folder / f"{name}.npy", array, allow_pickle=False)


def read_array(folder: Path, name: str) -> NDArray[Any]:
    found: NDArray[Any] = np.load(folder / f"{name}.npy", allow_pickle=False)
    return found


def write_rows(folder: Path, name: str, rows: csr_matrix) -> None:
    """A sparse matrix as four arrays."""
    for part in _PARTS:
        write_array(folder, f"{name}-{part}", np.asarray(getattr(rows, part)))


def read_rows(folder: Path, name: str) -> csr_matrix:
    data, indices, indptr, shape = (read_array(folder, f"{name}-{part}") for part in _PARTS)
    return csr_matrix((data, indices, indptr), shape=tuple(shape.tolist()))


def write_task(folder: Path, task: Task) -> None:
    """Write `task` into `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(folder, "rows", task.rows)
    write_rows(folder, "test_rows", task.test_rows)
    for name in ("dense", "codes", "test_dense", "test_codes"):
        write_array(folder, name, getattr(task, name))
    write_array(folder, "n_words", np.array(task.n_words))


def read_task(folder: Path) -> Task:
    rest = {name: read_array(folder, name) for name in ("dense", "codes", "test_dense", "test_codes")}
    rows, test_rows = read_rows(folder, "rows"), read_rows(folder, "test_rows")
    return Task(rows=rows, test_rows=test_rows, n_words=int(read_array(folder, "n_words")), **rest)
