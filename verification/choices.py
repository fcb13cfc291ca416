"""Shares of the alternatives: multinomial and nested logit, before and after prices, routes and twins of routes."""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

from sim.scenario.scenario import Scenario
from verification.checking import Case, Expected
from verification.formulas import choice
from verification.running import Seen
from verification.worlds import Dict, line, route

FAMILY = "choice"
SOURCE = "Ben-Akiva and Lerman 1985, 10.3"
THETA, VOT, VOR = 0.02, 3.0, 1.0
INSIDE, OTHER, NOT_BOUGHT = 0.5, 0.3, 0.2
SHARES = {"post": 0.5, "express": 0.3, "bulky": 0.2}
REGIONS, PRODUCTS = {"ural": 0.6, "center": 0.4}, {"clothes": 0.7, "gadgets": 0.3}
KG = {"clothes": 0.4, "gadgets": 0.75}
TARIFF = {"post": (12, 60), "express": (60, 40), "bulky": (9, 11)}
DAYS = {"post": {"ural": 9, "center": 12}, "express": {"ural": 4}, "bulky": {"ural": 9, "center": 12}}
SPREAD = {"post": {"ural": 4, "center": 5}, "express": {"ural": 1}, "bulky": {"ural": 4, "center": 5}}
CARRIES = {"post": set(PRODUCTS), "express": set(PRODUCTS), "bulky": {"gadgets"}}
OUTSIDE = ("other-gateway", "not-bought")
FIRST_DAY = "2015-01-05"


def _route(name: str, **fields: Any) -> Dict:
    regions = DAYS[name]
    fixed, per_kg = TARIFF[name]
    promise = {g: {"days": f"{DAYS[name][g]} d", "spread": f"{SPREAD[name][g]} d"} for g in regions}
    carried = {} if CARRIES[name] == set(PRODUCTS) else {"products": sorted(CARRIES[name])}
    more: Dict = {"promise": promise, "tariff": f"{fixed} CNY + {per_kg} CNY/kg"} | carried | fields
    return route({"only": {"steps": ["station-0", "inland"]}}, dict.fromkeys(regions, "only"), **more)


def three_routes(dissimilarity: float, changes: Dict, **more: Any) -> Scenario:
    """The post everywhere, express to the Ural only, bulky for gadgets only; nothing is fed back."""
    product = {"value": 100, "density": 200}
    over: Dict = {
        "horizon": {"end": "2015-03-30", "drain": 0},
        "regions": {g: {"name": {"en": g}, "order_share": share} for g, share in REGIONS.items()},
        "products": {"goods": None}
        | {
            p: product | {"name": {"en": p}, "order_share": share, "weight": f"{KG[p]} kg"}
            for p, share in PRODUCTS.items()
        },
        "last_miles": {"inland": {"times": {"harbin": dict.fromkeys(REGIONS, "24 h")}}},
        "routes": {name: _route(name) for name in SHARES},
        "market": {"origins": {"harbin": {"choice": _choice(dissimilarity)}}},
        "changes": changes,
    }
    routes: Dict = over["routes"] | more.get("routes", {})
    over["market"]["origins"]["harbin"]["choice"]["like"] = more.get("like", {})
    return line({"dwell": "1 h"}, orders_per_year=400_000, over=over | {"routes": routes})


def _choice(dissimilarity: float) -> Dict:
    shares = {"inside": INSIDE, "other_gateway": OTHER, "not_bought": NOT_BOUGHT, "routes": SHARES}
    return {"dissimilarity": dissimilarity, "reference_shares": shares}


def change(path: str, **how: Any) -> Dict:
    """A dated change from the first day on."""
    return {"at": FIRST_DAY, "change": path, **how}


def cost(name: str, region: str, product: str, raised: float = 0.0) -> float:
    """Generalised cost in CNY, its price raised by so much."""
    fixed, per_kg = TARIFF[name]
    money = fixed + raised + per_kg * KG[product]
    return money + VOT * DAYS[name][region] + VOR * SPREAD[name][region]


def _groups(
    offered: Sequence[str], raised: dict[str, float], alike: dict[str, str] | None = None
) -> list[choice.Group]:
    """Orders by region and product, with the costs of what they are offered; some routes are copies of others."""
    described = {name: (alike or {}).get(name, name) for name in offered}
    return [
        (
            REGIONS[g] * PRODUCTS[p],
            {
                name: cost(of, g, p, raised.get(name, 0.0))
                for name, of in described.items()
                if g in DAYS[of] and p in CARRIES[of]
            },
        )
        for g in REGIONS
        for p in PRODUCTS
    ]


@cache
def _constants(dissimilarity: float) -> dict[str, float]:
    return choice.constants(SHARES, INSIDE, _groups(list(SHARES), {}), THETA, dissimilarity)


def _predicted(
    dissimilarity: float, offered: Sequence[str], raised: dict[str, float], alike: dict[str, str] | None = None
) -> dict[str, float]:
    fitted = _constants(dissimilarity)
    of_routes = {name: fitted[(alike or {}).get(name, name)] for name in offered}
    found = choice.taken(of_routes, INSIDE, _groups(offered, raised, alike), THETA, dissimilarity)
    outside = 1 - sum(found.values())
    total = OTHER + NOT_BOUGHT
    return found | {OUTSIDE[0]: outside * OTHER / total, OUTSIDE[1]: outside * NOT_BOUGHT / total}


def _case(name: str, dissimilarity: float, scenario: Scenario, predicted: dict[str, float]) -> Case:
    def measure(seen: Seen) -> dict[str, float]:
        chosen = {alternative: n for (_, alternative), n in seen.record.outcomes().items()}
        return {f"take {each}": chosen.get(each, 0) / sum(chosen.values()) for each in predicted}

    kind = "multinomial" if dissimilarity == 1 else f"nested ({dissimilarity})"
    return Case(
        family=FAMILY,
        model=f"{kind} logit, {name}",
        scenario=lambda: scenario,
        measure=measure,
        expected=lambda: {
            f"take {each}": Expected(value=share, unit="", tolerance=0.01, source=SOURCE)
            for each, share in predicted.items()
        },
        replications=120,
    )


def _dearer(dissimilarity: float) -> Case:
    scenario = three_routes(dissimilarity, {"dearer": change("routes.post.tariff.fixed", add="15 CNY")})
    return _case("the post 15 CNY dearer", dissimilarity, scenario, _predicted(dissimilarity, [*SHARES], {"post": 15}))


def _closed(dissimilarity: float) -> Case:
    scenario = three_routes(dissimilarity, {"closed": change("routes.express.is_open", set=False)})
    return _case("express closed", dissimilarity, scenario, _predicted(dissimilarity, ["post", "bulky"], {}))


def _twin(dissimilarity: float) -> Case:
    """A second post opens, 8 CNY cheaper: the nest gives it orders of the first rather than of the outside."""
    fixed, per_kg = TARIFF["post"]
    second = _route("post", tariff=f"{fixed - 8} CNY + {per_kg} CNY/kg", is_open=False)
    scenario = three_routes(
        dissimilarity,
        {"opens": change("routes.second.is_open", set=True)},
        routes={"second": second},
        like={"second": "post"},
    )
    offered = [*SHARES, "second"]
    predicted = _predicted(dissimilarity, offered, {"second": -8}, {"second": "post"})
    return _case("a second post 8 CNY cheaper", dissimilarity, scenario, predicted)


CASES = (
    *(partial(_dearer, dissimilarity) for dissimilarity in (1.0, 0.4)),
    partial(_closed, 0.5),
    partial(_twin, 0.5),
)
