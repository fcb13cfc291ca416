"""What a number is worth: as theory has it where gains are linear and normal, never negative, never above all."""

import math

import numpy as np
import pytest

from sim.experiments.ranking.information import spline, worth_of, worth_of_everything


def of_normal(mean: float, deviation: float) -> float:
    """Worth of knowing a normal gain before choosing between it and nothing: E max(0, X) - max(0, E X)."""
    z = mean / deviation
    density, below = math.exp(-z * z / 2) / math.sqrt(2 * math.pi), 0.5 * (1 + math.erf(z / math.sqrt(2)))
    return deviation * density + mean * below - max(mean, 0.0)


@pytest.mark.parametrize(("mean", "first", "second"), [(0.5, 1.0, 0.7), (-0.3, 0.4, 1.5), (0.0, 1.0, 0.0)])
def test_worth_is_that_of_theory_where_gains_are_linear_in_normal_numbers(
    mean: float, first: float, second: float
) -> None:
    numbers = np.random.default_rng(4).normal(size=(2, 4000))
    gains = np.stack([np.zeros(4000), mean + first * numbers[0] + second * numbers[1]])
    for number, deviation in zip(numbers, (first, second), strict=True):
        worth = worth_of(number, gains)
        expected = of_normal(mean, deviation) if deviation else 0.0
        assert worth.value == pytest.approx(expected, abs=4 * worth.standard_error + 0.003)
    everything = of_normal(mean, math.hypot(first, second))
    assert worth_of_everything(gains) == pytest.approx(everything, abs=0.05)


@pytest.mark.parametrize("n", [10, 25, 60])
@pytest.mark.parametrize("seed", range(5))
def test_worth_is_never_negative_and_never_above_that_of_everything(n: int, seed: int) -> None:
    draws = np.random.default_rng(seed)
    number, gains = draws.normal(size=n), draws.normal(size=(6, n))
    gains[0] += np.sin(3 * number)
    worth = worth_of(number, gains)
    assert 0 <= worth.value <= worth_of_everything(gains)
    assert worth.standard_error >= 0


def test_number_that_tells_nothing_is_worth_nothing() -> None:
    draws = np.random.default_rng(2)
    gains = np.stack([np.zeros(200), draws.normal(0.2, 1.0, 200)])
    found = [worth_of(draws.normal(size=200), gains).value for _ in range(8)]
    assert np.mean(found) < 0.03 < 0.2 < worth_of_everything(gains)


def test_bent_answer_is_followed() -> None:
    number = np.random.default_rng(3).uniform(-1, 1, 2000)
    gains = np.stack([np.zeros(2000), number**2 - 1 / 3])
    expected = float(np.maximum(gains[1], 0).mean() - max(gains[1].mean(), 0))
    worth = worth_of(number, gains)
    assert worth.terms > 1
    assert worth.value == pytest.approx(expected, rel=0.05)


def test_number_of_few_values_has_few_terms() -> None:
    assert spline(np.zeros(20), 3).shape == (20, 1)
    assert spline(np.repeat([0.0, 1.0], 10), 4).shape[1] <= 3
    assert worth_of(np.zeros(20), np.random.default_rng(1).normal(size=(3, 20))).value == 0
