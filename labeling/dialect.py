"""SQL for the hot path, where compiling a query costs Django ten times what running it costs the database.

Measured on the annotate page's endpoint: 10.3 ms an answer through compiled querysets, see docs/adr/0003. Statements
here use what SQLite (3.35+) and PostgreSQL share (RETURNING, ON CONFLICT); `sql` fills in where they differ.
"""

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import Model

Result = TypeVar("Result")
Value = int | float | Decimal | str | bytes | date | UUID | None

# SQLite has one writer. Threads that wait for it inside SQLite sleep and look again, up to a tenth of a second at a
# time; threads that wait for each other here go on at once.
_WRITER = threading.RLock()
_TRIES = 5
# What one statement may hold at most, of SQLite (32,766).
_PARAMETERS = 30_000
_DEADLOCK = "40P01"  # PostgreSQL's code.

_WORDS = {
    "sqlite": {
        # The text form that Django stores, so that times compare as text.
        "now": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'now')",
        "after": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '+{seconds} seconds')",
        "age": "(JULIANDAY('now') - JULIANDAY({column})) * 86400",
        # SQLite has one writer: whoever is in a transaction that began IMMEDIATE is alone.
        "lock": "",
        "skip": "",
        "json": "%s",
        "holds": "{column} LIKE %s ESCAPE '\\'",
    },
    "postgresql": {
        # NO KEY: who commits a row that points at a locked one must not wait for it, having locks of their own.
        "now": "STATEMENT_TIMESTAMP()",
        "after": "STATEMENT_TIMESTAMP() + INTERVAL '{seconds} seconds'",
        "age": "EXTRACT(EPOCH FROM STATEMENT_TIMESTAMP() - {column})",
        "lock": "FOR NO KEY UPDATE OF {table}",
        "skip": "FOR NO KEY UPDATE OF {table} SKIP LOCKED",
        "json": "%s::jsonb",
        # Case folded as in ASCII: by the rules of a language it takes twice as long.
        "holds": "{column} COLLATE \"C\" ILIKE %s ESCAPE '\\'",
    },
}


@contextmanager
def writing() -> Iterator[None]:
    """A transaction that writes, in its turn among this process's threads where the database has one writer only."""
    if connection.vendor == "sqlite":
        with _WRITER, transaction.atomic():
            yield
    else:
        with transaction.atomic():
            yield


def undeterred(work: Callable[[], Result]) -> Result:
    """What `work` gives. It opens its own transaction; where that closes a circle of waiters, the database ends it,
    nothing has happened, and it is done again."""
    for _ in range(_TRIES):
        try:
            return work()
        except OperationalError as reason:
            if getattr(reason.__cause__, "sqlstate", None) != _DEADLOCK or connection.in_atomic_block:
                raise
    return work()


def moment(when: datetime) -> Value:
    """A time as the database at hand keeps it."""
    stored: Value = connection.ops.adapt_datetimefield_value(when)
    return stored


def now() -> str:
    """The database's clock."""
    return _WORDS[connection.vendor]["now"]


def after(seconds: int) -> str:
    """The database's clock, so many seconds from now."""
    return _WORDS[connection.vendor]["after"].format(seconds=seconds)


def age(column: str) -> str:
    """Seconds since the time in `column`, on the database's clock."""
    return _WORDS[connection.vendor]["age"].format(column=column)


def lock(table: str) -> str:
    """Keep the rows of `table` (its alias in the query) until the transaction ends."""
    return _WORDS[connection.vendor]["lock"].format(table=table)


def skip_locked(table: str) -> str:
    """The same, passing over rows that somebody else has locked."""
    return _WORDS[connection.vendor]["skip"].format(table=table)


def json() -> str:
    """The placeholder of a JSON value given as text."""
    return _WORDS[connection.vendor]["json"]


def holds(column: str) -> str:
    """Whether `column` is like a pattern, without regard to the case of ASCII letters."""
    return _WORDS[connection.vendor]["holds"].format(column=column)


def unindexed(column: str) -> str:
    """`column` for a condition whose index SQLite must not choose: it would rather sort all rows than walk in order."""
    return f"+{column}" if connection.vendor == "sqlite" else column


def literally(word: str) -> str:
    """`word` with the signs of a pattern made harmless."""
    return re.sub(r"([\\%_])", r"\\\1", word)


def analyze(*tables: str) -> None:
    """Have PostgreSQL look at tables that grew: by itself it does so up to a minute later, and plans badly meanwhile.

    SQLite's plans here need no figures.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(tables)}")


def among(values: Sequence[object]) -> str:
    """Placeholders for `IN`; `values` must not be empty."""
    return "(" + ", ".join(["%s"] * len(values)) + ")"


def insert(
    model: type[Model], names: Sequence[str], values: Sequence[Sequence[Value]], *, key: str, again: bool = False
) -> list[int]:
    """Write new rows of a model and return their keys, the column `key`, in the order of the rows.

    `names` are columns, whose `values` are as the database at hand keeps them. For many rows at once: `bulk_create`
    spends ten times what the database takes. With `again`, rows that are there already stay as they are, and their keys
    are not returned.
    """
    quote, keys = connection.ops.quote_name, list[int]()
    columns = ", ".join(map(quote, names))
    head = f"INSERT INTO {quote(model._meta.db_table)} ({columns})"
    last = f"{'ON CONFLICT DO NOTHING ' if again else ''}RETURNING {quote(key)}"
    for start in range(0, len(values), max(1, _PARAMETERS // len(names))):
        part = values[start : start + max(1, _PARAMETERS // len(names))]
        source, parameters = _source(model, names, part)
        keys += [pk for (pk,) in rows(f"{head} {source} {last}", parameters)]
    return keys


def _source(
    model: type[Model], names: Sequence[str], values: Sequence[Sequence[Value]]
) -> tuple[str, Iterable[Value | list[Value]]]:
    """What many rows are written from, and its parameters: to PostgreSQL, a list a column."""
    if connection.vendor == "sqlite":
        row = f"({', '.join(['%s'] * len(names))})"
        return f"VALUES {', '.join([row] * len(values))}", chain.from_iterable(values)
    kinds = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
    lists = ", ".join(f"%s::{kinds[name]}[]" for name in names)
    return f"SELECT * FROM UNNEST({lists})", [list(column) for column in zip(*values, strict=True)]  # noqa: S608 - no value in it


def rows(sql: str, parameters: Iterable[Value | list[Value]]) -> list[tuple[Any, ...]]:
    """Run a statement that returns rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return list(cursor.fetchall())


def change(sql: str, parameters: Iterable[Value]) -> int:
    """Run a statement that changes rows; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return int(cursor.rowcount)
