"""How many threads linear algebra may take."""

from contextlib import AbstractContextManager

from threadpoolctl import ThreadpoolController

_CONTROLLER = ThreadpoolController()


def one_thread_each() -> AbstractContextManager[object]:
    """Keep BLAS to the calling thread, in the whole process, until the end.

    Its own threads wait for each other by spinning: beside other work on the same cores a fit of 0.5 s took 5 s.
    """
    limited: AbstractContextManager[object] = _CONTROLLER.limit(limits=1)
    return limited
