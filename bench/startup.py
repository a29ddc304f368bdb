"""`manage.py up` on an installed environment, to a page that answers; and what the web process weighs after some work.

python -m bench.startup
"""

import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bench.throughput import free_port

ROUNDS = 3


def main() -> None:
    firsts, seconds = [], []
    weight = 0.0
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="fc") as folder:
            with started(Path(folder)) as (took, _):
                firsts.append(took)
            with started(Path(folder)) as (took, port):
                seconds.append(took)
                for _ in range(200):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=30).read()
                weight = max(weight, heaviest_web_process(port))
    figures = {
        "first_start_s": round(statistics.median(firsts), 1),
        "next_start_s": round(statistics.median(seconds), 1),
        "web_process_mib": round(weight),
        "rounds": ROUNDS,
    }
    print(json.dumps(figures), flush=True)


@contextlib.contextmanager
def started(folder: Path) -> Iterator[tuple[float, int]]:
    """Seconds until the sign-in page answers, and the port; stops what it started."""
    port = free_port()
    environment = {**os.environ, "FACTCHECK_DATA": str(folder), "FACTCHECK_PORT": str(port)}
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "manage.py", "up"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            while True:
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=5).read()
                    break
                time.sleep(0.02)
            yield time.perf_counter() - began, port
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def heaviest_web_process(port: int) -> float:
    """Resident memory of the largest gunicorn process that serves `port`, in MiB."""
    sizes = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            folder = status.parent
            environment = (folder / "environ").read_bytes()
            if b"gunicorn" in (folder / "cmdline").read_bytes() and f"FACTCHECK_PORT={port}".encode() in environment:
                resident = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
                sizes.append(int(resident.split()[1]) / 1024)
    return max(sizes)


if __name__ == "__main__":
    main()
