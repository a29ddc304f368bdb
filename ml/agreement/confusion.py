"""Which labels are given to the same unit: a symmetric table, since none of two answers is the right one."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.agreement.answers import Answer, counts_of, labels_of, tabled

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Units with two answers or more, by the labels that they were given.

    `units` (k, k): units that have an answer with the one label and another answer with the other; on the diagonal, two
    answers with the same. A unit with three answers may stand in three cells. `pairs` (k, k): pairs of answers, each
    once. Both are symmetric. `of_label` (k,): units with this label among their answers. `n_pairs`: all pairs.
    """

    labels: tuple[str, ...]
    units: tuple[tuple[int, ...], ...]
    pairs: tuple[tuple[int, ...], ...]
    of_label: tuple[int, ...]
    n_units: int
    n_pairs: int

    def as_json(self) -> dict[str, Any]:
        """Plain dicts and lists."""
        return asdict(self)


def confused(answers: Iterable[Answer]) -> Confusion:
    """Count `answers`, missing ones left out. The labels are those that occur, by name.

    Raises `AnswersInvalid` as `agreement` does.
    """
    table = tabled(answers)
    labels = labels_of(table)
    counts = counts_of(table, labels)
    counts = counts[counts.sum(axis=1) >= 2]
    units, pairs = unit_cells(counts), pair_cells(counts)
    return Confusion(
        labels=tuple(labels),
        units=_rows(units),
        pairs=_rows(pairs),
        of_label=tuple(int(one) for one in (counts > 0).sum(axis=0)),
        n_units=len(counts),
        n_pairs=int(np.triu(pairs).sum()),
    )


def unit_cells(counts: Array) -> Array:
    """Units (k, k) that have both labels, of counts (n_units, k); on the diagonal, a label twice."""
    given = (counts > 0).astype(np.float64)
    cells: Array = given.T @ given
    np.fill_diagonal(cells, (counts >= 2).sum(axis=0))
    return cells


def pair_cells(counts: Array) -> Array:
    """Pairs of answers (k, k) to one unit, of counts (n_units, k)."""
    cells: Array = counts.T @ counts
    np.fill_diagonal(cells, (counts * (counts - 1)).sum(axis=0) / 2)
    return cells


def _rows(cells: Array) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(one) for one in row) for row in cells)
