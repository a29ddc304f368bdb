"""modAL: pool-based learners around any scikit-learn classifier. Runs in an environment of its own."""

import numpy as np
from modAL.batch import uncertainty_batch_sampling
from modAL.models import ActiveLearner
from modAL.uncertainty import entropy_sampling, margin_sampling, uncertainty_sampling

from bench.peers.exchange import Codes, Places, Task
from bench.peers.learners import classifier
from bench.peers.replaying import main, unlabelled

STRATEGIES = {
    "margin": margin_sampling,
    "entropy": entropy_sampling,
    "uncertainty": uncertainty_sampling,
    "ranked_batch": uncertainty_batch_sampling,
}


class ModalLearner:
    """`dense` in the strategy's name: the classifier and the strategy see the embeddings, not the sparse rows."""

    def __init__(self, task: Task, strategy: str, name: str, seed: int) -> None:
        self.task = task
        np.random.seed(seed)  # modAL breaks ties by the global generator
        self.strategy = STRATEGIES[strategy.removeprefix("dense_")]
        dense = strategy.startswith("dense_")
        self.rows = task.dense if dense else task.rows
        self.test_rows = task.test_dense if dense else task.test_rows
        self.name = name

    def hold(self, places: Places) -> None:
        self.held = places
        self.free = unlabelled(len(self.task.codes), places)
        self.pool = self.rows[self.free]

    def learn(self) -> None:
        self.learner = ActiveLearner(
            estimator=classifier(self.name, self.task.n_words),
            query_strategy=self.strategy,
            X_training=self.rows[self.held],
            y_training=self.task.codes[self.held],
        )

    def ask(self, n: int) -> Places:
        found, *_ = self.learner.query(self.pool, n_instances=n)
        return np.asarray(self.free[found])

    def predict(self) -> Codes:
        return np.asarray(self.learner.predict(self.test_rows))


if __name__ == "__main__":
    main(ModalLearner)
