"""A real Label Studio, started from an environment of its own on loopback, with its own folder, tables and user.

`make test-labelstudio` installs it and runs the tests that are marked `labelstudio`; elsewhere they are left out, or
skipped with the reason.
"""

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.chromium import LOOPBACK
from tests.house.sources import ROOT

PROGRAM = ROOT / ".venv-labelstudio" / "bin" / "label-studio"
# Its tables as its first start made them, which takes a minute: every later start begins with a copy.
TABLES = ROOT / ".venv-labelstudio" / "tables.sqlite3"
PATIENCE = 300.0
# Nothing leaves this machine, and machines of this one may be asked: our ML backend.
ENVIRONMENT = {
    "COLLECT_ANALYTICS": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "LATEST_VERSION_CHECK": "false",
    "FEATURE_FLAGS_OFFLINE": "true",
    "SSRF_PROTECTION_ENABLED": "false",
    "ML_BLOCK_LOCAL_IP": "false",
    "DEBUG": "false",
    "LOG_LEVEL": "WARNING",
}


@dataclass(frozen=True)
class Studio:
    """Where it is, and who may do everything there: by `token`, or with a password on its pages."""

    url: str
    token: str
    email: str
    password: str
    log: Path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for test in items:
        if test.get_closest_marker("labelstudio"):
            test.add_marker(pytest.mark.slow)
            test.add_marker(pytest.mark.allow_hosts(LOOPBACK))


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Label Studio while the tests last: started once, since that takes a while."""
    if not PROGRAM.exists():
        pytest.skip("Label Studio is not installed in .venv-labelstudio: make test-labelstudio")
    with running(tmp_path_factory.mktemp("studio")) as one:
        yield one


@contextmanager
def running(folder: Path) -> Iterator[Studio]:
    """A Label Studio that has all it writes in `folder`, until the end of the block."""
    port = _free_port()
    one = Studio(f"http://127.0.0.1:{port}", "a1" * 20, "sari@studio.example", "kereta-api-malam-7", folder / "log")
    if TABLES.exists() and TABLES.stat().st_mtime > PROGRAM.stat().st_mtime:
        shutil.copyfile(TABLES, folder / "label_studio.sqlite3")
    with one.log.open("wb") as log:
        server = subprocess.Popen(
            _command(one, folder, port), env=_environment(folder), cwd=folder, stdout=log, stderr=log
        )
        try:
            _wait_for(one, server)
            _keep_tables(folder / "label_studio.sqlite3")
            yield one
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def join(one: Studio, email: str) -> str:
    """The token of a second person, who signs up as people do."""
    with httpx.Client(base_url=one.url, timeout=60) as browser:
        address, written = "/user/signup/", {"email": email, "password": one.password, "allow_newsletters": "off"}
        (token,) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(address).text)
        browser.post(address, data={**written, "csrfmiddlewaretoken": token}, headers={"Referer": one.url + address})
        return str(browser.get("/api/current-user/token").json()["token"])


def _command(one: Studio, folder: Path, port: int) -> list[str]:
    own = ["--data-dir", str(folder), "--internal-host", "127.0.0.1", "--port", str(port), "--no-browser"]
    user = ["--username", one.email, "--password", one.password, "--user-token", one.token]
    return [str(PROGRAM), "start", *own, *user, "--enable-legacy-api-token", "--agree-fix-sqlite"]


def _environment(folder: Path) -> dict[str, str]:
    """Ours, without what is meant for us and without any way out."""
    meant = ("DJANGO_", "FACTCHECK_", "DATABASE_", "HTTP", "ALL_PROXY", "LABEL_STUDIO_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(meant)}
    return {**kept, **ENVIRONMENT, "HOME": str(folder), "NO_PROXY": "*"}


def _wait_for(one: Studio, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{one.url}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    said = one.log.read_text(encoding="utf-8", errors="replace")[-2_000:]
    raise RuntimeError(f"Label Studio did not start (exit code {server.poll()}): {said}")


def _keep_tables(made: Path) -> None:
    """Keep the tables for the next start, as they are before anybody has used them."""
    if TABLES.exists() and TABLES.stat().st_mtime > PROGRAM.stat().st_mtime:
        return
    part = TABLES.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(part)) as target:
        source.backup(target)
    part.replace(TABLES)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
