"""Labelled sentences from a file, with a part of them held out to measure on."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ml.errors import LabelledInvalid, TextRefused
from ml.text import normalise

TRAIN, TEST = "train", "test"
HOLD_OUT = 5  # One in so many is held out where the file does not say.
MOST_LABELS = 200  # More are no labels but, say, a title a sentence.
_SHOWN = 10
_FIELDS = 'objects with the fields "text" and "label", one a line'


@dataclass(frozen=True)
class Labelled:
    """n sentences. `split`: `train` is the pool, `test` the hold-out. `repeated` lines held a text once more."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    split: tuple[str, ...]
    repeated: int = 0

    def part(self, name: str) -> tuple[list[str], list[str]]:
        """Texts and labels of one side of the split, in the order of the file."""
        rows = list(zip(self.texts, self.labels, self.split, strict=True))
        return [text for text, _, side in rows if side == name], [label for _, label, side in rows if side == name]


@dataclass(frozen=True)
class _Row:
    text: str
    label: str
    split: str


def load(path: Path, *, seed: int = 0) -> Labelled:
    """Read JSON lines with `text`, `label` and, in each line or in none, `split`: `train` or `test`.

    Without `split` a fifth is held out, drawn by the seed. A text that comes again (case and white space folded) is
    left out, and one that is held out is never in the pool. Numbers and booleans serve as labels; empty lines are
    passed over. Raises `LabelledInvalid`, naming the lines, and `OSError` where the file cannot be read.
    """
    rows: list[_Row] = []
    bad: list[tuple[int, str]] = []
    with open(path, "rb") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                rows.append(_row(line.removeprefix(b"\xef\xbb\xbf")))
            except (ValueError, TextRefused) as reason:
                bad.append((number, str(reason)))
    if bad:
        raise _refused(bad)
    given = {bool(row.split) for row in rows}
    if len(given) == 2:
        lines = sum(not row.split for row in rows)
        cure = "Give every line one, or take it out of all; a random fifth is held out then."
        raise LabelledInvalid(expected='"split" in each line or in none', came=f"{lines} lines without", cure=cure)
    return _checked(_drawn(_once(rows), seed) if given == {False} else _once(rows), len(rows))


def _row(line: bytes) -> _Row:
    """Raises ValueError in words, or `TextRefused`."""
    try:
        found: Any = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as reason:
        raise ValueError("not UTF-8") from reason
    except json.JSONDecodeError as reason:
        raise ValueError(f"not JSON ({reason.msg})") from reason
    except RecursionError as reason:
        raise ValueError("nested too deep") from reason
    if not isinstance(found, dict):
        raise ValueError("not an object")
    text, label, split = found.get("text"), found.get("label"), found.get("split", "")
    if not isinstance(text, str) or not text.strip():
        raise ValueError('no "text"')
    if not isinstance(label, str | int) or not str(label).strip():
        raise ValueError('no "label" that is a word or a whole number')
    if split not in ("", TRAIN, TEST):
        raise ValueError('"split" is neither "train" nor "test"')
    return _Row(normalise(text), normalise(str(label).strip()), split)


def _once(rows: Sequence[_Row]) -> list[_Row]:
    """Each text once, the held out first: what is in the pool too would give its answer away."""
    kept: dict[str, int] = {}
    for place in sorted(range(len(rows)), key=lambda place: rows[place].split != TEST):
        kept.setdefault(" ".join(rows[place].text.casefold().split()), place)
    return [rows[place] for place in sorted(kept.values())]


def _drawn(rows: Sequence[_Row], seed: int) -> list[_Row]:
    held = set(np.random.default_rng(seed).permutation(len(rows))[: len(rows) // HOLD_OUT].tolist())
    return [_Row(row.text, row.label, TEST if place in held else TRAIN) for place, row in enumerate(rows)]


def _checked(rows: Sequence[_Row], lines: int) -> Labelled:
    texts, labels, split = (tuple(getattr(row, field) for row in rows) for field in ("text", "label", "split"))
    pooled = {row.label for row in rows if row.split == TRAIN}
    if TEST not in split or TRAIN not in split:
        came = f"{split.count(TRAIN)} in the pool and {split.count(TEST)} held out"
        raise LabelledInvalid(
            expected="sentences on both sides", came=came, cure="Add sentences, or look at their split."
        )
    if not 2 <= len(pooled) <= MOST_LABELS:
        cure = "Look at whether the field is the label."
        raise LabelledInvalid(expected=f"2 to {MOST_LABELS} labels in the pool", came=str(len(pooled)), cure=cure)
    return Labelled(texts, labels, split, repeated=lines - len(rows))


def _refused(bad: Sequence[tuple[int, str]]) -> LabelledInvalid:
    shown = "; ".join(_named(bad[:_SHOWN]))
    more = f"; and {len(bad) - _SHOWN} more lines" if len(bad) > _SHOWN else ""
    return LabelledInvalid(
        expected=_FIELDS, came=f"{shown}{more}", cure="Correct these lines, or take them out.", line=bad[0][0]
    )


def _named(bad: Sequence[tuple[int, str]]) -> Iterator[str]:
    return (f"line {number}: {reason}" for number, reason in bad)
