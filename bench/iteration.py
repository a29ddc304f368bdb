"""One iteration of active learning beside other libraries: fit on 500 labels, score the pool, choose, swap the queue.

    python -m bench.iteration [--sentences 10000,100000,1000000] [--rounds 3] [--limit 120] [--only NAME]

Ours is a whole training in the product, on SQLite, with 2,000 places put in order; fit, score, choose and the queue's
swap are named apart. The others choose 20, on the same features: words for plain strategies, latent directions for
those on embeddings (scikit-activeml knows dense rows only, and modAL's ranked batch is faster on them). Their rows lie
in memory before the clock starts, ours are mapped. Every measurement is a process of its own, warmed up once; the sides
take turns (ours, a peer, ours, the next peer), and figures are medians of the rounds. What took longer than --again
seconds is not measured a second time, what took longer than --limit not at a larger size either.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.peers.environments import PEERS, ROOT, command, python_of

LABELS, BATCH = 500, 20
# Peer, strategy, classifier (balanced logistic regression, for scikit-activeml called `dense`), rows, kind.
ASKED = (
    ("modal", "margin", "weighted", "words", "plain"),
    ("smalltext", "breaking_ties", "weighted", "words", "plain"),
    ("skactiveml", "margin", "dense", "directions", "plain"),
    ("modal", "dense_ranked_batch", "weighted", "directions", "diverse"),
    ("smalltext", "embedding_kmeans", "weighted", "both", "diverse"),
    ("smalltext", "contrastive", "weighted", "both", "diverse"),
    ("skactiveml", "clue", "dense", "directions", "diverse"),
    ("skactiveml", "typiclust", "dense", "directions", "diverse"),
    ("skactiveml", "badge", "dense", "directions", "diverse"),
)
OURS = "ours"
# A peer's scoring and choosing are one call, which the table gives under `choose`.
STEPS = ("fit", "folds", "score", "choose", "total", "swap", "rows")
Asked = tuple[str, str, str, str, str]


def main() -> None:
    options = _options()
    asked = [one for one in ASKED if not options.only or any(part in f"{one[0]} {one[1]}" for part in options.only)]
    for peer in {one[0] for one in asked} & set(PEERS):
        python_of(peer)
    slow: dict[str, str] = {}
    for size in map(int, options.sentences.split(",")):
        with tempfile.TemporaryDirectory(prefix="factcheck-bench-") as folder:
            measured = measure(size, Path(folder), asked, slow, options)
        print("\n".join(table(size, measured)), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", default="10000,100000,1000000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=120, help="seconds after which a peer is stopped")
    parser.add_argument("--again", type=float, default=20, help="seconds from which a peer is measured once")
    parser.add_argument("--only", action="append", default=[], help="peers' strategies whose name holds this")
    return parser.parse_args()


def measure(
    size: int, folder: Path, asked: list[Asked], slow: dict[str, str], options: argparse.Namespace
) -> dict[str, list[dict[str, Any]]]:
    """What each side was measured at, a dict a round. Peers in `slow` are left out; who is too slow joins them."""
    data, arrays = folder / "data", folder / "arrays"
    data.mkdir()
    first = _ours(data, "prepare", str(size), str(LABELS), str(arrays))
    print(json.dumps({"learner": "ours, first training", **first}), flush=True)
    measured: dict[str, list[dict[str, Any]]] = {OURS: []}
    measured |= {_name(one): [{"failed": slow[_name(one)]}] for one in asked if _name(one) in slow}
    for number in range(options.rounds):
        for one in asked:
            rounds = measured.get(_name(one), [])
            if rounds and rounds[0].get("total", options.again) >= options.again:
                continue
            _told(measured, OURS, size, _ours(data, "again"))
            found = _peer(one, arrays, options.limit)
            _told(measured, _name(one), size, found)
            if "failed" in found:
                slow[_name(one)] = f"{found['failed']} at {size:,}"
        if len(measured[OURS]) <= number:
            _told(measured, OURS, size, _ours(data, "again"))
    return measured


def _told(measured: dict[str, list[dict[str, Any]]], name: str, size: int, found: dict[str, Any]) -> None:
    print(json.dumps({"learner": name, "sentences": size, **found}), flush=True)
    measured.setdefault(name, []).append(found)


def _name(one: Asked) -> str:
    peer, strategy, _classifier, _rows, kind = one
    return f"{peer} {strategy}, {kind}"


def _ours(data: Path, *words: str) -> dict[str, Any]:
    settings = {"FACTCHECK_DATA": str(data), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "factcheck.settings"}
    program = [sys.executable, "-m", "bench.iteration_ours", *words]
    said = subprocess.run(program, cwd=ROOT, env={**os.environ, **settings}, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(said.stdout))


def _peer(one: Asked, arrays: Path, limit: float) -> dict[str, Any]:
    peer, strategy, classifier, rows, _kind = one
    words = command(peer, "iterate", str(arrays / rows), strategy, classifier, str(BATCH), str(limit))
    said = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True)
    if said.returncode == -signal.SIGALRM:
        return {"failed": f"over {limit:.0f} s"}
    if said.returncode == -signal.SIGKILL:
        return {"failed": "killed: not enough memory"}
    if said.returncode:
        raise SystemExit(f"{_name(one)} failed:\n{said.stderr}")
    return dict(json.loads(said.stdout))


def table(size: int, measured: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Markdown: medians of the rounds, worst memory, how many times slower than ours."""
    ours = _median(measured[OURS], "total")
    heads = ["fit", "of it folds", "score", "choose", "all", "beside ours", "swap", "rows", "peak memory", "rounds"]
    lines = [f"| {size:,} sentences | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    for name, rounds in measured.items():
        if "failed" in rounds[0]:
            lines.append(f"| {name} | | | | | {rounds[0]['failed']} | | | | | |")
            continue
        cells = [f"{_median(rounds, step):.3f}" if step in rounds[0] else "" for step in STEPS]
        cells.insert(5, f"{_median(rounds, 'total') / ours:.1f} x")
        memory = f"{max(one['peak_mib'] for one in rounds):,} MiB"
        lines.append(f"| {name} | {' | '.join(cells)} | {memory} | {len(rounds)} |")
    return lines


def _median(rounds: list[dict[str, Any]], step: str) -> float:
    return statistics.median(float(one[step]) for one in rounds)


if __name__ == "__main__":
    main()
