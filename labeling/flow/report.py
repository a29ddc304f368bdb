"""The report of an import as a file: every line that was not simply added, however many there are."""

import csv
import os
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path

from django.core.files.storage import default_storage

from labeling.cells import harmless
from labeling.flow.tally import Note
from labeling.models import Run

FOLDER = "reports"
NAMES = ("line", "outcome", "reason")
_CHUNK = 1 << 16


def path_of(run: Run) -> str:
    """Where the report lies in the storage."""
    return f"{FOLDER}/import-{run.pk}.csv"


def lengthen(run: Run, notes: Iterable[Note], *, size: int) -> int:
    """Write the notes of one chunk behind the first `size` bytes, and return how long the report is now.

    Guarantees: what a chunk that never came to its end left behind `size` is written over; what is returned is on the
    disk, so that the cursor which remembers it may be committed.
    """
    text = StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    if not size:
        table.writerow(NAMES)
    table.writerows((note.line, note.outcome, harmless(note.reason)) for note in sorted(notes))
    path = Path(default_storage.path(path_of(run)))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("r+b" if size else "wb") as out:
        out.truncate(size)
        out.seek(size)
        out.write(text.getvalue().encode())
        out.flush()
        os.fsync(out.fileno())
        return out.tell()


def written(run: Run) -> Iterator[bytes] | None:
    """The report as far as its chunks were committed, in pieces; None where there is none."""
    left = int(run.cursor.get("report", 0))
    if not left or not default_storage.exists(path_of(run)):
        return None
    return _pieces(path_of(run), left)


def _pieces(path: str, left: int) -> Iterator[bytes]:
    with default_storage.open(path) as stored:
        while left and (piece := stored.read(min(left, _CHUNK))):
            left -= len(piece)
            yield piece
