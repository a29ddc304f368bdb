"""What following the disputes costs a project of 200,000 answers: idle, after one answer, and with a look at all.

    python -m bench.routing [--answers 200000] [--database postgres]

Two people answer each sentence of a made-up pool and differ about one in ten; a tenth of those is decided, half of the
others have three answers already. Seconds are medians of seven, but for the first look at all, which writes a row for
each dispute.
"""

from bench.own_place import measured_there

if __name__ == "__main__":
    raise SystemExit(measured_there("bench.routing_ours", __doc__, answers=200_000))
