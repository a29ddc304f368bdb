"""A place on disk where the rows and judgements of an export are put in order, however they lie in their files."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from labeling.formats.rebuilding import Known
from labeling.formats.shapes import Bad
from labeling.formats.told import Unsound, article_of, identity, judgement, lang_of, place, text_of

_TABLES = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE known (id INTEGER PRIMARY KEY, article TEXT NOT NULL, text TEXT NOT NULL, lang TEXT NOT NULL, near TEXT,
    place TEXT);
CREATE TABLE bad (line INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE TABLE said (id INTEGER NOT NULL, n INTEGER NOT NULL, judgement TEXT NOT NULL, PRIMARY KEY (id, n)) WITHOUT ROWID;
"""
_KNOWN = "SELECT id, text, lang, place FROM known"
Values = dict[str, Any]


class Scratch:
    """What a folder holds, in a file of its own. `labels` are all that it names."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(path, isolation_level=None)
        self._base.executescript(_TABLES)
        self._n_said = 0
        self.labels: set[str] = set()

    def close(self) -> None:
        self._base.close()

    def take_rows(self, found: Iterable[Values]) -> None:
        """Keep the rows of the config `default`; each has its split."""
        with self._writing() as write:
            for n, values in enumerate(found, start=1):
                try:
                    line = identity(values)
                    row = place(values)
                except Unsound as flaw:
                    self._leave_out(_line(values, n), str(flaw))
                    continue
                told = (line, row.article, row.text, row.lang, row.near or None, _written(values))
                if not write.execute("INSERT OR IGNORE INTO known VALUES (?, ?, ?, ?, ?, ?)", told).rowcount:
                    self._leave_out(line, _("another row has its id"))
                    continue
                self.labels.add(row.label)

    def take_judgements(self, found: Iterable[Values]) -> None:
        """Keep the judgements; a sentence that has no row is known by them."""
        with self._writing() as write:
            for n, values in enumerate(found, start=1):
                try:
                    line, said = identity(values), judgement(values)
                    told = (line, article_of(values), text_of(values), lang_of(values))
                except Unsound as flaw:
                    self._leave_out(_line(values, n), str(flaw))
                    continue
                self.labels |= {one for one in (said.label, said.label_2) if one}
                write.execute("INSERT OR IGNORE INTO known VALUES (?, ?, ?, ?, NULL, NULL)", told)
                # Counted over all files: each has its own place.
                self._n_said += 1
                write.execute("INSERT INTO said VALUES (?, ?, ?)", (line, self._n_said, _written(values)))

    def ready(self) -> int:
        """Be asked from now on; returns how many sentences there are."""
        self._base.execute("CREATE INDEX by_article ON known (article, id)")
        self._base.execute("CREATE INDEX by_near ON known (near, id) WHERE near IS NOT NULL")
        return int(self._base.execute("SELECT COUNT(*) FROM known").fetchone()[0])

    def bad(self) -> Iterator[Bad]:
        """What was left out, in the order in which it came."""
        with closing(self._base.execute("SELECT line, reason FROM bad ORDER BY rowid")) as found:
            yield from (Bad(line, reason) for line, reason in found)

    def articles(self) -> Iterator[list[Known]]:
        """The sentences of each article, in the order of ids."""
        asked = "SELECT article FROM known WHERE article != '' GROUP BY article ORDER BY MIN(id)"
        with closing(self._base.execute(asked)) as names:
            for (article,) in names:
                yield list(self._known(f"{_KNOWN} WHERE article = ? ORDER BY id", article))

    def loose(self) -> Iterator[Known]:
        """The sentences without an article, in the order of ids."""
        yield from self._known(f"{_KNOWN} WHERE article = '' ORDER BY id")

    def near(self) -> Iterator[tuple[int, list[str]]]:
        """The texts of each group of near twins, with the first id."""
        with closing(self._base.execute("SELECT near, MIN(id) FROM known WHERE near > '' GROUP BY near")) as groups:
            for near, first in groups:
                texts = self._base.execute("SELECT text FROM known WHERE near = ? ORDER BY id", (near,))
                yield first, [text for (text,) in texts]

    def _known(self, sql: str, *values: str) -> Iterator[Known]:
        with closing(self._base.execute(sql, values)) as found:
            for line, text, lang, told in found:
                row = place(json.loads(told)) if told else None
                said = self._base.execute("SELECT judgement FROM said WHERE id = ? ORDER BY n", (line,))
                answers = tuple(judgement(json.loads(one)) for (one,) in said)
                yield Known(line, text, lang, row, answers)

    def _leave_out(self, line: int, reason: str) -> None:
        self._base.execute("INSERT INTO bad VALUES (?, ?)", (line, reason))

    def _writing(self) -> "_Writing":
        return _Writing(self._base)


class _Writing:
    """One transaction of the scratch: a row at a time would wait for the disk each time."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base

    def __enter__(self) -> sqlite3.Connection:
        self._base.execute("BEGIN")
        return self._base

    def __exit__(self, *_error: object) -> None:
        self._base.execute("COMMIT")


def _line(values: Mapping[str, Any], n: int) -> int:
    """The id that names what is left out; its place where it has none."""
    try:
        return identity(values)
    except Unsound:
        return n


def _written(values: Values) -> str:
    return json.dumps(values, default=_day)


def _day(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
