"""The switches of what acts upon the market: each takes out one part of an effect, and nothing else."""

from typing import Any

import numpy as np
import pytest
from behaviour.runs import assert_identical, orders_of, run
from oracle.base_world import Dict, described, merged, origin
from oracle.worlds import change
from oracle.worlds_of_feedback import lively
from oracle.worlds_of_sellers import GROWTH, SKILLS

from sim.actors.weighing import Weights
from sim.indicators import tables_of
from sim.model import build
from sim.scenario.scenario import Scenario
from sim.scenario.setting import with_values

ON = {"induced_demand": True, "route_shift": True, "congestion": True, "sellers": True}
MOVES: Dict = {
    "dearer": change("routes.post.tariff.fixed", "2016-04-26", add="30 CNY"),
    "cheaper": change("routes.shelf.subsidy", "2016-05-03", set="12 CNY"),
    "slower": change("lanes.flight.transit.mean", "2016-04-24", set="80 h"),
    "credit": change("market.origins.harbin.choice.trust", "2016-05-05", set="25 CNY"),
}
"""Changes of prices, service and trust, which open nothing and close nothing."""


def world(changes: Dict, **feedback: bool) -> Scenario:
    """The lively world, with these changes only."""
    without = {"changes": dict.fromkeys(lively()["changes"])}
    return described("world", merged(lively(**feedback), without), {"changes": changes})


def routes_by_order(scenario: Scenario) -> dict[int, str]:
    """The route that each placed order took."""
    orders = build(scenario, parcel_log=True).run().parcel_log.orders()
    return dict(zip(orders["order_id"].tolist(), orders["route"].tolist(), strict=True))


def test_all_switches_on_are_what_is_meant_without_them() -> None:
    assert_identical(run(described("a", lively())), run(described("a", lively(**ON))))


def test_switches_can_be_set_like_any_number() -> None:
    scenario = with_values(described("a", lively()), {"market.feedback.sellers": False})
    assert not scenario.market.feedback.sellers
    assert scenario.market.feedback.congestion


@pytest.mark.parametrize("shifts", [True, False])
def test_without_induced_demand_no_price_or_service_sends_an_order_inside_or_outside(shifts: bool) -> None:
    off = {"induced_demand": False, "route_shift": shifts}
    before, after = routes_by_order(world({}, **off)), routes_by_order(world(MOVES, **off))
    assert before.keys() == after.keys()
    assert (before != after) == shifts


def test_without_induced_demand_a_closed_route_sends_its_orders_to_the_others() -> None:
    closed = {"closed": change("routes.parcel.is_open", "2016-04-25", set=False)}
    before, after = (routes_by_order(world(changes, induced_demand=False)) for changes in ({}, closed))
    assert before.keys() == after.keys()
    assert before != after


def test_without_route_shift_and_induced_demand_orders_stay_as_they_are_whatever_service_is_expected() -> None:
    off = {"induced_demand": False, "route_shift": False}
    assert routes_by_order(world(MOVES, **off)) == routes_by_order(world(MOVES, **off, congestion=False))


def weights_after(changes: Dict, days: float = 0.0, **feedback: bool) -> Weights:
    """What the alternatives weigh when a run has ended, if the post were expected to take so many days more."""
    model = run(world(changes, congestion=False, **feedback))
    expected = model.expectations.copy()
    expected.days[list(model.record.axes.routes).index("post")] += days
    return model._market.origins[0].weights(expected)


def within(weights: Weights) -> np.ndarray:
    """Shares of the routes within the inside."""
    return weights.routes / weights.routes.sum(axis=-1, keepdims=True)


def of_all_orders(weights: Weights, values: np.ndarray) -> np.ndarray:
    """Mean over the variants: [regions, products, ...]."""
    return np.tensordot(weights.variants.shares, values, axes=1)


def test_each_switch_leaves_the_other_weight_as_it_is() -> None:
    all_on, as_described = weights_after(MOVES, 6.0), weights_after({})
    no_demand, no_shift = (weights_after(MOVES, 6.0, **{name: False}) for name in ("induced_demand", "route_shift"))
    assert of_all_orders(no_demand, within(no_demand)) == pytest.approx(of_all_orders(all_on, within(all_on)))
    assert of_all_orders(no_shift, no_shift.nests) == pytest.approx(of_all_orders(all_on, all_on.nests))
    assert of_all_orders(no_demand, no_demand.nests) == pytest.approx(of_all_orders(as_described, as_described.nests))
    assert of_all_orders(no_shift, within(no_shift)) == pytest.approx(of_all_orders(as_described, within(as_described)))
    assert of_all_orders(all_on, all_on.nests) != pytest.approx(of_all_orders(as_described, as_described.nests))


def test_without_route_shift_a_route_that_opens_has_its_weight_at_its_own_promise() -> None:
    opens = {"opens": change("routes.rush.is_open", "2016-04-20", set=True)}
    moved, still = weights_after({**MOVES, **opens}, 6.0, route_shift=False), weights_after(opens)
    assert of_all_orders(moved, within(moved)) == pytest.approx(of_all_orders(still, within(still)))
    assert within(still)[..., 3].max() > 0


def test_without_sellers_parks_and_schools_change_nothing() -> None:
    stem = "market.origins.harbin.sellers"
    changes = {
        "parks": change(f"{stem}.growth.park_places", "2016-04-22", add=2500),
        "school": change(f"{stem}.trained_per_year", "2016-04-20", multiply=12),
    }
    sellers = {"growth": GROWTH, "skills": SKILLS, "trained_per_year": 120}

    def model(changes: Dict, **feedback: bool) -> Any:
        market = {"origins": {"harbin": origin(100, {"post": 1}, sellers=sellers)}, "feedback": feedback}
        return run(described("sellers", {"market": market, "changes": changes}))

    assert_identical(model({}), model(changes, sellers=False))
    assert len(orders_of(model(changes))) > 1.1 * len(orders_of(model({})))


def test_without_congestion_the_promise_is_expected_and_nothing_settles() -> None:
    settling = {"market": {"review": {"settle_iterations": 3}}}
    model = build(described("a", lively(congestion=False), settling)).run()
    assert model.settlement is None
    for r, route in enumerate(model.scenario.routes.values()):
        for g, region in enumerate(model.scenario.regions):
            if region in route.promise:
                assert model.expectations.days[r, g] * 86_400_000_000 == pytest.approx(route.promise[region].days)


@pytest.mark.parametrize("off", [["induced_demand"], ["route_shift"], ["induced_demand", "route_shift"], [*ON]])
def test_surplus_is_finite_and_what_balances_still_does(off: list[str]) -> None:
    model = run(described("a", lively(**dict.fromkeys(off, False))))
    tables = tables_of(model.record, model.scenario)
    assert np.isfinite(tables["trade"]["buyers_surplus_cny"]).all()
    assert model.record.alternatives[0].sum() == sum(model.record.outcomes().values())


def test_surplus_without_induced_demand_is_that_of_the_described_world() -> None:
    off = {"induced_demand": False, "congestion": False}
    still, moved = (run(world(changes, **off)).record.surplus_cny for changes in ({}, MOVES))
    np.testing.assert_allclose(still, moved, rtol=1e-12)
