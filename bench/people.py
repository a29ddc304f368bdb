"""What measuring people's figures costs a project of 200,000 answers by 50 people, and their page after it.

    python -m bench.people [--answers 200000] [--people 50] [--database postgres]

Two people answer each sentence of a made-up pool and differ about one in seven.
"""

import argparse
import subprocess
import sys

from bench.own_place import own_place


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=200_000)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    options = parser.parse_args()
    with own_place(options.database, "factcheck.settings") as (_folder, environment):
        command = [sys.executable, "-m", "bench.people_ours", str(options.answers), str(options.people)]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
