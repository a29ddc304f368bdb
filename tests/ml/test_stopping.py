"""When to stop: four conditions and what they come to."""

import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from ml.errors import CurveInvalid, LengthMismatch
from ml.evaluation import Score
from ml.stopping import Condition, Measured, Signal, expected_gain, kappa, signal


def curve(*points: tuple[int, float | None], half: float = 0.05, n: int = 200) -> list[Measured]:
    return [
        Measured(at, Score(y, None if y is None else y - half, None if y is None else y + half, n, n))
        for at, y in points
    ]


def law(*, a: float = 0.8, b: float = 1.0, sizes: Sequence[int] = range(40, 400, 40)) -> list[Measured]:
    return curve(*((n, a - b * n**-0.25) for n in sizes))


FLAT = curve(*((n, 0.7) for n in range(100, 220, 20)))
SMALL = Score(0.004, -0.01, 0.02, 8, 0)


def said(**more: object) -> Signal:
    wanted = {"kappas": [0.96] * 3, "counts": {"a": 10, "b": 40}, "curve": FLAT, "gain": SMALL, "least_gain": 0.01}
    return signal(**{**wanted, **more})  # type: ignore[arg-type]  # by name


def condition(name: str, **more: object) -> Condition:
    return next(one for one in said(**more).conditions if one.name == name)


def test_labelling_may_stop_where_all_conditions_hold() -> None:
    assert said().verdict == "stop"


def test_one_condition_that_does_not_hold_is_enough_to_go_on() -> None:
    assert said(counts={"a": 9}, kappas=[]).verdict == "go on"


def test_one_condition_that_cannot_be_told_leaves_it_open() -> None:
    assert said(kappas=[]).verdict == "unknown"


@pytest.mark.parametrize(
    ("kappas", "holds"),
    [([0.95] * 3, True), ([0.1, 0.95, 0.95, 0.95], True), ([0.99, 0.99, 0.86], False), ([0.99] * 2, None), ([], None)],
)
def test_predictions_are_stable_by_the_mean_of_the_last_three(kappas: list[float], holds: bool | None) -> None:
    assert condition("stable", kappas=kappas).holds is holds


def test_a_kappa_that_is_not_defined_leaves_stability_open() -> None:
    assert condition("stable", kappas=[0.99, None, 0.99]).holds is None


def test_a_label_with_nine_examples_is_named() -> None:
    found = condition("labels", counts={"a": 10, "b": 9, "c": 0})
    assert (found.holds, found.figures["few"]) == (False, {"b": 9, "c": 0})


@pytest.mark.parametrize(("last", "holds"), [(0.74, True), (0.76, False)])
def test_a_curve_is_flat_if_five_versions_lie_in_the_last_interval(last: float, holds: bool) -> None:
    points = curve((80, 0.2), *((n, 0.7) for n in (100, 120, 140, 160)), (180, last))
    assert condition("flat", curve=points).holds is holds


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (FLAT[:4], "too few versions were measured"),
        (curve(*((n, 0.7) for n in range(5)), half=0.11), "the interval is too wide to tell"),
        ([*FLAT, Measured(300, Score(0.7, None, None, 3, 1))], "the latest figure has no interval"),
        ([*FLAT[:4], *curve((300, None))], "too few versions were measured"),
    ],
)
def test_a_curve_that_says_little_is_neither_flat_nor_steep(points: list[Measured], reason: str) -> None:
    found = condition("flat", curve=points)
    assert (found.holds, found.reason) == (None, reason)


@pytest.mark.parametrize(("least", "holds"), [(0.005, True), (0.004, False), (0.0, False)])
def test_the_gain_is_held_against_what_the_owner_set(least: float, holds: bool) -> None:
    assert condition("gain", least_gain=least).holds is holds


def test_a_gain_that_is_not_defined_says_why() -> None:
    found = condition("gain", gain=Score.undefined("needs 5 measured versions"))
    assert (found.holds, found.reason) == (None, "not defined (needs 5 measured versions)")


def test_the_gain_of_a_curve_of_that_law_is_its_own() -> None:
    true = 360**-0.25 - 460**-0.25
    assert expected_gain(law()).value == pytest.approx(true)


def test_a_curve_without_noise_has_an_interval_of_no_width() -> None:
    gain = expected_gain(law())
    assert (gain.high or 0) - (gain.low or 0) == pytest.approx(0, abs=1e-6)


def test_noise_widens_the_interval() -> None:
    noise = np.random.default_rng(1).normal(0, 0.01, 9)
    points = curve(*((one.n_labels, (one.macro_f1.value or 0) + z) for one, z in zip(law(), noise, strict=True)))
    gain = expected_gain(points)
    assert (gain.high or 0) - (gain.low or 0) > 0.01


@pytest.mark.slow
def test_the_interval_covers_what_the_next_hundred_labels_bring() -> None:
    generator = np.random.default_rng(4)
    covered = 0
    for _ in range(200):
        points = curve(*((n, 0.8 - n**-0.25 + generator.normal(0, 0.01)) for n in range(40, 400, 20)))
        gain = expected_gain(points)
        covered += (gain.low or 0) <= 380**-0.25 - 480**-0.25 <= (gain.high or 0)
    assert covered >= 185


def test_the_order_of_the_points_does_not_matter() -> None:
    assert expected_gain(law()[::-1]).value == pytest.approx(expected_gain(law()).value or 0)


def test_a_point_of_few_audit_sentences_counts_for_less() -> None:
    odd = Measured(200, Score(0.2, 0.1, 0.3, 1, 1))
    true = expected_gain(law()).value or 0
    assert abs((expected_gain([*law(), odd]).value or 0) - true) < 0.1 * true


def test_a_curve_that_falls_promises_a_loss() -> None:
    assert (expected_gain(law(b=-0.5)).value or 0) < 0


def test_versions_without_a_figure_are_passed_over() -> None:
    assert expected_gain([*law(), *curve((900, None))]).value == expected_gain(law()).value


@pytest.mark.parametrize("points", [[], law()[:4], [*law()[:2], *law()[:2], *law()[:2]]])
def test_four_versions_are_too_few(points: list[Measured]) -> None:
    assert expected_gain(points).reason == "not defined (needs 5 measured versions)"


def test_labels_that_hardly_grew_tell_nothing() -> None:
    gain = expected_gain(law(sizes=range(300, 440, 20)))
    assert gain.reason == "not defined (the measured versions differ too little in their labels)"


@pytest.mark.parametrize("bad", [curve((0, 0.5)), curve((40, float("nan")))])
def test_a_curve_with_senseless_points_is_refused(bad: list[Measured]) -> None:
    with pytest.raises(CurveInvalid):
        expected_gain([*law(), *bad])


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=30))
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    before, after = zip(*pairs, strict=True)
    found = kappa(before, after).value
    expected = None if len({*before, *after}) == 1 else cohen_kappa_score(before, after)
    assert found == (None if expected is None else pytest.approx(expected))


def test_kappa_of_one_label_alone_is_not_defined() -> None:
    assert kappa([1, 1], [1, 1]).reason == "not defined (one label only)"


def test_kappa_of_no_rows_is_not_defined() -> None:
    assert kappa([], []).value is None


def test_kappa_of_other_rows_is_refused() -> None:
    with pytest.raises(LengthMismatch):
        kappa([1], [1, 2])


def test_the_signal_is_plain_json() -> None:
    assert json.loads(json.dumps(said().as_json(), allow_nan=False))["conditions"][0]["holds"] is True
