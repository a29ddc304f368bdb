"""Near twins of a pool: seconds, peak memory, and how many of the planted ones are found.

    python -m bench.near_twins [--sentences 100000] [--database postgres]

The Run that follows an import, on a database of its own, and then another that finds nothing new. The worker is a
process of its own, so that the peak is its peak; `loaded_mib` is what it takes before it begins.
"""

import argparse
import subprocess
import sys

from bench.own_place import own_place


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=100_000)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    options = parser.parse_args()
    with own_place(options.database, "factcheck.settings") as (_folder, environment):
        for step in (["make", str(options.sentences)], ["run", options.database]):
            subprocess.run([sys.executable, "-m", "bench.near_twins_ours", *step], env=environment, check=True)


if __name__ == "__main__":
    main()
