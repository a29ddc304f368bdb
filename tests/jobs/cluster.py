"""The services of docker-compose.yml as processes of this machine, each with a data directory of its own."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from factcheck.launcher.crew import redis_server
from tests.jobs.launching import ROOT, free_port, until

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
IMAGE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


class Cluster:
    """Services are started by name, and all of it ended by `clean_up`. Each leads a session of its own."""

    def __init__(self, database: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="factcheck-cluster-"))
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        (self._folder / "secret_key").write_text("0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        bucket = {"BACKEND": "tests.jobs.bucket.Bucket", "OPTIONS": {"location": str(self._folder / "bucket")}}
        self._own = {
            **os.environ,
            "DATABASE_URL": database,
            "REDIS_URL": f"redis+socket://{self._folder}/redis.sock",
            "SECRET_KEY_FILE": str(self._folder / "secret_key"),
            "FACTCHECK_LEARNING_STORAGE": json.dumps(bucket),
            "PYTHONPATH": str(ROOT),
        }
        where = ["--unixsocket", f"{self._folder}/redis.sock", "--dir", str(self._folder)]
        self._spawn("redis", [str(redis_server()), "--port", "0", *where, "--save", "", "--appendonly", "yes"], {})

    def start(self, service: str, name: str = "", **environment: str) -> None:
        """Start a service, `name` being the machine it is on."""
        name = name or service
        data = self._folder / name
        data.mkdir(exist_ok=True)
        python, *rest = command_of(service)
        words = [python, *(one.replace("/tmp/", f"{data}/").replace("%h", name) for one in rest)]
        self._spawn(name, words, {"FACTCHECK_DATA": str(data), **environment})

    def web(self, name: str) -> str:
        """Start a web process, and wait until it listens; its address. Raises AssertionError where it does not."""
        port = free_port()
        own = {**self._own, "FACTCHECK_DATA": str(self._folder / name)}
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
        subprocess.run(collect, cwd=ROOT, env=own, check=True, timeout=120)
        self.start("web", name, FACTCHECK_PORT=str(port), FACTCHECK_BIND="127.0.0.1")
        assert until(lambda: _listens(port)), self.said()
        return f"http://127.0.0.1:{port}"

    def kill(self, name: str) -> None:
        """Signal 9 to a process and its children."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def lines(self, name: str) -> list[dict[str, Any]]:
        """The log of a machine, as far as it is JSON."""
        text = (self._folder / f"{name}.log").read_text(errors="replace")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{") and line.endswith("}")]

    def said(self) -> str:
        logs = sorted(self._folder.glob("*.log"))
        return "\n".join(f"{path.name}: {path.read_text(errors='replace')[-2_000:]}" for path in logs)

    def clean_up(self) -> None:
        for name in list(self._running):
            self.kill(name)
        shutil.rmtree(self._folder)

    def _spawn(self, name: str, words: Sequence[str], environment: dict[str, str]) -> None:
        with open(self._folder / f"{name}.log", "ab") as log:
            self._running[name] = subprocess.Popen(
                words, cwd=ROOT, env=self._own | environment, stdout=log, stderr=log, start_new_session=True
            )


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def command_of(service: str) -> list[str]:
    """What the container runs, word by word; web runs what the image says."""
    told = COMPOSE["services"][service].get("command")
    words = shlex.split(told) if told else json.loads(re.findall(r"^CMD (.*)$", IMAGE, re.MULTILINE)[0])
    return [sys.executable, *words[1:]]
