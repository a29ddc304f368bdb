"""How the web process serves: read by gunicorn itself, from `manage.py up`, compose and the benchmarks alike."""

from factcheck import env
from factcheck.settings import PORT, WEB_PROCESSES, WEB_THREADS

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
