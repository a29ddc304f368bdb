"""What measuring people's figures costs a project of 200,000 answers by 50 people, and their page after it.

    python -m bench.people [--answers 200000] [--people 50] [--database postgres]

Two people answer each sentence of a made-up pool and differ about one in seven.
"""

from bench.own_place import measured_there

if __name__ == "__main__":
    raise SystemExit(measured_there("bench.people_ours", __doc__, answers=200_000, people=50))
