"""Weights of the choice: availability, dissimilarity, and the constants that give the reference shares."""

import numpy as np
import pytest

from sim.kernels.choice import inside_share, nest_and_route_weights, offered_shares, reference_constants, surplus

OUTSIDE = (0.6, 0.4)


def weights(utility: list[float], dissimilarity: float = 0.5, available: list[bool] | None = None):  # type: ignore[no-untyped-def]
    values = np.array(utility, np.float64)[None, None, :]
    is_available = np.array(available or [True] * len(utility))[None, None, :]
    nest, routes = nest_and_route_weights(values, is_available, dissimilarity, OUTSIDE)
    return nest[0, 0], routes[0, 0]


def test_constants_give_the_reference_shares_at_the_promise() -> None:
    cost = np.array([[[50.0, 80.0, 20.0]]])
    shares = np.array([0.5, 0.3, 0.2])
    constants = reference_constants(cost, np.ones((1, 1, 3), bool), shares, np.ones(3), 0.02, 0.5, np.ones((1, 1)))
    nest, routes = weights((constants - 0.02 * cost[0, 0]).tolist())
    assert routes / routes.sum() == pytest.approx(shares)
    assert nest[0] == pytest.approx(1)


def test_constants_take_the_mean_cost_over_the_cells_served_only() -> None:
    cost = np.array([[[10.0], [20.0]], [[40.0], [1e9]]])
    served = np.array([[[True], [True]], [[True], [False]]])
    cells = np.array([[0.1, 0.2], [0.3, 0.4]])
    mean = (0.1 * 10 + 0.2 * 20 + 0.3 * 40) / 0.6
    assert reference_constants(cost, served, np.array([1.0]), np.ones(1), 0.5, 1.0, cells) == pytest.approx(
        [0.5 * mean]
    )


def test_route_that_serves_nothing_has_no_constant() -> None:
    none = np.zeros((1, 1, 1), bool)
    assert reference_constants(np.ones((1, 1, 1)), none, np.array([1.0]), np.ones(1), 0.5, 1.0, np.ones((1, 1))) == [0]


def test_route_that_few_are_offered_has_its_share_all_the_same() -> None:
    offered = np.array([[[[True, True]], [[True, False]]]])  # one variant, two regions, one product, two routes
    cells = np.array([[[0.1], [0.9]]])
    shares = offered_shares(offered, cells)
    assert shares == pytest.approx([1, 0.1])
    assert shares[0] == 1
    constants = reference_constants(np.zeros((2, 1, 2)), offered[0], np.array([0.8, 0.2]), shares, 0.0, 1.0, cells[0])
    assert np.exp(constants) == pytest.approx([0.8, 2])
    assert (cells[0, :, 0] * offered[0, :, 0, 1] * np.exp(constants)[1]).sum() == pytest.approx(0.2)


def test_route_that_is_offered_to_none_as_described_counts_as_offered_to_all() -> None:
    served = np.ones((1, 1, 1), bool)
    constants = reference_constants(
        np.zeros((1, 1, 1)), served, np.array([0.5]), np.zeros(1), 0.1, 1.0, np.ones((1, 1))
    )
    assert constants == pytest.approx([np.log(0.5)])


def test_surplus_is_the_integral_of_demand_over_the_price() -> None:
    # Consumer's surplus is the area under the demand curve (Small and Rosen 1981): from a price up to one at which
    # nobody buys, the probability of the route integrates to the difference of the logsums over theta.
    theta, dissimilarity = 0.03, 0.6

    def at(price: float) -> tuple[float, float]:
        utility = np.array([[[1.0 - theta * price, 0.4]]])
        nest, routes = nest_and_route_weights(utility, np.ones((1, 1, 1, 2), bool), dissimilarity, OUTSIDE)
        demand = inside_share(nest)[0, 0, 0] * routes[0, 0, 0, 0] / routes.sum()
        return demand, surplus(nest, np.ones(1), theta)[0, 0]

    prices = np.linspace(10, 70, 601)
    area = np.trapezoid([at(price)[0] for price in prices], prices)
    assert at(10)[1] - at(70)[1] == pytest.approx(area, rel=1e-6)


def test_surplus_is_the_mean_over_the_variants_and_none_without_a_price() -> None:
    nest = np.array([[[[1.0, 0.5, 0.5]]], [[[3.0, 0.5, 0.5]]]])
    assert surplus(nest, np.array([0.25, 0.75]), 0.1)[0, 0] == pytest.approx(10 * (0.25 * np.log(2) + 0.75 * np.log(4)))
    assert np.isnan(surplus(nest, np.array([0.25, 0.75]), 0.0)).all()


def test_orders_that_can_choose_nothing_buy_nothing_and_have_no_surplus() -> None:
    utility, available = np.zeros((2, 1, 1)), np.array([[[[True]], [[False]]]])
    nest, _ = nest_and_route_weights(utility, available, 0.5, (0.0, 0.0))
    assert nest[0, :, 0].tolist() == [[1, 0, 0], [0, 0, np.inf]]
    assert inside_share(nest)[0, :, 0].tolist() == [1, 0]
    found = surplus(nest, np.ones(1), 0.1)[:, 0]
    assert found[0] == 0
    assert np.isnan(found[1])
    both = np.concatenate([nest, nest[:, ::-1]])  # a variant that no order is of does not count
    assert np.isnan(surplus(both, np.array([0.5, 0.5]), 0.1)).all()
    assert surplus(both, np.array([1.0, 0.0]), 0.1)[0, 0] == 0
    some, _ = nest_and_route_weights(utility, available, 0.5, (0.0, 0.4))
    assert surplus(some, np.ones(1), 0.1)[1, 0] == pytest.approx(10 * np.log(0.4))


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
