"""The overview of a large project: how long it takes, and how many queries, on either database.

    python -m bench.overview [--sentences 1000000] [--answers 200000] [--database postgres] [--looks 40]

`cold` forgets every count that is kept for some seconds before each look, `warm` keeps them. Made in this process by
Django's test client, middleware and session included.
"""

import argparse
import json
import subprocess
import sys

from bench.own_place import own_place


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=1_000_000)
    parser.add_argument("--answers", type=int, default=200_000)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--looks", type=int, default=40)
    options = parser.parse_args()
    with own_place(options.database, "factcheck.settings") as (_folder, environment):
        asked = [str(one) for one in (options.sentences, options.answers, options.looks)]
        looked = subprocess.run(
            [sys.executable, "-m", "bench.look_at_overview", *asked],
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
        )
        print(json.dumps({"database": options.database, **json.loads(looked.stdout)}), flush=True)


if __name__ == "__main__":
    main()
