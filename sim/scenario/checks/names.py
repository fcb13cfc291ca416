"""Checks of names: those that must differ, those that must be known, and countries whose holidays are known."""

from collections.abc import Iterable, Iterator

from sim.ids import origin_code
from sim.reading.tree import Path
from sim.scenario.checks.findings import Found, known_name
from sim.scenario.checks.ways import NOUNS
from sim.scenario.scenario import Scenario

COMMON_COUNTRIES = frozenset({"BY", "CN", "KG", "KZ", "MN", "RU", "UZ"})
"""Their holidays are known. Of others the package of holidays is asked: importing it takes as long as all checks."""


def names(s: Scenario) -> Iterator[Found]:
    """Steps are named without their section, so their names must differ."""
    yield from _apart(s, NOUNS, "steps need names of their own")


def accounts(s: Scenario) -> Iterator[Found]:
    """Costs fall to routes, freight and warehouses by name, so their names must differ."""
    yield from _apart(s, ("routes", "freight", "warehouses"), "costs are accounted by name, so each needs its own")


def _apart(s: Scenario, sections: Iterable[str], reason: str) -> Iterator[Found]:
    seen: dict[str, str] = {}
    for section in sections:
        for name in getattr(s, section):
            if name in seen:
                among = seen[name] if seen[name] == "freight" else f"one of the {seen[name]}"
                yield (section, name), f"'{name}' already names {among.replace('_', ' ')}; {reason}", None
            seen[name] = section


def codes(s: Scenario) -> Iterator[Found]:
    """Numbers of orders and containers begin with a hash of a name: two of one hash would meet the same luck."""
    seen: dict[int, str] = {}
    for path, name, things in _numbered(s):
        code = origin_code(name)
        if code in seen:
            yield path, f"{things} and {seen[code]} would get the same numbers; rename one of the two", None
        seen.setdefault(code, things)


def _numbered(s: Scenario) -> Iterator[tuple[Path, str, str]]:
    """Everything that numbers orders or containers: where it stands, the name that is hashed, what it numbers."""
    for name in sorted(s.market.origins):
        yield ("market", "origins", name), name, f"the orders of '{name}'"
    for route_name, route in s.routes.items():
        for name, path in route.paths.items():
            if not s.consolidations.keys().isdisjoint(path.steps):
                said = f"the containers of the path '{name}' of the route '{route_name}'"
                yield ("routes", route_name, "paths", name), f"container/{route_name}/{name}", said
    for name in s.warehouses:
        yield ("warehouses", name), f"warehouse/{name}", f"the loads of the warehouse '{name}'"
    for name in s.freight:
        yield ("freight", name), f"freight/{name}", f"the containers of the freight '{name}'"


def places(s: Scenario) -> Iterator[Found]:
    """Places, regions and products that things name."""
    for section in ("stations", "customs", "consolidations", "warehouses"):
        for name, thing in getattr(s, section).items():
            yield from known_name((section, name, "place"), thing.place, s.places, "place")
    for name, lane in s.lanes.items():
        yield from known_name(("lanes", name, "from"), lane.from_, s.places, "place")
        yield from known_name(("lanes", name, "to"), lane.to, s.places, "place")
    for name, customs in s.customs.items():
        at: Path = ("customs", name, "examination", "share_by_product")
        for product in customs.examination.share_by_product if customs.examination else ():
            yield from known_name((*at, product), product, s.products, "product")
    yield from _of_last_miles(s)
    yield from _of_freight_and_loads(s)


def _of_last_miles(s: Scenario) -> Iterator[Found]:
    for name, last_mile in s.last_miles.items():
        for place, times in last_mile.times.items():
            yield from known_name(("last_miles", name, "times", place), place, s.places, "place")
            for region in times:
                yield from known_name(("last_miles", name, "times", place, region), region, s.regions, "region")


def _of_freight_and_loads(s: Scenario) -> Iterator[Found]:
    for name, stream in s.freight.items():
        if stream.origin is not None:
            yield from known_name(("freight", name, "origin"), stream.origin, s.market.origins, "market origin")
    for name, warehouse in s.warehouses.items():
        path: Path = ("warehouses", name, "replenishment", "origin")
        yield from known_name(path, warehouse.replenishment.origin, s.places, "place")


def holidays(s: Scenario) -> Iterator[Found]:
    """What closes on public holidays must lie in a country whose holidays are known."""
    closing = {station.place for station in s.stations.values() if station.closed_on_holidays}
    closing |= {customs.place for customs in s.customs.values() if customs.closed_on_holidays}
    closing |= {warehouse.place for warehouse in s.warehouses.values() if warehouse.closed_on_holidays}
    for name in sorted(closing & s.places.keys()):
        country = s.places[name].country
        if country not in COMMON_COUNTRIES and not _has_holidays(country):
            yield ("places", name, "country"), f"no public holidays are known of the country {country}", None


def _has_holidays(country: str) -> bool:
    import holidays

    return country in holidays.list_supported_countries()
