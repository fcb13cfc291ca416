"""Screening and indices on functions of which the answer is known."""

import math

import numpy as np
import pytest

from sim.experiments.sensitivity.designs import (
    STEP,
    TooFewRunsError,
    blocks,
    indices,
    moved_in,
    screened,
    trajectories,
)

SEED = 11


# -- Morris ------------------------------------------------------------------------------------------------------------


def test_effects_of_a_linear_function_are_its_coefficients() -> None:
    names = ["a", "b", "c", "d"]
    inputs = trajectories(names, 5, SEED)
    found = screened(inputs, inputs @ np.array([1.0, -2.0, 0.0, 30.0]) + 7, names, SEED)
    assert found.mu_star == pytest.approx([1, 2, 0, 30])
    assert found.mu == pytest.approx([1, -2, 0, 30])
    assert found.half == pytest.approx([0] * 4, abs=1e-9)
    assert found.sigma == pytest.approx([0] * 4, abs=1e-9)
    assert (found.n_used, found.n_dropped) == (5, 0)


def test_factors_of_a_group_move_together_and_have_no_sign() -> None:
    names = ["a", "a", "b"]
    inputs = trajectories(names, 40, SEED)
    assert inputs.shape == (40, 3, 3)
    found = screened(inputs, inputs @ np.array([1.0, 1.0, -3.0]), names, SEED)
    assert 0 < found.mu_star[0] < 2  # both up in half of the trajectories, one up and one down in the others
    assert found.mu_star[0] == pytest.approx(1, abs=3 * found.half[0])
    assert np.isnan(found.mu[0])
    assert found.mu[1] == pytest.approx(-3)


def test_every_group_moves_once_by_one_step_in_each_trajectory() -> None:
    names = ["a", "b", "b", "c"]
    inputs = trajectories(names, 8, SEED)
    assert np.sort(moved_in(inputs, names), axis=1).tolist() == [[0, 1, 2]] * 8
    steps = np.abs(np.diff(inputs, axis=1))
    assert np.allclose(steps[steps > 1e-9], STEP)
    assert inputs.min() >= 0
    assert inputs.max() <= 1


def test_first_trajectories_of_many_are_those_of_few() -> None:
    assert np.array_equal(trajectories(["a", "b"], 9, SEED)[:4], trajectories(["a", "b"], 4, SEED))


def test_interaction_shows_in_the_spread_of_effects() -> None:
    inputs = trajectories(["a", "b"], 30, SEED)
    found = screened(inputs, inputs[..., 0] * (inputs[..., 1] - 0.5), ["a", "b"], SEED)
    assert found.sigma[0] > 0.2
    assert abs(found.mu[0]) < found.mu_star[0]


def test_failed_run_takes_its_trajectory_along_and_changes_nothing_else() -> None:
    names = ["a", "b"]
    inputs = trajectories(names, 6, SEED)
    values = inputs[..., 0] ** 2 + inputs[..., 1]
    values[2, 1] = np.nan
    whole = np.array([0, 1, 3, 4, 5])
    found, without = screened(inputs, values, names, SEED), screened(inputs[whole], values[whole], names, SEED)
    assert (found.n_used, found.n_dropped) == (5, 1)
    assert np.array_equal(found.mu_star, without.mu_star)
    assert np.array_equal(found.half, without.half)
    values[:5, 0] = np.nan
    with pytest.raises(TooFewRunsError, match="1 of 6 trajectories are whole, and 2 are needed"):
        screened(inputs, values, names, SEED)


# -- Sobol -------------------------------------------------------------------------------------------------------------


def ishigami(u: np.ndarray, a: float = 7.0, b: float = 0.1) -> np.ndarray:
    x = math.pi * (2 * u - 1)
    return np.sin(x[..., 0]) * (1 + b * x[..., 2] ** 4) + a * np.sin(x[..., 1]) ** 2


def of_ishigami(a: float = 7.0, b: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """First-order and total indices (Ishigami and Homma 1990)."""
    first = np.array([(1 + b * math.pi**4 / 5) ** 2 / 2, a**2 / 8, 0.0])
    joint = b**2 * math.pi**8 * (1 / 18 - 1 / 50)
    variance = first.sum() + joint
    return first / variance, (first + np.array([joint, 0, joint])) / variance


def of_g(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of the g-function of Sobol."""
    own = 1 / (3 * (1 + a) ** 2)
    variance = np.prod(1 + own) - 1
    return own / variance, own * np.prod(1 + own) / (1 + own) / variance


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_indices_of_ishigami_lie_within_their_intervals(seed: int) -> None:
    found = indices(ishigami(blocks(3, 512, seed)), seed)
    first, total = of_ishigami()
    assert np.all(np.abs(found.first - first) <= 1.5 * found.first_half)
    assert np.all(np.abs(found.total - total) <= 1.5 * found.total_half)
    assert found.first_half.max() < 0.15
    assert found.mean == pytest.approx(3.5, abs=0.3)
    assert found.variance == pytest.approx(13.84, rel=0.1)


def test_indices_of_the_g_function_lie_within_their_intervals() -> None:
    a = np.array([0, 1, 4.5, 9, 99, 99])
    found = indices(np.prod((np.abs(4 * blocks(6, 512, SEED) - 2) + a) / (1 + a), axis=-1), SEED)
    first, total = of_g(a)
    assert np.all(np.abs(found.first - first) <= 1.5 * found.first_half)
    assert np.all(np.abs(found.total - total) <= np.maximum(1.5 * found.total_half, 1e-3))
    assert np.argsort(-found.total)[:4].tolist() == [0, 1, 2, 3]


def test_failed_run_takes_its_block_along() -> None:
    values = ishigami(blocks(3, 64, SEED))
    gone = values.copy()
    gone[5, 2] = gone[9, 0] = np.nan
    found, without = indices(gone, SEED), indices(np.delete(values, [5, 9], axis=0), SEED)
    assert (found.n_used, found.n_dropped) == (62, 2)
    assert np.array_equal(found.total, without.total)
    with pytest.raises(TooFewRunsError, match="6 of 7 blocks of points are whole, and 8 are needed"):
        indices(gone[2:9], SEED)


def test_what_does_not_vary_has_no_shares() -> None:
    found = indices(np.full((16, 5), 3.0), SEED)
    assert (found.mean, found.variance) == (3.0, 0.0)
    assert found.total.tolist() == [0, 0, 0]
