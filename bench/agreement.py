"""Agreement of a large project: how long its Run takes, and the page, on either database.

    python -m bench.agreement [--answers 200000] [--people 12] [--database postgres] [--looks 40]

Two answers a sentence by people who err now and then, over two months. `run_s` is the Run alone, in a process that has
loaded its libraries. `cold` forgets what is kept in memory before each look, `warm` keeps it; `confused` is the list
behind a number of the table of labels. `cpu` is without what other programs took. A hundred answers came since the
report. Made in this process by Django's test client, middleware and session included.
"""

from bench.own_place import measured_there

if __name__ == "__main__":
    raise SystemExit(measured_there("bench.look_at_agreement", __doc__, answers=200_000, people=12, looks=40))
