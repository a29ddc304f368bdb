"""Real learning workers and a real Redis, on the database of the tests."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from celery import Celery
from django.conf import settings
from django.db import connection

from factcheck.launcher.crew import redis_server
from labeling.models import Run
from tests.jobs.launching import ROOT


class Learners:
    """Workers are started by name, and all of it ended by `clean_up`. Each leads a session of its own."""

    def __init__(self, data: Path) -> None:
        self._data = data
        # Not below the test's own folder: the path of a socket must be short.
        self._folder = Path(tempfile.mkdtemp(prefix="factcheck-learners-"))
        self.meeting = self._folder / "meeting"
        self.meeting.mkdir()
        self._socket = self._folder / "redis.sock"
        self.url = f"redis+socket://{self._socket}"
        # An address at which no Redis answers until `bring_results_back`.
        self._elsewhere = self._folder / "results.sock"
        self.url_elsewhere = f"redis+socket://{self._elsewhere}"
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.start_redis()

    def start_redis(self) -> None:
        where = ["--unixsocket", str(self._socket), "--dir", str(self._folder)]
        self._start("redis", [str(redis_server()), "--port", "0", *where, "--save", "", "--appendonly", "yes"])

    def forget_redis(self) -> None:
        """Nothing of what it held is left when it starts again."""
        shutil.rmtree(self._folder / "appendonlydir")

    def bring_results_back(self) -> None:
        self._elsewhere.symlink_to(self._socket)

    def start(self, name: str, **environment: str) -> None:
        words = ["-n", f"{name}@%h", "-Q", "learn", "-c", "1", "--without-gossip", "--without-mingle", "-l", "INFO"]
        celery = [sys.executable, "-m", "celery", "-A", "tests.jobs.learning_app", "worker", *words]
        self._start(name, celery, **environment)

    def _start(self, name: str, words: list[str], **environment: str) -> None:
        own = {
            "DATABASE_URL": database_url(),
            "REDIS_URL": self.url,
            "FACTCHECK_DATA": str(self._data),
            "FACTCHECK_SCORING_PARTS": str(settings.SCORING_PARTS),
            "LEARNERS_MEET": str(self.meeting),
            **environment,
        }
        with open(self._folder / f"{name}.log", "ab") as log:
            self._running[name] = subprocess.Popen(
                words, cwd=ROOT, env={**os.environ, **own}, stdout=log, stderr=log, start_new_session=True
            )

    def call(self, run: Run) -> None:
        """What the sweep does with a Run that is owed."""
        with Celery("sweep", broker=self.url) as app:
            app.send_task("labeling.tasks.learn", [run.pk], queue="learn", priority=6, ignore_result=True)

    def kill(self, name: str) -> None:
        """Signal 9 to a worker and its child."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def met(self) -> int:
        """How many workers have looked at a part."""
        return len(list(self.meeting.iterdir()))

    def said(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in sorted(self._folder.glob("*.log")))

    def clean_up(self) -> None:
        for name in list(self._running):
            self.kill(name)
        shutil.rmtree(self._folder)


def database_url() -> str:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
