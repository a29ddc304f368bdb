"""Other libraries, and the baseline of tutorials, as learners of `ml.simulate`: same sentences, same first labels.

Each runs in a process and an environment of its own and is told a folder of arrays; see `bench/peers/`.
"""

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from bench.peers.environments import ROOT, command
from bench.peers.exchange import Codes, Task, write_task
from ml.features import WORD_COLUMNS
from ml.simulate import Ground

# `tfidf`: words, as tutorials and modAL's and scikit-activeml's users do; `english`: as small-text's example does.
VECTORIZERS = {"tfidf": TfidfVectorizer, "english": lambda: TfidfVectorizer(stop_words="english")}


@dataclass(frozen=True)
class Competitor:
    """`peer` with one of its strategies. `features`: of its own (see `VECTORIZERS`), or `ours`.

    `folder` keeps the arrays of one ground: one competitor writes them, the others with such features read them.
    """

    peer: str
    strategy: str
    classifier: str
    features: str
    folder: Path

    @property
    def name(self) -> str:
        return f"{self.peer} {self.strategy}, {self.classifier} on {self.features}"

    def curve(self, ground: Ground, labels: Sequence[int], *, seed: int) -> Iterator[float]:
        """As `ml.simulate.Learner.curve` says."""
        place = self.folder / self.features
        if not place.exists():
            write_task(place, _ours(ground) if self.features == "ours" else _own(ground, self.features))
        numbers = ",".join(map(str, labels))
        words = command(self.peer, "replay", str(place), self.strategy, self.classifier, numbers, str(seed))
        said = subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
        yield from json.loads(said)["macro_f1"]


def best(folder: Path) -> list[Competitor]:
    """The tutorial, and each peer's best strategy on its own usual features and on ours.

    Best of `every` by the mean area over five sets and two seeds; scikit-activeml has two that are as good as equal.
    Margin is the same in all three with our classifier: that it gives the same curve shows that the adapters are right.
    """
    return [
        Competitor("tutorial", "random", "logistic", "tfidf", folder),
        Competitor("modal", "margin", "logistic", "tfidf", folder),
        Competitor("modal", "margin", "blend", "ours", folder),
        Competitor("smalltext", "breaking_ties", "svc", "english", folder),
        Competitor("smalltext", "breaking_ties", "blend", "ours", folder),
        Competitor("skactiveml", "margin", "logistic", "tfidf", folder),
        Competitor("skactiveml", "margin", "blend", "ours", folder),
        Competitor("skactiveml", "falcun", "blend", "ours", folder),
    ]


def every(folder: Path) -> list[Competitor]:
    """Every strategy of the peers that ends within minutes, with our features and classifier: what `best` was of."""
    names = {
        "modal": ("margin", "entropy", "uncertainty", "ranked_batch"),
        "smalltext": ("breaking_ties", "embedding_kmeans", "greedy_coreset", "lightweight_coreset", "contrastive"),
        "skactiveml": ("margin", "entropy", "clue", "badge", "falcun", "coreset", "typiclust"),
    }
    return [Competitor(peer, one, "blend", "ours", folder) for peer, some in names.items() for one in some]


def _ours(ground: Ground) -> Task:
    """[words, 2 x latent] as our classifier sees them; the latent directions alone for strategies on embeddings."""
    pool = ground.pool.rows(np.arange(len(ground.texts)))
    codes, test_codes = _codes(ground)
    rows, test_rows = pool.stacked(), ground.held.stacked()
    return Task(rows, pool.dense, codes, test_rows, ground.held.dense, test_codes, n_words=WORD_COLUMNS)


def _own(ground: Ground, features: str) -> Task:
    """TF-IDF fitted on the pool, and no embeddings."""
    vectorizer = VECTORIZERS[features]()
    rows = csr_matrix(vectorizer.fit_transform(ground.texts))
    test_rows = csr_matrix(vectorizer.transform(ground.held_texts))
    codes, test_codes = _codes(ground)
    dense, test_dense = (np.zeros((some.shape[0], 0), np.float32) for some in (rows, test_rows))
    return Task(rows, dense, codes, test_rows, test_dense, test_codes, n_words=rows.shape[1])


def _codes(ground: Ground) -> tuple[Codes, Codes]:
    """Labels of the pool and of the hold-out as numbers."""
    labels = np.unique([*ground.answers.tolist(), *ground.held_answers])
    return np.searchsorted(labels, ground.answers), np.searchsorted(labels, np.asarray(ground.held_answers))
