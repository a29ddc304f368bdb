"""How the web process serves: read by gunicorn itself, from `manage.py up`, compose and the benchmarks alike."""

import os
import shutil
import tempfile

from factcheck import env
from factcheck.settings import LOGGING, METRICS, PORT, WEB_PROCESSES, WEB_THREADS

bind = f"{env.text('FACTCHECK_BIND', '127.0.0.1')}:{PORT}"
# Threads, not processes: a request waits for the database most of its time, and memory stays small. With SQLite one
# process is also fastest: its writers queue in one place instead of polling the file's lock.
workers = WEB_PROCESSES
worker_class = "gthread"
threads = WEB_THREADS
keepalive = 75
worker_connections = 1000
timeout = 60
graceful_timeout = 10
control_socket_disable = True
# Its worker's sign of life is a file: it must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - a name, and not a file
# Its own lines look like all others.
logconfig_dict = LOGGING

# Where each of several web processes writes its figures, so that any of them can tell those of all.
figures = tempfile.mkdtemp(prefix="factcheck-metrics-") if METRICS and workers > 1 else ""
if figures:
    # The library looks for the name when it is loaded, which is later.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = figures


def on_exit(_server: object) -> None:
    shutil.rmtree(figures, ignore_errors=True)
