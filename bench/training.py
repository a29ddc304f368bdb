"""One training with its ranking, step by step, on a pool of made-up sentences, on SQLite.

    python -m bench.training --sentences 10000,100000 --labels 500

Features are made once for each sentence; what every later training costs stands in the line `again`.
"""

import argparse
import os
import subprocess
import sys
import tempfile


def main() -> None:
    """Each size in a process and a data directory of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", default="10000,100000")
    parser.add_argument("--labels", type=int, default=500)
    asked = parser.parse_args()
    for size in asked.sentences.split(","):
        with tempfile.TemporaryDirectory(prefix="factcheck-bench-") as folder:
            words = [sys.executable, "-m", "bench.train_once", size, str(asked.labels)]
            settings = {"FACTCHECK_DATA": folder, "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "factcheck.settings"}
            subprocess.run(words, env={**os.environ, **settings}, check=True)


if __name__ == "__main__":
    main()
