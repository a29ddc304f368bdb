"""Suspected label errors beside cleanlab, by the authors of confident learning."""

import numpy as np
import pytest
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_self_confidence_for_each_label
from numpy.typing import NDArray

from ml.doubt import Doubt, doubtful

Array = NDArray[np.float64]
CLASSES = ("a", "b", "c", "d")
SEEDS = range(6)


def random(seed: int) -> tuple[NDArray[np.int64], Array]:
    """Labels of 300 sentences, and probabilities that know nothing of them and lean to one label."""
    generator = np.random.default_rng(seed)
    return generator.integers(0, 4, 300), generator.dirichlet([2, 0.5, 0.4, 0.3], 300)


def planted(seed: int) -> tuple[NDArray[np.int64], Array, NDArray[np.bool_]]:
    """Probabilities that mostly know the truth, and labels of which a tenth was changed; which of them."""
    generator = np.random.default_rng(seed)
    truth = generator.choice(4, 400, p=[0.5, 0.3, 0.15, 0.05])
    told = generator.dirichlet([0.6] * 4, 400) + 2.5 * np.eye(4)[truth]
    wrong = generator.random(400) < 0.1
    return np.where(wrong, (truth + generator.integers(1, 4, 400)) % 4, truth), told / told.sum(1, keepdims=True), wrong


def doubted(labels: NDArray[np.int64], told: Array) -> Doubt:
    return doubtful([CLASSES[one] for one in labels], told, CLASSES)


def theirs(labels: NDArray[np.int64], told: Array) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = find_label_issues(labels, told, filter_by="confident_learning", n_jobs=1)
    return found


def apart_by_definition(labels: NDArray[np.int64], told: Array) -> NDArray[np.bool_]:
    """Where several classes are as probable as usual and the likeliest of all is not among them."""
    usual = np.array([told[labels == one, one].mean() for one in range(4)])
    sure = told >= usual
    apart: NDArray[np.bool_] = (sure.sum(axis=1) > 1) & ~sure[np.arange(len(told)), told.argmax(axis=1)]
    return apart


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_labels_are_suspected_of_random_ones(seed: int) -> None:
    labels, told = random(seed)
    same = ~apart_by_definition(labels, told)
    assert (doubted(labels, told).suspected[same] == theirs(labels, told)[same]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_labels_are_suspected_where_errors_were_planted(seed: int) -> None:
    labels, told, _wrong = planted(seed)
    assert (doubted(labels, told).suspected == theirs(labels, told)).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_labels_are_doubted_most(seed: int) -> None:
    labels, told, _wrong = planted(seed)
    confidence = get_self_confidence_for_each_label(labels, told)
    assert doubted(labels, told).order.tolist() == np.argsort(confidence, kind="stable").tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_list_to_review_is_theirs(seed: int) -> None:
    """Ranked by self-confidence, as the list of the pages is."""
    labels, told, _wrong = planted(seed)
    ranked = find_label_issues(
        labels, told, filter_by="confident_learning", return_indices_ranked_by="self_confidence", n_jobs=1
    )
    found = doubted(labels, told)
    assert [place for place in found.order.tolist() if found.suspected[place]] == ranked.tolist()


def test_planted_errors_are_found() -> None:
    labels, told, wrong = planted(0)
    found = doubted(labels, told).suspected
    assert (found & wrong).sum() / found.sum() > 0.8
