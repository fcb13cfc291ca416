"""Weights of the choice: availability, dissimilarity, and the constants that give the reference shares."""

import numpy as np
import pytest

from sim.kernels.choice import inside_share, nest_and_route_weights, reference_constants

OUTSIDE = (0.6, 0.4)


def weights(utility: list[float], dissimilarity: float = 0.5, available: list[bool] | None = None):  # type: ignore[no-untyped-def]
    values = np.array(utility, np.float64)[None, None, :]
    is_available = np.array(available or [True] * len(utility))[None, None, :]
    nest, routes = nest_and_route_weights(values, is_available, dissimilarity, OUTSIDE)
    return nest[0, 0], routes[0, 0]


def test_constants_give_the_reference_shares_at_the_promise() -> None:
    cost = np.array([[[50.0, 80.0, 20.0]]])
    shares = np.array([0.5, 0.3, 0.2])
    constants = reference_constants(cost, np.ones((1, 1, 3), bool), shares, 0.02, 0.5, np.ones((1, 1)))
    nest, routes = weights((constants - 0.02 * cost[0, 0]).tolist())
    assert routes / routes.sum() == pytest.approx(shares)
    assert nest[0] == pytest.approx(1)


def test_constants_take_the_mean_cost_over_the_cells_served_only() -> None:
    cost = np.array([[[10.0], [20.0]], [[40.0], [1e9]]])
    served = np.array([[[True], [True]], [[True], [False]]])
    cells = np.array([[0.1, 0.2], [0.3, 0.4]])
    mean = (0.1 * 10 + 0.2 * 20 + 0.3 * 40) / 0.6
    assert reference_constants(cost, served, np.array([1.0]), 0.5, 1.0, cells) == pytest.approx([0.5 * mean])


def test_route_that_serves_nothing_has_no_constant() -> None:
    none = np.zeros((1, 1, 1), bool)
    assert reference_constants(np.ones((1, 1, 1)), none, np.array([1.0]), 0.5, 1.0, np.ones((1, 1))) == [0]


def test_plain_logit_is_a_race_among_equals() -> None:
    nest, routes = weights([0.0, np.log(3)], dissimilarity=1.0)
    assert routes == pytest.approx([1, 3])
    assert nest == pytest.approx([4, *OUTSIDE])


def test_two_equal_routes_weigh_less_than_two_when_they_are_substitutes() -> None:
    for dissimilarity in (0.3, 0.5, 1.0):
        assert weights([0.0, 0.0], dissimilarity)[0][0] == pytest.approx(2**dissimilarity)


def test_closed_route_weighs_nothing_and_without_any_the_race_is_outside() -> None:
    nest, routes = weights([1.0, 2.0], available=[True, False])
    assert routes[1] == 0
    assert nest[0] == pytest.approx(np.exp(1))
    nest, routes = weights([1.0, 2.0], available=[False, False])
    assert nest == pytest.approx([0, *OUTSIDE])
    assert not routes.any()


def test_absurd_utilities_stay_finite() -> None:
    nest, routes = weights([1e6, -1e6], dissimilarity=0.3)
    assert np.isfinite(nest).all()
    assert np.isfinite(routes).all()
    assert routes[0] > routes[1] > 0


def test_inside_share_is_the_insides_part_of_the_race() -> None:
    nest, _ = weights([0.0], dissimilarity=1.0)
    assert inside_share(nest[None, None, :]) == pytest.approx(1 / 2)
    assert inside_share(np.zeros((1, 1, 3))) == 0
