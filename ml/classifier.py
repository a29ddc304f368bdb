"""The blend: balanced logistic regression on words and latent directions, and complement naive Bayes on words.

Both are fitted only on the columns that the labelled rows touch, whatever the width of the features.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ml.errors import OneClassOnly, WeightsInvalid
from ml.rowspace import row_space

Floats = NDArray[np.float32]
Array = NDArray[np.float64]
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Weights:
    """A fitted blend as plain arrays: k classes, t touched columns.

    `columns`: (t,) int32; `regression`: (t, k) and `bayes`: (t, k), the latter 0 for a dense column; `untouched`: (k,)
    the Bayes weight of a word that no labelled row has; `intercepts`: (k,) of the regression.
    """

    columns: NDArray[np.int32]
    regression: Floats
    bayes: Floats
    untouched: Floats
    intercepts: Floats


class BlendClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """The mean of two members' probabilities, sharpened or softened by one temperature.

    Input: rows (n, n_columns), dense or CSR, none negative among the words; the last `n_dense` columns are latent
    directions, which the regression alone reads. Regression: L2. Bayes: complement naive Bayes, Rennie et al. 2003.
    Classes are balanced in both. Measured beside others: docs/learning.md.

    C : inverse strength of the regression's penalty. alpha : smoothing of naive Bayes. n_dense : see above.
    temperature : of the blend, above 1 is less sure; Guo et al. 2017. max_iter, tol : of L-BFGS.
    warm_start : begin at the weights of the last fit. random_state : for the grammar's sake; nothing is drawn.
    """

    def __init__(
        self,
        *,
        C: float = 1.0,
        alpha: float = 0.1,
        n_dense: int = 0,
        temperature: float = 1.0,
        max_iter: int = 1_000,
        tol: float = 1e-4,
        warm_start: bool = False,
        random_state: int | None = None,
    ) -> None:
        self.C = C
        self.alpha = alpha
        self.n_dense = n_dense
        self.temperature = temperature
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.random_state = random_state

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """X: (n, n_columns). y: (n,). sample_weight: (n,), >= 0; rows of weight 0 are as if they were not there.

        A class with one example is enough beside another class. Raises `OneClassOnly`, `WeightsInvalid`.
        """
        before = self._last() if self.warm_start else None
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float32)
        with _few_of_each():
            check_classification_targets(y)
        rows, labels = csr_matrix(X), np.asarray(y)
        weights = _checked(sample_weight, rows.shape[0])
        if not weights.all():
            rows, labels, weights = rows[weights > 0], labels[weights > 0], weights[weights > 0]
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise OneClassOnly(
                expected="two labels at least",
                came=f"{len(labels)} answers, all {str(self.classes_[0])!r}: 1 class",
                cure="Label more sentences until a second label is seen.",
            )
        # Balanced here, by mass: a row of weight 2 is then the same as the row twice.
        masses = np.bincount(codes, weights)
        weights = weights / masses[codes] * (weights.sum() / len(masses))
        # Rows that hold nothing at all still teach the intercepts; a fit needs one column.
        columns = np.unique(rows.indices).astype(np.int64) if rows.nnz else np.zeros(1, np.int64)
        touched = rows[:, columns]
        start = _moved(before, columns, self.classes_)
        n_words = int(np.searchsorted(columns, self.n_features_in_ - self.n_dense))
        regression, intercepts = self._regression(touched, n_words, codes, weights, start)
        bayes, untouched = self._bayes(touched, codes, weights, columns)
        self.weights_ = Weights(columns.astype(np.int32), regression, bayes, untouched, intercepts)
        return self

    def _regression(
        self, rows: csr_matrix, n_words: int, codes: Ids, weights: Array, start: tuple[Floats, Floats] | None
    ) -> tuple[Floats, Floats]:
        model = LogisticRegression(C=self.C, max_iter=self.max_iter, tol=self.tol, warm_start=start is not None)
        two = len(self.classes_) == 2
        space = row_space(rows, n_sparse=n_words)
        if start is not None:
            coefficients, intercepts = start
            begun = coefficients[:, 1:] - coefficients[:, :1] if two else coefficients
            model.coef_ = begun.T if space is None else space.of_weights(begun).T
            model.intercept_ = intercepts[1:] - intercepts[:1] if two else intercepts
        with _few_of_each():
            model.fit(rows if space is None else space.coordinates, codes, sample_weight=weights)
        self.n_iter_ = int(model.n_iter_.max())
        coefficients, intercepts = model.coef_.T, model.intercept_
        if space is not None:
            coefficients = space.weights(coefficients).astype(np.float32)
        if two:  # The first class stands at 0: one form for any number of classes.
            coefficients = np.hstack([np.zeros_like(coefficients), coefficients])
            intercepts = np.append(np.zeros_like(intercepts), intercepts)
        return coefficients.astype(np.float32), intercepts.astype(np.float32)

    def _bayes(self, rows: csr_matrix, codes: Ids, weights: Array, columns: Ids) -> tuple[Floats, Floats]:
        n_words = self.n_features_in_ - self.n_dense
        words = columns < n_words
        belongs = csr_matrix((weights, (codes, np.arange(len(codes)))), shape=(len(self.classes_), len(codes)))
        counted = np.asarray((belongs @ rows).todense(), np.float64)[:, words]
        # Naive Bayes counts: what is below nothing, which only rows that are not TF-IDF have, counts for nothing.
        counted = np.maximum(counted, 0)
        others = counted.sum(axis=0) - counted + self.alpha
        # Words that no labelled row has are smoothed too, all of them: measured better than the touched ones alone.
        # At least one of them: without a word column at all, naive Bayes says nothing rather than NaN.
        totals = np.log(others.sum(axis=1) + self.alpha * max(n_words - words.sum(), not words.any()))
        bayes = np.zeros((len(columns), len(self.classes_)), np.float32)
        bayes[words] = (totals[:, None] - np.log(others)).T
        return bayes, (totals - np.log(self.alpha)).astype(np.float32)

    def _last(self) -> tuple[Weights, NDArray[Any]] | None:
        return (self.weights_, self.classes_) if hasattr(self, "weights_") else None

    def members(self, X: Any) -> tuple[Floats, Floats]:
        """Probabilities of the regression and of naive Bayes, each (n, k)."""
        check_is_fitted(self)
        rows = csr_matrix(validate_data(self, X, accept_sparse="csr", dtype=np.float32, reset=False))
        scores = np.asarray(rows @ self.dense_weights(), np.float32)
        k = len(self.classes_)
        return _softmax(scores[:, :k] + self.weights_.intercepts), _softmax(scores[:, k:])

    def predict_proba(self, X: Any) -> Floats:
        """Probabilities, (n, k) float32."""
        found: Floats = blended(*self.members(X), temperature=self.temperature)
        return found

    def decision_function(self, X: Any) -> Floats:
        """Logarithms of the probabilities, (n, k); with two classes (n,), above 0 is the second."""
        logs: Floats = np.log(np.maximum(self.predict_proba(X), 1e-12))
        return logs[:, 1] - logs[:, 0] if len(self.classes_) == 2 else logs

    def predict(self, X: Any) -> NDArray[Any]:
        """The likeliest class, (n,)."""
        places = self.predict_proba(X).argmax(axis=1)
        best: NDArray[Any] = self.classes_[places]
        return best

    def dense_weights(self) -> Floats:
        """All columns' weights, (n_columns, 2k): the regression's k, then naive Bayes' k."""
        k = len(self.classes_)
        dense = np.zeros((self.n_features_in_, 2 * k), np.float32)
        dense[: self.n_features_in_ - self.n_dense, k:] = self.weights_.untouched
        dense[self.weights_.columns, :k] = self.weights_.regression
        dense[self.weights_.columns, k:] = self.weights_.bayes
        return dense

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def blended(regression: Floats, bayes: Floats, *, temperature: float) -> Floats:
    """The members' mean, (n, k), at a temperature. Works on the columns in place where it can: pools are long."""
    mean = regression + bayes
    mean *= np.float32(0.5)
    if temperature == 1:
        return mean
    np.maximum(mean, np.float32(1e-12), out=mean)
    np.power(mean, np.float32(1 / temperature), out=mean)
    mean /= mean.sum(axis=1, keepdims=True)
    return mean


@contextmanager
def _few_of_each() -> Iterator[None]:
    """Many labels and hardly two sentences of each: where every project of fifty labels begins, and no regression."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        yield


def _softmax(scores: Floats) -> Floats:
    result: Floats = softmax(scores, axis=1).astype(np.float32)
    return result


def _moved(
    before: tuple[Weights, NDArray[Any]] | None, columns: Ids, classes: NDArray[Any]
) -> tuple[Floats, Floats] | None:
    """The regression's last weights on today's columns and classes; None where none of its classes is left."""
    if before is None or not np.isin(classes, before[1]).any():
        return None
    last, known = before
    at = np.searchsorted(last.columns, columns).clip(max=len(last.columns) - 1)
    held = last.columns[at] == columns
    coefficients = np.zeros((len(columns), len(classes)), np.float32)
    intercepts = np.zeros(len(classes), np.float32)
    for now, label in enumerate(classes):
        for then in np.flatnonzero(known == label):
            coefficients[held, now] = last.regression[at[held], then]
            intercepts[now] = last.intercepts[then]
    return coefficients, intercepts


def _checked(sample_weight: ArrayLike | None, rows: int) -> Array:
    if sample_weight is None:
        return np.ones(rows)
    weights = np.broadcast_to(np.asarray(sample_weight, dtype=np.float64), (rows,))
    if not np.isfinite(weights).all() or (weights < 0).any() or not (weights > 0).any():
        raise WeightsInvalid(
            expected="finite weights, none of them below zero and one above it",
            came="others",
            cure="Look at how weights are made.",
        )
    return weights
