"""The list of sentences, whole pages made in one process, by what the list is narrowed to.

    python -m bench.browsing --sentences 1000000 --answers 200000 --database sqlite

One JSON line a page: p50 and p95 in milliseconds, and the number of queries.
"""

import argparse
import subprocess
import sys

from bench.own_place import own_place


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=100_000)
    parser.add_argument("--answers", type=int, default=20_000)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    options = parser.parse_args()
    with own_place(options.database) as (_folder, environment):
        command = [sys.executable, "-m", "bench.browsed", str(options.sentences), str(options.answers)]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
