"""Worlds of the market's feedback: routes that are like another and open later, and each switch off by itself."""

from oracle.base_world import STEPS, Dict, described, merged, origin, route
from oracle.registry import change, world
from oracle.worlds_of_sellers import GROWTH, SKILLS
from oracle.worlds_of_stock import FILL_UP, IN_LOTS, shelf_route, store, storehouse
from sim.scenario.scenario import Scenario

CLASSES = {"small": 0.5, "trader": 0.3, "factory": 0.2}
ONLY_URAL: Dict = {
    "promise": {"ural": {"days": "5 d", "spread": "1 d"}, "center": None},
    "gateways": {"ural": "air", "center": None},
}


def newcomers() -> Dict:
    """Three routes like others: one open from the first, one that opens for a while, one from a shelf of its own."""
    narrow = {"clothes": {**FILL_UP, "assortment": 0.45}, "gadgets": {**IN_LOTS, "assortment": 0.8}}
    annex = store(stock=narrow, users={"small": True, "trader": True, "factory": False})
    air = {"air": {"steps": STEPS}}
    near = shelf_route({"annex": {"steps": ["annex", "inland"]}}, tariff="24 CNY + 30 CNY/kg", is_open=False)
    return {
        "warehouses": {"annex": annex},
        "routes": {
            "parcel": route("harbin", air, tariff="15 CNY + 55 CNY/kg"),
            "rush": route("harbin", air, tariff="40 CNY + 60 CNY/kg", products=["gadgets"], is_open=False, **ONLY_URAL),
            "near": near,
        },
        "market": {"origins": {"harbin": {"choice": {"like": {"parcel": "post", "rush": "post", "near": "shelf"}}}}},
        "changes": {
            "rush-opens": change("routes.rush.is_open", "2016-04-27", set=True, until="2016-05-09"),
            "near-opens": change("routes.near.is_open", "2016-05-01", set=True),
        },
    }


def lively(**feedback: bool) -> Dict:
    """Everything that moves the market, with the switches of the feedback."""
    sellers = {
        "classes": CLASSES,
        "growth": {**GROWTH, "starts_per_trained": 0.2},
        "skills": SKILLS,
        "trained_per_year": 120,
    }
    stock = {"clothes": {**FILL_UP, "assortment": 0.7}, "gadgets": {**IN_LOTS, "assortment": 0.3}}
    harbin = origin(130, {"post": 0.7, "shelf": 0.3}, sellers=sellers)
    stem = "market.origins.harbin"
    changes = {
        "dearer": change("routes.post.tariff.fixed", "2016-04-26", add="30 CNY", ramp="4 d"),
        "cheaper": change("routes.shelf.subsidy", "2016-05-03", set="12 CNY"),
        "credit": change(f"{stem}.choice.trust", "2016-05-05", set="25 CNY"),
        "opened": change("warehouses.store.users.small", "2016-04-30", set=True, until="2016-05-08"),
        "wider": change("warehouses.store.stock.clothes.assortment", "2016-04-28", set=1, ramp="8 d"),
        "closed": change("routes.post.is_open", "2016-05-11", set=False, until="2016-05-13"),
        "parks": change(f"{stem}.sellers.growth.park_places", "2016-04-22", add=2500),
        "school": change(f"{stem}.sellers.trained_per_year", "2016-04-20", multiply=12),
        "slower": change("lanes.flight.transit.mean", "2016-04-24", set="80 h"),
    }
    users = {"small": False, "trader": True, "factory": True}
    over: Dict = {"market": {"origins": {"harbin": harbin}, "feedback": feedback}, "changes": changes}
    return merged(merged(storehouse(stock=stock, users=users), over), newcomers())


@world
def like_another() -> Scenario:
    """Routes without a reference share, two of which open by date."""
    return described("like-another", lively())


@world
def no_induced_demand() -> Scenario:
    return described("no-induced-demand", lively(induced_demand=False))


@world
def no_route_shift() -> Scenario:
    return described("no-route-shift", lively(route_shift=False))


@world
def no_congestion() -> Scenario:
    return described("no-congestion", lively(congestion=False))


@world
def no_effect_of_sellers() -> Scenario:
    return described("no-effect-of-sellers", lively(sellers=False))


@world
def nothing_fed_back() -> Scenario:
    """All four off: only what opens and closes, and who may use it, moves orders."""
    off = {"induced_demand": False, "route_shift": False, "congestion": False, "sellers": False}
    return described("nothing-fed-back", lively(**off))


@world
def nothing_to_induce() -> Scenario:
    """Nothing serves the center as described: with no induced demand, what opens there later brings nobody inside."""
    feedback = {"induced_demand": False}
    choice = {"like": {"center-post": "post"}, "reference_shares": {"inside": 0.4, "not_bought": 0.3}}
    center = route("harbin", {"air": {"steps": STEPS}}, is_open=False, promise={"ural": None}, gateways={"ural": None})
    parts: Dict = {
        "routes": {"post": ONLY_URAL, "center-post": center},
        "market": {"origins": {"harbin": {"choice": choice}}, "feedback": feedback},
        "changes": {"opens": change("routes.center-post.is_open", "2016-04-20", set=True)},
    }
    return described("nothing-to-induce", parts)
