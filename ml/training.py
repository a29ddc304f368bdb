"""From settled labels and the pool to a fitted model with its out-of-fold figures."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix
from sklearn.base import clone

from ml.bootstrap import group_codes
from ml.calibration import temperature
from ml.classifier import BlendClassifier, blended
from ml.errors import LengthMismatch
from ml.evaluation import Evaluation, evaluate, undefined
from ml.fitted import FittedModel
from ml.latent import Rows
from ml.pool import Pool
from ml.threads import one_thread_each

Ids = NDArray[np.int64]
Floats = NDArray[np.float32]

FOLDS = 5
LEAST_TO_CROSS_VALIDATE = 10
CROSS_VALIDATION = "cross-validation (biased: over the sentences that were chosen for training)"


def train(
    pool: Pool,
    ids: Ids,
    labels: Sequence[str],
    weights: ArrayLike | None = None,
    *,
    seed: int,
    groups: Sequence[Hashable] | None = None,
) -> FittedModel:
    """Fit on sentences `ids` (n,) with `labels` (n,); an id may come twice with two labels (soft labels by `weights`).

    `groups`: articles; folds and intervals keep an article together. The same arguments give the same model: it begins
    cold, and its folds begin at its weights. Raises `SentenceNotPooled`, `SpaceMissing`, `OneClassOnly`,
    `LengthMismatch`, `WeightsInvalid`.
    """
    ids = np.asarray(ids, dtype=np.int64)
    scale = np.ones(len(ids)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not len(ids) == len(labels) == len(scale) == len(ids if groups is None else groups):
        raise LengthMismatch(
            expected=f"{len(ids)} labels, weights and groups", came="others", cure="Pass one of each an id."
        )
    rows = pool.rows(ids).stacked()
    answers = np.asarray(labels, dtype=np.str_)
    space = pool.fitted_space()
    # The same sentence stays in one fold, even without articles: its twin would give the answer away.
    codes = group_codes(ids.tolist() if groups is None else list(groups))
    with one_thread_each():
        fitted = BlendClassifier(n_dense=space.n_dense, random_state=seed).fit(rows, answers, sample_weight=scale)
        outside = out_of_fold(fitted, rows, answers, scale, codes, seed=seed)
    first = _heaviest(ids, scale)
    # A label that only rows of weight 0 have is no class; it has no column to be judged by.
    first = first[scale[first] > 0]
    columns = np.searchsorted(fitted.classes_, answers)
    heat = temperature(outside[first], columns[first], scale[first]) if len(outside) else 1.0
    metrics = {"cross_validation": _validated(fitted, outside, answers, first, codes, seed).as_json()}
    return FittedModel.of(
        fitted,
        temperature=heat,
        space=space.name,
        n_labels=len(np.unique(ids)),
        seed=seed,
        metrics=metrics,
        out_of_fold=_heated(outside, heat),
    )


def out_of_fold(
    fitted: BlendClassifier,
    rows: csr_matrix,
    labels: NDArray[np.str_],
    weights: NDArray[np.float64],
    codes: NDArray[np.int64],
    *,
    seed: int,
) -> Floats:
    """Probabilities of each row by a model that saw nothing of its group, (n, k) in the order of `fitted.classes_`.

    Each fold begins at the weights of `fitted`, which takes a third of the steps. Empty, (0, k), under ten labels or
    two groups. A class that a fold did not learn has 0 there.
    """
    k = len(fitted.classes_)
    if len(labels) < LEAST_TO_CROSS_VALIDATE or not codes.any():
        return np.zeros((0, k), np.float32)
    found = np.zeros((len(labels), k), np.float32)
    fold = folds(codes, min(FOLDS, int(codes.max()) + 1), seed)
    for number in range(int(fold.max()) + 1):
        learn, hold = (fold != number) & (weights > 0), fold == number
        known = np.unique(labels[learn]) if learn.any() else fitted.classes_
        if len(known) < 2 or not learn.any():
            found[np.ix_(hold, np.isin(fitted.classes_, known))] = 1 / len(known)
            continue
        # Looser than the fit in service: a temperature and a figure of a few hundred rows do not see the difference.
        model = clone(fitted).set_params(warm_start=True, tol=1e-3)
        model.weights_, model.classes_ = fitted.weights_, fitted.classes_
        model.fit(rows[learn], labels[learn], sample_weight=weights[learn])
        found[np.ix_(hold, np.isin(fitted.classes_, model.classes_))] = model.predict_proba(rows[hold])
    return found


def folds(codes: NDArray[np.int64], count: int, seed: int) -> NDArray[np.int64]:
    """A fold for each row, (n,): groups in a drawn order, largest first, each to the fold with the fewest rows."""
    sizes = np.bincount(codes)
    drawn = np.random.default_rng(seed).permutation(len(sizes))
    held = np.zeros(count, np.int64)
    fold_of = np.zeros(len(sizes), np.int64)
    for group in drawn[np.argsort(-sizes[drawn], kind="stable")]:
        fold_of[group] = held.argmin()
        held[fold_of[group]] += sizes[group]
    return fold_of[codes]


def predictor(rows: Rows, labels: Sequence[str], *, seed: int) -> BlendClassifier:
    """A throwaway classifier of `rows`, for questions about labels rather than for service: no folds, no figures."""
    return BlendClassifier(n_dense=rows.dense.shape[1], random_state=seed).fit(
        rows.stacked(), np.asarray(labels, dtype=np.str_)
    )


def _heaviest(ids: Ids, weights: NDArray[np.float64]) -> Ids:
    """One place for each id, that of its heaviest label: a soft label is judged by what most people said."""
    order = np.lexsort((np.arange(len(ids)), -weights, ids))
    first = np.concatenate([[True], np.diff(ids[order]) > 0])[: len(ids)]
    return np.sort(order[first])


def _heated(outside: Floats, heat: float) -> Floats:
    return blended(outside, outside, temperature=heat) if len(outside) else outside


def _validated(
    fitted: BlendClassifier,
    outside: Floats,
    labels: NDArray[np.str_],
    first: Ids,
    codes: NDArray[np.int64],
    seed: int,
) -> Evaluation:
    if not len(outside):
        return undefined(CROSS_VALIDATION, f"needs {LEAST_TO_CROSS_VALIDATE} labels of two articles")
    predicted = fitted.classes_[outside[first].argmax(axis=1)]
    return evaluate(
        labels[first].tolist(), predicted.tolist(), name=CROSS_VALIDATION, seed=seed, groups=codes[first].tolist()
    )
