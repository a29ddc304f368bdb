"""The temperature: found again where it is known, harmless where little is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ml.calibration import COOLEST, HOTTEST, LEAST, temperature

Floats = NDArray[np.float32]
Codes = NDArray[np.int64]


def drawn(n: int, heat: float, seed: int = 1) -> tuple[Floats, Codes]:
    """Labels drawn by honest chances, and those chances made `heat` times too sure (below 1: not sure enough)."""
    generator = np.random.default_rng(seed)
    honest = generator.dirichlet(np.ones(3), n)
    codes = (honest.cumsum(axis=1) < generator.random((n, 1))).sum(axis=1)
    told = honest**heat
    return (told / told.sum(axis=1, keepdims=True)).astype(np.float32), codes.clip(max=2)


def loss(chances: Floats, codes: Codes, heat: float) -> float:
    scaled = np.maximum(chances.astype(np.float64), 1e-9) ** (1 / heat)
    scaled /= scaled.sum(axis=1, keepdims=True)
    return float(-np.log(scaled[np.arange(len(codes)), codes]).sum())


@pytest.mark.parametrize("heat", [0.5, 1.0, 2.0, 3.0])
def test_the_temperature_that_was_hidden_is_found(heat: float) -> None:
    chances, codes = drawn(4_000, heat)
    assert temperature(chances, codes, np.ones(4_000)) == pytest.approx(heat, rel=0.08)


@settings(max_examples=25)
@given(st.floats(0.3, 3), st.integers(0, 1_000))
def test_the_loss_is_no_greater_than_without_it(heat: float, seed: int) -> None:
    chances, codes = drawn(60, heat, seed)
    found = temperature(chances, codes, np.ones(60))
    assert loss(chances, codes, found) <= loss(chances, codes, 1) * 1.001


def test_too_few_rows_change_nothing() -> None:
    chances, codes = drawn(LEAST - 1, 3)
    assert temperature(chances, codes, np.ones(LEAST - 1)) == 1


def test_a_row_of_weight_two_is_the_row_twice() -> None:
    chances, codes = drawn(60, 2)
    weights = np.arange(60) % 3
    twice = temperature(np.repeat(chances, weights, axis=0), np.repeat(codes, weights), np.ones(int(weights.sum())))
    assert temperature(chances, codes, weights.astype(float)) == pytest.approx(twice, rel=0.02)


def test_chances_that_are_always_right_go_no_lower_than_the_coolest() -> None:
    chances = np.full((40, 2), 0.4, np.float32)
    chances[:, 0] = 0.6
    assert temperature(chances, np.zeros(40, np.int64), np.ones(40)) == pytest.approx(COOLEST, rel=0.05)


def test_chances_that_are_always_wrong_go_no_higher_than_the_hottest() -> None:
    chances = np.full((40, 2), 0.4, np.float32)
    chances[:, 0] = 0.6
    assert temperature(chances, np.ones(40, np.int64), np.ones(40)) == pytest.approx(HOTTEST, rel=0.05)


def test_a_label_that_was_held_to_be_impossible_is_survived() -> None:
    chances = np.tile(np.array([[1, 0]], np.float32), (40, 1))
    assert np.isfinite(temperature(chances, np.arange(40) % 2, np.ones(40)))
