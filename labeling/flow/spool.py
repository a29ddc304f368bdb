"""The rows of one moment on disk, and packed into the one file that a version of an export is kept as.

The file is gzip. Its first line is `head`; then come the rows, an empty line and the judgements, each a line of JSON.
The hash of a version is of all that follows the first line: `zcat FILE | tail -n +2 | sha256sum`.
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.flow.rule import Likely
from labeling.models import ExportVersion

_CHUNK = 1 << 20
# Rows repeat themselves so much that more than the least effort saves a tenth of the bytes and costs thrice the time.
_LEVEL = 1
_GZIP = 31
_BETWEEN = b"\n"
_DAMAGED = (FileNotFoundError, gzip.BadGzipFile, EOFError, zlib.error, ValueError)


class Spool:
    """Rows and judgements as JSON lines in a directory of ours, and what is known of the whole in `head`.

    `likely` are the posteriors of that moment, of one that was just taken.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.head: dict[str, Any] = {}
        self.likely: dict[int, Likely] = {}

    def rows(self) -> Iterator[dict[str, Any]]:
        return self._lines("rows")

    def judgements(self) -> Iterator[dict[str, Any]]:
        return self._lines("judgements")

    def _lines(self, name: str) -> Iterator[dict[str, Any]]:
        with self.file(name).open("rb") as lines:
            yield from map(json.loads, lines)

    def fill(self, name: str, found: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Write each dictionary as it passes."""
        with self.file(name).open("w", encoding="utf-8", newline="\n") as out:
            for one in found:
                out.write(json.dumps(one, ensure_ascii=False) + "\n")
                yield one

    def file(self, name: str) -> Path:
        return self.directory / f"{name}.jsonl"


def content(spool: Spool) -> Iterator[bytes]:
    """What the hash of a version is of, in chunks."""
    yield from _chunks(spool.file("rows"))
    yield _BETWEEN
    yield from _chunks(spool.file("judgements"))


def digest(spool: Spool) -> str:
    """The SHA-256 of what it holds, whatever its head says."""
    found = sha256()
    for chunk in content(spool):
        found.update(chunk)
    return found.hexdigest()


def packed(spool: Spool) -> Iterator[bytes]:
    """The file of a version, in chunks; the same spool gives the same bytes."""
    squeeze = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    yield squeeze.compress(json.dumps(spool.head, ensure_ascii=False).encode() + b"\n")
    for chunk in content(spool):
        yield squeeze.compress(chunk)
    yield squeeze.flush()


def unpacked(version: ExportVersion, directory: Path) -> Spool:
    """The spool that the version was kept as, in `directory`; raises Refused where its file is damaged or gone."""
    spool, found = Spool(directory), sha256()
    with _opened(version) as lines:
        spool.head = json.loads(lines.readline())
        for name in ("rows", "judgements"):
            with spool.file(name).open("wb") as out:
                for line in lines:
                    found.update(line)
                    if line == _BETWEEN:
                        break
                    out.write(line)
        if found.hexdigest() != version.sha256:
            raise ValueError("another hash")
    return spool


def head_of(version: ExportVersion) -> dict[str, Any]:
    """What is known of the version as a whole, without its rows; raises Refused where its file is damaged or gone."""
    with _opened(version) as lines:
        head: dict[str, Any] = json.loads(lines.readline())
    return head


def labels_of(version: ExportVersion) -> Iterator[tuple[int, str]]:
    """Each sentence of the version with its label, in the order of ids; raises Refused where its file is damaged."""
    with _opened(version) as lines:
        lines.readline()
        yield from map(_labelled, takewhile(_BETWEEN.__ne__, lines))


def labels(spool: Spool) -> Iterator[tuple[int, str]]:
    """Each sentence with its label, in the order of ids."""
    with spool.file("rows").open("rb") as lines:
        yield from map(_labelled, lines)


def _labelled(line: bytes) -> tuple[int, str]:
    row = json.loads(line)
    return int(row["id"]), row["label"]


@contextmanager
def _opened(version: ExportVersion) -> Iterator[gzip.GzipFile]:
    try:
        with default_storage.open(version.path) as stored, gzip.open(stored) as lines:
            yield lines
    except _DAMAGED as error:
        said = _(
            "What was kept of version %(number)s is damaged or gone (%(path)s). Bring the file back from a backup."
        )
        raise Refused(said % {"number": version.number, "path": version.path}) from error


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk
