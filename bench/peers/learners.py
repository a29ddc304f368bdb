"""Classifiers that a peer may be given: as its docs do, and ours in scikit-learn alone. Runs beside the peers."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.utils.class_weight import compute_sample_weight

Codes = NDArray[np.int64]
Weights = NDArray[np.float64] | None


class Touched(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """`LogisticRegression(class_weight="balanced")` on sparse rows, fitted on the columns that the rows touch.

    The weight of every other column is 0 under its penalty: the same model, in a fraction of the time.
    """

    def fit(self, X: csr_matrix, y: Codes, sample_weight: Weights = None) -> Self:
        """`sample_weight` is None from all who call: small-text names it."""
        self.columns_ = np.unique(X.indices)
        model = LogisticRegression(class_weight="balanced", max_iter=1_000)
        self.regression_ = model.fit(X[:, self.columns_], y, sample_weight=sample_weight)
        self.classes_ = self.regression_.classes_
        self.weights_ = np.zeros((self.regression_.coef_.shape[0], X.shape[1]))
        self.weights_[:, self.columns_] = self.regression_.coef_
        return self

    def predict_proba(self, X: csr_matrix) -> NDArray[np.float64]:
        scores = X @ self.weights_.T + self.regression_.intercept_
        if scores.shape[1] == 1:
            scores = np.hstack([np.zeros_like(scores), scores])
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))

    def predict(self, X: csr_matrix) -> Codes:
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


class Blend(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Our classifier without its temperature: the mean of `Touched` and of complement naive Bayes on the words."""

    def __init__(self, n_words: int) -> None:
        self.n_words = n_words

    def fit(self, X: csr_matrix, y: Codes, sample_weight: Weights = None) -> Self:
        self.touched_ = Touched().fit(X, y, sample_weight)
        balance = compute_sample_weight("balanced", y)
        self.bayes_ = ComplementNB(alpha=0.1).fit(X[:, : self.n_words], y, sample_weight=balance)
        self.classes_ = self.touched_.classes_
        return self

    def predict_proba(self, X: csr_matrix) -> NDArray[np.float64]:
        return np.asarray((self.touched_.predict_proba(X) + self.bayes_.predict_proba(X[:, : self.n_words])) / 2)

    def predict(self, X: csr_matrix) -> Codes:
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


def classifier(name: str, n_words: int) -> Any:
    """`logistic`: scikit-learn's default; `weighted`: its classes balanced; `touched` and `blend`: as above."""
    made = {
        "logistic": LogisticRegression(max_iter=1_000),
        "weighted": LogisticRegression(class_weight="balanced", max_iter=1_000),
        "touched": Touched(),
        "blend": Blend(n_words),
    }
    return made[name]
