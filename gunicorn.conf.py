"""How the web process serves: read by gunicorn itself, from `manage.py up`, compose and the benchmarks alike."""

import os

bind = f"{os.environ.get('FACTCHECK_BIND', '127.0.0.1')}:{os.environ.get('FACTCHECK_PORT', '8000')}"
# Threads, not processes: a request waits for the database most of its time, and memory stays small. With SQLite one
# process is also fastest: its writers queue in one place instead of polling the file's lock.
workers = int(os.environ.get("FACTCHECK_WEB_PROCESSES", "1"))
worker_class = "gthread"
threads = int(os.environ.get("FACTCHECK_WEB_THREADS", "8"))
keepalive = 75
worker_connections = 1000
timeout = 60
graceful_timeout = 10
control_socket_disable = True
