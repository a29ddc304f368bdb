"""The blend: right beside scikit-learn's own, balanced, weighted, warm, and never NaN."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.estimator_checks import check_estimator

from ml.classifier import BlendClassifier, Weights, _moved, blended
from ml.errors import OneClassOnly, WeightsInvalid

Floats = NDArray[np.float32]
Labels = NDArray[np.str_]

IN_SINGLE = "probabilities are float32, so two ways to the same fit differ by 5e-7; our own test holds them to 1e-4"
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": IN_SINGLE,
    "check_sample_weight_equivalence_on_sparse_data": IN_SINGLE,
}


def rows(n: int = 30, classes: str = "abc", seed: int = 3) -> tuple[Floats, Labels]:
    """Eight words, the first ones telling of the class, in rows of unit length, and two columns of directions."""
    generator = np.random.default_rng(seed)
    labels = np.array(list(classes))[np.arange(n) % len(classes)]
    counts = generator.integers(0, 3, (n, 8)).astype(np.float32)
    counts[np.arange(n), np.arange(n) % len(classes)] += 4
    counts /= np.linalg.norm(counts, axis=1, keepdims=True)
    return np.hstack([counts, generator.normal(size=(n, 2)).astype(np.float32)]), labels


X, Y = rows()
ONE, OTHER = np.array([[0.2, 0.8]], np.float32), np.array([[0.4, 0.6]], np.float32)


def blend(**more: object) -> BlendClassifier:
    return BlendClassifier(n_dense=2, **more)  # type: ignore[arg-type]  # by name


@pytest.mark.slow
def test_it_passes_the_estimator_checks_of_scikit_learn() -> None:
    results = check_estimator(BlendClassifier(), expected_failed_checks=EXPECTED, on_fail=None, on_skip=None)
    failed = {one["check_name"] for one in results if one["status"] == "failed"}
    expected = {one["check_name"] for one in results if one["status"] == "xfail"}
    assert (failed, expected) == (set(), set(EXPECTED))


def test_the_regression_is_that_of_scikit_learn_on_all_columns() -> None:
    wide = np.hstack([X, np.zeros((30, 5), np.float32)])
    reference = LogisticRegression(class_weight="balanced", max_iter=1_000).fit(wide, Y)
    assert np.allclose(BlendClassifier().fit(wide, Y).members(wide)[0], reference.predict_proba(wide), atol=1e-3)


def test_naive_bayes_is_that_of_scikit_learn_on_the_words() -> None:
    weights = compute_sample_weight("balanced", Y)
    reference = ComplementNB(alpha=0.1).fit(X[:, :8], Y, sample_weight=weights)
    assert np.allclose(blend().fit(X, Y).members(X)[1], reference.predict_proba(X[:, :8]), atol=1e-5)


def test_naive_bayes_smooths_words_that_no_label_touched_too() -> None:
    wide = np.hstack([X[:, :8], np.zeros((30, 90), np.float32)])
    reference = ComplementNB(alpha=0.1).fit(wide, Y, sample_weight=compute_sample_weight("balanced", Y))
    fitted = BlendClassifier().fit(wide, Y)
    wide[:, 50] = 3
    assert np.allclose(fitted.members(wide)[1], reference.predict_proba(wide), atol=1e-5)


def test_probabilities_are_the_mean_of_both() -> None:
    fitted = blend().fit(X, Y)
    assert np.allclose(fitted.predict_proba(X), np.mean(fitted.members(X), axis=0), atol=1e-6)


def test_naive_bayes_does_not_read_the_directions() -> None:
    other = X.copy()
    other[:, 8:] *= -5
    fitted = blend().fit(X, Y)
    assert np.array_equal(fitted.members(X)[1], fitted.members(other)[1])


def test_rows_of_directions_alone_can_be_learnt() -> None:
    chances = BlendClassifier(n_dense=10).fit(X, Y).predict_proba(X)
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-5)


def test_sparse_rows_are_as_good_as_dense_ones() -> None:
    dense, sparse = blend().fit(X, Y), blend().fit(csr_matrix(X), Y)
    assert np.allclose(dense.predict_proba(X), sparse.predict_proba(csr_matrix(X)), atol=1e-6)


def test_what_is_told_apart_is_found_again() -> None:
    fresh, labels = rows(seed=8)
    assert (blend().fit(X, Y).predict(fresh) == labels).mean() > 0.8


def test_the_same_rows_give_the_same_fit() -> None:
    assert np.array_equal(blend().fit(X, Y).predict_proba(X), blend().fit(X, Y).predict_proba(X))


def test_a_rare_class_weighs_as_much_as_a_common_one() -> None:
    # A row without anything in it lies between both, however many there are of each.
    labels = np.array(["a"] * 27 + ["b"] * 3)
    chances = blend().fit(np.zeros_like(X), labels).predict_proba(np.zeros((1, 10), np.float32))
    assert np.allclose(chances, 0.5, atol=1e-3)


def test_a_row_of_weight_two_is_the_row_twice() -> None:
    weights = np.random.default_rng(1).integers(0, 4, 30)
    weighted = blend(tol=1e-6).fit(X, Y, sample_weight=weights)
    repeated = blend(tol=1e-6).fit(np.repeat(X, weights, axis=0), np.repeat(Y, weights))
    assert np.allclose(weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-4)


def test_a_soft_label_is_the_row_with_each_label_so_many_times() -> None:
    two, labels = np.vstack([X, X[:1]]), np.append(Y, "b")
    shares = np.append(np.ones(30), 1 / 3)
    shares[0] = 2 / 3
    many = np.vstack([*[X] * 3, X[:1]])[1:]
    soft = blend(tol=1e-6, C=3.0).fit(two, labels, sample_weight=shares)
    # The same in thirds: two of the first label, one of the other, three of each other row, at a third of the strength.
    hard = blend(tol=1e-6, alpha=0.3).fit(many, np.array([*Y, *Y, *Y, "b"])[1:])
    assert np.allclose(soft.predict_proba(X), hard.predict_proba(X), atol=1e-4)


def test_a_row_of_weight_nought_is_as_if_it_were_not_there() -> None:
    one = blend().fit(X, Y, np.array([0.0] + [1.0] * 29))
    other = blend().fit(X[1:], Y[1:])
    assert np.allclose(one.predict_proba(X), other.predict_proba(X), atol=1e-6)


def test_a_class_of_weight_nought_is_no_class() -> None:
    assert blend().fit(X, Y, Y != "b").classes_.tolist() == ["a", "c"]


def test_one_weight_may_stand_for_all() -> None:
    assert np.allclose(blend().fit(X, Y, 1.0).predict_proba(X), blend().fit(X, Y).predict_proba(X))


@pytest.mark.parametrize("bad", [[-1.0] + [1.0] * 29, [np.nan] + [1.0] * 29, [np.inf] + [1.0] * 29, [0.0] * 30])
def test_weights_that_make_no_sense_are_refused(bad: list[float]) -> None:
    with pytest.raises(WeightsInvalid, match="weights"):
        blend().fit(X, Y, bad)


def test_the_smallest_weight_there_is_still_counts() -> None:
    weights = np.where(Y == "b", 5e-324, 1.0)
    assert blend().fit(X, Y, weights).predict_proba(X).sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_weights_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape|broadcast"):
        blend().fit(X, Y, [1.0, 2.0])


def test_one_class_only_is_refused_by_name() -> None:
    with pytest.raises(OneClassOnly, match="all 'a'"):
        blend().fit(X[:3], ["a"] * 3)


def test_a_class_with_one_example_is_learnt() -> None:
    labels = np.where(np.arange(30) == 4, "b", "a")
    fitted = blend().fit(X, labels)
    assert fitted.predict_proba(X)[:, 1].argmax() == 4


def test_two_rows_of_two_classes_are_enough() -> None:
    assert blend().fit(X[:2], Y[:2]).predict(X[:2]).tolist() == ["a", "b"]


def test_fifty_classes_are_told_apart() -> None:
    generator = np.random.default_rng(4)
    labels = np.arange(150) % 50
    counts = generator.integers(0, 2, (150, 60)).astype(np.float32)
    counts[np.arange(150), labels] += 4
    fitted = BlendClassifier(temperature=0.2).fit(counts, labels)
    chances = fitted.predict_proba(counts)
    assert ((fitted.predict(counts) == labels).mean(), chances.sum(axis=1)) == (1, pytest.approx(1, abs=1e-5))


def test_more_classes_than_sentences_of_each_are_no_regression() -> None:
    assert blend().fit(X, [*"abcdefghijklmnopqrstuvwxyzabcd"]).predict_proba(X).shape == (30, 26)


def test_with_two_classes_the_decision_is_one_column() -> None:
    labels = np.where(Y == "c", "a", Y)
    fitted = blend().fit(X, labels)
    decision = fitted.decision_function(X)
    assert (decision.shape, np.array_equal(decision > 0, fitted.predict(X) == "b")) == ((30,), True)


def test_with_more_classes_the_decision_has_a_column_each() -> None:
    fitted = blend().fit(X, Y)
    assert np.array_equal(fitted.classes_[fitted.decision_function(X).argmax(axis=1)], fitted.predict(X))


def test_a_row_that_holds_nothing_has_chances() -> None:
    chances = blend().fit(X, Y).predict_proba(np.zeros((2, 10), np.float32))
    assert chances.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_labelled_rows_that_all_hold_nothing_leave_every_class_as_likely() -> None:
    fitted = blend().fit(np.zeros((4, 10), np.float32), ["a", "b", "a", "b"])
    assert np.allclose(fitted.predict_proba(X), 0.5)


def test_a_word_that_no_labelled_row_has_leaves_the_regression_at_its_intercepts() -> None:
    labelled = X.copy()
    labelled[:, 7] = 0
    stranger = np.zeros((1, 10), np.float32)
    stranger[0, 7] = 1
    fitted = blend().fit(labelled, Y)
    assert np.allclose(fitted.members(stranger)[0], fitted.members(np.zeros_like(stranger))[0])


@settings(max_examples=25)
@given(
    st.integers(2, 12).flatmap(
        lambda n: st.tuples(
            st.lists(st.lists(st.integers(0, 300), min_size=4, max_size=4), min_size=n, max_size=n),
            st.lists(st.sampled_from("abc"), min_size=n, max_size=n),
            st.lists(st.floats(0, 1e6), min_size=n, max_size=n),
        )
    )
)
def test_any_rows_labels_and_weights_give_chances_that_sum_to_one(
    drawn: tuple[list[list[int]], list[str], list[float]],
) -> None:
    counts, labels, weights = drawn
    lengths = np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1)
    unit = (np.array(counts) / lengths).astype(np.float32)
    weights = [weight + 1 if place < 2 else weight for place, weight in enumerate(weights)]
    fitted = BlendClassifier().fit(unit, ["a", "b", *labels[2:]], weights)
    assert fitted.predict_proba(unit).sum(axis=1) == pytest.approx(1, abs=1e-4)


def steps(*, warm: tuple[Floats, Labels] | None, now: tuple[Floats, Labels]) -> int:
    """How many steps the fit of `now` takes, cold or after that of `warm`."""
    fitted = blend(warm_start=True)
    if warm is not None:
        fitted.fit(*warm)
    return int(fitted.fit(*now).n_iter_)


def test_a_warm_fit_of_the_same_rows_is_there_at_once() -> None:
    assert steps(warm=(X, Y), now=(X, Y)) == 0


def test_a_warm_fit_after_a_few_rows_more_takes_fewer_steps() -> None:
    assert steps(warm=(X[:27], Y[:27]), now=(X, Y)) < steps(warm=None, now=(X, Y))


def test_a_warm_fit_comes_to_the_same_as_a_cold_one() -> None:
    warm = blend(warm_start=True).fit(X[:20], Y[:20]).fit(X, Y)
    assert np.allclose(warm.predict_proba(X), blend().fit(X, Y).predict_proba(X), atol=2e-3)


def test_without_warm_start_a_fit_begins_cold() -> None:
    fitted = blend().fit(X, Y)
    before = fitted.n_iter_
    assert fitted.fit(X, Y).n_iter_ == before


def test_a_warm_fit_finds_its_columns_where_they_are_now() -> None:
    # The rows of before touch no even column: each weight has moved to another place among the touched ones.
    sparse = X.copy()
    sparse[:, ::2] = 0
    more = np.vstack([sparse, np.ones((1, 10), np.float32)])
    fitted = blend(warm_start=True).fit(sparse, Y)
    weights = np.append(np.ones(30), 1e-9)
    assert fitted.fit(more, np.append(Y, "a"), sample_weight=weights).n_iter_ == 0


@pytest.mark.parametrize(("before", "now"), [("bc", "abc"), ("abc", "bc"), ("abc", "cd"), ("bd", "abcde")])
def test_a_warm_fit_of_other_classes_comes_to_the_same_as_a_cold_one(before: str, now: str) -> None:
    fitted = blend(warm_start=True).fit(*rows(classes=before)).fit(*rows(classes=now))
    cold = blend().fit(*rows(classes=now))
    assert np.allclose(fitted.predict_proba(X), cold.predict_proba(X), atol=2e-3)


def test_a_warm_fit_goes_by_the_names_of_classes_not_by_their_places() -> None:
    swapped = np.array([{"a": "b", "b": "a", "c": "c"}[label] for label in Y])
    assert steps(warm=(X, Y), now=(X, swapped)) > 0


def test_weights_move_to_where_their_columns_and_classes_are_now() -> None:
    regression = np.array([[1, 2], [3, 4]], np.float32)
    last = Weights(np.array([1, 3], np.int32), regression, regression, ONE[0], np.array([5, 6], np.float32))
    moved = _moved((last, np.array(["b", "d"])), np.array([0, 1, 3, 4]), np.array(["a", "d"]))
    assert moved is not None
    assert [part.tolist() for part in moved] == [[[0, 0], [0, 2], [0, 4], [0, 0]], [0, 6]]


def test_a_warm_fit_that_shares_no_class_begins_cold() -> None:
    now = rows(classes="xyz")
    assert steps(warm=(X, Y), now=now) == steps(warm=None, now=now)


def test_a_clone_has_the_parameters_and_nothing_learnt() -> None:
    copy = clone(blend(C=2.0, random_state=3).fit(X, Y))
    assert (copy.get_params()["C"], hasattr(copy, "weights_")) == (2.0, False)


def test_at_temperature_one_the_blend_is_the_mean() -> None:
    assert np.allclose(blended(ONE, OTHER, temperature=1), [[0.3, 0.7]])


@pytest.mark.parametrize(("temperature", "expected"), [(0.5, 0.64 / 0.68), (2.0, 2 / 3)])
def test_a_temperature_sharpens_or_softens(temperature: float, expected: float) -> None:
    assert blended(ONE, ONE, temperature=temperature)[0, 1] == pytest.approx(expected, abs=1e-5)


def test_blending_leaves_the_members_as_they_were() -> None:
    one, other = ONE.copy(), OTHER.copy()
    blended(one, other, temperature=2)
    assert (np.array_equal(one, ONE), np.array_equal(other, OTHER)) == (True, True)


@pytest.mark.parametrize("temperature", [0.2, 1.0, 5.0])
def test_no_temperature_makes_sure_chances_nan(temperature: float) -> None:
    sure = np.eye(50, dtype=np.float32)
    assert blended(sure, sure, temperature=temperature).sum(axis=1) == pytest.approx(1, abs=1e-4)
