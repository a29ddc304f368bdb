"""Several people who do the same thing at the same moment, each in a thread with a connection of its own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from labeling.models import Membership


def at_once(act: Callable[[Membership], object], people: Sequence[Membership]) -> None:
    """Everybody starts at the same moment; an error in any thread fails the test."""
    start = threading.Barrier(len(people))

    def one(member: Membership) -> None:
        start.wait()
        try:
            act(member)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(one, people))
