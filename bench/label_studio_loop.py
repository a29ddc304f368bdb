"""The inner loop of Label Studio's scripts, next task + create annotation, by its own client: ours beside the real one.

    python -m bench.label_studio_loop [--tasks 10000] [--clients 1,4,16] [--seconds 10] [--database postgres] [--alone]

Each side: a project is made and `--tasks` tasks are imported by the client, after one task of another project. Then
every client, a person of its own, asks for its next task and answers it for so many seconds. The two sides take turns,
for each number of clients, and so share what the machine is like at the moment. The clients are threads of this
process: what they cost is in both sides' figures. Afterwards the export tells how many tasks were answered by two
people, where one was wanted.

Label Studio is measured where .venv-labelstudio has it (`make test-labelstudio` installs it), on its own SQLite;
`--alone` leaves it out.
"""

import argparse
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from unittest.mock import patch

import httpx
from label_studio_sdk.client import LabelStudio
from label_studio_sdk.core.api_error import ApiError

from bench.own_place import own_place
from bench.startup import started
from bench.throughput import free_port, serving
from tests.labelstudio.server import PROGRAM, Studio, running

CONFIG = """<View><Text name="text" value="$text"/><Choices name="label" toName="text" choice="single" required="true">
<Choice value="claim"/><Choice value="denial"/><Choice value="none"/></Choices></View>"""
RESULT = [{"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["claim"]}}]
PATIENCE = 300.0


@dataclass
class Times:
    """Milliseconds of each call."""

    following: list[float] = field(default_factory=list)
    creating: list[float] = field(default_factory=list)


@dataclass
class Side:
    """A server, its project, and its people's clients."""

    name: str
    project: int
    clients: list[LabelStudio]
    import_seconds: float

    def once(self, client: LabelStudio, times: Times) -> bool:
        """The next task, and an answer to it; False where there is none left."""
        began = time.perf_counter()
        # The client has no method of its own for it.
        wire = client._client_wrapper.httpx_client
        answer = wire.request(f"api/projects/{self.project}/next/", method="GET")
        if answer.status_code == 404:
            return False
        if answer.status_code != 200:
            raise SystemExit(f"{self.name} answered {answer.status_code}: {answer.text[:300]}")
        between = time.perf_counter()
        client.annotations.create(id=answer.json()["id"], result=RESULT, lead_time=1.0)
        times.following.append(1000 * (between - began))
        times.creating.append(1000 * (time.perf_counter() - between))
        return True

    def drive(self, n: int, seconds: float) -> tuple[float, Times]:
        """`n` clients for so many seconds: pairs a second, and the times of all."""
        until, each = time.perf_counter() + seconds, [Times() for _ in range(n)]

        def go(client: LabelStudio, mine: Times) -> None:
            while time.perf_counter() < until and self.once(client, mine):
                pass

        threads = [threading.Thread(target=go, args=pair) for pair in zip(self.clients, each, strict=False)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent = time.perf_counter() - began
        all_ = Times([one for mine in each for one in mine.following], [one for mine in each for one in mine.creating])
        if not all_.creating:
            raise SystemExit(f"{self.name}: nothing was answered; give more --tasks")
        return len(all_.creating) / spent, all_

    def doubly(self) -> tuple[int, int]:
        """How many tasks were answered, and how many of them by more than one person."""
        # Label Studio takes minutes for many tasks.
        options = {"timeout_in_seconds": 3600, "chunk_size": 1 << 20}
        stream = self.clients[0].projects.exports.download_sync(
            self.project, export_type="JSON", request_options=options
        )
        answers = [len(task["annotations"]) for task in json.loads(b"".join(stream))]
        return sum(n > 0 for n in answers), sum(n > 1 for n in answers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--clients", default="1,4,16")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite", help="ours")
    parser.add_argument("--alone", action="store_true", help="without Label Studio")
    options = parser.parse_args()
    numbers = [int(n) for n in options.clients.split(",")]
    with contextlib.ExitStack() as stack:
        sides = [stack.enter_context(ours(options.database, options.tasks, max(numbers)))]
        if PROGRAM.exists() and not options.alone:
            folder = stack.enter_context(own_place())[0]
            sides.append(theirs(stack.enter_context(running(folder)), options.tasks, max(numbers)))
        told = {"database": options.database, "tasks": options.tasks}
        print(
            json.dumps({**told, **{f"{one.name}_import_s": round(one.import_seconds, 2) for one in sides}}), flush=True
        )
        for n in numbers:
            print(json.dumps({**told, **figures(sides, n, options.seconds)}), flush=True)
        for one in sides:
            answered, twice = one.doubly()
            print(json.dumps({**told, "side": one.name, "answered": answered, "answered_twice": twice}), flush=True)


def figures(sides: list[Side], n: int, seconds: float) -> dict[str, object]:
    """Two rounds of each side in turn; means of the rates, medians and 95th percentiles of all times."""
    rounds: dict[str, list[tuple[float, Times]]] = {one.name: [] for one in sides}
    for one in sides:
        for client in one.clients[:n]:
            # The first call of a connection, and of a server, is not what is measured.
            one.once(client, Times())
    for _ in range(2):
        for one in sides:
            rounds[one.name].append(one.drive(n, seconds / 2))
    told: dict[str, object] = {"clients": n}
    for name, found in rounds.items():
        told[f"{name}_pairs_per_second"] = round(statistics.mean(rate for rate, _ in found), 1)
        for call in ("following", "creating"):
            times = sorted(one for _, all_ in found for one in getattr(all_, call))
            told[f"{name}_{call}_p50_ms"] = round(statistics.median(times), 1)
            told[f"{name}_{call}_p95_ms"] = round(times[-(-len(times) * 95 // 100) - 1], 1)
    return told


@contextlib.contextmanager
def ours(database: str, n_tasks: int, n_people: int) -> Iterator[Side]:
    """Factcheck on a database of its own: all of it while tasks are imported, its web process alone afterwards."""
    with own_place(database, "factcheck.settings") as (folder, environment):
        # Both are measured without a limit: one machine asks for all.
        environment["FACTCHECK_API_RATE"] = "0"
        command = [sys.executable, "-m", "bench.label_studio_people"]
        owner = json.loads(_said(command, environment))
        with contextlib.ExitStack() as wires:
            # The import wants a worker; the loop is measured without the trainings that Label Studio does not do.
            with patch.dict(os.environ, environment), started(folder) as (_seconds, port):
                first = _client(f"http://127.0.0.1:{port}", owner, wires)
                # The workers may still be starting.
                _filled(first, _founded(first), 1)
                project = _founded(first)
                tokens = json.loads(_said([*command, str(project), str(n_people)], environment))
                seconds = _filled(first, project, n_tasks)
            port = free_port()
            with serving(environment, port):
                url = f"http://127.0.0.1:{port}"
                yield Side("ours", project, [_client(url, one, wires) for one in tokens], seconds)


def theirs(studio: Studio, n_tasks: int, n_people: int) -> Side:
    """Label Studio, with so many people who signed up."""
    wires = contextlib.ExitStack()
    first = _client(studio.url, studio.token, wires)
    _filled(first, _founded(first), 1)
    project = _founded(first)
    seconds = _filled(first, project, n_tasks)
    others = [_client(studio.url, _signed_up(studio.url, number), wires) for number in range(1, n_people)]
    return Side("label_studio", project, [first, *others], seconds)


def _founded(client: LabelStudio) -> int:
    """A project that wants one answer a task."""
    project = client.projects.create(title="Bench of the loop", label_config=CONFIG, maximum_annotations=1)
    assert project.id is not None
    return int(project.id)


def _filled(client: LabelStudio, project: int, n: int) -> float:
    """The seconds until `n` tasks were there."""
    tasks = [{"data": {"text": f"Speaker {number} says that bridge {number} is open."}} for number in range(n)]
    began = time.perf_counter()
    client.projects.import_tasks(project, request=tasks, request_options={"timeout_in_seconds": 3600})
    until = began + PATIENCE
    while (client.projects.get(project).task_number or 0) < n:
        if time.perf_counter() > until:
            raise SystemExit(f"not all tasks were there after {PATIENCE:.0f} s")
        time.sleep(0.2)
    return time.perf_counter() - began


def _client(url: str, token: str, wires: contextlib.ExitStack) -> LabelStudio:
    wire = wires.enter_context(httpx.Client(timeout=120))
    return LabelStudio(base_url=url, api_key=token, httpx_client=wire)


def _signed_up(url: str, number: int) -> str:
    """A new account of Label Studio's, by its page; its token."""
    person = {"email": f"person-{number}@bench.example", "password": "kereta-api-malam-7", "how_find_us": "Other"}
    with httpx.Client(base_url=url, follow_redirects=True, timeout=120) as browser:
        page = browser.get("/user/signup/")
        (mark,) = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)) or {""}
        browser.post(
            "/user/signup/", data={**person, "csrfmiddlewaretoken": mark}, headers={"Referer": f"{url}/user/signup/"}
        )
        answer = browser.get("/api/current-user/token")
    if answer.status_code != 200:
        raise SystemExit(f"Label Studio gave no token to person {number}: {answer.status_code} {answer.text[:200]}")
    return str(answer.json()["token"])


def _said(command: list[str], environment: dict[str, str]) -> str:
    ran = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return ran.stdout.splitlines()[-1]


if __name__ == "__main__":
    try:
        main()
    except ApiError as error:
        raise SystemExit(f"refused: {error}") from error
