"""Balanced logistic regression on hashed counts, fitted only on the columns that the labelled rows touch."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted, validate_data

from ml.errors import ColumnsMismatch, LengthMismatch, OneClassOnly, WeightsInvalid

Floats = NDArray[np.float32]


class TouchedColumnsClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """TF-IDF and logistic regression with balanced classes, in scikit-learn's estimator grammar.

    Under an L2 penalty the weight of a column that no labelled row touches is 0: such columns are left out of the fit
    (60,000 instead of 262,144) and the result is the same. Input is counts; `idf` (n_columns,) comes from the pool;
    rows are brought to unit length. One class with one example is enough beside another class.

    C : inverse strength of the penalty. idf : column weights, None for 1. max_iter : of L-BFGS.
    random_state : for the grammar's sake; L-BFGS draws nothing.
    """

    def __init__(
        self,
        *,
        C: float = 1.0,
        idf: ArrayLike | None = None,
        max_iter: int = 1_000,
        random_state: int | None = None,
    ) -> None:
        self.C = C
        self.idf = idf
        self.max_iter = max_iter
        self.random_state = random_state

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """X: counts (n, n_columns), dense or CSR. y: (n,). sample_weight: (n,), >= 0; rows of weight 0 are left out.

        Raises `OneClassOnly`, `LengthMismatch`, `WeightsInvalid`, `ColumnsMismatch`.
        """
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float32)
        rows = csr_matrix(X)
        weights = _weights(sample_weight, rows.shape[0])
        labels = np.asarray(y)[weights > 0]
        rows, weights = rows[weights > 0], weights[weights > 0]
        self.classes_ = np.unique(labels)
        if len(self.classes_) < 2:
            raise OneClassOnly(
                expected="two labels at least",
                came=f"{len(labels)} answers, all {str(self.classes_[0])!r}",
                cure="Label more sentences until a second label is seen.",
            )
        self.idf_ = self._checked_idf(rows.shape[1])
        self.columns_ = np.unique(rows.indices)
        scaled = _unit_rows(rows, self.idf_)[:, self.columns_]
        regression = LogisticRegression(
            C=self.C, class_weight="balanced", max_iter=self.max_iter, random_state=self.random_state
        ).fit(scaled, labels, sample_weight=weights)
        self.coef_ = regression.coef_.astype(np.float32)
        self.intercept_ = regression.intercept_.astype(np.float32)
        self.n_iter_ = int(regression.n_iter_.max())
        return self

    def decision_function(self, X: Any) -> Floats:
        """Scores: (n,) with two classes (above 0 is the second), else (n, n_classes)."""
        scores = self.scores(X)
        return scores[:, 1] if len(self.classes_) == 2 else scores

    def scores(self, X: Any) -> Floats:
        """Linear scores, (n, n_classes) float32 also for two classes, of which the first is then 0."""
        check_is_fitted(self)
        rows = csr_matrix(validate_data(self, X, accept_sparse="csr", dtype=np.float32, reset=False))
        return linear_scores(rows, self.dense_weights(), self.intercepts(), self.idf_)

    def predict_proba(self, X: Any) -> Floats:
        """Probabilities, (n, n_classes) float32; not calibrated."""
        return probabilities(self.scores(X))

    def predict(self, X: Any) -> NDArray[Any]:
        """The likeliest class, (n,)."""
        best: NDArray[Any] = self.classes_[self.scores(X).argmax(axis=1)]
        return best

    def dense_weights(self) -> Floats:
        """Weights of all columns, idf included: (n_columns, n_classes) float32."""
        coefficients = self.coef_ if len(self.classes_) > 2 else np.vstack([np.zeros_like(self.coef_), self.coef_])
        dense = np.zeros((len(self.idf_), len(self.classes_)), np.float32)
        dense[self.columns_] = (coefficients * self.idf_[self.columns_]).T
        return dense

    def intercepts(self) -> Floats:
        """(n_classes,), also for two classes."""
        both: Floats = np.append(np.float32(0), self.intercept_)
        return self.intercept_ if len(self.classes_) > 2 else both

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _checked_idf(self, columns: int) -> Floats:
        if self.idf is None:
            return np.ones(columns, np.float32)
        idf = np.asarray(self.idf, dtype=np.float32)
        if idf.shape != (columns,):
            raise ColumnsMismatch(
                expected=f"idf of shape ({columns},)", came=str(idf.shape), cure="Take rows and idf from the same pool."
            )
        return idf


def linear_scores(rows: csr_matrix, weights: Floats, intercepts: Floats, idf: Floats) -> Floats:
    """Scores of counts: `weights` (n_columns, k) hold the idf already; rows are divided by their TF-IDF length."""
    scores = np.asarray(rows @ weights, dtype=np.float32)
    scores /= _lengths(rows, idf)[:, None]
    scores += intercepts
    return scores


def probabilities(scores: Floats) -> Floats:
    """Softmax over the columns of (n, k), float32."""
    result: Floats = softmax(scores, axis=1).astype(np.float32)
    return result


def _lengths(rows: csr_matrix, idf: Floats) -> Floats:
    squares = csr_matrix((rows.data**2, rows.indices, rows.indptr), shape=rows.shape)
    lengths: Floats = np.sqrt(np.asarray(squares @ idf**2, dtype=np.float32))
    lengths[lengths == 0] = 1
    return lengths


def _unit_rows(rows: csr_matrix, idf: Floats) -> csr_matrix:
    shrink = np.repeat(1 / _lengths(rows, idf), np.diff(rows.indptr))
    return csr_matrix((rows.data * idf[rows.indices] * shrink, rows.indices, rows.indptr), shape=rows.shape)


def _weights(sample_weight: ArrayLike | None, rows: int) -> NDArray[np.float64]:
    if sample_weight is None:
        return np.ones(rows)
    weights = np.asarray(sample_weight, dtype=np.float64)
    if weights.shape != (rows,):
        raise LengthMismatch(expected=f"{rows} weights", came=str(weights.shape), cure="Give one weight a row.")
    if not np.isfinite(weights).all() or (weights < 0).any() or not (weights > 0).any():
        raise WeightsInvalid(
            expected="finite weights, none negative, one above 0", came="others", cure="Look at how weights are made."
        )
    return weights
