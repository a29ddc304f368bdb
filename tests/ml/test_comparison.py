"""What replays say: areas, labels needed, wins."""

import pytest

from ml.comparison import area, mean, mean_bounds, standings, wilson

LABELS = (20, 40, 60)
FLAT = {seed: [0.5, 0.5, 0.5] for seed in range(4)}
BETTER = {seed: [0.5, 0.6 + seed / 100, 0.7] for seed in range(4)}


def test_the_area_is_the_mean_height_of_the_curve() -> None:
    assert area((20, 40, 100), (0.2, 0.4, 0.4)) == pytest.approx((20 * 0.3 + 60 * 0.4) / 80)


def test_the_area_of_one_point_is_its_height() -> None:
    assert area((20,), (0.3,)) == 0.3


def test_the_mean_lies_within_its_interval() -> None:
    found = mean([0.1, 0.2, 0.4])
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high


def test_one_seed_has_no_interval_and_says_so() -> None:
    found = mean([0.3])
    assert (found.value, found.low, found.reason) == (0.3, None, "no interval (one seed)")


def test_the_bounds_of_equal_curves_are_the_curve() -> None:
    bounds = mean_bounds([[0.2, 0.4], [0.2, 0.4]])
    assert bounds is not None
    assert bounds[0].tolist() == pytest.approx([0.2, 0.4])
    assert bounds[1].tolist() == pytest.approx([0.2, 0.4])


@pytest.mark.parametrize(("hits", "n", "low", "high"), [(5, 5, 0.566, 1), (0, 5, 0, 0.434), (47, 55, 0.738, 0.924)])
def test_wilsons_interval_is_that_of_the_books(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == pytest.approx((low, high), abs=1e-3)


def test_wins_and_gain_are_paired_by_seed() -> None:
    found = standings(LABELS, {"ours": BETTER, "random": FLAT}, full=0.8)["ours"]
    assert (found.wins.value, found.wins.n) == (1, 4)
    assert found.gain.value == pytest.approx(0.1075)


def test_only_seeds_that_both_replayed_are_compared() -> None:
    found = standings(LABELS, {"ours": BETTER, "random": {2: FLAT[2]}}, full=0.8)["ours"]
    assert (found.gain.n, found.area.n) == (1, 4)


def test_a_tie_is_no_win() -> None:
    assert standings(LABELS, {"ours": FLAT, "random": FLAT}, full=0.8)["ours"].wins.value == 0


def test_without_the_yardstick_nothing_is_claimed() -> None:
    found = standings(LABELS, {"ours": BETTER}, full=0.8)["ours"]
    assert (found.gain.value, found.wins.reason) == (None, "not defined (random was not replayed)")


def test_the_yardstick_is_not_compared_with_itself() -> None:
    assert standings(LABELS, {"random": FLAT}, full=0.8)["random"].gain.value is None


def test_labels_to_95_per_cent_are_those_of_the_mean_curve() -> None:
    found = standings(LABELS, {"ours": BETTER}, full=0.65)["ours"].labels_to_95
    assert (found.value, found.low, found.high, found.reason) == (60, 40, 60, "")


def test_a_level_that_is_not_reached_is_said() -> None:
    found = standings(LABELS, {"ours": BETTER}, full=0.9)["ours"].labels_to_95
    assert (found.value, found.reason) == (None, "not reached with 60 labels (0 of 4 seeds did)")


def test_a_level_that_some_seeds_alone_reach_has_no_bounds() -> None:
    curves = {0: [0.1, 0.9, 0.9], 1: [0.1, 0.9, 0.9], 2: [0.1, 0.4, 0.5]}
    found = standings(LABELS, {"ours": curves}, full=0.75)["ours"].labels_to_95
    assert (found.value, found.low, found.reason) == (40, None, "2 of 3 seeds reached it")
