"""A fitted model: labels, weights, temperature; scoring of rows and of whole pools; what is saved and read back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ml.artifact import Artifact
from ml.classifier import BlendClassifier, Weights, blended
from ml.errors import ArtifactForeign, ArtifactVersionUnknown, SpaceMoved
from ml.features import FEATURES_VERSION, WORD_COLUMNS
from ml.latent import DENSE_WEIGHT, Rows, product
from ml.pool import Pool, Shard, weighted
from ml.threads import one_thread_each

Ids = NDArray[np.int64]
Floats = NDArray[np.float32]
Look = TypeVar("Look")

THREADS = 2
_WEIGHTS = ("columns", "regression", "bayes", "untouched", "intercepts")


@dataclass(frozen=True)
class FittedModel:
    """A blend and what is known about it. `labels`: k classes, in the order of the probability columns.

    `space` names the pool's directions that it was fitted in. `out_of_fold`: (n, k) for each row that was trained on,
    by models that had not seen its article; empty where that could not be had, and in a model read from disk.
    """

    labels: tuple[str, ...]
    weights: Weights
    temperature: float
    n_dense: int
    space: str
    n_labels: int
    seed: int
    metrics: dict[str, Any]
    out_of_fold: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32), compare=False)

    @property
    def plain(self) -> "FittedModel":
        """The blend itself, without its temperature, which only says how sure it may sound."""
        return replace(self, temperature=1.0)

    def members(self, rows: Rows) -> tuple[Floats, Floats]:
        """Probabilities of the regression and of naive Bayes, each (n, k) float32."""
        return _members(rows, *self._halves(), self.weights.intercepts)

    def probabilities(self, rows: Rows) -> Floats:
        """(n, k) float32, calibrated."""
        return blended(*self.members(rows), temperature=self.temperature)

    def scan(
        self, pool: Pool, look: Callable[[Ids, Floats], Look], *, threads: int = THREADS, bytes_kept: int | None = None
    ) -> list[Look]:
        """What `look` makes of (ids, probabilities) of each shard, in the pool's order; some shards side by side.

        Where the pool's weighted rows are more than `bytes_kept` (or the pool's own), each shard's pages are given
        back after its turn: memory is then bounded by `threads` shards. Raises `SpaceMoved`, and what `look` raises.
        """
        if pool.shards and pool.fitted_space().name != self.space:
            raise SpaceMoved(expected=f"a pool in {self.space}", came=pool.fitted_space().name, cure="Train again.")
        words, dense = self._halves()
        if bytes_kept is not None:
            pool = replace(pool, bytes_kept=bytes_kept)

        def one(shard: Shard) -> Look:
            members = _members(weighted(shard), words, dense, self.weights.intercepts)
            pool.seen(shard)
            return look(shard.ids, blended(*members, temperature=self.temperature))

        with one_thread_each(), ThreadPoolExecutor(threads) as workers:
            return list(workers.map(one, pool.shards))

    def _halves(self) -> tuple[Floats, Floats]:
        """Weights of the words, (2**17, 2k), and of the dense columns, (n_dense, k), for rows that are not stacked."""
        k = len(self.labels)
        split = int(np.searchsorted(self.weights.columns, WORD_COLUMNS))
        words = np.zeros((WORD_COLUMNS, 2 * k), np.float32)
        words[:, k:] = self.weights.untouched
        words[self.weights.columns[:split], :k] = self.weights.regression[:split]
        words[self.weights.columns[:split], k:] = self.weights.bayes[:split]
        dense = np.zeros((self.n_dense, k), np.float32)
        dense[self.weights.columns[split:] - WORD_COLUMNS] = self.weights.regression[split:] * np.float32(DENSE_WEIGHT)
        return words, dense

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What `artifact.save` needs, with `manifest`."""
        return {name: getattr(self.weights, name) for name in _WEIGHTS}

    def manifest(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "features": FEATURES_VERSION,
            "space": self.space,
            "n_dense": self.n_dense,
            "labels": list(self.labels),
            "temperature": self.temperature,
            "n_labels": self.n_labels,
            "seed": self.seed,
            "metrics": self.metrics,
        }

    @classmethod
    def of(cls, classifier: BlendClassifier, *, temperature: float, space: str, **known: Any) -> "FittedModel":
        """The fitted `classifier` as a model in the directions `space`."""
        labels = tuple(map(str, classifier.classes_))
        return cls(labels, classifier.weights_, temperature, classifier.n_dense, space, **known)

    @classmethod
    def from_artifact(cls, artifact: Artifact) -> "FittedModel":
        """The model that was saved. Raises `ArtifactVersionUnknown`, `ArtifactForeign`."""
        manifest = artifact.manifest
        if manifest.get("features") != FEATURES_VERSION:
            raise ArtifactVersionUnknown(
                expected=f"features version {FEATURES_VERSION}",
                came=repr(manifest.get("features")),
                cure="Train again.",
            )
        try:
            model = cls(
                labels=tuple(map(str, manifest["labels"])),
                weights=Weights(**{name: artifact.arrays[name] for name in _WEIGHTS}),
                temperature=float(manifest["temperature"]),
                n_dense=int(manifest["n_dense"]),
                space=str(manifest["space"]),
                n_labels=int(manifest["n_labels"]),
                seed=int(manifest["seed"]),
                metrics=dict(manifest["metrics"]),
            )
            _require_whole(model)
        except (KeyError, TypeError, ValueError) as reason:
            raise ArtifactForeign(expected="a classifier's arrays", came=repr(reason), cure="Train again.") from reason
        return model


def _members(rows: Rows, words: Floats, dense: Floats, intercepts: Floats) -> tuple[Floats, Floats]:
    k = dense.shape[1]
    scores = np.asarray(rows.words @ words, np.float32)
    regression = product(rows.dense, dense)
    regression += scores[:, :k]
    regression += intercepts
    return _softmax(regression), _softmax(scores[:, k:])


def _softmax(scores: Floats) -> Floats:
    """Over the columns of (n, k). One contiguous run a class: eight times faster than a run a row."""
    turned = np.array(scores.T, np.float32, order="C")
    turned -= turned.max(axis=0)
    np.exp(turned, out=turned)
    turned /= turned.sum(axis=0)
    return turned.T


def _require_whole(model: FittedModel) -> None:
    weights, k = model.weights, len(model.labels)
    t = len(weights.columns)
    shapes = (weights.regression.shape, weights.bayes.shape, weights.untouched.shape, weights.intercepts.shape)
    if k < 2 or shapes != ((t, k), (t, k), (k,), (k,)):
        raise ValueError(f"shapes {shapes}")
    if not all(np.isfinite(getattr(weights, name)).all() for name in _WEIGHTS):
        raise ValueError("weights that are not finite")
    if not 0 < model.temperature < np.inf:
        raise ValueError(f"a temperature of {model.temperature}")
    if weights.columns.ndim != 1 or weights.columns.dtype.kind not in "iu" or model.n_dense < 0:
        raise ValueError(f"columns {weights.columns.dtype} {weights.columns.shape}, {model.n_dense} of them dense")
    rising = bool((np.diff(weights.columns) > 0).all())
    if t and not (rising and weights.columns[0] >= 0 and weights.columns[-1] < WORD_COLUMNS + model.n_dense):
        raise ValueError("columns out of range")
