"""scikit-activeml: strategies around scikit-learn classifiers, on dense rows only. Runs in its own environment."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from skactiveml.classifier import SklearnClassifier
from skactiveml.pool import Badge, Clue, CoreSet, Falcun, TypiClust, UncertaintySampling
from sklearn.base import BaseEstimator, ClassifierMixin

from bench.peers.exchange import Codes, Places, Task
from bench.peers.learners import classifier
from bench.peers.replaying import main

# Each with the name under which it wants the classifier, if it wants one.
STRATEGIES: dict[str, tuple[Any, str]] = {
    "margin": (lambda seed: UncertaintySampling(method="margin_sampling", random_state=seed), "clf"),
    "entropy": (lambda seed: UncertaintySampling(method="entropy", random_state=seed), "clf"),
    "clue": (lambda seed: Clue(random_state=seed), "estimator"),
    "badge": (lambda seed: Badge(random_state=seed), "clf"),
    "falcun": (lambda seed: Falcun(random_state=seed), "clf"),
    "typiclust": (lambda seed: TypiClust(random_state=seed), ""),
    "coreset": (lambda seed: CoreSet(random_state=seed), ""),
}
# A last column that tells a sentence's place, too small to move a distance: scikit-activeml knows no sparse rows,
# so the classifier looks them up. A power of two, so that no digit is lost.
MARK = 2.0**-40


class ByPlace(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """`model` on the sparse `rows` of the sentences that the dense rows are marked with."""

    def __init__(self, model: Any, rows: Any) -> None:
        self.model = model
        self.rows = rows

    def _looked_up(self, X: NDArray[np.float64]) -> csr_matrix:
        return csr_matrix(self.rows.matrix[np.rint(X[:, -1] / MARK).astype(np.int64)])

    def fit(self, X: NDArray[np.float64], y: Codes) -> Self:
        self.model.fit(self._looked_up(X), y)
        self.classes_ = self.model.classes_
        return self

    def predict_proba(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(self.model.predict_proba(self._looked_up(X)))

    def predict(self, X: NDArray[np.float64]) -> Codes:
        return np.asarray(self.model.predict(self._looked_up(X)))


class Shelf:
    """Rows that are never copied with the estimator that holds them."""

    def __init__(self, matrix: csr_matrix) -> None:
        self.matrix = matrix

    def __deepcopy__(self, memo: object) -> Self:
        return self


class SkactivemlLearner:
    """`dense` as the classifier's name: a balanced regression on the embeddings alone, as the library is made for."""

    def __init__(self, task: Task, strategy: str, name: str, seed: int) -> None:
        self.task = task
        made, self.wants = STRATEGIES[strategy]
        self.strategy = made(seed)
        self.dense: NDArray[Any]
        self.test: NDArray[Any]
        if name == "dense":
            model, self.dense, self.test = classifier("weighted", 0), task.dense, task.test_dense
        else:
            rows = Shelf(vstack([task.rows, task.test_rows], format="csr"))
            model = ByPlace(classifier(name, task.n_words), rows)
            self.dense, self.test = _marked(task)
        self.classifier = SklearnClassifier(model, classes=np.arange(task.n_labels), random_state=seed)

    def hold(self, places: Places) -> None:
        self.y = np.full(len(self.task.codes), np.nan)
        self.y[places] = self.task.codes[places]

    def learn(self) -> None:
        self.classifier.fit(self.dense, self.y)

    def ask(self, n: int) -> Places:
        fitted = {self.wants: self.classifier, f"fit_{self.wants}": False} if self.wants else {}
        return np.asarray(self.strategy.query(self.dense, self.y, batch_size=n, **fitted))

    def predict(self) -> Codes:
        return np.asarray(self.classifier.predict(self.test), dtype=np.int64)


def _marked(task: Task) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The embeddings of pool and hold-out with their marks."""
    n, t = len(task.codes), len(task.test_codes)
    marks = np.arange(n + t)[:, None] * MARK
    both = np.hstack([np.vstack([task.dense, task.test_dense]), marks])
    return both[:n], both[n:]


if __name__ == "__main__":
    main(SkactivemlLearner)
