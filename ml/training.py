"""From settled labels and the pool to a fitted model with its figures."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix

from ml.artifact import Artifact
from ml.bootstrap import group_codes
from ml.classifier import TouchedColumnsClassifier, linear_scores, probabilities
from ml.errors import ArtifactForeign, ArtifactVersionUnknown, AuditLeak, LengthMismatch
from ml.evaluation import Evaluation, evaluate, undefined
from ml.features import COLUMNS, FEATURES_VERSION
from ml.pool import Pool

Ids = NDArray[np.int64]
Floats = NDArray[np.float32]

FOLDS = 5
LEAST_TO_CROSS_VALIDATE = 10
CROSS_VALIDATION = "cross-validation (biased: over the sentences that were chosen for training)"
AUDIT = "audit sample (unbiased)"


@dataclass(frozen=True)
class AuditSample:
    """Sentences drawn uniformly at random, never trained on. One length; `weights`: 1 / selection probability."""

    ids: Ids
    labels: Sequence[str]
    groups: Sequence[Hashable]
    weights: Sequence[float] | None = None


@dataclass(frozen=True)
class FittedModel:
    """A classifier and what is known about it. `labels`: the classes, in the order of the probability columns."""

    classifier: TouchedColumnsClassifier
    labels: tuple[str, ...]
    n_labels: int
    seed: int
    metrics: dict[str, Any]

    def probabilities(self, rows: csr_matrix) -> Floats:
        """(n, n_labels) float32 of counts (n, COLUMNS)."""
        return self.classifier.predict_proba(rows)

    def score(self, pool: Pool) -> Iterator[tuple[Ids, Floats]]:
        """(ids, probabilities) a shard at a time: memory is bounded by the shard, not by the pool."""
        weights, intercepts = self.classifier.dense_weights(), self.classifier.intercepts()
        for shard in pool.shards:
            yield shard.ids, probabilities(linear_scores(shard.matrix, weights, intercepts, self.classifier.idf_))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What `artifact.save` needs, with `manifest`."""
        fitted = self.classifier
        return {
            "columns": fitted.columns_,
            "coef": fitted.coef_,
            "intercept": fitted.intercept_,
            "idf": fitted.idf_,
        }

    def manifest(self) -> dict[str, Any]:
        """Plain JSON values: labels, seed, counts, metrics."""
        return {
            "features": FEATURES_VERSION,
            "labels": list(self.labels),
            "n_labels": self.n_labels,
            "seed": self.seed,
            "metrics": self.metrics,
        }

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
            labels = tuple(map(str, manifest["labels"]))
            classifier = _restored(artifact.arrays, labels, int(manifest["seed"]))
            return cls(classifier, labels, int(manifest["n_labels"]), int(manifest["seed"]), dict(manifest["metrics"]))
        except (KeyError, TypeError, ValueError) as reason:
            raise ArtifactForeign(expected="a classifier's arrays", came=repr(reason), cure="Train again.") from reason


def train(
    pool: Pool,
    ids: Ids,
    labels: Sequence[str],
    weights: ArrayLike | None = None,
    *,
    seed: int,
    groups: Sequence[Hashable] | None = None,
    audit: AuditSample | None = None,
) -> FittedModel:
    """Fit on sentences `ids` (n,) with `labels` (n,); an id may come twice with two labels (soft labels by `weights`).

    `groups`: articles; folds and intervals keep an article together. The same arguments give the same model.
    Raises `SentenceNotPooled`, `OneClassOnly`, `LengthMismatch`, `WeightsInvalid`, `AuditLeak`.
    """
    ids = np.asarray(ids, dtype=np.int64)
    if len(ids) != len(labels) or (groups is not None and len(groups) != len(ids)):
        raise LengthMismatch(expected=f"{len(ids)} labels and groups", came="others", cure="Pass one of each an id.")
    if audit is not None and np.isin(audit.ids, ids).any():
        raise AuditLeak(
            expected="no sentence of the audit sample", came="some", cure="Leave the audit sample out of the training."
        )
    rows, idf = pool.rows(ids), pool.idf()
    answers = np.asarray(labels, dtype=np.str_)
    scale = np.ones(len(ids)) if weights is None else np.asarray(weights, dtype=np.float64)
    fitted = TouchedColumnsClassifier(idf=idf, random_state=seed).fit(rows, answers, sample_weight=scale)
    # The same sentence stays in one fold, even without articles: its twin would give the answer away.
    held_together = ids.tolist() if groups is None else list(groups)
    metrics = {"cross_validation": cross_validate(rows, answers, scale, held_together, idf=idf, seed=seed).as_json()}
    metrics["audit"] = _audited(fitted, pool, audit, seed).as_json()
    return FittedModel(fitted, tuple(map(str, fitted.classes_)), len(ids), seed, metrics)


def cross_validate(
    rows: csr_matrix,
    labels: NDArray[np.str_],
    weights: NDArray[np.float64],
    groups: Sequence[Hashable],
    *,
    idf: Floats,
    seed: int,
) -> Evaluation:
    """Out-of-fold macro-F1, articles kept together. Not defined under ten labels or two articles."""
    codes = group_codes(groups)
    if len(labels) < LEAST_TO_CROSS_VALIDATE or not codes.any():
        return undefined(CROSS_VALIDATION, f"needs {LEAST_TO_CROSS_VALIDATE} labels of two articles")
    fold = folds(codes, min(FOLDS, int(codes.max()) + 1), seed)
    predicted = np.empty_like(labels)
    for number in range(int(fold.max()) + 1):
        learn, hold = fold != number, fold == number
        known = np.unique(labels[learn & (weights > 0)])
        if len(known) < 2:
            predicted[hold] = known[0] if len(known) else labels[0]
            continue
        model = TouchedColumnsClassifier(idf=idf, random_state=seed).fit(rows[learn], labels[learn], weights[learn])
        predicted[hold] = model.predict(rows[hold])
    return evaluate(labels.tolist(), predicted.tolist(), name=CROSS_VALIDATION, seed=seed, groups=groups)


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


def _audited(fitted: TouchedColumnsClassifier, pool: Pool, audit: AuditSample | None, seed: int) -> Evaluation:
    if audit is None or not len(audit.ids):
        return undefined(AUDIT, "no answered audit sentences")
    predicted = fitted.predict(pool.rows(audit.ids)).tolist()
    return evaluate(list(audit.labels), predicted, name=AUDIT, seed=seed, groups=audit.groups, weights=audit.weights)


def _restored(arrays: dict[str, NDArray[Any]], labels: tuple[str, ...], seed: int) -> TouchedColumnsClassifier:
    columns, coef, intercept, idf = (arrays[name] for name in ("columns", "coef", "intercept", "idf"))
    outputs = 1 if len(labels) == 2 else len(labels)
    if coef.shape != (outputs, len(columns)) or intercept.shape != (outputs,) or idf.shape != (COLUMNS,):
        raise ValueError(f"shapes {coef.shape}, {intercept.shape}, {idf.shape}")
    if not all(np.isfinite(array).all() for array in (coef, intercept, idf)):
        raise ValueError("weights that are not finite")
    if len(columns) and (columns.min() < 0 or columns.max() >= COLUMNS):
        raise ValueError("columns out of range")
    classifier = TouchedColumnsClassifier(idf=idf, random_state=seed)
    classifier.classes_ = np.array(labels)
    classifier.columns_, classifier.coef_, classifier.intercept_ = columns, coef, intercept
    classifier.idf_ = idf.astype(np.float32)
    classifier.n_features_in_ = COLUMNS
    return classifier
