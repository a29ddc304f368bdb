"""Classifier and training: right, deterministic, honest, and whole after a round trip to disk."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression

from ml import training
from ml.artifact import Artifact, load, save
from ml.bootstrap import group_codes
from ml.classifier import TouchedColumnsClassifier
from ml.errors import (
    ArtifactForeign,
    ArtifactVersionUnknown,
    AuditLeak,
    ColumnsMismatch,
    LengthMismatch,
    OneClassOnly,
    SentenceNotPooled,
    WeightsInvalid,
)
from ml.features import hash_texts
from ml.pool import Pool, append, open_pool
from ml.training import AuditSample, FittedModel, folds, train

VERBS = {"claim": "menyatakan", "denial": "membantah", "condemnation": "mengecam", "none": "membuka"}
NAMES = ["Ratri", "Bayu", "Sari", "Wira", "Jaya", "Tirta", "Raka", "Lestari", "Kelana", "Seta"]
LABELS = [label for _ in NAMES for label in VERBS]
TEXTS = [f"{name} {verb} kabar soal banjir" for name in NAMES for verb in VERBS.values()]
IDS = np.arange(40, dtype=np.int64)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    directory = tmp_path_factory.mktemp("pool")
    rows = hash_texts(TEXTS)
    append(directory, IDS[:30], rows[:30])
    append(directory, IDS[30:], rows[30:])
    return open_pool(directory)


@pytest.fixture(scope="module")
def model(pool: Pool) -> FittedModel:
    return train(pool, IDS[:24], LABELS[:24], np.ones(24), seed=1)


def small(rows: int = 12) -> tuple[NDArray[np.float32], NDArray[np.str_]]:
    generator = np.random.default_rng(3)
    counts = generator.integers(0, 3, (rows, 8)).astype(np.float32)
    return counts, np.array(["a", "b", "c"])[np.arange(rows) % 3]


def test_sentences_that_were_not_labelled_are_told_apart(pool: Pool, model: FittedModel) -> None:
    best = model.probabilities(pool.rows(IDS[24:])).argmax(axis=1)
    assert [model.labels[place] for place in best] == LABELS[24:]


def test_the_same_labels_and_seed_give_the_same_model(pool: Pool, model: FittedModel) -> None:
    again = train(pool, IDS[:24], LABELS[:24], np.ones(24), seed=1)
    assert (np.array_equal(again.classifier.coef_, model.classifier.coef_), again.metrics) == (True, model.metrics)


def test_scoring_a_shard_at_a_time_is_scoring_the_rows(pool: Pool, model: FittedModel) -> None:
    scored = np.vstack([part for _, part in model.score(pool)])
    assert np.allclose(scored, model.probabilities(pool.rows(pool.ids)), atol=1e-6)


def test_scores_are_float32(pool: Pool, model: FittedModel) -> None:
    assert {part.dtype for _, part in model.score(pool)} == {np.dtype(np.float32)}


def test_a_model_comes_back_from_disk_as_it_was(pool: Pool, model: FittedModel, tmp_path: Path) -> None:
    back = FittedModel.from_artifact(load(save(tmp_path, model.arrays(), model.manifest()).path))
    assert np.array_equal(back.probabilities(pool.rows(IDS)), model.probabilities(pool.rows(IDS)))


def test_a_model_of_other_features_is_trained_again(model: FittedModel) -> None:
    with pytest.raises(ArtifactVersionUnknown):
        FittedModel.from_artifact(Artifact(model.arrays(), {**model.manifest(), "features": 99}, ""))


@pytest.mark.parametrize(
    "change",
    [
        {"coef": np.zeros((1, 1), np.float32)},
        {"idf": np.ones(3, np.float32)},
        {"intercept": np.full(4, np.nan, np.float32)},
    ],
)
def test_arrays_that_do_not_fit_together_are_foreign(model: FittedModel, change: dict[str, Any]) -> None:
    with pytest.raises(ArtifactForeign):
        FittedModel.from_artifact(Artifact({**model.arrays(), **change}, model.manifest(), ""))


def test_a_manifest_without_labels_is_foreign(model: FittedModel) -> None:
    manifest = {key: value for key, value in model.manifest().items() if key != "labels"}
    with pytest.raises(ArtifactForeign):
        FittedModel.from_artifact(Artifact(model.arrays(), manifest, ""))


def test_cross_validation_is_named_as_biased(model: FittedModel) -> None:
    assert "biased" in model.metrics["cross_validation"]["name"]


def test_without_an_audit_sample_its_figure_is_not_defined(model: FittedModel) -> None:
    score = model.metrics["audit"]["macro_f1"]
    assert (score["value"], score["reason"]) == (None, "not defined (no answered audit sentences)")


def test_the_audit_sample_is_measured(pool: Pool) -> None:
    audit = AuditSample(IDS[24:], LABELS[24:], [place // 4 for place in range(16)])
    metrics = train(pool, IDS[:24], LABELS[:24], seed=1, audit=audit).metrics
    assert (metrics["audit"]["macro_f1"]["value"], metrics["audit"]["macro_f1"]["n"]) == (1, 16)


def test_an_audit_sentence_among_the_labels_is_refused(pool: Pool) -> None:
    with pytest.raises(AuditLeak):
        train(pool, IDS[:24], LABELS[:24], seed=1, audit=AuditSample(IDS[23:25], LABELS[23:25], [0, 1]))


def test_few_labels_have_no_cross_validation_and_say_so(pool: Pool) -> None:
    score = train(pool, IDS[:4], LABELS[:4], seed=1).metrics["cross_validation"]["macro_f1"]
    assert (score["value"], "needs 10 labels" in score["reason"]) == (None, True)


def test_labels_of_one_article_have_no_cross_validation(pool: Pool) -> None:
    metrics = train(pool, IDS[:24], LABELS[:24], seed=1, groups=["one"] * 24).metrics
    assert metrics["cross_validation"]["macro_f1"]["value"] is None


def test_a_fold_that_learns_one_label_only_is_survived(pool: Pool) -> None:
    labels = ["claim"] * 12 + ["denial"] * 12
    metrics = train(pool, IDS[:24], labels, seed=1, groups=[0] * 12 + [1] * 12).metrics
    assert metrics["cross_validation"]["macro_f1"]["value"] == 0


def test_an_article_lies_in_one_fold() -> None:
    codes = np.repeat(np.arange(9), 4)
    fold = folds(codes, 5, 1)
    assert all(len(set(fold[codes == group].tolist())) == 1 for group in range(9))


def test_folds_are_of_like_size() -> None:
    assert np.bincount(folds(np.arange(23), 5, 1)).tolist() in ([5, 5, 5, 4, 4],)


def test_a_sentence_with_two_labels_stays_in_one_fold(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[int]] = []

    def noted(groups: list[int]) -> NDArray[np.int64]:
        seen.append(groups)
        return group_codes(groups)

    monkeypatch.setattr(training, "group_codes", noted)
    train(pool, np.append(IDS[:12], IDS[:12]), [*LABELS[:12], *LABELS[1:13]], np.full(24, 0.5), seed=1)
    assert seen[0] == [*range(12), *range(12)]


def test_an_id_without_features_is_refused_by_name(pool: Pool) -> None:
    with pytest.raises(SentenceNotPooled):
        train(pool, np.array([0, 999]), ["claim", "denial"], seed=1)


def test_ids_and_labels_of_different_length_are_refused(pool: Pool) -> None:
    with pytest.raises(LengthMismatch):
        train(pool, IDS[:3], ["claim"], seed=1)


def test_one_label_only_is_refused_by_name(pool: Pool) -> None:
    with pytest.raises(OneClassOnly, match="all 'claim'"):
        train(pool, IDS[:3], ["claim"] * 3, seed=1)


def test_a_label_with_one_example_is_learnt(pool: Pool) -> None:
    fitted = train(pool, IDS[:5], ["claim", "denial", "claim", "claim", "claim"], seed=1)
    assert fitted.labels == ("claim", "denial")


def test_fitting_the_touched_columns_is_fitting_all() -> None:
    counts, labels = small()
    wide = np.hstack([counts, np.zeros((12, 5), np.float32)])
    idf = np.linspace(1, 2, 13).astype(np.float32)
    plain = TfidfTransformer(use_idf=False).fit_transform(csr_matrix(wide * idf))
    reference = LogisticRegression(class_weight="balanced", max_iter=1_000).fit(plain, labels)
    ours = TouchedColumnsClassifier(idf=idf).fit(wide, labels)
    assert np.allclose(ours.predict_proba(wide), reference.predict_proba(plain), atol=1e-3)


def test_a_word_that_no_label_touched_only_makes_a_row_longer() -> None:
    counts, labels = small()
    wide = np.hstack([counts, np.zeros((12, 1), np.float32)])
    fitted = TouchedColumnsClassifier().fit(wide, labels)
    wide[:, -1] = 1_000
    assert np.allclose(fitted.scores(wide), fitted.intercepts(), atol=0.02)


def test_probabilities_sum_to_one() -> None:
    counts, labels = small()
    assert TouchedColumnsClassifier().fit(counts, labels).predict_proba(counts).sum(axis=1) == pytest.approx(
        1, abs=1e-5
    )


def test_with_two_classes_the_decision_is_one_column() -> None:
    counts, _ = small()
    labels = np.arange(12) % 2
    fitted = TouchedColumnsClassifier().fit(counts, labels)
    assert np.array_equal(fitted.decision_function(counts) > 0, fitted.predict(counts) == 1)


def test_an_empty_row_has_the_prior_of_the_intercepts() -> None:
    counts, labels = small()
    fitted = TouchedColumnsClassifier().fit(counts, labels)
    assert np.allclose(fitted.scores(np.zeros((1, 8), np.float32))[0], fitted.intercepts())


def test_a_row_of_weight_nought_is_as_if_it_were_not_there() -> None:
    counts, labels = small()
    weights = np.array([0.0] + [1.0] * 11)
    one = TouchedColumnsClassifier().fit(counts, labels, weights)
    other = TouchedColumnsClassifier().fit(counts[1:], labels[1:])
    assert np.allclose(one.predict_proba(counts), other.predict_proba(counts), atol=1e-5)


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_weights_that_make_no_sense_are_refused(bad: float) -> None:
    counts, labels = small()
    with pytest.raises(WeightsInvalid):
        TouchedColumnsClassifier().fit(counts, labels, [bad] + [1.0] * 11)


def test_an_idf_of_another_width_is_refused() -> None:
    counts, labels = small()
    with pytest.raises(ColumnsMismatch):
        TouchedColumnsClassifier(idf=[1.0]).fit(counts, labels)


def test_a_clone_has_the_parameters_and_nothing_learnt() -> None:
    counts, labels = small()
    copy = clone(TouchedColumnsClassifier(C=2.0, random_state=3).fit(counts, labels))
    assert (copy.get_params()["C"], hasattr(copy, "coef_")) == (2.0, False)
