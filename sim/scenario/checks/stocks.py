"""Checks of warehouses: who uses them, that they hold what is sold from them, and where orders go instead."""

from collections.abc import Iterator

from sim.reading.tree import Path
from sim.scenario.checks.ever import Ever
from sim.scenario.checks.findings import Found, known_name
from sim.scenario.checks.ways import carried, regions_of
from sim.scenario.scenario import Scenario


def stocks(s: Scenario) -> Iterator[Found]:
    """What is wrong with each warehouse and with the routes that begin at it."""
    for name, warehouse in s.warehouses.items():
        at: Path = ("warehouses", name)
        served = _served(s, name)
        if not any(name in path.steps for route in s.routes.values() for path in route.paths.values()):
            yield at, f"no path begins at the warehouse '{name}': make it a first step, or leave it out", None
        for product in warehouse.stock:
            yield from known_name((*at, "stock", product), product, s.products, "product")
        yield from _held(s, name, served)
        yield from _users(s, name, served)
        yield from _fallback(s, name, served)


def _served(s: Scenario, warehouse: str) -> dict[str, list[str]]:
    """The routes that begin at a warehouse, and the regions that they serve from it."""
    found: dict[str, list[str]] = {}
    for name, route in s.routes.items():
        for path, described in route.paths.items():
            if described.steps[0] == warehouse:
                found.setdefault(name, []).extend(regions_of(s, name, path))
    return found


def _held(s: Scenario, name: str, served: dict[str, list[str]]) -> Iterator[Found]:
    """Products of a route that the warehouse has no stock of."""
    for route in served:
        for product in carried(s, s.routes[route]) if served[route] else ():
            if product not in s.warehouses[name].stock:
                message = f"the warehouse '{name}' has no stock of '{product}', which this route carries"
                at: Path = ("routes", route) if s.routes[route].products is None else ("routes", route, "products")
                yield at, f"{message}; leave it out of the route's products, or describe the stock", None


def _users(s: Scenario, name: str, served: dict[str, list[str]]) -> Iterator[Found]:
    """Classes of sellers that no origin has whose orders come here."""
    users = s.warehouses[name].users
    origins = sorted({s.routes[route].origin for route in served} & s.market.origins.keys())
    if not users or not origins:
        return
    classes = {each for origin in origins for each in s.market.origins[origin].sellers.classes or ()}
    if not classes:
        message = f"sellers of {' and '.join(origins)} have no classes; describe sellers.classes, or leave users out"
        yield ("warehouses", name, "users"), message, None
        return
    for each in users:
        yield from known_name(("warehouses", name, "users", each), each, classes, "class of sellers")


def offered_to_nobody(s: Scenario) -> Iterator[Found]:
    """Warehouses that never admit any seller of an origin whose route begins at them."""
    ever = Ever(s)
    for name, warehouse in s.warehouses.items():
        users = warehouse.users
        if users is None:
            continue
        path = f"warehouses.{name}.users"
        admitted = {each for each in users if any(held.value for held in ever.values(f"{path}.{each}"))}
        for route, regions in _served(s, name).items():
            origin = s.market.origins.get(s.routes[route].origin)
            classes = (origin.sellers.classes or {}) if origin else {}
            if regions and classes and not any(classes.get(each) for each in admitted):
                message = f"no class of sellers may ever use the warehouse, so nobody is offered the route '{route}'"
                hint = "admit a class, from the beginning or by a dated change, or leave users out"
                yield ("warehouses", name, "users"), f"{message}: {hint}", None


def _fallback(s: Scenario, name: str, served: dict[str, list[str]]) -> Iterator[Found]:
    """Whether the fallback is a direct route that serves all that comes here."""
    if (fallback := s.warehouses[name].fallback) is None:
        return
    at: Path = ("warehouses", name, "fallback", "route")
    yield from known_name(at, fallback.route, s.routes, "route")
    if (route := s.routes.get(fallback.route)) is None:
        return
    if route.service_class == "warehouse":
        yield at, f"'{fallback.route}' begins at a warehouse itself; a fallback is a direct route", None
        return
    for sender in served:
        if route.origin != s.routes[sender].origin:
            message = f"'{fallback.route}' begins in {route.origin}, but '{sender}', which uses it, is of"
            yield at, f"{message} {s.routes[sender].origin}; a fallback is a route of the same origin", None
        for region in dict.fromkeys(served[sender]):
            if region in s.regions and region not in route.promise:
                yield at, f"'{fallback.route}' does not serve the region '{region}', which '{sender}' serves here", None
        for product in carried(s, s.routes[sender]):
            if product not in carried(s, route):
                yield at, f"'{fallback.route}' does not carry '{product}', which '{sender}' carries", None
