"""How many threads linear algebra may take."""

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


def one_thread_each() -> AbstractContextManager[object]:
    """Keep BLAS to the calling thread, in the whole process, until the end.

    Its own threads wait for each other by spinning: beside other work on the same cores a fit of 0.5 s took 5 s.
    """
    limited: AbstractContextManager[object] = _controller().limit(limits=1)
    return limited


@cache
def _controller() -> ThreadpoolController:
    """Of the libraries that are loaded at the first call: by then, those that the caller works with."""
    return ThreadpoolController()
