"""Shares of the alternatives where warehouses admit some sellers only and stock some goods only.

Source: as in `test_choice_shares`; the probabilities of each class of seller and interval of the rank are worked out by
hand, and mixed by their shares. Only what is placed is looked at: no parcel moves.
"""

import itertools
import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from oracle.base_world import Dict, described, origin, route
from oracle.worlds import change
from theory.one_line import assert_fits

from sim.kernels.choice import inside_share
from sim.model import Model, build
from sim.scenario.scenario import Scenario
from sim.ticks import WEEK, midnight
from verification.formulas import choice as reference

THETA, VOT, VOR, LAMBDA = 0.02, 3.0, 1.0, 0.6
INSIDE = 0.5
OUTSIDE = np.array([0.3, 0.2]) / INSIDE
SHARES = {"post": 0.8, "stock": 0.12, "annex": 0.08}
CLASSES = {"large": 0.2, "small": 0.5, "hobby": 0.3}
REGIONS, PRODUCTS = {"ural": 0.6, "center": 0.4}, {"clothes": 0.7, "gadgets": 0.3}
KG = {"clothes": 0.4, "gadgets": (50 + 200 + 2000) / 3 / 1000}
TARIFF = {"post": (12, 60), "stock": (30, 50), "annex": (20, 55)}
DAYS, SPREAD = {"ural": 9, "center": 12}, {"ural": 4, "center": 5}
WEEKS = 4


def warehouse(users: Dict | None, stock: dict[str, float]) -> Dict:
    """A warehouse in Yekaterinburg; what it holds, and the share of the goods of each that it stocks."""
    held = {p: {"policy": "R-Q", "reorder_point": 9, "quantity": 9, "assortment": a} for p, a in stock.items()}
    return {
        "place": "yekaterinburg",
        "storage": "1000 m3",
        "receiving": {"servers": 1, "service": "1 h"},
        "pick": {"servers": 1, "service": "1 min"},
        "stock": held,
        "review_every": "7 d",
        "replenishment": {"origin": "harbin", "steps": ["flight"], "load": {"mass": "1 t"}},
        "ownership": "shared",
    } | ({"users": users} if users else {})


def with_stock(**changes: Dict) -> Scenario:
    """The post for all, and two warehouse routes: of two warehouses by region, and of the second one alone."""
    paths = {"near": {"steps": ["hall", "inland"]}, "far": {"steps": ["shed", "inland"]}}
    far = {"far": {"steps": ["shed", "inland"]}}
    market = origin(25_000, SHARES, sellers={"classes": CLASSES})
    parts: Dict = {
        "warehouses": {
            "hall": warehouse({"large": True, "small": True}, {"clothes": 0.5, "gadgets": 0.25}),
            "shed": warehouse({"large": True, "hobby": False}, {"clothes": 0.8}),
        },
        "routes": {
            "post": route("harbin", {"air": {"steps": ["collection", "flight", "inland"]}}),
            "stock": route(
                "harbin",
                paths,
                tariff="30 CNY + 50 CNY/kg",
                gateways={"ural": "near", "center": {"near": 0.5, "far": 0.5}},
            ),
            "annex": route("harbin", far, tariff="20 CNY + 55 CNY/kg", service_class="warehouse"),
        },
        "market": {"origins": {"harbin": market}, "feedback": {"congestion": False}},
        "changes": changes,
    }
    return described("with-stock", parts)


def offered(name: str, c: str, rank: float, g: str, p: str, hall: Any = None, shed: Any = None) -> bool:
    """Whether an order is offered a route; hall and shed are (users, assortment by product)."""
    hall = hall or ({"large", "small"}, {"clothes": 0.5, "gadgets": 0.25})
    shed = shed or ({"large"}, {"clothes": 0.8})
    wanted = {"post": [], "stock": [hall] if g == "ural" else [hall, shed], "annex": [shed]}[name]
    return all(c in users and rank < stock.get(p, 0) for users, stock in wanted)


ENDS = (0, 0.25, 0.5, 0.8, 0.9, 1)
ORDERS = [
    (c, (low + high) / 2, share * (high - low))
    for c, share in CLASSES.items()
    for low, high in itertools.pairwise(ENDS)
]


def cost(name: str, g: str, p: str) -> float:
    fixed, per_kg = TARIFF[name]
    return fixed + per_kg * KG[p] + VOT * DAYS[g] + VOR * SPREAD[g]


@cache
def constants() -> dict[str, float]:
    """The constants with which the promise gives the reference shares, as described."""
    groups = [
        (
            REGIONS[g] * PRODUCTS[p] * share,
            {name: cost(name, g, p) for name in SHARES if offered(name, c, rank, g, p)},
        )
        for g in REGIONS
        for p in PRODUCTS
        for c, rank, share in ORDERS
    ]
    return reference.constants(SHARES, INSIDE, groups, THETA, LAMBDA)


def probabilities(g: str, p: str, **now: Any) -> np.ndarray:
    """Of each route and the two outside options."""
    total = np.zeros(len(SHARES) + 2)
    for c, rank, share in ORDERS:
        weights = np.array(
            [
                math.exp((constants()[name] - THETA * cost(name, g, p)) / LAMBDA) * offered(name, c, rank, g, p, **now)
                for name in SHARES
            ]
        )
        inside = weights.sum() ** LAMBDA
        total += share * np.array([*(inside * weights / weights.sum()), *OUTSIDE]) / (inside + OUTSIDE.sum())
    return total


def placed(scenario: Scenario) -> Model:
    """The scenario with all its orders placed; dated changes of the first day are in force."""
    model = build(scenario)
    while model.env.peek() <= model.start:
        model.env.step()
    model.record.alternatives[0][:] = 0
    for week in range(WEEKS):
        model._market.place(model.start + week * WEEK, model.start + (week + 1) * WEEK)
    return model


def assert_shares(scenario: Scenario, **now: Any) -> None:
    counts = placed(scenario).record.alternatives[0].sum(axis=0)
    for g, region in enumerate(REGIONS):
        for p, product in enumerate(PRODUCTS):
            cell = counts[:, g, p]
            assert_fits(cell, cell.sum() * probabilities(region, product, **now))


def test_shares_by_class_and_rank_are_the_mixture_of_nested_logits() -> None:
    assert_shares(with_stock())


def test_a_warehouse_that_opens_to_a_class_is_chosen_by_it() -> None:
    opened = change("warehouses.shed.users.hobby", "2016-04-17", set=True)
    assert_shares(with_stock(opened=opened), shed=({"large", "hobby"}, {"clothes": 0.8}))


def test_a_wider_assortment_is_chosen_by_more() -> None:
    wider = change("warehouses.hall.stock.clothes.assortment", "2016-04-17", set=0.9)
    assert_shares(with_stock(wider=wider), hall=({"large", "small"}, {"clothes": 0.9, "gadgets": 0.25}))


def test_changes_of_what_is_offered_are_instants_of_the_market() -> None:
    changes = {
        "opened": change("warehouses.shed.users.hobby", "2016-04-20", set=True),
        "wider": change("warehouses.hall.stock.clothes.assortment", "2016-04-21", set=0.9),
    }
    scenario = with_stock(**changes)
    offset = scenario.places["yekaterinburg"].utc_offset
    model = build(scenario)
    from sim.scenario.targets import schedules

    instants = model._market_instants(schedules(scenario))
    assert {midnight(item.at, offset) for item in scenario.changes.values()} < set(instants)


def test_reference_shares_are_those_of_all_orders() -> None:
    counts = placed(with_stock()).record.alternatives[0].sum(axis=(0, 2, 3))
    assert_fits(counts, counts.sum() * np.array([*(INSIDE * s for s in SHARES.values()), 0.3, 0.2]))


@pytest.mark.parametrize(
    ("price_weight", "dissimilarity"), [(0.0, 1.0), (0.02, 0.6), (0.1, 0.3), (10.0, 0.3), (10.0, 1.0)]
)
def test_the_engines_weights_have_the_reference_shares_exactly(price_weight: float, dissimilarity: float) -> None:
    scenario = with_stock()
    market = scenario.market.origins["harbin"]
    choice = market.choice.model_copy(update={"price_weight": price_weight, "dissimilarity": dissimilarity})
    only = scenario.market.model_copy(update={"origins": {"harbin": market.model_copy(update={"choice": choice})}})
    model = build(scenario.model_copy(update={"market": only}))
    harbin = model._market.origins[0]
    variants, nest, routes = harbin.weights(model.expectations)
    within = routes / np.maximum(routes.sum(axis=-1, keepdims=True), 1e-300)
    orders = np.einsum("v,g,p->vgp", variants.shares, list(REGIONS.values()), list(PRODUCTS.values()))
    taken = ((orders * inside_share(nest))[..., None] * within).sum(axis=(0, 1, 2))
    assert taken == pytest.approx([INSIDE * share for share in SHARES.values()], rel=1e-9)


def test_without_the_outside_and_without_an_offer_nothing_is_bought() -> None:
    closed = change("routes.post.is_open", "2016-04-17", set=False)
    scenario = with_stock(closed=closed)
    market = scenario.market.origins["harbin"]
    shares = market.choice.reference_shares.model_copy(update={"inside": 1.0, "other_gateway": 0.0, "not_bought": 0.0})
    shares = shares.model_copy(update={"routes": {"post": 0.9, "stock": 0.06, "annex": 0.04}})
    choice = market.choice.model_copy(update={"reference_shares": shares})
    only = scenario.market.model_copy(update={"origins": {"harbin": market.model_copy(update={"choice": choice})}})
    counts = placed(scenario.model_copy(update={"market": only})).record.alternatives[0]
    by_alternative = counts.sum(axis=(0, 2, 3))
    assert by_alternative[0] == by_alternative[3] == 0
    nothing = sum(
        share * REGIONS[g] * PRODUCTS[p]
        for c, rank, share in ORDERS
        for g in REGIONS
        for p in PRODUCTS
        if not offered("stock", c, rank, g, p) and not offered("annex", c, rank, g, p)
    )
    assert by_alternative[4] / counts.sum() == pytest.approx(nothing, abs=0.005)
