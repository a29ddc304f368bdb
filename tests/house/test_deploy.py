"""Django's own list of what a server on the open network needs."""

import os
import subprocess
import sys
from pathlib import Path

from tests.house.sources import ROOT


def test_check_deploy_finds_nothing_under_https(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    # The browser tests set the one that is left out: for this process, not for a server.
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    environment = {**inherited, "FACTCHECK_DATA": str(tmp_path), "FACTCHECK_HTTPS": "1", "DEBUG": "0"}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    found = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (found.returncode, "no issues" in found.stdout) == (0, True), found.stderr
