"""How fast sentences come in, in how much memory, and what annotators notice of it.

    python -m bench.importing --lines 100000 [--database postgres] [--clients 16] [--seconds 10]

The file is JSON lines, a sentence each with a title and a date, as news weigh (bench.prose). It is imported by the
command, in a process of its own: sentences a second from start to end, the process's start with it, and its peak
memory: all of it (`peak_mib`), and that which is no mapped file (`own_mib`; SQLite maps up to 256 MiB of its database).
Then a file of as many other lines is imported while the clients answer as in bench.throughput: their p95 stands beside
that of the same clients before the import began.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from bench import prose
from bench.own_place import own_place
from bench.throughput import Annotator, drive, free_port, serving

POOL = 60_000


def write(path: Path, lines: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8") as out:
        for n, text in enumerate(lines):
            row = {"text": text, "title": f"Article {n // 20}", "published_at": "2025-03-04", "lang": "id"}
            out.write(json.dumps(row) + "\n")


def importing(environment: dict[str, str], path: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "manage.py", "import_sentences", "bench", str(path), "--unit", "sentence"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen([*command, "--wait", "--json"], env=environment, stdout=quiet, stderr=quiet)


def measured(environment: dict[str, str], path: Path, lines: int) -> dict[str, object]:
    """One import with nobody else there."""
    began, own = time.perf_counter(), 0
    process = importing(environment, path)
    ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    while not ended:
        own = max(own, own_kib(process.pid))
        time.sleep(0.1)
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    process.returncode = os.waitstatus_to_exitcode(status)
    spent = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"the import ended with {process.returncode}")
    return {
        "seconds": round(spent, 1),
        "sentences_per_second": round(lines / spent),
        "peak_mib": round(usage.ru_maxrss / 1024),
        "own_mib": round(own / 1024),
    }


def own_kib(pid: int) -> int:
    """Memory of a process that is no file's."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


def beside(environment: dict[str, str], path: Path, clients: Sequence[Annotator], seconds: float) -> dict[str, object]:
    """The clients' answers without and with an import at work."""
    for client in clients:
        client.label()
    rate, p50, p95 = drive(list(clients), Annotator.label, seconds)
    process = importing(environment, path)
    try:
        time.sleep(3)  # the process's own start is no part of it
        with_rate, with_p50, with_p95 = drive(list(clients), Annotator.label, seconds)
        whole = process.poll() is None
    finally:
        process.kill()
        process.wait()
    return {
        "clients": len(clients),
        "answers_per_second": [round(rate), round(with_rate)],
        "p50_ms": [round(p50, 1), round(with_p50, 1)],
        "p95_ms": [round(p95, 1), round(with_p95, 1)],
        "p95_ratio": round(with_p95 / p95, 2) if whole else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10.0, help="of answering, without and with the import")
    options = parser.parse_args()
    with own_place(options.database) as (folder, environment), contextlib.ExitStack() as stack:
        texts = islice(prose.texts(POOL + 2 * options.lines), POOL, None)
        alone, meanwhile = folder / "alone.jsonl", folder / "meanwhile.jsonl"
        write(alone, islice(texts, options.lines))
        write(meanwhile, texts)
        made = subprocess.run(
            [sys.executable, "-m", "bench.make_pool", str(POOL), str(options.clients)],
            env=environment, check=True, stdout=subprocess.PIPE,
        )  # fmt: skip
        figures = {"database": options.database, "lines": options.lines}
        print(json.dumps({**figures, **measured(environment, alone, options.lines)}), flush=True)
        port = free_port()
        stack.enter_context(serving(environment, port))
        clients = [Annotator(port, session) for session in json.loads(made.stdout)]
        print(json.dumps({**figures, **beside(environment, meanwhile, clients, options.seconds)}), flush=True)


if __name__ == "__main__":
    main()
