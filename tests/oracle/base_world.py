"""One small world as a plain dict, and how a variation is laid upon it.

Harbin sends parcels by one route: collection, sorting, a daily flight to Yekaterinburg, customs, and the last mile.
"""

from typing import Any

from sim.scenario.scenario import Scenario

Dict = dict[str, Any]


def merged(base: Dict, over: Dict) -> Dict:
    """Sections merge key by key; a list or a number replaces; None removes."""
    result = dict(base)
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict) and "distribution" not in value:
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def lane(origin: str, to: str, **fields: Any) -> Dict:
    """A lane that flies every day, carries anything, and takes five hours."""
    timetable = [{"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "at": "20:00"}]
    fixed = {"from": origin, "to": to, "mode": "air", "payload": {"mass": "10 t"}, "transit": "5 h"}
    if "on_demand" not in fields:
        fixed["timetable"] = timetable
    return merged(fixed, fields)


def route(origin: str, paths: Dict, **fields: Any) -> Dict:
    """A route to both regions, by the first of its paths."""
    promise = {"ural": {"days": "9 d", "spread": "4 d"}, "center": {"days": "12 d", "spread": "5 d"}}
    first = next(iter(paths))
    fixed = {
        "name": {"en": "A route"},
        "service_class": "postal",
        "origin": origin,
        "promise": promise,
        "tariff": "12 CNY + 60 CNY/kg",
        "paths": paths,
        "gateways": {"ural": first, "center": first},
    }
    return merged(fixed, fields)


def origin(orders_per_week: float, routes: Dict, **fields: Any) -> Dict:
    """A market in which half of the latent orders are placed."""
    choice = {
        "price_weight": 0.02,
        "value_of_time": "3 CNY/d",
        "value_of_reliability": "1 CNY/d",
        "dissimilarity": 0.6,
        "reference_shares": {"inside": 0.5, "other_gateway": 0.3, "not_bought": 0.2, "routes": routes},
    }
    fixed = {"latent_orders_per_year": 2 * 52 * orders_per_week, "reference_year": 2016, "choice": choice}
    return merged(fixed, fields)


def place(utc_offset: float, country: str) -> Dict:
    """Somewhere on the map."""
    return {"name": {"en": "A place"}, "latitude": 50, "longitude": 60, "utc_offset": utc_offset, "country": country}


PLACES = {
    "harbin": place(8, "CN"),
    "urumqi": place(6, "CN"),
    "yekaterinburg": place(5, "RU"),
    "moscow": place(3, "RU"),
}
REGIONS = {
    "ural": {"name": {"en": "Ural"}, "order_share": 0.6},
    "center": {"name": {"en": "Center"}, "order_share": 0.4},
}
PRODUCTS = {
    "clothes": {
        "name": {"en": "Clothes"},
        "order_share": 0.7,
        "weight": {"distribution": "lognormal", "mean": "0.4 kg", "cv": 0.8},
        "value": {"distribution": "lognormal", "mean": 150, "cv": 1.2},
        "density": 160,
    },
    "gadgets": {
        "name": {"en": "Gadgets"},
        "order_share": 0.3,
        "weight": {"distribution": "triangular", "low": 50, "mode": 200, "high": 2000},
        "value": {"distribution": "exponential", "mean": "400 CNY"},
        "density": "300 kg/m3",
    },
}
DAY_OR_TWO = {"distribution": "uniform", "low": "20 h", "high": "50 h"}
LAST_MILES = {
    "inland": {"times": {name: {"ural": DAY_OR_TWO, "center": "3.5 d"} for name in ("yekaterinburg", "moscow")}}
}
STATIONS = {
    "collection": {"place": "harbin", "dwell": {"distribution": "uniform", "low": "1 h", "high": "9 h"}},
    "sorting": {"place": "harbin", "servers": 2, "service": "20 min"},
}
CUSTOMS = {"ural-customs": {"place": "yekaterinburg", "release": {"servers": 2, "service": "15 min"}}}
STEPS = ["collection", "sorting", "flight", "ural-customs", "inland"]


def base(orders_per_week: float = 100) -> Dict:
    """The world that all others vary."""
    return {
        "scenario": "base",
        "seed": 7,
        "horizon": {"start": "2016-04-18", "end": "2016-05-16", "drain": "14 d"},
        "places": PLACES,
        "regions": REGIONS,
        "products": PRODUCTS,
        "stations": STATIONS,
        "customs": CUSTOMS,
        "lanes": {"flight": lane("harbin", "yekaterinburg")},
        "last_miles": LAST_MILES,
        "routes": {"post": route("harbin", {"air": {"steps": STEPS}})},
        "market": {"origins": {"harbin": origin(orders_per_week, {"post": 1})}, "review": {"minimum_parcels": 10}},
    }


def described(name: str, *overs: Dict, orders_per_week: float = 100) -> Scenario:
    """A scenario: the base world with variations laid upon it, one after the other."""
    world = base(orders_per_week)
    for over in overs:
        world = merged(world, over)
    return Scenario.model_validate(merged(world, {"scenario": name}))
