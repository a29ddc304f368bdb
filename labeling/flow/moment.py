"""One moment of the database, held while it is read and others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """Every query inside sees the same moment. Nothing may be written inside.

    PostgreSQL: a REPEATABLE READ, READ ONLY transaction. SQLite in WAL mode: a plain deferred BEGIN, because Django's
    own transactions begin IMMEDIATE and would keep every writer out. Inside a transaction of the caller, that one's.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
