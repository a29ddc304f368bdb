"""Answers as they come, and as a table of units."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.errors import AnswersInvalid

Array = NDArray[np.float64]
# Unit, then annotator, then label and second label.
Table = dict[str, dict[str, tuple[str, str | None]]]


class Answer(NamedTuple):
    """One annotator's label of one unit, and the second label if there is one; a label of None is missing."""

    unit: str
    annotator: str
    label: str | None
    second_label: str | None = None


def tabled(answers: Iterable[Answer]) -> Table:
    """The answers by unit, in the order in which units first come; a unit with missing answers alone has none.

    Raises `AnswersInvalid` if an annotator answers a unit twice, or gives a second label without a label.
    """
    table: Table = {}
    for answer in answers:
        row = table.setdefault(answer.unit, {})
        if answer.label is None:
            if answer.second_label is not None:
                raise AnswersInvalid(
                    expected="a label before a second label",
                    came=f"the second alone, of {answer.annotator!r} for {answer.unit!r}",
                    cure="Make it the label.",
                )
            continue
        if answer.annotator in row:
            raise AnswersInvalid(
                expected="one answer of an annotator a unit",
                came=f"two of {answer.annotator!r} for {answer.unit!r}",
                cure="Keep the last one.",
            )
        row[answer.annotator] = (answer.label, answer.second_label)
    return table


def labels_of(table: Table) -> list[str]:
    """The labels that occur, by name."""
    return sorted({label for row in table.values() for label, _second in row.values()})


def counts_of(table: Table, labels: Sequence[str]) -> Array:
    """How many annotators gave a unit each of `labels`, (n_units, n_labels), in the order of `table`."""
    number = {label: column for column, label in enumerate(labels)}
    return counts_at(table, [number[label] for row in table.values() for label, _second in row.values()], len(labels))


def counts_at(table: Table, places: Sequence[int], width: int) -> Array:
    """Counts (n_units, width) of the answers of `table`, in its order; `places`: the column of each."""
    counts = np.zeros((len(table), width))
    units = np.repeat(np.arange(len(table)), [len(row) for row in table.values()])
    np.add.at(counts, (units, np.array(places, dtype=np.int64)), 1)
    return counts
