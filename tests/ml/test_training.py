"""Training: repeatable, honest about what it had not seen, and whole with little to learn from."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.base import clone

from ml import training
from ml.bootstrap import group_codes
from ml.classifier import BlendClassifier, blended
from ml.errors import LengthMismatch, OneClassOnly, SentenceNotPooled, SpaceMissing, WeightsInvalid
from ml.fitted import FittedModel
from ml.pool import Pool, open_pool
from ml.training import folds, out_of_fold, predictor, train
from tests.ml.labelled_file import sentences
from tests.ml.made_pools import IDS, LABELS, ODD_TEXTS, TEXTS, ids, made

Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    return made(tmp_path_factory.mktemp("pool"), TEXTS, parts=2)


@pytest.fixture(scope="module")
def model(pool: Pool) -> FittedModel:
    return train(pool, IDS[:24], LABELS[:24], np.ones(24), seed=1)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    return made(tmp_path_factory.mktemp("many"), [one["text"] for one in sentences(200)])


def best(model: FittedModel, pool: Pool, *numbers: int) -> list[str]:
    return [model.labels[place] for place in model.probabilities(pool.rows(ids(*numbers))).argmax(axis=1)]


def cross_validated(model: FittedModel) -> dict[str, object]:
    figure: dict[str, object] = model.metrics["cross_validation"]["macro_f1"]
    return figure


def test_sentences_that_were_not_labelled_are_told_apart(pool: Pool, model: FittedModel) -> None:
    assert best(model, pool, *range(24, 40)) == LABELS[24:]


def test_the_same_labels_and_seed_give_the_same_model(pool: Pool, model: FittedModel) -> None:
    again = train(pool, IDS[:24], LABELS[:24], np.ones(24), seed=1)
    arrays = zip(again.arrays().values(), model.arrays().values(), strict=True)
    assert (all(np.array_equal(*pair) for pair in arrays), again.manifest()) == (True, model.manifest())


def test_another_seed_draws_other_folds(pool: Pool, model: FittedModel) -> None:
    other = train(pool, IDS[:24], LABELS[:24], seed=2)
    assert not np.array_equal(other.out_of_fold, model.out_of_fold)


def test_the_model_knows_what_it_was_trained_on(pool: Pool, model: FittedModel) -> None:
    assert (model.labels, model.n_labels, model.space, model.n_dense) == (
        ("claim", "condemnation", "denial", "none"),
        24,
        pool.fitted_space().name,
        pool.fitted_space().n_dense,
    )


def test_each_row_has_its_chances_out_of_fold(model: FittedModel) -> None:
    sums = model.out_of_fold.sum(axis=1)
    assert (model.out_of_fold.shape, sums) == ((24, 4), pytest.approx(1, abs=1e-4))


def test_labels_drawn_by_lot_are_not_told_by_rows_out_of_fold(many: Pool) -> None:
    # Whoever had seen them would know nearly all; 0.65 is four standard errors above chance.
    by_lot = np.random.default_rng(3).choice(["a", "b"], 200)
    model = train(many, np.arange(200), by_lot.tolist(), seed=1)
    told = np.array(model.labels)[model.out_of_fold.argmax(axis=1)]
    assert (told == by_lot).mean() < 0.65


def test_a_fold_that_begins_at_the_weights_of_all_is_as_one_that_begins_cold(many: Pool) -> None:
    labels = np.array([one["label"] for one in sentences(200)])
    rows, codes = many.rows(np.arange(200)).stacked(), np.arange(200)
    fitted = BlendClassifier(n_dense=many.fitted_space().n_dense).fit(rows, labels)
    warm = out_of_fold(fitted, rows, labels, np.ones(200), codes, seed=1)
    learn = folds(codes, 5, 1) != 0
    cold = clone(fitted).fit(rows[learn], labels[learn]).predict_proba(rows[~learn])
    assert np.abs(warm[~learn] - cold).max() < 0.02


def test_cross_validation_is_named_as_biased(model: FittedModel) -> None:
    assert "biased" in model.metrics["cross_validation"]["name"]


def test_cross_validation_is_over_the_rows_out_of_fold(model: FittedModel) -> None:
    told = np.array(model.labels)[model.out_of_fold.argmax(axis=1)]
    confusion = np.array(model.metrics["cross_validation"]["confusion"])
    assert (np.trace(confusion), confusion.sum()) == ((told == LABELS[:24]).sum(), 24)


def test_few_labels_have_no_cross_validation_and_say_so(pool: Pool) -> None:
    figure = cross_validated(train(pool, IDS[:4], LABELS[:4], seed=1))
    assert (figure["value"], "needs 10 labels" in str(figure["reason"])) == (None, True)


def test_labels_of_one_article_have_no_cross_validation(pool: Pool) -> None:
    model = train(pool, IDS[:24], LABELS[:24], seed=1, groups=["one"] * 24)
    assert (cross_validated(model)["value"], model.out_of_fold.shape) == (None, (0, 4))


def test_a_fold_that_learns_one_label_only_is_survived(pool: Pool) -> None:
    labels = ["claim"] * 12 + ["denial"] * 12
    model = train(pool, IDS[:24], labels, seed=1, groups=[0] * 12 + [1] * 12)
    assert (cross_validated(model)["value"], model.out_of_fold[0].tolist()) == (0, [0, 1])


def test_a_label_that_a_fold_did_not_learn_has_hardly_a_chance_there(pool: Pool) -> None:
    labels = ["rare", *["claim", "denial"] * 8]
    model = train(pool, IDS[:17], labels, seed=1)
    assert model.out_of_fold[0, model.labels.index("rare")] < 1e-3


def test_an_article_lies_in_one_fold() -> None:
    codes = np.repeat(np.arange(9), 4)
    fold = folds(codes, 5, 1)
    assert all(len(set(fold[codes == group].tolist())) == 1 for group in range(9))


def test_folds_are_of_like_size() -> None:
    assert np.bincount(folds(np.arange(23), 5, 1)).tolist() == [5, 5, 5, 4, 4]


def test_no_row_is_judged_by_a_model_that_saw_its_article(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    groups = [place // 3 for place in range(24)]
    sizes: list[int] = []
    real = BlendClassifier.fit

    def counted(self: BlendClassifier, X: NDArray[np.float32], y: object, **more: object) -> BlendClassifier:
        sizes.append(X.shape[0])
        return real(self, X, y, **more)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(BlendClassifier, "fit", counted)
    train(pool, IDS[:24], LABELS[:24], seed=1, groups=groups)
    # All, and then without one or two of eight articles of three each.
    assert sorted(sizes) == [18, 18, 18, 21, 21, 24]


def test_a_sentence_with_two_labels_stays_in_one_fold(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[int]] = []

    def noted(groups: list[int]) -> NDArray[np.int64]:
        seen.append(groups)
        return group_codes(groups)

    monkeypatch.setattr(training, "group_codes", noted)
    train(pool, np.append(IDS[:12], IDS[:12]), [*LABELS[:12], *LABELS[1:13]], np.full(24, 0.5), seed=1)
    assert seen[0] == [*range(12), *range(12)]


def test_a_sentence_with_two_labels_is_one_sentence_in_the_figures(pool: Pool) -> None:
    shares = np.append(np.full(12, 0.7), np.full(12, 0.3))
    model = train(pool, np.append(IDS[:12], IDS[:12]), [*LABELS[:12], *LABELS[1:13]], shares, seed=1)
    assert (model.n_labels, cross_validated(model)["n"], len(model.out_of_fold)) == (12, 12, 24)


def test_a_soft_label_is_judged_by_what_most_said(pool: Pool) -> None:
    # The heavier label comes second here; by the lighter one every row would be wrong.
    shares = np.append(np.full(24, 0.1), np.full(24, 0.9))
    wrong = [*LABELS[1:24], LABELS[0]]
    model = train(pool, np.append(IDS[:24], IDS[:24]), [*wrong, *LABELS[:24]], shares, seed=1)
    assert float(str(cross_validated(model)["value"])) > 0.6


def test_a_label_of_weight_nought_alone_is_no_label(pool: Pool) -> None:
    weights = np.append(np.ones(23), 0)
    model = train(pool, IDS[:24], [*LABELS[:23], "zebra"], weights, seed=1)
    assert ("zebra" in model.labels, cross_validated(model)["n"]) == (False, 23)


def test_rows_whose_fold_has_nothing_to_learn_from_are_as_likely_each_way(pool: Pool) -> None:
    weights = np.append(np.ones(12), np.zeros(12))
    model = train(pool, IDS[:24], LABELS[:24], weights, seed=1, groups=[0] * 12 + [1] * 12)
    assert np.allclose(model.out_of_fold[:12], 0.25, atol=1e-5)


def test_enough_labels_have_a_temperature(many: Pool) -> None:
    model = train(many, np.arange(200), [one["label"] for one in sentences(200)], seed=1)
    assert 0.2 <= model.temperature <= 5 != model.temperature != 1


def test_chances_out_of_fold_have_the_models_temperature(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "temperature", lambda *_: 1.0)
    plain = train(pool, IDS[:24], LABELS[:24], seed=1).out_of_fold
    monkeypatch.setattr(training, "temperature", lambda *_: 2.0)
    warmer = train(pool, IDS[:24], LABELS[:24], seed=1).out_of_fold
    assert np.allclose(warmer, blended(plain, plain, temperature=2), atol=1e-6)


def test_few_labels_have_none(model: FittedModel) -> None:
    assert model.temperature == 1


def test_an_id_without_features_is_refused_by_name(pool: Pool) -> None:
    with pytest.raises(SentenceNotPooled):
        train(pool, ids(0, 999), ["claim", "denial"], seed=1)


def test_a_pool_without_directions_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SpaceMissing):
        train(made(tmp_path, TEXTS[:4], fitted=False), ids(0, 1), ["claim", "denial"], seed=1)


def test_ids_and_labels_of_different_length_are_refused(pool: Pool) -> None:
    with pytest.raises(LengthMismatch):
        train(pool, IDS[:3], ["claim"], seed=1)


def test_one_label_only_is_refused_by_name(pool: Pool) -> None:
    with pytest.raises(OneClassOnly, match="all 'claim'"):
        train(pool, IDS[:3], ["claim"] * 3, seed=1)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_weights_that_make_no_sense_are_refused(pool: Pool, bad: float) -> None:
    with pytest.raises(WeightsInvalid):
        train(pool, IDS[:12], LABELS[:12], np.append(np.ones(11), bad), seed=1)


def test_a_label_with_one_example_is_learnt(pool: Pool) -> None:
    fitted = train(pool, IDS[:5], ["claim", "denial", "claim", "claim", "claim"], seed=1)
    assert fitted.labels == ("claim", "denial")


@pytest.mark.parametrize("n", [2, 3, 30])
def test_two_labelled_sentences_are_enough_in_a_pool_of_any_size(tmp_path: Path, n: int) -> None:
    pool = made(tmp_path, TEXTS[:n])
    assert best(train(pool, ids(0, 1), ["claim", "condemnation"], seed=1), pool, 0, 1) == ["claim", "condemnation"]


def test_odd_sentences_are_learnt_from_and_have_chances(tmp_path: Path) -> None:
    pool = made(tmp_path, ODD_TEXTS)
    model = train(pool, pool.ids, ["claim", "denial", *["none"] * (len(ODD_TEXTS) - 2)], seed=1)
    assert model.probabilities(pool.rows(pool.ids)).sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_two_labelled_sentences_without_a_word_leave_both_labels_as_likely(tmp_path: Path) -> None:
    pool = made(tmp_path, ["", "  ", *TEXTS[:5]])
    model = train(pool, ids(0, 1), ["claim", "denial"], seed=1)
    assert np.allclose(model.probabilities(pool.rows(ids(4))), 0.5)


def test_an_empty_pool_has_nothing_to_train_on(tmp_path: Path) -> None:
    with pytest.raises(SpaceMissing):
        train(open_pool(tmp_path), ids(0, 1), ["claim", "denial"], seed=1)


def test_fifty_labels_are_learnt(many: Pool) -> None:
    model = train(many, np.arange(100), [f"label {number % 50}" for number in range(100)], seed=1)
    assert model.probabilities(many.rows(np.arange(100))).sum(axis=1) == pytest.approx(1, abs=1e-4)


def test_a_throwaway_predictor_tells_the_labels_apart(pool: Pool) -> None:
    rows = pool.rows(IDS)
    fitted = predictor(rows.take(IDS[:24]), LABELS[:24], seed=1)
    assert fitted.predict(rows.stacked()[24:]).tolist() == LABELS[24:]
