"""A fitted model: scores rows and pools alike, and comes back from disk as it was or not at all."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import softmax

from ml import shards
from ml.artifact import Artifact, load, save
from ml.classifier import BlendClassifier
from ml.errors import ArtifactForeign, ArtifactVersionUnknown, SpaceMissing, SpaceMoved
from ml.features import FEATURES_VERSION, WORD_COLUMNS, hash_texts
from ml.fitted import FittedModel
from ml.latent import DENSE_WEIGHT, Rows
from ml.pool import Pool, Shard, open_pool
from ml.training import train
from tests.ml.labelled_file import sentences
from tests.ml.made_pools import IDS, LABELS, ODD_TEXTS, TEXTS, ids, made

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
Array = NDArray[Any]


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    return made(tmp_path_factory.mktemp("pool"), TEXTS, parts=3)


@pytest.fixture(scope="module")
def model(pool: Pool) -> FittedModel:
    return replace(train(pool, IDS[:24], LABELS[:24], seed=1), temperature=1.7)


def told(ids_of_shard: Ids, probabilities: Floats) -> tuple[Ids, Floats]:
    return np.array(ids_of_shard), probabilities


def scanned(model: FittedModel, pool: Pool, **more: int) -> Floats:
    return np.vstack([probabilities for _, probabilities in model.scan(pool, told, **more)])


def test_chances_are_those_of_the_classifier(pool: Pool, model: FittedModel) -> None:
    rows = pool.rows(IDS)
    classifier = BlendClassifier(n_dense=model.n_dense, temperature=1.7)
    classifier.fit(rows.take(IDS[:24]).stacked(), LABELS[:24])
    assert np.allclose(model.probabilities(rows), classifier.predict_proba(rows.stacked()), atol=1e-5)


def test_members_are_those_of_the_classifier(pool: Pool, model: FittedModel) -> None:
    rows = pool.rows(IDS)
    classifier = BlendClassifier(n_dense=model.n_dense).fit(rows.take(IDS[:24]).stacked(), LABELS[:24])
    assert np.allclose(np.stack(model.members(rows)), np.stack(classifier.members(rows.stacked())), atol=1e-5)


def test_words_that_no_label_touched_weigh_as_they_do_in_the_classifier(tmp_path: Path) -> None:
    # Labels of unlike numbers: else such a word is as likely under each of them and shows nothing.
    many = made(tmp_path, [one["text"] for one in sentences(60)])
    labels = [one["label"] for one in sentences(60)][:20]
    rows, model = many.rows(many.ids), train(many, many.ids[:20], labels, seed=1)
    classifier = BlendClassifier(n_dense=model.n_dense).fit(rows.take(many.ids[:20]).stacked(), labels)
    assert np.allclose(model.members(rows)[1], classifier.members(rows.stacked())[1], atol=1e-5)


def test_a_scan_is_the_chances_of_the_rows_to_the_last_bit(pool: Pool, model: FittedModel) -> None:
    assert np.array_equal(scanned(model, pool), model.probabilities(pool.rows(pool.ids)))


def test_a_scan_looks_at_each_shard_once_in_the_order_of_the_pool(pool: Pool, model: FittedModel) -> None:
    looked = [found.tolist() for found, _ in model.scan(pool, told)]
    assert looked == [shard.ids.tolist() for shard in pool.shards]


@pytest.mark.parametrize("threads", [1, 4])
def test_threads_change_nothing(pool: Pool, model: FittedModel, threads: int) -> None:
    assert np.array_equal(scanned(model, pool, threads=threads), scanned(model, pool))


def test_a_scan_that_may_keep_nothing_gives_the_same(pool: Pool, model: FittedModel) -> None:
    assert np.array_equal(scanned(model, pool, bytes_kept=0), scanned(model, pool))


@pytest.mark.parametrize(("short", "expected"), [(0, []), (1, [2]), (10**9, [0, 1, 2])])
def test_only_the_shards_that_do_not_fit_are_given_back(
    pool: Pool, model: FittedModel, short: int, expected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    released: list[str] = []
    monkeypatch.setattr(Shard, "release", lambda shard: released.append(shard.name))
    scanned(model, pool, bytes_kept=max(0, pool.weighted_bytes - short))
    assert sorted(released) == sorted(pool.shards[at].name for at in expected)


def test_scores_are_float32(pool: Pool, model: FittedModel) -> None:
    assert scanned(model, pool).dtype == np.float32


def test_a_look_that_fails_is_heard(pool: Pool, model: FittedModel) -> None:
    with pytest.raises(SpaceMissing):
        model.scan(pool, lambda *_: failing())


def failing() -> None:
    raise SpaceMissing(expected="a test", came="a failure", cure="None.")


def test_an_empty_pool_has_nothing_to_scan(model: FittedModel, tmp_path: Path) -> None:
    assert model.scan(open_pool(tmp_path), told) == []


def test_a_pool_that_was_projected_anew_is_refused(model: FittedModel, tmp_path: Path) -> None:
    with pytest.raises(SpaceMoved, match="Train again"):
        model.scan(made(tmp_path, TEXTS[:5]), told)


def test_what_was_appended_since_is_scored_too(tmp_path: Path) -> None:
    model = train(made(tmp_path, TEXTS[:20]), IDS[:20], LABELS[:20], seed=1)
    shards.append(tmp_path, ids(99), hash_texts(TEXTS[20:21]))
    assert scanned(model, open_pool(tmp_path)).shape == (21, 4)


def test_a_text_that_the_pool_knows_nothing_of_has_chances(pool: Pool, model: FittedModel) -> None:
    rows = pool.fitted_space().weigh(hash_texts(["Zygomorphic quuxly", *ODD_TEXTS]))
    assert model.probabilities(rows).sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_what_no_label_touched_leaves_the_regression_as_it_is_for_nothing(pool: Pool, model: FittedModel) -> None:
    regression, _ = model.members(pool.fitted_space().weigh(hash_texts(["Zygomorphic quuxly", ""])))
    assert np.array_equal(regression[0], regression[1])


def test_directions_weigh_as_much_as_they_did_in_the_fit(pool: Pool, model: FittedModel) -> None:
    # The model multiplies its weights, the fit its columns: a stack without words shows it.
    rows = pool.rows(IDS)
    bare = Rows(rows.words * 0, rows.dense)
    split = int(np.searchsorted(model.weights.columns, WORD_COLUMNS))
    dense = np.zeros((model.n_dense, 4), np.float32)
    dense[model.weights.columns[split:] - WORD_COLUMNS] = model.weights.regression[split:]
    expected = softmax(rows.dense @ dense * DENSE_WEIGHT + model.weights.intercepts, axis=1)
    assert np.allclose(model.members(bare)[0], expected, atol=1e-5)


def test_a_model_of_fifty_labels_scores_a_pool(pool: Pool) -> None:
    model = train(pool, np.append(IDS, IDS[:10]), [f"label {place}" for place in range(50)], seed=1)
    assert scanned(model, pool).sum(axis=1) == pytest.approx(1, abs=1e-4)


def test_a_model_comes_back_from_disk_as_it_was(pool: Pool, model: FittedModel, tmp_path: Path) -> None:
    back = FittedModel.from_artifact(load(save(tmp_path, model.arrays(), model.manifest()).path))
    assert np.array_equal(back.probabilities(pool.rows(IDS)), model.probabilities(pool.rows(IDS)))


def test_all_that_is_known_of_a_model_comes_back_from_disk(model: FittedModel, tmp_path: Path) -> None:
    back = FittedModel.from_artifact(load(save(tmp_path, model.arrays(), model.manifest()).path))
    assert back.manifest() == json.loads(json.dumps(model.manifest()))


@pytest.mark.parametrize("version", [FEATURES_VERSION - 1, 99, None])
def test_a_model_of_other_features_is_trained_again(model: FittedModel, version: int | None) -> None:
    with pytest.raises(ArtifactVersionUnknown, match="Train again"):
        FittedModel.from_artifact(Artifact(model.arrays(), {**model.manifest(), "features": version}, ""))


def changed(model: FittedModel, name: str, change: Callable[[Array], Array]) -> Artifact:
    return Artifact({**model.arrays(), name: change(model.arrays()[name].copy())}, model.manifest(), "")


def with_nan(array: Array) -> Array:
    array.flat[0] = np.nan
    return array


@pytest.mark.parametrize("name", ["regression", "bayes", "untouched", "intercepts"])
@pytest.mark.parametrize("change", [with_nan, lambda array: array[:-1], lambda array: array.astype(str)])
def test_a_damaged_array_is_foreign(model: FittedModel, name: str, change: Callable[[Array], Array]) -> None:
    with pytest.raises(ArtifactForeign):
        FittedModel.from_artifact(changed(model, name, change))


@pytest.mark.parametrize(
    "change",
    [
        lambda columns: columns[::-1],
        lambda columns: columns - columns[0] - 1,
        lambda columns: columns + 2**17,
        lambda columns: columns.astype(float),
        lambda columns: columns[:, None],
        lambda columns: columns[:-1],
    ],
    ids=["not ascending", "below 0", "beyond the width", "fractions", "a table", "one less"],
)
def test_damaged_columns_are_foreign(model: FittedModel, change: Callable[[Array], Array]) -> None:
    with pytest.raises(ArtifactForeign):
        FittedModel.from_artifact(changed(model, "columns", change))


@pytest.mark.parametrize("name", ["columns", "regression", "bayes", "untouched", "intercepts"])
def test_an_array_that_is_missing_is_foreign(model: FittedModel, name: str) -> None:
    arrays = {key: array for key, array in model.arrays().items() if key != name}
    with pytest.raises(ArtifactForeign):
        FittedModel.from_artifact(Artifact(arrays, model.manifest(), ""))


@pytest.mark.parametrize("name", ["labels", "temperature", "n_dense", "space", "n_labels", "seed", "metrics"])
def test_a_manifest_that_lacks_anything_is_foreign(model: FittedModel, name: str) -> None:
    manifest = {key: value for key, value in model.manifest().items() if key != name}
    with pytest.raises(ArtifactForeign):
        FittedModel.from_artifact(Artifact(model.arrays(), manifest, ""))


@pytest.mark.parametrize(
    "change",
    [
        {"labels": ["claim"]},
        {"labels": ["a", "b", "c"]},
        {"labels": 4},
        {"temperature": 0},
        {"temperature": float("nan")},
        {"temperature": float("inf")},
        {"temperature": "warm"},
        {"n_dense": -1},
        {"n_dense": 1},
        {"metrics": 3},
    ],
)
def test_a_manifest_that_makes_no_sense_is_foreign(model: FittedModel, change: dict[str, Any]) -> None:
    with pytest.raises(ArtifactForeign):
        FittedModel.from_artifact(Artifact(model.arrays(), {**model.manifest(), **change}, ""))
