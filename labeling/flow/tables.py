"""The rows of every table as JSON values and back, the same for SQLite and PostgreSQL."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Field, Model

# Signs of life of programs that will have ended by then; and which shards count in a storage that is no part of a
# backup: the next training makes them anew.
LEFT_OUT = {"labeling_pulse", "labeling_poolmanifest"}
# `migrate` fills these in every database, under keys that differ from one to the next.
MADE_WITH_IT = ("auth_permission", "django_content_type")
_CHUNK = 2_000
# Fields whose values are the same in Python, in JSON and for both databases.
_AS_IT_IS = {
    "AutoField",
    "BigAutoField",
    "BigIntegerField",
    "BooleanField",
    "CharField",
    "FloatField",
    "IntegerField",
    "PositiveBigIntegerField",
    "PositiveIntegerField",
    "PositiveSmallIntegerField",
    "SlugField",
    "SmallIntegerField",
    "TextField",
}

Row = list[Any]
Table = type[Model]


def every() -> dict[str, Table]:
    """All tables by name."""
    found = {one._meta.db_table: one for one in apps.get_models(include_auto_created=True) if one._meta.managed}
    return dict(sorted(found.items()))


def kept() -> dict[str, Table]:
    """The tables whose rows a backup holds, by name."""
    return {name: table for name, table in every().items() if name not in LEFT_OUT}


def columns(table: Table) -> list[str]:
    """As a row of a backup has them, in order."""
    return [field.attname for field in table._meta.concrete_fields]


def read(table: Table) -> Iterator[Row]:
    """Every row in the order of its key, in bounded memory; of one moment where `one_moment` holds it."""
    rows = table._base_manager.order_by("pk").values_list(*columns(table))
    return (list(row) for row in rows.iterator(chunk_size=_CHUNK))


def packed(row: Row) -> bytes:
    """One line of JSON, its end included."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_plain).encode() + b"\n"


def write(table: Table, lines: Iterable[bytes]) -> int:
    """Insert rows as they were, times of creation included; returns how many. Raises what the database raises."""
    quote, fields = connection.ops.quote_name, table._meta.concrete_fields
    names, places = ", ".join(quote(str(field.column)) for field in fields), ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(table._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608 - our own names
    prepare = [_prepared(field) for field in fields]
    rows, n = (json.loads(line) for line in lines), 0
    with connection.cursor() as cursor:
        while some := list(islice(rows, _CHUNK)):
            cursor.executemany(
                statement, [[one(value) for one, value in zip(prepare, row, strict=True)] for row in some]
            )
            n += len(some)
    return n


def follow_on() -> None:
    """The next row of each table gets a key that none of these has."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(kept().values())):
            cursor.execute(statement)


def filled() -> list[str]:
    """The tables that hold rows, but those which every database is made with; none where there is no table yet."""
    there = set(connection.introspection.table_names())
    wanted = {name: table for name, table in every().items() if name in there and name not in MADE_WITH_IT}
    return [name for name, table in wanted.items() if table._base_manager.exists()]


def _plain(value: object) -> str:
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"No JSON for {type(value).__name__}.")


def _prepared(field: "Field[Any, Any]") -> Callable[[Any], Any]:
    kind = getattr(field, "target_field", field).get_internal_type()
    if kind in _AS_IT_IS:
        return _same
    return lambda value: field.get_db_prep_save(field.to_python(value), connection)


def _same(value: object) -> object:
    return value
