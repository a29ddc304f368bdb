"""From the label that makes a training due to the first sentence served in the new order, in the running product.

    python -m bench.served [--sentences 100000] [--rounds 20]

`manage.py up` with its own Redis, worker, sweep and web process, on SQLite; labels are given over HTTP as the annotate
page gives them. Features are made before the first round. In each round one annotator labels until a training is due,
at a moment of the sweep's second that is drawn by lot; the database, read only, tells when another version is in
service, and then the annotator asks for more. The clock runs from the receipt of the last label to the answer that
holds a sentence of the new version.
"""

import argparse
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import prose
from bench.startup import started
from bench.throughput import HOLD, Annotator

LOOK = 0.005
PATIENCE = 900.0  # For the features of the whole pool, before the first round.


@dataclass(frozen=True)
class Records:
    """The product's database, read only."""

    path: Path

    def one(self, query: str, *values: object) -> Any:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=30)) as database:
            return database.execute(query, values).fetchone()[0]

    def version(self) -> int:
        """The key of the version in service, 0 before the first."""
        return int(self.one("SELECT COALESCE(version_id, 0) FROM labeling_project"))

    def lacking(self) -> int:
        """Labels that are still to be given before a training is due."""
        return int(
            self.one(
                "SELECT p.retrain_after + COALESCE(v.n_label_events, 0)"
                " - (SELECT COUNT(*) FROM labeling_annotation) FROM labeling_project p"
                " LEFT JOIN labeling_modelversion v ON v.id = p.version_id"
            )
        )

    def idle(self) -> bool:
        """Whether no Run is owed or under way."""
        return not self.one("SELECT COUNT(*) FROM labeling_run WHERE state IN ('owed', 'running')")

    def lent_in(self, sentence: int) -> int:
        """The version that a lent sentence was ordered by, 0 for none."""
        return int(self.one("SELECT COALESCE(MAX(version_id), 0) FROM labeling_lease WHERE sentence_id = ?", sentence))


class Teacher(Annotator):
    """Labels each sentence as `bench.prose` made it, and asks for more only when told to."""

    def __init__(self, port: int, session: str, n: int, first: int) -> None:
        super().__init__(port, session)
        self.labels = prose.labels(n)
        self.first = first

    def ask(self) -> list[int]:
        """Fill the hand up; returns the sentences that are new in it."""
        document = {"acts": [], "want": HOLD, "have": self.hand}
        found = self._post("/p/bench/annotate/sync/", json.dumps(document).encode())
        new = [int(one["id"]) for one in found["sentences"]]
        self.hand = [one for one in self.hand if one not in found["gone"]] + new
        return new

    def teach(self) -> None:
        """Give one label, with no sentence asked for in return."""
        if not self.hand:
            self.ask()
        sentence = self.hand.pop(0)
        label = self.labels[sentence - self.first]
        act = {"key": str(uuid.uuid4()), "kind": "answer", "sentence": sentence, "label": label, "seconds": 1.0}
        found = self._post("/p/bench/annotate/sync/", json.dumps({"acts": [act], "want": 0}).encode())
        if not all(receipt["saved"] for receipt in found["receipts"]):
            raise SystemExit(f"an answer was refused: {found['receipts']}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fc") as folder, running(Path(folder), options.sentences) as teacher:
        records = Records(Path(folder, "factcheck.sqlite3"))
        prepared = one_round(teacher, records)
        rounds = [one_round(teacher, records) for _ in range(options.rounds)]
    serving = sorted(served for served, _ in rounds)
    figures = {
        "sentences": options.sentences,
        "rounds": len(rounds),
        "first_s": round(prepared[0], 1),
        "served_p50_s": round(statistics.median(serving), 2),
        "served_p95_s": round(serving[-(-len(serving) * 95 // 100) - 1], 2),
        "served_max_s": round(serving[-1], 2),
        "in_service_p50_s": round(statistics.median(swapped for _, swapped in rounds), 2),
    }
    print(json.dumps(figures), flush=True)


@contextmanager
def running(folder: Path, n: int) -> Iterator[Teacher]:
    """The product with `n` sentences, and one who labels them."""
    environment = {**os.environ, "FACTCHECK_DATA": str(folder), "DATABASE_URL": "", "REDIS_URL": ""}
    (folder / "secret_key").write_text("x" * 60)
    made = subprocess.run(
        [sys.executable, "-m", "bench.make_pool", str(n), "1"],
        env={**environment, "DJANGO_SETTINGS_MODULE": "factcheck.settings"}, check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    (session,) = json.loads(made.stdout)
    first = int(Records(folder / "factcheck.sqlite3").one("SELECT MIN(id) FROM labeling_sentence"))
    with started(folder) as (_, port):
        yield Teacher(port, session, n, first)


def one_round(teacher: Teacher, records: Records) -> tuple[float, float]:
    """Seconds from the label that makes a training due to the first sentence in its order, and to its swap."""
    wait(records.idle)
    before = records.version()
    for _ in range(records.lacking() - 1):
        teacher.teach()
    time.sleep(random.random())
    teacher.teach()
    due = time.perf_counter()
    wait(lambda: records.version() != before)
    swapped = time.perf_counter() - due
    new = teacher.ask()
    served = time.perf_counter() - due
    now = records.version()
    if not any(records.lent_in(sentence) == now for sentence in new):
        raise SystemExit(f"none of {len(new)} sentences was lent in the order of version {now}")
    return served, swapped


def wait(done: Any) -> None:
    until = time.perf_counter() + PATIENCE
    while not done():
        if time.perf_counter() > until:
            raise SystemExit(f"nothing happened in {PATIENCE:.0f} s; look at the logs")
        time.sleep(LOOK)


if __name__ == "__main__":
    main()
