"""Dawid-Skene against the data of its paper, a slow reference, and annotators of known quality."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from ml.dawid_skene import NO_ANSWER, ONE_LABEL, Estimate, dawid_skene
from ml.errors import AnswersInvalid, LengthMismatch

Table = NDArray[np.int64]

# Dawid & Skene (1979), table 1: 45 patients, grades 1 to 4; the first of five anaesthetists answered three times.
PATIENTS = [
    "1111111", "3334334", "1122122", "2223121", "2223222", "2223322", "1222111", "3333433", "2222223",
    "2322223", "4444444", "2223343", "1111111", "2223212", "1211111", "1112111", "1111111", "1111111",
    "2222221", "2221322", "2222222", "2222221", "2223222", "2212222", "1111111", "1111111", "2322222",
    "1111111", "1111111", "1121121", "1111111", "3333233", "1111111", "2222222", "2223232", "4334343",
    "2212232", "2323233", "3333432", "1111111", "1111111", "1212111", "2322222", "1211111", "2222222",
]  # fmt: skip
ANAESTHETISTS = [[int(grade) - 1 for grade in patient] for patient in PATIENTS]
# The estimates the paper prints, to its two decimals.
PAPER_PREVALENCE = [0.40, 0.42, 0.11, 0.07]
PAPER_FIRST = [[0.89, 0.11, 0, 0], [0.07, 0.88, 0.05, 0], [0, 0.34, 0.66, 0], [0, 0, 0.56, 0.44]]
PAPER_FOURTH = [[0.94, 0.06, 0, 0], [0.05, 0.84, 0.10, 0], [0, 0, 0.80, 0.20], [0, 0, 0.33, 0.67]]

TABLES = arrays(np.int64, st.tuples(st.integers(2, 8), st.integers(1, 4)), elements=st.integers(-1, 2))
GOOD = np.full((3, 3), 0.1) + 0.7 * np.eye(3)
SWAPS = np.array([[0.05, 0.9, 0.05], [0.9, 0.05, 0.05], [0.05, 0.05, 0.9]])


def estimate(answers: object, k: int = 3) -> Estimate:
    found = dawid_skene(np.array(answers), k=k).estimate
    assert found is not None
    return found


def of_the_paper() -> Estimate:
    """The likelihood alone, as in the paper: the prior is worth nothing."""
    observers = [0, 0, 0, 1, 2, 3, 4]
    found = dawid_skene(
        ANAESTHETISTS, k=4, annotators=observers, spread=1e-9, right=0, units=1e-9, tolerance=1e-9
    ).estimate
    assert found is not None
    return found


def simulated(confusion: list[NDArray[np.float64]], *, n: int, answers: int, seed: int) -> tuple[Table, Table]:
    """`answers` each to `n` units by annotators drawn by lot, and the truth: 60, 30 and 10 % of the labels."""
    generator = np.random.default_rng(seed)
    truth = generator.choice(3, n, p=[0.6, 0.3, 0.1])
    full = np.stack([(generator.random(n)[:, None] > rows.cumsum(axis=1)[truth]).sum(axis=1) for rows in confusion], 1)
    asked = generator.random(full.shape).argsort(axis=1).argsort(axis=1) < answers
    return np.where(asked, np.minimum(full, 2), -1), truth


def majority_right(table: Table, truth: Table) -> float:
    """How often the majority is right, a tie settled by lot."""
    votes = (table[:, :, None] == np.arange(3)).sum(axis=1)
    first = votes == votes.max(axis=1, keepdims=True)
    return float((first[np.arange(len(truth)), truth] / first.sum(axis=1)).mean())


def by_bayes(row: Table, found: Estimate) -> tuple[NDArray[np.float64], float]:
    """One unit's posterior and likelihood, written out."""
    joint = found.prevalence.copy()
    for annotator, label in enumerate(row):
        if label >= 0:
            joint = joint * found.confusion[annotator, :, label]
    return joint / joint.sum(), float(joint.sum())


def test_the_papers_prevalence_is_reproduced() -> None:
    assert of_the_paper().prevalence == pytest.approx(PAPER_PREVALENCE, abs=0.005)


def test_the_papers_error_rates_of_the_observer_who_answered_three_times_are_reproduced() -> None:
    assert of_the_paper().confusion[0] == pytest.approx(np.array(PAPER_FIRST), abs=0.005)


def test_the_papers_error_rates_of_the_fourth_observer_are_reproduced() -> None:
    assert of_the_paper().confusion[3] == pytest.approx(np.array(PAPER_FOURTH), abs=0.005)


def test_the_papers_third_patient_is_a_two_although_the_votes_are_close() -> None:
    assert of_the_paper().posterior[2, 1] == pytest.approx(1.0, abs=0.005)


def test_one_step_is_what_it_is_by_hand() -> None:
    # Votes: (1, 0), (1/2, 1/2). With no prior to speak of the first annotator's row 0 is (1, 0) and row 1 (1, 0);
    # the second's row 0 is (1, .5) / 1.5 and row 1 (0, 1); prevalence (3/4, 1/4). The second unit: 3/4 * 1/3 to 1/4.
    found = dawid_skene([[0, 0], [0, 1]], k=2, spread=1e-12, right=0, units=1e-12, iterations=1).estimate
    assert found is not None
    assert found.posterior[1] == pytest.approx([0.5, 0.5])


def test_the_prior_of_a_row_is_what_it_is_by_hand() -> None:
    # The first annotator answered one unit that is surely 0: (1 + 1 + 4, 1) / 7, where spread = 2 is 1 a label.
    found = dawid_skene([[0, 0], [-1, 1]], k=2, spread=2, right=4, units=1e6, iterations=1).estimate
    assert found is not None
    assert found.confusion[0, 0] == pytest.approx([6 / 7, 1 / 7])


def test_the_shapes_are_those_promised() -> None:
    found = estimate([[0, 1, -1, 2], [1, 1, 0, -1]], k=5)
    assert (found.confusion.shape, found.prevalence.shape, found.posterior.shape) == ((4, 5, 5), (5,), (2, 5))


@given(TABLES)
@settings(max_examples=30)
def test_posteriors_and_likelihood_are_bayes_rule_on_the_estimates(table: Table) -> None:
    found = dawid_skene(table, k=3).estimate
    if found is not None:
        slow = [by_bayes(row, found) for row in table]
        assert found.posterior == pytest.approx(np.array([posterior for posterior, _ in slow]))
        answered = [like for row, (_, like) in zip(table, slow, strict=True) if (row >= 0).any()]
        assert found.log_likelihood == pytest.approx(float(np.log(answered).sum()))


@given(TABLES)
@settings(max_examples=30)
def test_posteriors_prevalence_and_rows_each_sum_to_one(table: Table) -> None:
    found = dawid_skene(table, k=3).estimate
    if found is not None:
        sums = [found.posterior.sum(axis=1), found.confusion.sum(axis=2).ravel(), [found.prevalence.sum()]]
        assert np.concatenate(sums) == pytest.approx(1)


@given(TABLES, st.permutations(range(3)))
@settings(max_examples=30)
def test_labels_in_another_order_give_the_same_in_that_order(table: Table, order: list[int]) -> None:
    found = dawid_skene(table, k=3, iterations=20).estimate
    moved = dawid_skene(np.append(order, -1)[table], k=3, iterations=20).estimate
    if found is not None and moved is not None:
        assert moved.posterior[:, order] == pytest.approx(found.posterior, abs=1e-3)


@given(TABLES, st.permutations(range(4)))
@settings(max_examples=30)
def test_annotators_in_another_order_give_the_same_in_that_order(table: Table, places: list[int]) -> None:
    order = [place for place in places if place < table.shape[1]]
    found, moved = (dawid_skene(some, k=3, iterations=20).estimate for some in (table, table[:, order]))
    if found is not None and moved is not None:
        assert moved.confusion == pytest.approx(found.confusion[order], abs=1e-3)


def test_the_likelihood_with_the_prior_never_falls() -> None:
    table, _ = simulated([GOOD, GOOD, SWAPS], n=60, answers=2, seed=4)
    worth = []
    for iterations in range(1, 12):
        found = dawid_skene(table, k=3, iterations=iterations, tolerance=1e-12).estimate
        assert found is not None
        rows = np.log(found.confusion)
        prior = 2 / 3 * rows.sum() + 4 * rows.trace(axis1=1, axis2=2).sum() + 2 * np.log(found.prevalence).sum()
        worth.append(found.log_likelihood + prior)
    assert min(np.diff(worth)) >= 0


def test_one_annotators_units_are_what_they_answered() -> None:
    answers = np.array([0] * 40 + [1] * 5 + [2])
    assert estimate(answers[:, None]).posterior.argmax(axis=1).tolist() == answers.tolist()


def test_one_annotators_units_are_not_doubly_answered() -> None:
    assert dawid_skene([[0], [1], [0]], k=2).n_doubly == 0


def test_an_annotator_who_answers_twice_does_not_make_a_unit_doubly_answered() -> None:
    assert dawid_skene([[0, 0, -1], [0, -1, 1]], k=2, annotators=[0, 0, 1]).n_doubly == 1


def test_perfect_annotators_are_found_perfect() -> None:
    table = np.repeat(np.arange(300)[:, None] % 3, 4, axis=1)
    assert estimate(table).confusion.diagonal(axis1=1, axis2=2).min() > 0.98


def test_a_unit_without_answers_has_the_prevalence() -> None:
    found = estimate([[0, 0], [-1, -1], [1, 2]])
    assert found.posterior[1] == pytest.approx(found.prevalence)


def test_units_without_answers_change_nothing() -> None:
    table = [[0, 0], [0, 1], [1, 2]]
    assert estimate([*table, *[[-1, -1]] * 9]).prevalence == pytest.approx(estimate(table).prevalence)


def test_an_annotator_without_answers_has_the_prior() -> None:
    found = estimate([[0, 0, -1], [1, 1, -1], [2, 2, -1]])
    assert found.confusion[2] == pytest.approx((np.full((3, 3), 2 / 3) + 4 * np.eye(3)) / 6)


def test_an_adversary_who_swaps_two_labels_is_found_out() -> None:
    table, _ = simulated([GOOD, GOOD, GOOD, GOOD, SWAPS], n=600, answers=4, seed=1)
    assert estimate(table).confusion[4].argmax(axis=1).tolist() == [1, 0, 2]


def test_the_quality_of_annotators_is_recovered() -> None:
    diagonals = [0.55, 0.65, 0.75, 0.85, 0.95]
    confusion = [np.full((3, 3), (1 - right) / 2) + (right - (1 - right) / 2) * np.eye(3) for right in diagonals]
    table, _ = simulated(confusion, n=3_000, answers=3, seed=2)
    found = estimate(table)
    right = (found.confusion.diagonal(axis1=1, axis2=2) * found.prevalence).sum(axis=1)
    assert right == pytest.approx(diagonals, abs=0.04)


@pytest.mark.parametrize("answers", [2, 3])
def test_it_is_right_more_often_than_the_majority(answers: int) -> None:
    qualities = np.linspace(0.55, 0.95, 6)
    confusion = [np.full((3, 3), (1 - right) / 2) + (right - (1 - right) / 2) * np.eye(3) for right in qualities]
    gains = []
    for seed in range(8):
        table, truth = simulated(confusion, n=500, answers=answers, seed=seed)
        right = float((estimate(table).posterior.argmax(axis=1) == truth).mean())
        gains.append(right - majority_right(table, truth))
    assert np.mean(gains) > 0.02


def test_the_same_answers_give_the_same_figures() -> None:
    table, _ = simulated([GOOD, GOOD, SWAPS], n=100, answers=2, seed=3)
    assert estimate(table).posterior.tolist() == estimate(table).posterior.tolist()


def test_it_says_that_it_has_not_converged() -> None:
    table, _ = simulated([GOOD, GOOD, SWAPS], n=100, answers=2, seed=3)
    found = dawid_skene(table, k=3, iterations=2).estimate
    assert found is not None
    assert (found.converged, found.iterations) == (False, 2)


def test_it_stops_once_nothing_moves() -> None:
    found = estimate(np.repeat(np.arange(30)[:, None] % 3, 4, axis=1))
    assert found.converged
    assert found.iterations < 10


@pytest.mark.parametrize("answers", [np.empty((0, 3), int), np.empty((3, 0), int), [[-1, -1]]])
def test_without_answers_it_is_not_defined(answers: object) -> None:
    found = dawid_skene(np.array(answers), k=3)
    assert (found.estimate, found.reason) == (None, NO_ANSWER)


def test_with_one_label_only_it_is_not_defined() -> None:
    found = dawid_skene([[1, 1], [1, -1]], k=3)
    assert (found.estimate, found.reason, found.n_units, found.n_answers) == (None, ONE_LABEL, 2, 3)


@pytest.mark.parametrize("answers", [[0, 1], [[0.5, 1]], [[0, 3]], [[0, -2]]])
def test_a_table_that_is_none_is_refused(answers: object) -> None:
    with pytest.raises(AnswersInvalid):
        dawid_skene(np.array(answers), k=3)


def test_another_number_of_annotators_than_columns_is_refused() -> None:
    with pytest.raises(LengthMismatch):
        dawid_skene([[0, 1]], k=2, annotators=[0])


def test_annotators_below_nought_are_refused() -> None:
    with pytest.raises(AnswersInvalid):
        dawid_skene([[0, 1]], k=2, annotators=[0, -1])


def test_a_prior_of_nothing_is_refused() -> None:
    with pytest.raises(AnswersInvalid):
        dawid_skene([[0, 1]], k=2, spread=0)
