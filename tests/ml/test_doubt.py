"""Suspected label errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.doubt import Doubt, doubtful
from ml.errors import LengthMismatch, ProbabilitiesInvalid, UnknownLabel

CLASSES = ("a", "b", "c")
ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.lists(st.floats(0.01, 1), min_size=3, max_size=3)), max_size=20)


def doubted(rows: list[tuple[str, list[float]]]) -> Doubt:
    told = np.array([numbers for _, numbers in rows]).reshape(len(rows), 3)
    return doubtful([label for label, _ in rows], told / told.sum(axis=1, keepdims=True), CLASSES)


@settings(max_examples=30)
@given(ROWS)
def test_every_label_has_one_place_in_the_order(rows: list[tuple[str, list[float]]]) -> None:
    assert sorted(doubted(rows).order.tolist()) == list(range(len(rows)))


@settings(max_examples=30)
@given(ROWS)
def test_scores_fall_along_the_order(rows: list[tuple[str, list[float]]]) -> None:
    found = doubted(rows)
    assert (np.diff(found.score[found.order]) <= 0).all()


@settings(max_examples=30)
@given(ROWS)
def test_the_likelier_label_is_another_one(rows: list[tuple[str, list[float]]]) -> None:
    found = doubted(rows)
    assert all(CLASSES[code] != label for code, (label, _) in zip(found.likelier.tolist(), rows, strict=True))


@settings(max_examples=30)
@given(ROWS)
def test_suspicion_is_as_the_paper_says(rows: list[tuple[str, list[float]]]) -> None:
    """The confident joint, entry by entry, without labels that the models would give themselves."""
    told = [np.array(numbers) / sum(numbers) for _, numbers in rows]
    usual = {
        label: np.mean([one[column] for one, (given_, _) in zip(told, rows, strict=True) if given_ == label])
        for column, label in enumerate(CLASSES)
        if any(given_ == label for given_, _ in rows)
    }
    expected = []
    for one, (label, _) in zip(told, rows, strict=True):
        sure = [(one[column], -column) for column, name in enumerate(CLASSES) if one[column] >= usual.get(name, 2)]
        own = label == CLASSES[int(one.argmax())]
        expected.append(bool(sure) and CLASSES[-max(sure)[1]] != label and not own)
    assert doubted(rows).suspected.tolist() == expected


def test_a_planted_error_comes_first() -> None:
    rows = [("a", [8.0, 1, 1])] * 5 + [("b", [1.0, 8, 1])] * 5 + [("b", [9.0, 1, 1])]
    found = doubted(rows)
    assert (found.order[0], found.likelier[10], found.suspected.tolist()) == (10, 0, [False] * 10 + [True])


def test_a_label_that_the_models_would_give_is_not_suspected() -> None:
    """Where `a` is given it is very likely, so .6 is little for an `a`, and .4 much for a `b`; yet `a` is likelier."""
    rows = [("a", [98.0, 1, 1])] * 5 + [("b", [6.0, 3, 1])] * 5 + [("a", [6.0, 4, 0.01])]
    assert not doubted(rows).suspected[10]


def test_ties_stay_in_the_order_given() -> None:
    assert doubted([("a", [1.0, 1, 1])] * 4).order.tolist() == [0, 1, 2, 3]


def test_no_label_is_no_doubt() -> None:
    assert doubted([]).order.tolist() == []


def test_a_trace_above_one_is_no_error() -> None:
    assert doubtful(["a"], [[1 + 1e-7, 0, 0]], CLASSES).score.tolist() == [0]


@pytest.mark.parametrize("bad", [[[1.5, 0, 0]], [[float("nan"), 0, 0]], [[-0.1, 1, 0]]])
def test_what_is_no_probability_is_refused(bad: list[list[float]]) -> None:
    with pytest.raises(ProbabilitiesInvalid):
        doubtful(["a"], bad, CLASSES)


def test_another_number_of_classes_is_refused() -> None:
    with pytest.raises(LengthMismatch):
        doubtful(["a"], [[0.5, 0.5]], CLASSES)


def test_a_label_that_is_no_class_is_refused() -> None:
    with pytest.raises(UnknownLabel):
        doubtful(["d"], [[1, 0, 0]], CLASSES)
