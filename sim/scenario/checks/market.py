"""Checks of the market: shares that sum to one, who sells, and numbers that belong to a reference year."""

from collections.abc import Iterator

from sim.reading.tree import Path
from sim.scenario.checks.findings import Found, known_name, near, sum_to_one
from sim.scenario.market import Growth
from sim.scenario.scenario import Scenario
from sim.ticks import HOUR


def shares(s: Scenario) -> Iterator[Found]:
    """Order shares of regions and products, and those that an origin gives in their place."""
    for section in ("regions", "products"):
        shares = {name: thing.order_share for name, thing in getattr(s, section).items()}
        yield from sum_to_one((section,), shares, f"shares of the {section}")
    for name, origin in s.market.origins.items():
        path = ("market", "origins", name)
        for field, known in (("region_shares", s.regions), ("product_shares", s.products)):
            shares = getattr(origin, field)
            if shares is not None:
                for key in shares:
                    yield from known_name((*path, field, key), key, known, field.split("_")[0])
                for key in known:
                    if key not in shares:
                        yield (*path, field), f"the {field.split('_')[0]} '{key}' has no share here", None
                yield from sum_to_one((*path, field), shares, field.replace("_", " "))


def market(s: Scenario) -> Iterator[Found]:
    """Each origin: its place, the shares of its routes, its reference year."""
    for name, origin in s.market.origins.items():
        at: Path = ("market", "origins", name)
        yield from known_name(at, name, s.places, "place")
        shares = origin.choice.reference_shares
        path = (*at, "choice", "reference_shares")
        total = shares.inside + shares.other_gateway + shares.not_bought
        if abs(total - 1) > 1e-6:
            yield path, f"the shares inside, other_gateway and not_bought sum to {total:.6g}, not 1", None
        own = [route for route in s.routes if s.routes[route].origin == name]
        for route in shares.routes:
            yield from _starts_here(s, (*path, "routes", route), route, name)
        for route in own:
            if route not in shares.routes and route not in origin.choice.like:
                message = f"the route '{route}' has no share here, and choice.like does not name it"
                yield (*path, "routes"), message, None
        yield from _like(s, (*at, "choice", "like"), name)
        yield from sum_to_one((*path, "routes"), shares.routes, "shares of the routes")
        for product in origin.product_levels:
            yield from known_name((*at, "product_levels", product), product, s.products, "product")
        yield from _of_reference_year(at, origin.growth, origin.reference_year)
        if name in s.places and s.places[name].utc_offset % HOUR:
            yield ("places", name, "utc_offset"), "a market origin needs an offset of whole hours", None


def _starts_here(s: Scenario, path: Path, route: str, origin: str) -> Iterator[Found]:
    """That a route does not exist, or is another origin's; one of no known origin is reported elsewhere."""
    yield from known_name(path, route, s.routes, "route")
    if route in s.routes and s.routes[route].origin in s.market.origins.keys() - {origin}:
        yield path, f"the route '{route}' does not start here, in {origin}", None


def _like(s: Scenario, at: Path, origin: str) -> Iterator[Found]:
    """Routes without a share of their own, and those that they are like."""
    choice = s.market.origins[origin].choice
    for route, other in choice.like.items():
        path = (*at, route)
        yield from _starts_here(s, path, route, origin)
        if route in choice.reference_shares.routes:
            message = f"the route '{route}' has a reference share, from which its constant follows"
            yield path, f"{message}: leave out the one or the other", None
        if other in choice.like:
            message = f"'{other}', which '{route}' is said to be like, has no reference share itself"
            yield path, f"{message}: name a route that has one", None
        else:
            yield from _starts_here(s, path, other, origin)


def freight_in_numbers(s: Scenario) -> Iterator[Found]:
    """The reference year of freight, and what it is worth where it is somebody's trade."""
    for name, stream in s.freight.items():
        if stream.origin is not None and stream.value is None:
            message = f"the freight '{name}' is trade of {stream.origin}, but its containers are worth nothing"
            yield ("freight", name), f"{message}: give value, or leave origin out", None
        yield from _of_reference_year(("freight", name), stream.growth, stream.reference_year)


def _of_reference_year(at: Path, growth: Growth | None, year: int) -> Iterator[Found]:
    if growth and growth.levels.get(year) != 1:
        yield (*at, "growth", "levels"), f"the reference year {year} must stand here with level 1", None


def sellers(s: Scenario) -> Iterator[Found]:
    """Classes that sum to one, and stations whose service training can change."""
    for name, origin in s.market.origins.items():
        at: Path = ("market", "origins", name, "sellers")
        if origin.sellers.classes is not None:
            yield from sum_to_one((*at, "classes"), origin.sellers.classes, "shares of the classes")
        if origin.sellers.skills:
            for i, station in enumerate(origin.sellers.skills.stations):
                yield from _trained(s, (*at, "skills", "stations", i), station)
                if station in origin.sellers.skills.stations[:i]:
                    yield (*at, "skills", "stations", i), f"'{station}' stands here twice", None


def _trained(s: Scenario, path: Path, name: str) -> Iterator[Found]:
    """That nobody serves where trained people are said to."""
    if name in s.stations:
        if s.stations[name].servers is None:
            yield path, f"the station '{name}' has no servers whom training could help", None
    elif name in s.customs:
        release = s.customs[name].release
        if release is None or release.servers is None:
            yield path, f"the customs office '{name}' has no release with servers whom training could help", None
    else:
        yield path, f"there is no station or customs office '{name}'", near(name, [*s.stations, *s.customs])
