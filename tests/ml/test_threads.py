"""Linear algebra keeps to one thread while others work on the same cores."""

import numpy as np
from threadpoolctl import threadpool_info

from ml.threads import one_thread_each


def threads() -> list[int]:
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_blas_keeps_to_the_calling_thread_inside() -> None:
    with one_thread_each():
        product = np.ones((2, 2)) @ np.ones((2, 2))
        assert (set(threads()), product.sum()) == ({1}, 8)


def test_blas_has_its_threads_again_afterwards() -> None:
    before = threads()
    with one_thread_each():
        pass
    assert threads() == before
