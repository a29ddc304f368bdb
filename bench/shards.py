"""What one shard costs: made, projected, looked at. Any pool is so many of them, which docs/learning.md multiplies.

    python -m bench.shards [--sentences 1000000] [--rounds 5]

The engine alone, without Django or a database, on made-up sentences (`bench.prose`) and 500 labels. `look` is the whole
pool, two shards side by side; `settle` and `fit` cost the same whatever the pool. Each line of a memory bound is a
process of its own; peak memory is of that process.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import numpy as np

from bench import prose
from ml import order, shards
from ml.features import hash_texts
from ml.pool import open_pool
from ml.training import train

LABELS = 500
TEXTS = 5_000
# Bytes of weighted rows that may stay in memory: all of them, or those of a worker that may take 0.8 GB.
BOUNDS = (None, 400_000_000)


def make(folder: Path, n: int) -> dict[str, object]:
    """A pool of `n` sentences; seconds a shard of 50,000, and what it takes of the disk."""
    texts = prose.texts(n)
    began = time.perf_counter()
    for first in range(0, n, shards.SHARD_ROWS):
        size = min(shards.SHARD_ROWS, n - first)
        blocks = [hash_texts(list(islice(texts, min(TEXTS, size - at)))) for at in range(0, size, TEXTS)]
        shards.append(folder, np.arange(first, first + size), shards.stacked(blocks))
    made = time.perf_counter()
    shards.refresh(folder, seed=1)
    projected = time.perf_counter()
    count = max(n / shards.SHARD_ROWS, 1)
    disk = sum(path.stat().st_size for path in folder.rglob("*.npy")) / 2**20
    return {
        "sentences": n,
        "peak_mib": _peak(),
        "made_s": round((made - began) / count, 2),
        "projected_s": round((projected - made) / count, 2),
        "disk_mib": round(disk / count),
    }


def ask(folder: Path, bytes_kept: int | None, rounds: int) -> dict[str, object]:
    """Medians of `rounds` iterations after a first one, seconds; peak memory, MiB."""
    pool = open_pool(folder, bytes_kept=bytes_kept)
    ids = np.arange(0, len(pool), max(len(pool) // LABELS, 1), dtype=np.int64)[:LABELS]
    told = prose.labels(len(pool))
    labels = [told[one] for one in ids.tolist()]
    question = order.Question("default", n=2_000, seed=1, closed=ids, labelled=ids, labels=labels)
    spent = []
    for _ in range(rounds + 1):
        marks = [time.perf_counter()]
        model = train(pool, ids, labels, seed=1)
        marks.append(time.perf_counter())
        found = order.survey(pool, model, question)
        marks.append(time.perf_counter())
        order.settle(found, pool, model, question)
        marks.append(time.perf_counter())
        spent.append(np.diff(marks))
    fit, look, settle = (round(statistics.median(column), 3) for column in zip(*spent[1:], strict=True))
    total = round(fit + look + settle, 3)
    return {"fit_s": fit, "look_s": look, "settle_s": settle, "total_s": total, "peak_mib": _peak()}


def _peak() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _apart(*words: str) -> dict[str, object]:
    """This bench with `words`, in a process of its own: a child begins at the peak of its parent."""
    said = subprocess.run([sys.executable, "-m", "bench.shards", *words], check=True, stdout=subprocess.PIPE).stdout
    return dict(json.loads(said))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--make", metavar="FOLDER", help=argparse.SUPPRESS)
    parser.add_argument("--ask", nargs=2, metavar=("FOLDER", "BYTES"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        print(json.dumps(make(Path(options.make), options.sentences)))
    elif options.ask:
        folder, kept = options.ask
        print(json.dumps(ask(Path(folder), int(kept) if kept != "all" else None, options.rounds)))
    else:
        with tempfile.TemporaryDirectory(prefix="factcheck-bench-") as folder:
            of_a_shard = _apart("--make", folder, "--sentences", str(options.sentences))
            print(json.dumps({"of_a_shard": of_a_shard}), flush=True)
            for bound in BOUNDS:
                kept = "all" if bound is None else str(bound)
                asked = _apart("--ask", folder, kept, "--rounds", str(options.rounds))
                print(json.dumps({"bytes_kept": kept, **asked}), flush=True)


if __name__ == "__main__":
    main()
