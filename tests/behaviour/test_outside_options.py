"""What a plan takes from the outside options: how many orders from each, and what an order is worth beyond them."""

from typing import Any

import numpy as np
import pytest
from behaviour.planned import FROZEN, TRADING, intervention, narrow

import sim
from sim.experiments.comparing.cautions import warnings
from sim.experiments.comparing.comparison import Comparison
from sim.scenario.scenario import Scenario

PRICE_WEIGHT = 0.02
SUBSIDY = 20.0
AMPLE = {"stations": {"sorting": {"servers": 40}}}
SUBSIDISED = intervention(
    "subsidised", {"m": {"kind": "subsidy", "routes": ["post"], "per_parcel": f"{SUBSIDY} CNY"}}, at="2016-04-18"
)
MORE_ORDERS = intervention(
    "more-orders", {"m": {"kind": "demand", "origins": ["harbin"], "factor": 1.5}}, at="2016-04-18"
)


def world(inside: float, other: float) -> Scenario:
    shares = {"inside": inside, "other_gateway": other, "not_bought": round(1 - inside - other, 6)}
    choice = {"reference_shares": shares, "price_weight": PRICE_WEIGHT}
    return narrow(AMPLE, FROZEN, TRADING, {"market": {"origins": {"harbin": {"choice": choice}}}})


def compared(base: Scenario, *plans: Any) -> Comparison:
    return sim.compare(base, list(plans), replications=3, parcels_per_row=1)


def totals(comparison: Comparison, measure: str) -> tuple[float, float]:
    """Of the baseline, and the plan less it: means over the replications."""
    (one,) = comparison.alternatives
    before, after = (each.samples.whole(measure).mean() for each in (comparison.base, one))
    return float(before), float(after - before)


def sooner_than_promised(base: Scenario) -> float:
    """What realised days are worth beyond the promised ones, in CNY an order placed."""
    results = sim.run(base, replications=3, parcels_per_row=1)
    return float(results.surplus.correction_cny.sum() / results.summary.placed.sum())


@pytest.mark.parametrize(("inside", "other"), [(0.6, 0.3), (0.3, 0.35)])
def test_cheaper_route_draws_from_the_outside_options_by_their_shares(inside: float, other: float) -> None:
    """The routes weigh ``exp(price weight * subsidy)`` of what they did, and the outside options what they did."""
    base = world(inside, other)
    comparison = compared(base, SUBSIDISED)
    latent, more = totals(comparison, "latent_orders")
    assert more == 0
    weight = inside * np.exp(PRICE_WEIGHT * SUBSIDY)
    outside = 1 - inside
    error = 4 * np.sqrt(latent / 3 * 0.25) / latent
    _, gained = totals(comparison, "placed")
    assert gained / latent == pytest.approx(weight / (weight + outside) - inside, abs=error)
    diverted, new = (-totals(comparison, name)[1] for name in ("other_gateway", "not_bought"))
    assert diverted + new == pytest.approx(gained)
    assert diverted / gained == pytest.approx(other / outside, abs=4 * np.sqrt(0.25 / (3 * gained)))
    plan = comparison.plans.iloc[0]
    assert (plan.created, plan.diverted, plan.new_buyers) == pytest.approx((0, diverted, new))
    surplus = np.log(weight + outside) / PRICE_WEIGHT * latent + sooner_than_promised(base) * gained
    assert totals(comparison, "buyers_surplus_cny")[1] == pytest.approx(surplus, rel=0.03)


@pytest.mark.parametrize("inside", [0.3, 0.6])
def test_order_that_a_plan_creates_is_worth_what_the_routes_add_to_the_outside_options(inside: float) -> None:
    """An order has ``-log(1 - inside) / price weight`` from being offered the routes as they were in the reference."""
    base = world(inside, (1 - inside) / 2)
    comparison = compared(base, MORE_ORDERS)
    latent, created = totals(comparison, "latent_orders")
    assert created == pytest.approx(latent / 2, rel=0.1)
    placed, gained = totals(comparison, "placed")
    assert placed / latent == pytest.approx(inside, abs=4 * np.sqrt(0.25 / (3 * latent)))
    worth = -np.log(1 - inside) / PRICE_WEIGHT
    expected = worth * created + sooner_than_promised(base) * gained
    assert totals(comparison, "buyers_surplus_cny")[1] == pytest.approx(expected, rel=0.03)
    plan = comparison.plans.iloc[0]
    assert plan.created == pytest.approx(created)
    assert plan.diverted < 0, "of the orders created some go by the other gateway"
    assert plan.parcels_gained == pytest.approx(plan.created + plan.diverted + plan.new_buyers)
    assert not any("no outside option" in line for line in warnings(comparison))


def test_income_of_an_order_created_counts_wherever_it_is_sold() -> None:
    comparison = compared(world(0.5, 0.5), MORE_ORDERS)
    latent, created = totals(comparison, "latent_orders")
    for name in ("sellers_of_the_province_cny", "sellers_elsewhere_cny"):
        before, more = totals(comparison, name)
        assert more / before == pytest.approx(created / latent, rel=0.05)


def test_created_orders_without_an_outside_option_are_warned_of() -> None:
    base = world(1.0, 0.0)
    (warning,) = (line for line in warnings(compared(base, MORE_ORDERS)) if "no outside option" in line)
    assert warning.startswith("orders of harbin have no outside option")
    subsidised = compared(base, SUBSIDISED)
    assert totals(subsidised, "placed")[1] == 0
    assert not any("no outside option" in line for line in warnings(subsidised))
    latent, _ = totals(subsidised, "latent_orders")
    assert totals(subsidised, "buyers_surplus_cny")[1] == pytest.approx(SUBSIDY * latent)
