"""small-text: active learning for text classification, its core without torch. Runs in an environment of its own."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from small_text import (
    BreakingTies,
    ConfidenceEnhancedLinearSVC,
    ContrastiveActiveLearning,
    EmbeddingKMeans,
    GreedyCoreset,
    LeastConfidence,
    LightweightCoreset,
    PoolBasedActiveLearner,
    PredictionEntropy,
    SklearnClassifier,
    SklearnDataset,
)

from bench.peers.exchange import Codes, Places, Task
from bench.peers.learners import classifier
from bench.peers.replaying import main

STRATEGIES: dict[str, Any] = {
    "breaking_ties": BreakingTies,
    "entropy": PredictionEntropy,
    "least_confidence": LeastConfidence,
    "embedding_kmeans": EmbeddingKMeans,
    "greedy_coreset": lambda: GreedyCoreset(distance_metric="cosine"),
    "lightweight_coreset": LightweightCoreset,
    "contrastive": lambda: ContrastiveActiveLearning(pbar=None),
}


class Embedding(SklearnClassifier):  # type: ignore[misc]  # small-text has no types
    """A scikit-learn classifier with the embeddings that were made beforehand, as small-text asks for."""

    def __init__(self, model: Any, n_labels: int, dense: NDArray[np.float32]) -> None:
        super().__init__(model, n_labels)
        self.dense = dense

    def embed(self, rows: Any, return_proba: bool = False, pbar: Any = None) -> Any:
        dense = self.dense[rows.selection]
        return (dense, self.predict_proba(rows)) if return_proba else dense


class _Factory:
    def __init__(self, task: Task, name: str) -> None:
        self.task = task
        self.name = name

    def new(self) -> Embedding:
        model = ConfidenceEnhancedLinearSVC() if self.name == "svc" else classifier(self.name, self.task.n_words)
        return Embedding(model, self.task.n_labels, self.task.dense)


class SmallTextLearner:
    def __init__(self, task: Task, strategy: str, name: str, seed: int) -> None:
        self.task = task
        np.random.seed(seed)  # small-text draws from the global generator
        unknown = np.full(len(task.codes), -1)
        self.pool = SklearnDataset(task.rows, unknown, target_labels=np.arange(task.n_labels))
        self.learner = PoolBasedActiveLearner(_Factory(task, name), STRATEGIES[strategy](), self.pool)

    def hold(self, places: Places) -> None:
        self.held = places

    def learn(self) -> None:
        self.learner.initialize_data(self.held, self.task.codes[self.held])

    def ask(self, n: int) -> Places:
        return np.asarray(self.learner.query(num_samples=n))

    def predict(self) -> Codes:
        # Asked of the model itself: the wrapper would name labels wrongly while one has not been seen.
        return np.asarray(self.learner.classifier.model.predict(self.task.test_rows))


if __name__ == "__main__":
    main(SmallTextLearner)
