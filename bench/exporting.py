"""How long an export takes, and in how much memory, of a project in which every sentence has a label.

    python -m bench.exporting --sentences 10000 [--database postgres] [--formats jsonl,hf,hf-disk,csv,labelstudio]

Made-up sentences in articles of 500 (bench.pool); each has an answer, each tenth a second one by another person, which
now and then differs. Every export is a command in a process of its own: seconds from start to end, the process's start
with it; the seconds that a core worked for it (`core_seconds`, without what other programs took); its peak memory, all
of it (`peak_mib`) and that which is no mapped file (`own_mib`; SQLite maps up to 256 MiB of its database); and the size
of what it wrote. The `first` export reads the project and keeps it as version 1; it is `again` that is written from
what was kept, in each format. `edited` is the export after one answer was changed: a new version, compared with the one
before.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench.importing import own_kib
from bench.own_place import own_place

FORMATS = "jsonl,hf,hf-disk,csv,labelstudio"


def prepare(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "bench.exported", *arguments], env=environment, check=True)


def export(environment: dict[str, str], folder: Path, to: str) -> dict[str, object]:
    """One export with nobody else there."""
    command = [sys.executable, "manage.py", "export_labels", "bench", str(folder), "--to", to, "--json"]
    began, own = time.perf_counter(), 0
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    while not ended:
        own = max(own, own_kib(process.pid))
        time.sleep(0.05)
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    process.returncode = os.waitstatus_to_exitcode(status)
    spent = time.perf_counter() - began
    if process.returncode or process.stdout is None:
        raise SystemExit(f"the export as {to} ended with {process.returncode}")
    told = json.loads(process.stdout.read())
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return {
        "version": told["version"],
        "rows": told["rows"],
        "seconds": round(spent, 1),
        "core_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_mib": round(usage.ru_maxrss / 1024),
        "own_mib": round(own / 1024),
        "megabytes": round(size / 1e6, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=10_000)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--formats", default=FORMATS)
    options = parser.parse_args()
    formats = options.formats.split(",")
    with own_place(options.database, "factcheck.settings") as (folder, environment):
        prepare(environment, "fill", str(options.sentences))
        figures = {"database": options.database, "sentences": options.sentences}
        steps = [("first", formats[0]), *(("again", one) for one in formats), ("edited", formats[0])]
        for step, to in steps:
            if step == "edited":
                prepare(environment, "edit")
            told = export(environment, folder / "out" / to, to)
            print(json.dumps({**figures, "step": step, "to": to, **told}), flush=True)


if __name__ == "__main__":
    main()
