"""Prepare a benchmark's database and print the sessions of its annotators: `make_pool SENTENCES PEOPLE`."""

import json
import sys

import django
from django.core.management import call_command

django.setup()

from bench.pool import crowd, fill  # noqa: E402  # models exist only after setup

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    print(json.dumps(crowd(fill(int(sys.argv[1])), int(sys.argv[2]))))
