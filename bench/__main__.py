"""All figures of docs/benchmarks.md, one after the other: `make bench`. About two hours on two cores."""

import subprocess
import sys

COMMANDS = [
    "bench.startup",
    "bench.iteration --sentences 10000,100000,1000000",
    "bench.shards --sentences 1000000",
    "bench.served --sentences 100000",
    *(
        f"bench.browsing --sentences 1000000 --answers 200000 --database {database}"
        for database in ("sqlite", "postgres")
    ),
    *(f"bench.overview --database {database}" for database in ("sqlite", "postgres")),
    *(f"bench.agreement --database {database}" for database in ("sqlite", "postgres")),
    *(f"bench.people --database {database}" for database in ("sqlite", "postgres")),
    *(f"bench.routing --database {database}" for database in ("sqlite", "postgres")),
    *(f"bench.near_twins --sentences 100000 --database {database}" for database in ("sqlite", "postgres")),
    "bench.near_twins --sentences 1000000",
    "bench.efficiency",
    "bench.dawid_skene --seeds 20",
    "bench.tie_breaks",
    "bench.keypress --labels 200 --latency 300",
    *(
        f"bench.throughput --database {database} --sentences {n} --clients 1,4,16,64 --seconds 4"
        for database in ("sqlite", "postgres")
        for n in (10_000, 100_000)
    ),
    *(
        f"bench.importing --database {database} --lines {n} --seconds 15"
        for database in ("sqlite", "postgres")
        for n in (100_000, 1_000_000)
    ),
    *(
        f"bench.exporting --database {database} --sentences {n}"
        for database in ("sqlite", "postgres")
        for n in (10_000, 1_000_000)
    ),
    *(
        f"bench.label_studio_loop --database {database} --tasks {n} --clients 1,4,16"
        for database in ("sqlite", "postgres")
        for n in (10_000, 100_000)
    ),
    "bench.throughput --database sqlite --sentences 1000000 --clients 1,16 --seconds 4",
    "bench.throughput --database postgres --sentences 1000000 --clients 1,16 --seconds 4",
]


def main() -> int:
    failed = 0
    for command in COMMANDS:
        print(f"$ python -m {command}", flush=True)
        failed += subprocess.run([sys.executable, "-m", *command.split()], check=False).returncode != 0
    return min(failed, 1)


if __name__ == "__main__":
    raise SystemExit(main())
