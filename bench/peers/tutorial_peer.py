"""What a tutorial does: scikit-learn alone, sentences at random or by margin. Runs in our own environment."""

import numpy as np

from bench.peers.exchange import Codes, Places, Task
from bench.peers.learners import classifier
from bench.peers.replaying import main, unlabelled


class TutorialLearner:
    def __init__(self, task: Task, strategy: str, name: str, seed: int) -> None:
        self.task = task
        self.strategy = strategy
        self.name = name
        self.random = np.random.default_rng(seed)

    def hold(self, places: Places) -> None:
        self.held = places
        self.free = unlabelled(len(self.task.codes), places)

    def learn(self) -> None:
        self.model = classifier(self.name, self.task.n_words)
        self.model.fit(self.task.rows[self.held], self.task.codes[self.held])

    def ask(self, n: int) -> Places:
        if self.strategy == "random":
            return self.random.choice(self.free, n, replace=False)
        best = np.sort(self.model.predict_proba(self.task.rows[self.free]), axis=1)
        return np.asarray(self.free[np.argsort(best[:, -1] - best[:, -2])[:n]])

    def predict(self) -> Codes:
        return np.asarray(self.model.predict(self.task.test_rows))


if __name__ == "__main__":
    main(TutorialLearner)
