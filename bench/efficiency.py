"""Label efficiency: how good a model is after so many labels, ours and others', on labelled files.

    python -m bench.efficiency [--data DIR] [--seeds 5] [--budget 600] [--only NAME] [--peers best|every|none]

Each file is replayed by `ml.simulate`: every strategy of ours, the baseline of tutorials, and other libraries with
their own usual features and with ours. All begin with the same twenty labels of a seed and are measured on the same
hold-out. Curves are kept as JSON lines, one each: what was broken off goes on where it stopped, as long as the file,
the budget, `ml` and the peers' adapters are the same.
"""

import argparse
import contextlib
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from bench import competitors
from bench.efficiency_table import Replayed, tables
from bench.peers.environments import PEERS, ROOT, python_of
from ml import simulate, strategies
from ml.labelled import load
from ml.threads import one_thread_each

SHARED = ROOT.parent / "shared" / "data"
KEPT = ROOT / "var" / "bench" / "efficiency.jsonl"
# Beside the product's own engine, what a curve depends on.
SOURCES = ("ml", "bench/peers", "bench/competitors.py")


@dataclass(frozen=True)
class Plan:
    """What one process replays: one file with one seed, every learner whose name holds one of `only`."""

    path: Path
    seed: int
    budget: int
    only: tuple[str, ...]
    peers: str
    kept: Path
    source: str
    done: frozenset[tuple[str, int, str]]


def main() -> None:
    options = _options()
    paths = list(_labelled(options.data))
    if not paths:
        print(
            f"No labelled files in {options.data}. Needed: JSON lines with the fields text, label and split "
            "(train or test), in files that end in .jsonl; name their folder with --data.",
            file=sys.stderr,
        )
        raise SystemExit(2)
    for peer in PEERS if options.peers != "none" else ():
        python_of(peer)
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    options.out.parent.mkdir(parents=True, exist_ok=True)
    sources = {path: _source(path, options.budget) for path in paths}
    done = frozenset(one.key for one in read(options.out, sources.values()))
    plans = [
        Plan(path, seed, options.budget, tuple(options.only), options.peers, options.out, sources[path], done)
        for path in paths
        for seed in range(options.seeds)
    ]
    with ProcessPoolExecutor(options.processes) as processes:
        for number, finished in enumerate(as_completed([processes.submit(replay, plan) for plan in plans]), start=1):
            print(f"{number} of {len(plans)}: {finished.result()}", file=sys.stderr, flush=True)
    replayed = [one for one in read(options.out, sources.values()) if one.seed < options.seeds]
    print("\n".join(tables(replayed, ours=strategies.DEFAULT)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED, help="folder with labelled .jsonl files")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--budget", type=int, default=600, help="labels of each replay, asked for twenty at a time")
    parser.add_argument("--only", action="append", default=[], help="learners whose name holds this; may be repeated")
    parser.add_argument("--peers", choices=["best", "every", "none"], default="best")
    parser.add_argument("--out", type=Path, default=KEPT, help="where the curves are kept")
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


def _labelled(folder: Path) -> Iterator[Path]:
    """The files in `folder` whose first line has what a labelled sentence has."""
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            if {"text", "label", "split"} <= set(json.loads(next(lines, "{}"))):
                yield path


def _source(labelled: Path, budget: int) -> str:
    """A digest of what the curves of a file depend on: the file, the budget, the code."""
    digest = hashlib.sha256(labelled.read_bytes() + str(budget).encode())
    for top in SOURCES:
        path = ROOT / top
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.suffix in (".py", ".txt"):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def replay(plan: Plan) -> str:
    """Replay what is not done yet, and keep each curve as soon as it is whole. Says what was done."""
    with one_thread_each(), tempfile.TemporaryDirectory(prefix="efficiency-") as folder:
        learners = [
            one
            for one in _learners(plan.peers, Path(folder))
            if (plan.path.stem, plan.seed, one.name) not in plan.done
            and (not plan.only or any(part in one.name for part in plan.only))
        ]
        began = time.perf_counter()
        if learners:
            with simulate.prepared(load(plan.path)) as ground:
                labels = simulate.points(len(ground.texts), batch=simulate.START, budget=plan.budget)
                for learner in learners:
                    _keep(plan, learner, ground, labels)
    took = time.perf_counter() - began
    return f"{plan.path.stem}, seed {plan.seed}: {len(learners)} learners in {took:.0f} s"


def _learners(peers: str, folder: Path) -> list[simulate.Learner]:
    others = {"best": competitors.best(folder), "every": competitors.every(folder), "none": []}
    return [*(simulate.Engine(name) for name in strategies.STRATEGIES), *others[peers]]


def _keep(plan: Plan, learner: simulate.Learner, ground: simulate.Ground, labels: Sequence[int]) -> None:
    start = time.perf_counter()
    curve = list(learner.curve(ground, labels, seed=plan.seed))
    one = Replayed(plan.path.stem, plan.seed, learner.name, tuple(labels), tuple(curve))
    line = {**one.as_json(), "seconds": round(time.perf_counter() - start, 1), "source": plan.source}
    # One write, at the end of the file: two processes never mix their lines. What a kill left before it stays apart.
    with plan.kept.open("a", encoding="utf-8") as lines:
        lines.write(f"\n{json.dumps(line)}\n")


def read(path: Path, sources: Collection[str]) -> list[Replayed]:
    """The curves in `path` that came of one of `sources`; a line that was cut by a kill is passed over."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        with contextlib.suppress(json.JSONDecodeError):
            told = json.loads(line)
            if told["source"] in sources:
                found.append(Replayed.from_json(told))
    return found


if __name__ == "__main__":
    main()
