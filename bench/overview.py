"""The overview of a large project: how long it takes, and how many queries, on either database.

    python -m bench.overview [--sentences 1000000] [--answers 200000] [--database postgres] [--looks 40]

`cold` forgets every count that is kept for some seconds before each look, `warm` keeps them. Made in this process by
Django's test client, middleware and session included.
"""

from bench.own_place import measured_there

if __name__ == "__main__":
    raise SystemExit(measured_there("bench.look_at_overview", __doc__, sentences=1_000_000, answers=200_000, looks=40))
