"""Small worlds of the contract that theory has a formula for. Descriptions only: nothing runs here.

The year 2015 has 365 days and no season, so orders are a Poisson process of constant rate: `ORDERS_PER_YEAR` are one
every 300 s on average. All orders are placed, by one route, and expectations stay at the promise.
"""

from typing import Any

from sim.scenario.scenario import Scenario

Dict = dict[str, Any]

GAP_S = 300.0
YEAR_S = 365 * 86_400
ORDERS_PER_YEAR = YEAR_S / GAP_S


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


def line(*stations: Dict, orders_per_year: float = ORDERS_PER_YEAR, over: Dict | None = None) -> Scenario:
    """Parcels pass the stations one after the other, then a day of last mile."""
    names = [f"station-{i}" for i in range(len(stations))]
    world: Dict = {
        "scenario": "one-line",
        "seed": 20150101,
        "horizon": {"start": "2015-01-05", "end": "2015-12-28", "drain": "7 d"},
        "places": {"harbin": place(8, "CN")},
        "regions": {"ural": {"name": {"en": "Ural"}, "order_share": 1}},
        "products": {
            "goods": {"name": {"en": "Goods"}, "order_share": 1, "weight": "1 kg", "value": 100, "density": 200}
        },
        "stations": {name: {"place": "harbin"} | station for name, station in zip(names, stations, strict=True)},
        "last_miles": {"inland": {"times": {"harbin": {"ural": "24 h"}}}},
        "routes": {"post": route({"only": {"steps": [*names, "inland"]}}, {"ural": "only"})},
        "market": {"origins": {"harbin": origin(orders_per_year)}, "feedback": {"congestion": False}},
    }
    return Scenario.model_validate(merged(world, over or {}))


def place(utc_offset: float, country: str) -> Dict:
    """Somewhere on the map."""
    return {"name": {"en": "A place"}, "latitude": 50, "longitude": 60, "utc_offset": utc_offset, "country": country}


def route(paths: Dict, gateways: Dict, **fields: Any) -> Dict:
    """The post from Harbin to the regions that the gateways name."""
    return {
        "name": {"en": "Post"},
        "service_class": "postal",
        "origin": "harbin",
        "promise": {region: {"days": "3 d", "spread": "1 d"} for region in gateways},
        "tariff": "20 CNY",
        "paths": paths,
        "gateways": gateways,
    } | fields


def origin(orders_per_year: float) -> Dict:
    """A market whose orders are all placed."""
    return {
        "latent_orders_per_year": orders_per_year,
        "reference_year": 2015,
        "choice": {
            "price_weight": 0.02,
            "value_of_time": "3 CNY/d",
            "value_of_reliability": "1 CNY/d",
            "dissimilarity": 0.6,
            "reference_shares": {"inside": 1, "other_gateway": 0, "not_bought": 0, "routes": {"post": 1}},
        },
    }


def shuttle(**fields: Any) -> Dict:
    """Sections that put a lane from Harbin to a town behind the stations of a line; the last mile begins there."""
    lane = {"from": "harbin", "to": "town", "mode": "road", "payload": {"mass": "100000 t"}, "transit": "1 h"}
    return {
        "places": {"town": place(8, "RU")},
        "lanes": {"shuttle": lane | fields},
        "last_miles": {"inland": {"times": {"harbin": None, "town": {"ural": "24 h"}}}},
    }


def exponential(mean_s: float) -> Dict:
    """An exponential duration."""
    return {"distribution": "exponential", "mean": f"{mean_s} s"}
