"""How numbers of a scenario are named and written for people: `mean dwell of the station yard`, `4.3 h`."""

from sim.scenario.targets import Target
from sim.units import DIMENSIONS

NOUNS = {
    "stations": "station",
    "customs": "customs",
    "lanes": "lane",
    "consolidations": "consolidation",
    "warehouses": "warehouse",
    "freight": "freight",
    "last_miles": "last mile",
    "routes": "route",
    "origins": "market of",
    "places": "place",
    "regions": "region",
    "products": "product",
}
_WORDS = {
    "servers": "servers",
    "service.mean": "mean service time",
    "dwell.mean": "mean dwell",
    "transit.mean": "mean transit",
    "on_demand.fleet": "vehicles",
    "on_demand.when_ready": "load that a departure waits for",
    "on_demand.when_ready_pieces": "pieces that a departure waits for",
    "on_demand.min_gap": "least time between departures",
    "on_demand.max_gap": "longest time between departures",
    "close_after": "longest time that a container stays open",
    "examination.share": "share examined",
    "examination.share_above_duty_free": "share examined of dutiable parcels",
    "duty_free_limit": "duty-free limit",
    "tariff.fixed": "fixed part of the tariff",
    "tariff.per_kg": "tariff per kg",
    "returns.share": "share handed back",
    "loss.share": "share lost",
    "subsidy": "subsidy of a parcel",
    "level": "level",
    "choice.trust": "trust",
    "sellers.growth.park_places": "places in parks",
    "sellers.growth.entries_per_year": "sellers that would enter a year",
    "sellers.growth.saturation": "sellers at which nobody enters",
    "sellers.trained_per_year": "people trained a year",
}
_SPOKEN = {
    "duration": (("us", 0), ("s", 1_000_000), ("min", 60_000_000), ("h", 3_600_000_000), ("d", 4 * 86_400_000_000)),
    "mass": (("g", 0), ("kg", 1000), ("t", 1_000_000)),
    "volume": (("cm3", 0), ("l", 1000), ("m3", 1_000_000)),
}
"""Units by the least amount, in base units, that is told in them."""


def named(number: str) -> str:
    """A number in words: what of which thing."""
    section, name, rest = split(number)
    parts = rest.split(".")
    if parts[0] == "gateways":
        return f"share of the path {parts[2]} to {parts[1]} on the route {name}"
    if parts[0] == "users":
        return f"sellers of the class {parts[1]} in the warehouse {name}"
    if parts[0] == "product_levels":
        return f"level of orders of {parts[1]} from {name}"
    if rest == "is_open":
        return f"the {NOUNS.get(section, section)} {name}"
    thing = f"the {NOUNS.get(section, section)} {name}"
    if parts[0] in ("release", "examination", "receiving", "pick") and rest not in _WORDS:
        rest, thing = ".".join(parts[1:]), f"{parts[0]} at {thing}"
    if parts[0] == "stock":
        rest, thing = parts[2], f"{parts[1]} in {thing}"
    if parts[0] == "tariff_by_product":
        rest, thing = f"tariff.{parts[2]}", f"{parts[1]} on {thing}"
    said = _WORDS.get(rest, rest.removesuffix(".mean").replace("_", " ").replace(".", ", "))
    return f"{said} of {thing}"


def split(number: str) -> tuple[str, str, str]:
    """Section, name of the thing, and what of it is meant."""
    section, _, rest = number.removeprefix("market.").partition(".")
    name, _, rest = rest.partition(".")
    return section, name, rest


def amount(target: Target, value: float | bool | None, beside: float | bool | None = None) -> str:
    """A value of a number with its unit, to four figures; in the unit of what stands beside it, if that is larger."""
    if value is None:
        return "not there"
    if isinstance(value, bool):
        is_use = ".users." in target.path
        return ("admitted" if value else "not admitted") if is_use else ("open" if value else "closed")
    if target.dimension in _SPOKEN:
        return _in_unit(value, target.dimension, max(abs(value), abs(beside or 0)))
    if target.dimension == "share":
        return f"{figures(value * 100)} %" if target.most <= 1 else figures(value)
    return f"{figures(value)} {target.bare}".strip()


def _in_unit(value: float, dimension: str, size: float) -> str:
    """A value in the unit in which a size is told."""
    unit = [unit for unit, least in _SPOKEN[dimension] if size >= least][-1] if size else "h"
    unit = unit if unit in DIMENSIONS[dimension].units else next(iter(DIMENSIONS[dimension].units))
    return f"{figures(value / float(DIMENSIONS[dimension].units[unit]))} {unit}"


def figures(value: float) -> str:
    """Four figures, thousands apart, no trailing zeros."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if abs(value) >= 1e-3 or not value else f"{value:.2g}"
