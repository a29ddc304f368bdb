"""Dawid-Skene: how often each annotator gives which label for which, and what each unit then most likely is.

Dawid & Skene 1979, Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm, J. R. Stat. Soc. C 28.
A unit has one true label; an annotator answers it by chance, by their own row of that label, whatever others say.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.errors import AnswersInvalid, LengthMismatch

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

MISSING = -1
NO_ANSWER = "not defined (no answers)"
ONE_LABEL = "not defined (one label only)"

# The prior, in answers thought to have been seen before the first one, of each annotator and true label: SPREAD over
# all labels alike, and RIGHT more of the right one. UNITS of each label are thought seen too: more than SPREAD / k, or
# a rare label answered once would drift into a frequent one, whose row explains the answer by its prior alone.
SPREAD, RIGHT, UNITS = 2.0, 4.0, 2.0
# At two answers a unit the maximum is flat; an iteration over patterns costs next to nothing.
ITERATIONS = 2_000
TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class Estimate:
    """`confusion`: (n_annotators, k, k), the share of answers b to units that are a, at [annotator, a, b].

    `prevalence`: (k,); `posterior`: (n_units, k), of a unit without answers the prevalence. `log_likelihood`: natural,
    of the answers, without the prior. `converged`: no posterior moved by more than the tolerance at the last iteration.
    """

    confusion: Array
    prevalence: Array
    posterior: Array
    log_likelihood: float
    iterations: int
    converged: bool


@dataclass(frozen=True, slots=True)
class DawidSkene:
    """`estimate` is None where it is not defined; `reason` says why.

    `n_units` have an answer; `n_doubly` of them have answers of two annotators or more. Only these teach anything of
    the annotators: without them `estimate` is but the prior and how often each label was given.
    """

    estimate: Estimate | None
    n_units: int
    n_doubly: int
    n_answers: int
    reason: str = ""


def dawid_skene(
    answers: ArrayLike,
    *,
    k: int,
    annotators: ArrayLike | None = None,
    spread: float = SPREAD,
    right: float = RIGHT,
    units: float = UNITS,
    iterations: int = ITERATIONS,
    tolerance: float = TOLERANCE,
) -> DawidSkene:
    """Estimate annotators and units from `answers`, integers (n_units, n_columns): 0 to k - 1, or -1 for missing.

    A column is one annotator's; with `annotators`, (n_columns,) from 0, several may be, as of one who answered again.
    EM begins at each unit's shares of the votes (the paper's equation 3.1) and ends where no posterior moves by more
    than `tolerance`, or after `iterations`. The maximum is that of the posterior density (Dempster, Laird & Rubin 1977,
    J. R. Stat. Soc. B 39, section 1): each row of a confusion matrix has a Dirichlet prior worth `spread` answers,
    even over the labels, and `right` more on the diagonal; the prevalence has one worth `units` units a label. Its form
    is that of Pullin, Gurrin & Vukcevic 2023, The R Journal 15(4), who take 8 answers with 60 % on the diagonal, and a
    Dirichlet of 3 (two units, where a maximum is sought). The same answers give the same figures: nothing is drawn.
    Raises `AnswersInvalid`, `LengthMismatch`.
    """
    table, owners = _checked(answers, k, annotators)
    if not (spread > 0 and right >= 0 and units > 0 and iterations >= 1 and tolerance > 0):
        raise AnswersInvalid(
            expected="spread, units and tolerance above 0, right from 0, an iteration at least",
            came=f"{spread}, {units}, {tolerance}, {right}, {iterations}",
            cure="Leave them out for the usual ones.",
        )
    given = table != MISSING
    size = (int(given.any(axis=1).sum()), _doubly(given, owners), int(given.sum()))
    if not size[0]:
        return DawidSkene(None, *size, NO_ANSWER)
    if len(np.unique(table[given])) < 2:
        return DawidSkene(None, *size, ONE_LABEL)
    return DawidSkene(
        _estimate(_Votes.of(table, owners, k), _Prior(spread / k, right, units), iterations, tolerance), *size
    )


def _checked(answers: ArrayLike, k: int, annotators: ArrayLike | None) -> tuple[Codes, Codes]:
    table = np.asarray(answers)
    if table.ndim != 2 or not (np.issubdtype(table.dtype, np.integer) or not table.size):
        raise AnswersInvalid(
            expected="integers of shape (n_units, n_annotators)",
            came=f"{table.dtype} of shape {table.shape}",
            cure=f"Number the labels from 0; a missing answer is {MISSING}.",
        )
    if k < 1 or (table.size and not (table.min() >= MISSING and table.max() < k)):
        raise AnswersInvalid(
            expected="labels from 0 to k - 1",
            came=f"{table.min()} to {table.max()} with k = {k}" if table.size else f"k = {k}",
            cure=f"Number the labels from 0; a missing answer is {MISSING}.",
        )
    owners = np.asarray(np.arange(table.shape[1]) if annotators is None else annotators)
    if owners.shape != (table.shape[1],):
        raise LengthMismatch(
            expected="an annotator a column",
            came=f"{owners.shape} for {table.shape[1]} columns",
            cure="Pass one number a column.",
        )
    if owners.size and not (np.issubdtype(owners.dtype, np.integer) and owners.min() >= 0):
        raise AnswersInvalid(
            expected="annotators numbered from 0", came=f"{owners.tolist()}", cure="Number the annotators from 0."
        )
    return table.astype(np.int64), owners.astype(np.int64)


def _doubly(given: NDArray[np.bool_], owners: Codes) -> int:
    """How many units have answers of two annotators or more."""
    if not given.size:
        return 0
    low = np.where(given, owners, owners.max() + 1).min(axis=1)
    high = np.where(given, owners, -1).max(axis=1)
    return int((high > low).sum())


@dataclass(frozen=True, slots=True)
class _Prior:
    each: float
    right: float
    units: float


@dataclass(frozen=True, slots=True)
class _Votes:
    """The answers as a list: units answered alike are one pattern, so that a large table costs what a small one does.

    `pattern`, `cell`: (m,), the pattern of each answer and its annotator * k + label; `times`: (n_patterns,), units;
    `of_unit`: (n_units,), the pattern of each.
    """

    pattern: Codes
    cell: Codes
    times: Array
    of_unit: Codes
    n_annotators: int
    k: int

    @classmethod
    def of(cls, table: Codes, owners: Codes, k: int) -> "_Votes":
        # Rows are compared as bytes: twenty times as fast as `np.unique` over an axis.
        rows_as_bytes = np.ascontiguousarray(table).view(np.dtype((np.void, table.itemsize * table.shape[1]))).ravel()
        _, first, of_unit, times = np.unique(rows_as_bytes, return_index=True, return_inverse=True, return_counts=True)
        patterns = table[first]
        rows, columns = np.nonzero(patterns != MISSING)
        # A unit without answers has a pattern of its own that weighs nothing: it is no sign of the prevalence.
        weights = np.where((patterns != MISSING).any(axis=1), times, 0).astype(np.float64)
        cell = owners[columns] * k + patterns[rows, columns]
        return cls(rows, cell, weights, of_unit, int(owners.max()) + 1, k)

    def shares(self) -> Array:
        """The share of each label among a pattern's votes, (n_patterns, k): even where there is none."""
        counts = np.bincount(self.pattern * self.k + self.cell % self.k, minlength=len(self.times) * self.k)
        votes = counts.reshape(-1, self.k).astype(np.float64)
        total = votes.sum(axis=1, keepdims=True)
        return np.where(total > 0, votes / np.maximum(total, 1), 1 / self.k)


def _estimate(votes: _Votes, prior: _Prior, iterations: int, tolerance: float) -> Estimate:
    posterior, moved, done = votes.shares(), np.inf, 0
    while moved > tolerance and done < iterations:
        prevalence, confusion = _maximised(votes, posterior, prior)
        found, log_likelihood = _expected(votes, prevalence, confusion)
        moved = float(np.abs(found - posterior)[votes.times > 0].max())
        posterior, done = found, done + 1
    return Estimate(confusion, prevalence, posterior[votes.of_unit], log_likelihood, done, moved <= tolerance)


def _maximised(votes: _Votes, posterior: Array, prior: _Prior) -> tuple[Array, Array]:
    """Prevalence (k,) and confusion (n_annotators, k, k): the paper's equations 2.3 and 2.4, with the prior."""
    weighted = posterior * votes.times[:, None]
    units = weighted.sum(axis=0) + prior.units
    counts = _summed(votes.cell, weighted[votes.pattern], votes.n_annotators * votes.k)
    by_truth = counts.reshape(votes.n_annotators, votes.k, votes.k).transpose(0, 2, 1)
    rows = by_truth + prior.each + prior.right * np.eye(votes.k)
    return units / units.sum(), rows / rows.sum(axis=2, keepdims=True)


def _expected(votes: _Votes, prevalence: Array, confusion: Array) -> tuple[Array, float]:
    """Posterior of the patterns, (n_patterns, k), and the log likelihood of all units: equations 2.5 and 2.7."""
    logs = np.log(confusion).transpose(0, 2, 1).reshape(-1, votes.k)
    joint = np.log(prevalence) + _summed(votes.pattern, logs[votes.cell], len(votes.times))
    highest = joint.max(axis=1, keepdims=True)
    scaled = np.exp(joint - highest)
    total = scaled.sum(axis=1, keepdims=True)
    return scaled / total, float(votes.times @ (highest + np.log(total))[:, 0])


def _summed(into: Codes, values: Array, n: int) -> Array:
    """Rows of `values`, (m, k), added up by `into`, (m,): (n, k). `np.bincount` is far quicker than `np.add.at`."""
    return np.stack([np.bincount(into, weights=column, minlength=n) for column in values.T], axis=1)
