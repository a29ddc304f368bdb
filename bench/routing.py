"""What following the disputes costs a project of 200,000 answers: idle, after one answer, and with a look at all.

    python -m bench.routing [--answers 200000] [--database postgres]

Two people answer each sentence of a made-up pool and differ about one in ten; a tenth of those is decided, half of the
others have three answers already. Seconds are medians of seven, but for the first look at all, which writes a row for
each dispute.
"""

import argparse
import subprocess
import sys

from bench.own_place import own_place


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=200_000)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    options = parser.parse_args()
    with own_place(options.database, "factcheck.settings") as (_folder, environment):
        command = [sys.executable, "-m", "bench.routing_ours", str(options.answers)]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
