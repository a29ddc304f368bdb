"""One temperature that makes probabilities mean what they say. Guo et al. 2017, section 4.2."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

LEAST = 30  # Out-of-fold rows below which the temperature says more about luck than about the model.
COOLEST, HOTTEST = 0.2, 5.0


def temperature(probabilities: NDArray[np.float32], codes: NDArray[np.int64], weights: NDArray[np.float64]) -> float:
    """The T in 0.2 to 5 for which p ** (1 / T), brought to sum 1, has the least log loss; 1 for fewer than 30 rows.

    `probabilities`: (n, k), of models that had not seen the rows. `codes`: (n,), the true columns. `weights`: (n,).
    """
    if len(codes) < LEAST:
        return 1.0
    logs = np.log(np.maximum(probabilities.astype(np.float64), 1e-9))
    true = np.arange(len(codes)), codes

    def loss(log_t: float) -> float:
        scaled = logs / np.exp(log_t)
        top = scaled.max(axis=1)
        norm = top + np.log(np.exp(scaled - top[:, None]).sum(axis=1))
        return float(weights @ (norm - scaled[true]))

    found = minimize_scalar(loss, bounds=(np.log(COOLEST), np.log(HOTTEST)), method="bounded", options={"xatol": 0.01})
    return float(np.exp(found.x))
