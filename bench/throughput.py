"""Submit + next over HTTP, beside a bare Django view on the same server and database, in one run.

    python -m bench.throughput --sentences 10000 --clients 1,4,16,64 [--database postgres] [--seconds 5]

Every client speaks like the annotate page: it holds ten sentences, sends one answer a request, and asks for more when
five are left. The two sides take turns (page, bare, page, bare), so that a machine whose speed drifts treats both
alike. Rates and ratio are means of the two rounds, times the worse of them.
"""

import argparse
import contextlib
import http.client
import json
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from bench.own_place import own_place

HOLD, LOW = 10, 5


class Annotator:
    """One client with one kept connection, its session and its hand of sentences."""

    def __init__(self, port: int, session: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        token = "a" * 32
        self.headers = {
            "Cookie": f"sessionid={session}; csrftoken={token}",
            "X-CSRFToken": token,
            "Content-Type": "application/json",
        }
        self.hand: list[int] = []

    def _post(self, path: str, body: bytes) -> dict[str, Any]:
        self.connection.request("POST", path, body, self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}: {content[:300]!r}")
        return dict(json.loads(content))

    def label(self) -> None:
        """Answer the first sentence in hand; the request asks for more where the hand grows low."""
        acts = []
        if self.hand:
            key = str(uuid.uuid4())
            acts = [{"key": key, "kind": "answer", "sentence": self.hand.pop(0), "label": "claim", "seconds": 1.0}]
        want = HOLD if len(self.hand) <= LOW else 0
        document = {"acts": acts, "want": want, "have": self.hand}
        found = self._post("/p/bench/annotate/sync/", json.dumps(document).encode())
        if not all(receipt["saved"] for receipt in found["receipts"]):
            raise SystemExit(f"an answer was refused: {found['receipts']}")
        self.hand += [one["id"] for one in found["sentences"]]
        if not self.hand:
            raise SystemExit("the pool is used up: give more --sentences or fewer --seconds")

    def bare(self) -> None:
        self._post(f"/bare/{self.hand[0]}/", b"")


def drive(clients: list[Annotator], act: Callable[[Annotator], None], seconds: float) -> tuple[float, float, float]:
    """All clients act for `seconds`. Returns acts a second, median and 95th percentile in milliseconds."""
    until = time.perf_counter() + seconds
    times: list[list[float]] = [[] for _ in clients]

    def go(client: Annotator, mine: list[float]) -> None:
        while (start := time.perf_counter()) < until:
            act(client)
            mine.append(time.perf_counter() - start)

    threads = [threading.Thread(target=go, args=pair) for pair in zip(clients, times, strict=True)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - began
    flat = sorted(one for mine in times for one in mine)
    return len(flat) / spent, 1000 * statistics.median(flat), 1000 * flat[int(len(flat) * 0.95) - 1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(environment: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The web process as `manage.py up` starts it."""
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "--log-level", "warning", "factcheck.wsgi"]
    with subprocess.Popen(command, env={**environment, "FACTCHECK_PORT": str(port)}) as process:
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.1)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=10_000)
    parser.add_argument("--clients", default="1,4,16,64")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each side, in each of two rounds")
    options = parser.parse_args()
    with own_place(options.database) as (_folder, environment), contextlib.ExitStack() as stack:
        most = max(int(n) for n in options.clients.split(","))
        made = subprocess.run(
            [sys.executable, "-m", "bench.make_pool", str(options.sentences), str(most)],
            env=environment, check=True, stdout=subprocess.PIPE,
        )  # fmt: skip
        sessions = json.loads(made.stdout)
        port = free_port()
        stack.enter_context(serving(environment, port))
        for n in (int(n) for n in options.clients.split(",")):
            report(options, [Annotator(port, session) for session in sessions[:n]])


def report(options: argparse.Namespace, clients: list[Annotator]) -> None:
    for client in clients:
        client.label()
    rounds = [
        (drive(clients, Annotator.label, options.seconds), drive(clients, Annotator.bare, options.seconds))
        for _ in range(2)
    ]
    page, bare = ([round_[side] for round_ in rounds] for side in (0, 1))
    ratio = statistics.mean(mine[0] / theirs[0] for mine, theirs in rounds)
    figures = {
        "database": options.database, "sentences": options.sentences, "clients": len(clients),
        "page_per_second": round(statistics.mean(rate for rate, _, _ in page)),
        "page_p50_ms": round(max(p50 for _, p50, _ in page), 1),
        "page_p95_ms": round(max(p95 for _, _, p95 in page), 1),
        "bare_per_second": round(statistics.mean(rate for rate, _, _ in bare)),
        "bare_p95_ms": round(max(p95 for _, _, p95 in bare), 1),
        "ratio": round(ratio, 2),
    }  # fmt: skip
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
