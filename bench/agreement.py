"""Agreement of a large project: how long its Run takes, and the page, on either database.

    python -m bench.agreement [--answers 200000] [--people 12] [--database postgres] [--looks 40]

Two answers a sentence by people who err now and then, over two months. `run_s` is the Run alone, in a process that has
loaded its libraries. `cold` forgets what is kept in memory before each look, `warm` keeps it; `confused` is the list
behind a number of the table of labels. `cpu` is without what other programs took. A hundred answers came since the
report. Made in this process by Django's test client, middleware and session included.
"""

import argparse
import json
import subprocess
import sys

from bench.own_place import own_place


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=200_000)
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--looks", type=int, default=40)
    options = parser.parse_args()
    with own_place(options.database, "factcheck.settings") as (_folder, environment):
        asked = [str(one) for one in (options.answers, options.people, options.looks)]
        looked = subprocess.run(
            [sys.executable, "-m", "bench.look_at_agreement", *asked],
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
        )
        print(json.dumps({"database": options.database, **json.loads(looked.stdout)}), flush=True)


if __name__ == "__main__":
    main()
