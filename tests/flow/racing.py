"""Several people who do the same thing at the same moment, each in a thread with a connection of its own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

# Mostly a membership.
Who = TypeVar("Who")


def at_once(act: Callable[[Who], object], people: Sequence[Who]) -> None:
    """Everybody starts at the same moment; an error in any thread fails the test."""
    start = threading.Barrier(len(people))

    def one(member: Who) -> None:
        start.wait()
        try:
            act(member)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(one, people))
