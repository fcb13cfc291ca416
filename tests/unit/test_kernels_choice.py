"""Weights of the choice: availability, dissimilarity, and the constants that give the reference shares."""

from typing import Any

import numpy as np
import pytest

from sim.kernels.choice import (
    Reference,
    inside_share,
    nest_and_route_weights,
    offered_shares,
    reference_constants,
    surplus,
)

OUTSIDE = (0.6, 0.4)


def weights(utility: list[float], dissimilarity: float = 0.5, available: list[bool] | None = None):  # type: ignore[no-untyped-def]
    values = np.array(utility, np.float64)[None, None, :]
    is_available = np.array(available or [True] * len(utility))[None, None, :]
    nest, routes = nest_and_route_weights(values, is_available, dissimilarity, OUTSIDE)
    return nest[0, 0], routes[0, 0]


def constants_of(
    cost: Any, shares: Any, *, serves: Any = True, offered: Any = None, cells: Any = 1.0, **fields: Any
) -> Any:
    """Constants of one cell or more: arrays as in `Reference`, all served and offered if not said otherwise."""
    cost = np.array(cost, np.float64)
    serves = np.broadcast_to(serves, cost.shape)
    offered = serves[None] if offered is None else np.array(offered)
    order_shares = np.broadcast_to(cells, offered.shape[:3]).astype(np.float64)
    numbers = {"outside": 1.0, "price_weight": 0.02, "dissimilarity": 0.5} | fields
    return reference_constants(
        Reference(
            cost=cost, serves=serves, offered=offered, order_shares=order_shares, shares=np.array(shares), **numbers
        )
    )


def test_constants_give_the_reference_shares_at_the_promise() -> None:
    cost, shares = [50.0, 80.0, 20.0], [0.5, 0.3, 0.2]
    constants = constants_of([[cost]], shares)
    nest, routes = weights((constants - 0.02 * np.array(cost)).tolist())
    assert routes / routes.sum() == pytest.approx(shares, rel=1e-12)
    assert nest[0] == pytest.approx(1)


def test_constant_solves_the_equation_of_cells_that_differ() -> None:
    # Two cells of half the orders, whose weights are w and w / e: their chances sum to 1 if w is the root of e.
    constant = constants_of([[[0.0]], [[1.0]]], [1.0], cells=[[[0.5], [0.5]]], price_weight=1.0, dissimilarity=1.0)
    assert constant == pytest.approx([0.5], abs=1e-12)


def test_cells_without_orders_count_nothing() -> None:
    constants = constants_of([[[10.0], [1e9]]], [1.0], cells=[[[1.0, 0.0]]])
    assert constants == pytest.approx([0.2])


def test_route_that_serves_nothing_has_no_constant() -> None:
    assert constants_of([[[1.0]]], [1.0], serves=False) == [0]


def test_route_that_few_are_offered_has_its_share_all_the_same() -> None:
    offered = [[[[True, True]], [[True, False]]]]  # one variant, two regions, one product, two routes
    cells = np.array([[[0.3], [0.7]]])
    assert offered_shares(np.array(offered), cells) == pytest.approx([1, 0.3])
    constants = constants_of(np.zeros((2, 1, 2)), [0.8, 0.2], offered=offered, cells=cells, dissimilarity=1.0)
    post, shelf = np.exp(constants)
    assert 0.3 * shelf / (post + shelf + 1) == pytest.approx(0.1, rel=1e-12)
    assert 0.3 * post / (post + shelf + 1) + 0.7 * post / (post + 1) == pytest.approx(0.4, rel=1e-12)


def test_route_that_is_offered_to_none_as_described_takes_no_part() -> None:
    offered = [[[[True, True, False]]]]
    constants = constants_of(np.zeros((1, 1, 3)), [0.3, 0.2, 0.5], serves=True, offered=offered)
    assert constants == pytest.approx(0.5 * np.log([0.6, 0.4, 0.5]))


def test_constants_are_found_without_an_outside_option() -> None:
    constants = constants_of(np.zeros((1, 1, 2)), [0.3, 0.7], outside=0.0)
    assert constants[1] - constants[0] == pytest.approx(0.5 * np.log(7 / 3))


def test_shares_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(ValueError, match="no constants of the routes give the reference shares"):
        constants_of(np.zeros((2, 1, 1)), [1.0], offered=[[[[True]], [[False]]]], cells=[[[0.4], [0.6]]])


@pytest.mark.parametrize("price_weight", [0.0, 0.025, 10.0])
@pytest.mark.parametrize("dissimilarity", [0.3, 1.0])
@pytest.mark.parametrize("outside", [0.02, 1.0, 100.0])
def test_shares_come_out_exactly_at_the_bounds(price_weight: float, dissimilarity: float, outside: float) -> None:
    rng = np.random.default_rng(5)
    cost = rng.uniform(10, 150, (8, 5, 4))
    offered = rng.uniform(size=(6, 8, 5, 4)) < [1, 0.6, 0.5, 0.3]
    cells = rng.dirichlet(np.ones(240)).reshape(6, 8, 5)
    shares = np.array([0.8, 0.1, 0.06, 0.04])
    numbers = {"price_weight": price_weight, "dissimilarity": dissimilarity}
    constants = constants_of(cost, shares, offered=offered, cells=cells, outside=outside, **numbers)
    nest, routes = nest_and_route_weights(constants - price_weight * cost, offered, dissimilarity, (outside, 0.0))
    within = routes / routes.sum(axis=-1, keepdims=True)
    taken = ((cells * inside_share(nest))[..., None] * within).sum(axis=(0, 1, 2))
    assert taken * (1 + outside) == pytest.approx(shares, rel=1e-9)


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


def test_closed_routes_change_no_bit_of_the_weights_however_many_they_are() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        utility, where = rng.normal(0, 2, 7), np.sort(rng.permutation(16)[:7])
        among, available = np.zeros(16), np.zeros(16, bool)
        among[where], available[where] = utility, True
        alone, routes = weights(utility.tolist())
        nest, all_routes = weights(among.tolist(), available=available.tolist())
        assert nest.tobytes() == alone.tobytes()
        assert all_routes[where].tobytes() == routes.tobytes()


def test_absurd_utilities_stay_finite() -> None:
    nest, routes = weights([1e6, -1e6], dissimilarity=0.3)
    assert np.isfinite(nest).all()
    assert np.isfinite(routes).all()
    assert routes[0] > routes[1] > 0


def test_absurd_utilities_race_as_they_would_without_their_size() -> None:
    _, routes = weights([300.0, 299.75, -300.0])
    assert routes[1] / routes[0] == pytest.approx(np.exp(-0.5))
    assert routes[2] > 0


def test_inside_share_is_the_insides_part_of_the_race() -> None:
    nest, _ = weights([0.0], dissimilarity=1.0)
    assert inside_share(nest[None, None, :]) == pytest.approx(1 / 2)
    assert inside_share(np.zeros((1, 1, 3))) == 0
