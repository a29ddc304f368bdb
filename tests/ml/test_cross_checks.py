"""Our coefficients beside other people's code, on answers drawn at random: many labels, few units, holes everywhere."""

import krippendorff
import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

from ml.agreement import coefficients
from ml.agreement.arrays import Measured, label_counts, measured
from ml.agreement.label_sets import krippendorff_alpha_by_distance

SEEDS = range(25)
Answers = NDArray[np.int64]


def drawn(seed: int, *, missing: bool) -> tuple[Answers, int]:
    """Answers (n_units, n_annotators) that follow a truth more or less, -1 missing, and how many labels there are."""
    generator = np.random.default_rng(seed)
    units, annotators, labels = generator.integers(4, 60), generator.integers(2, 7), generator.integers(2, 6)
    shares = generator.dirichlet(np.ones(labels))
    truth = generator.choice(labels, size=units, p=shares)
    answers = np.repeat(truth[:, None], annotators, axis=1)
    errs = generator.random(answers.shape) < generator.random()
    answers[errs] = generator.integers(0, labels, errs.sum())
    # Two labels at least, by two people: without them nothing is defined.
    answers[:2, :2] = [[0, 0], [1, 1]]
    if missing:
        holes = generator.random(answers.shape) < 0.4
        holes[:2, :2] = False
        answers[holes] = -1
    return answers, int(labels)


def ours(answers: Answers, labels: int) -> Measured:
    return measured(label_counts(answers, labels), resamples=2)


@pytest.mark.parametrize("seed", SEEDS)
def test_alpha_is_that_of_krippendorff(seed: int) -> None:
    answers, labels = drawn(seed, missing=True)
    theirs = krippendorff.alpha(value_counts=label_counts(answers, labels), level_of_measurement="nominal")
    assert ours(answers, labels).figure(coefficients.krippendorff_alpha).value == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_alpha_of_a_label_against_the_rest_is_that_of_two_labels(seed: int) -> None:
    answers, labels = drawn(seed, missing=True)
    counts = label_counts(answers, labels)
    figures = ours(answers, labels).against_rest(coefficients.krippendorff_alpha_per_label)
    both = [np.column_stack([counts[:, one], counts.sum(axis=1) - counts[:, one]]) for one in (0, 1)]
    theirs = [krippendorff.alpha(value_counts=two, level_of_measurement="nominal") for two in both]
    assert [one.value for one in figures[:2]] == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_alpha_by_distance_is_that_of_krippendorff_with_the_same_distances(seed: int) -> None:
    answers, labels = drawn(seed, missing=True)
    counts = label_counts(answers, labels)
    apart = np.subtract.outer(np.arange(labels), np.arange(labels)).astype(np.float64) ** 2
    theirs = krippendorff.alpha(value_counts=counts, level_of_measurement="interval")
    found = krippendorff_alpha_by_distance(counts, apart, resamples=2)
    assert found.value == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_fleiss_kappa_is_that_of_statsmodels(seed: int) -> None:
    answers, labels = drawn(seed, missing=False)
    theirs = fleiss_kappa(label_counts(answers, labels), method="fleiss")
    assert ours(answers, labels).figure(coefficients.fleiss_kappa).value == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_cohens_kappa_is_that_of_statsmodels_and_of_scikit_learn(seed: int) -> None:
    answers, labels = drawn(seed, missing=True)
    first, second = answers[(answers[:, :2] >= 0).all(axis=1), :2].T
    table = np.zeros((labels, labels))
    np.add.at(table, (first, second), 1)
    theirs = [cohens_kappa(table, return_results=False), cohen_kappa_score(first, second)]
    assert theirs == pytest.approx([float(coefficients.cohen_kappa(table))] * 2, abs=1e-9)
