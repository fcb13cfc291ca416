"""Shares of the alternatives against the nested logit.

Source: Ben-Akiva and Lerman (1985), Discrete choice analysis, section 10.3; Train (2009), Discrete choice methods with
simulation, section 4.2. The probabilities are worked out below by hand from the figures of the scenario; the counts are
those of the engine, of some 100,000 latent orders, and Pearson's chi-square must not reject at 0.1 % in any cell.
"""

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from oracle.base_world import Dict, described, merged, origin, route
from oracle.worlds import change
from theory.one_line import assert_fits

from sim.model import Model, build
from sim.scenario.scenario import Scenario
from verification.formulas import choice as reference

THETA, VOT, VOR = 0.02, 3.0, 1.0
INSIDE, OTHER, NOT_BOUGHT = 0.5, 0.3, 0.2
SHARES = {"post": 0.5, "express": 0.3, "bulky": 0.2}
REGIONS, PRODUCTS = {"ural": 0.6, "center": 0.4}, {"clothes": 0.7, "gadgets": 0.3}
KG = {"clothes": 0.4, "gadgets": (50 + 200 + 2000) / 3 / 1000}
DAYS = {"post": {"ural": 9, "center": 12}, "express": {"ural": 4}, "bulky": {"ural": 9, "center": 12}}
SPREAD = {"post": {"ural": 4, "center": 5}, "express": {"ural": 1}, "bulky": {"ural": 4, "center": 5}}
TARIFF = {"post": (12, 60), "express": (60, 40), "bulky": (9, 11)}
CARRIES = {"post": set(PRODUCTS), "express": set(PRODUCTS), "bulky": {"gadgets"}}


def three_routes(dissimilarity: float, **changes: Dict) -> Scenario:
    """The post everywhere, express to the Ural only, bulky for gadgets only; nothing is fed back."""
    path = {"air": {"steps": ["collection", "flight", "inland"]}}
    market = origin(25_000, SHARES)
    market["choice"] |= {"dissimilarity": dissimilarity}
    promise = {"ural": {"days": "4 d", "spread": "1 d"}, "center": None}
    express: Dict = {"promise": promise, "gateways": {"center": None}}
    routes = {
        "post": route("harbin", path),
        "express": route("harbin", path, tariff="60 CNY + 40 CNY/kg", **express),
        "bulky": route("harbin", path, tariff="9 CNY + 11 CNY/kg", products=["gadgets"]),
    }
    parts: Dict = {
        "routes": routes,
        "market": {"origins": {"harbin": market}, "feedback": {"congestion": False}},
        "horizon": {"end": "2016-05-02", "drain": 0},
        "changes": changes,
    }
    return described("three-routes", parts)


def cost(name: str, region: str, product: str, price: float = 0.0, days: float = 0.0) -> float:
    """Generalised cost in CNY, with the price and the days of the post raised by so much."""
    fixed, per_kg = TARIFF[name]
    raised_cny, raised_days = (price, days) if name == "post" else (0.0, 0.0)
    money = fixed + raised_cny + per_kg * KG[product]
    return money + VOT * (DAYS[name][region] + raised_days) + VOR * SPREAD[name][region]


@cache
def constants(dissimilarity: float) -> dict[str, float]:
    """The constants with which the promise gives the reference shares."""
    groups = [
        (
            REGIONS[g] * PRODUCTS[p],
            {name: cost(name, g, p) for name in SHARES if g in DAYS[name] and p in CARRIES[name]},
        )
        for g in REGIONS
        for p in PRODUCTS
    ]
    return reference.constants(SHARES, INSIDE, groups, THETA, dissimilarity)


def probabilities(dissimilarity: float, region: str, product: str, open_: Any = SHARES, **raised: float) -> list[float]:
    """Probability of each route, of another gateway, and of not being bought."""
    utilities = [
        constants(dissimilarity)[name] - THETA * cost(name, region, product, **raised)
        if name in open_ and region in DAYS[name] and product in CARRIES[name]
        else -math.inf
        for name in SHARES
    ]
    scaled = [math.exp(v / dissimilarity) for v in utilities]
    logsum = math.log(sum(scaled))
    weights = [math.exp(dissimilarity * logsum), OTHER / INSIDE, NOT_BOUGHT / INSIDE]
    inside = weights[0] / sum(weights)
    return [inside * each / sum(scaled) for each in scaled] + [weight / sum(weights) for weight in weights[1:]]


def assert_shares(model: Model, dissimilarity: float, **raised: Any) -> None:
    """Every cell of region and product has the shares that it should have, and so have the cells."""
    counts = model.record.alternatives[0].sum(axis=0)
    for g, region in enumerate(REGIONS):
        for p, product in enumerate(PRODUCTS):
            cell = counts[:, g, p]
            assert_fits(cell, cell.sum() * np.array(probabilities(dissimilarity, region, product, **raised)))
    cells = counts.sum(axis=0)
    assert_fits(cells, cells.sum() * np.outer(list(REGIONS.values()), list(PRODUCTS.values())))


@pytest.mark.parametrize("dissimilarity", [1.0, 0.6, 0.3])
def test_shares_are_those_of_the_nested_logit(dissimilarity: float) -> None:
    assert_shares(build(three_routes(dissimilarity)).run(), dissimilarity)


@pytest.mark.parametrize("dissimilarity", [1.0, 0.4])
def test_a_dearer_route_loses_what_the_nested_logit_says(dissimilarity: float) -> None:
    dearer = change("routes.post.tariff.fixed", "2016-04-18", add="15 CNY")
    assert_shares(build(three_routes(dissimilarity, dearer=dearer)).run(), dissimilarity, price=15)


@pytest.mark.parametrize("dissimilarity", [1.0, 0.4])
def test_a_slower_route_loses_what_the_nested_logit_says(dissimilarity: float) -> None:
    scenario = three_routes(dissimilarity)
    expected = build(scenario).expectations
    expected.days[0] += 5
    assert_shares(build(scenario, start_from=expected).run(), dissimilarity, days=5)


def test_a_closed_route_is_not_chosen_and_its_share_goes_where_the_nested_logit_says() -> None:
    closed = change("routes.express.is_open", "2016-04-18", set=False)
    assert_shares(build(three_routes(0.5, closed=closed)).run(), 0.5, open_={"post", "bulky"})


def test_closer_substitutes_keep_more_of_a_dearer_routes_orders_inside() -> None:
    dearer = change("routes.post.tariff.fixed", "2016-04-18", add="15 CNY")
    lost = []
    for dissimilarity in (0.3, 1.0):
        inside = [
            build(three_routes(dissimilarity, **changes)).run().record.alternatives[0][:, :3].sum()
            for changes in ({}, {"dearer": dearer})
        ]
        lost.append(1 - inside[1] / inside[0])
    assert 0 < lost[0] < 0.95 * lost[1]


@pytest.mark.parametrize("dissimilarity", [1.0, 0.3])
def test_reference_shares_are_those_of_all_orders(dissimilarity: float) -> None:
    counts = build(three_routes(dissimilarity)).run().record.alternatives[0].sum(axis=(0, 2, 3))
    assert_fits(counts, counts.sum() * np.array([*(INSIDE * s for s in SHARES.values()), OTHER, NOT_BOUGHT]))


@pytest.mark.parametrize("dissimilarity", [1.0, 0.5])
def test_a_route_offered_to_few_orders_has_its_reference_share(dissimilarity: float) -> None:
    one_region = {"region_shares": {"ural": 1.0, "center": 0.0}, "product_shares": {"gadgets": 0.15, "clothes": 0.85}}
    scenario = three_routes(dissimilarity)
    only = {"harbin": scenario.market.origins["harbin"].model_copy(update=one_region)}
    market = scenario.market.model_copy(update={"origins": only})
    counts = build(scenario.model_copy(update={"market": market})).run().record.alternatives[0].sum(axis=(0, 2, 3))
    assert_fits(counts, counts.sum() * np.array([*(INSIDE * s for s in SHARES.values()), OTHER, NOT_BOUGHT]))


def test_a_better_price_never_sends_an_order_away_from_the_cheaper_route() -> None:
    # The same noise, the same order: a lower price can only win orders for the route (random utility, common luck).
    cheaper = change("routes.post.tariff.fixed", "2016-04-18", add="-5 CNY")
    taken = []
    for changes in ({}, {"cheaper": cheaper}):
        model = build(three_routes(0.5, **changes), parcel_log=True).run()
        orders = model.parcel_log.orders()
        taken.append(set(orders["order_id"][orders["route"] == "post"].tolist()))
    assert taken[0] < taken[1]


# -- routes like another -----------------------------------------------------------------------------------------------


def with_a_second_post(dissimilarity: float, **fields: Any) -> Scenario:
    """The three routes, and from the beginning of the run a fourth that is like the post."""
    path = {"air": {"steps": ["collection", "flight", "inland"]}}
    opens = change("routes.second.is_open", "2016-04-18", set=True)
    scenario = three_routes(dissimilarity, opens=opens)
    over = {
        "routes": {"second": route("harbin", path, is_open=False, **fields)},
        "market": {"origins": {"harbin": {"choice": {"like": {"second": "post"}}}}},
    }
    return Scenario.model_validate(merged(scenario.model_dump(mode="json", by_alias=True, exclude_none=True), over))


def with_second(dissimilarity: float, region: str, product: str, price: float = 0.0) -> list[float]:
    """Probabilities of post, express, bulky, the second post, and the outside options: the post's weight twice."""
    utilities = [
        constants(dissimilarity)[name] - THETA * (cost(name, region, product) + raised)
        if region in DAYS[name] and product in CARRIES[name]
        else -math.inf
        for name, raised in [*((name, 0.0) for name in SHARES), ("post", price)]
    ]
    scaled = [math.exp(v / dissimilarity) for v in utilities]
    weights = [sum(scaled) ** dissimilarity, OTHER / INSIDE, NOT_BOUGHT / INSIDE]
    inside = weights[0] / sum(weights)
    return [inside * each / sum(scaled) for each in scaled] + [weight / sum(weights) for weight in weights[1:]]


@pytest.mark.parametrize(("dissimilarity", "price"), [(1.0, 0.0), (0.6, 0.0), (0.3, 0.0), (0.5, -8.0)])
def test_a_route_like_the_post_takes_what_the_nested_logit_says(dissimilarity: float, price: float) -> None:
    tariff = f"{12 + price} CNY + 60 CNY/kg"
    counts = build(with_a_second_post(dissimilarity, tariff=tariff)).run().record.alternatives[0].sum(axis=0)
    for g, region in enumerate(REGIONS):
        for p, product in enumerate(PRODUCTS):
            cell = counts[:, g, p]
            assert_fits(cell, cell.sum() * np.array(with_second(dissimilarity, region, product, price)))


@pytest.mark.parametrize(("dissimilarity", "most"), [(1.0, 2 / 3), (0.6, 0.603), (0.3, 0.552)])
def test_two_identical_routes_gain_no_more_than_the_nest_allows(dissimilarity: float, most: float) -> None:
    # One route of all the inside, at its promise: it weighs 1 in all, and 2 ** lambda with its like beside it.
    path = {"air": {"steps": ["collection", "flight", "inland"]}}
    market = origin(25_000, {"post": 1})
    market["choice"] |= {"dissimilarity": dissimilarity, "like": {"second": "post"}}
    same = {"promise": {"center": {"days": "9 d", "spread": "4 d"}}}
    parts: Dict = {
        "routes": {"post": route("harbin", path, **same), "second": route("harbin", path, is_open=False, **same)},
        "products": {"gadgets": {"weight": {"distribution": "constant", "mean": "0.4 kg"}}},
        "market": {"origins": {"harbin": market}, "feedback": {"congestion": False}},
        "horizon": {"end": "2016-05-02", "drain": 0},
        "changes": {"opens": change("routes.second.is_open", "2016-04-18", set=True)},
    }
    counts = build(described("two-alike", parts)).run().record.alternatives[0].sum(axis=(0, 2, 3))
    inside = 2**dissimilarity / (2**dissimilarity + 1)
    assert inside == pytest.approx(most, abs=1e-3)
    assert_fits(counts, counts.sum() * np.array([inside / 2, inside / 2, (1 - inside) * 0.6, (1 - inside) * 0.4]))
