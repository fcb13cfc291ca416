"""Checks of routes: whom they serve, paths that can be walked, and gateways."""

from collections.abc import Iterator

from sim.reading.tree import Path
from sim.scenario.checks.detours import detours, named_steps
from sim.scenario.checks.findings import Found, known_name, sum_to_one
from sim.scenario.checks.ways import NOUNS, end_of, section_of, walk
from sim.scenario.gateways import described_shares
from sim.scenario.routes import Route
from sim.scenario.scenario import Scenario, World


def routes(s: Scenario) -> Iterator[Found]:
    """What is wrong with each route by itself."""
    for name, route in s.routes.items():
        at: Path = ("routes", name)
        yield from known_name((*at, "origin"), route.origin, s.market.origins, "market origin")
        for region in route.promise:
            yield from known_name((*at, "promise", region), region, s.regions, "region")
            if region in s.regions and region not in route.gateways:
                yield (*at, "gateways"), f"no path is named for the region '{region}', which has a promise", None
        for field in ("tariff_by_product", "products"):
            for i, product in enumerate(getattr(route, field) or ()):
                step = i if field == "products" else product
                yield from known_name((*at, field, step), product, s.products, "product")
        for path_name in route.paths:
            yield from _path(s, name, at, path_name)
        yield from _gateways(s, route, at)
        yield from named_steps(s, name)
        yield from detours(s, name, at)
        if not _serves_someone(s, route):
            yield at, "the route serves nobody: no orders fall on its regions and products", None


def _serves_someone(s: World, route: Route) -> bool:
    """Whether orders of its origin fall on a region it promises and a product it carries; true if names are wrong."""
    products = {*(s.products if route.products is None else route.products)}
    if route.origin not in s.market.origins or route.promise.keys() - s.regions.keys() or products - s.products.keys():
        return True
    origin = s.market.origins[route.origin]
    of_region = origin.region_shares or {name: region.order_share for name, region in s.regions.items()}
    of_product = origin.product_shares or {name: product.order_share for name, product in s.products.items()}
    has_regions = any(of_region.get(name, 0) for name in route.promise)
    return has_regions and any(of_product.get(name, 0) for name in products)


def _path(s: World, route_name: str, at: Path, name: str) -> Iterator[Found]:
    """Whether a path leads from its origin, or from a warehouse, to a last mile that serves its regions."""
    route = s.routes[route_name]
    steps, path = route.paths[name].steps, (*at, "paths", name, "steps")
    origin = route.origin if route.origin in s.market.origins else None
    start = None if steps[0] in s.warehouses else origin
    yield from walk(s, path, steps, start, NOUNS)
    yield from _ends(s, route, path, steps)
    here = end_of(s, steps, start)
    if steps[-1] in s.last_miles and here is not None:
        times = s.last_miles[steps[-1]].times.get(here, {})
        for region in (region for region in route.gateways if name in described_shares(route, region)):
            if region in route.promise and region in s.regions and region not in times:
                message = f"the last mile '{steps[-1]}' has no time from {here} to the region '{region}'"
                yield (*path, len(steps) - 1), message, None


def _ends(s: World, route: Route, at: Path, steps: tuple[str, ...]) -> Iterator[Found]:
    """A warehouse stands first, and just on routes of that class; a last mile stands last."""
    for i, step in enumerate(steps):
        section = section_of(s, step)
        if section and (section == "last_miles") != (i == len(steps) - 1):
            yield (*at, i), "a path ends in a last mile, and has none before its end", None
        if section == "warehouses" and i > 0:
            yield (*at, i), "a warehouse can only be the first step of a path: orders take their stock there", None
    first = section_of(s, steps[0])
    if first and first != "warehouses" and route.service_class == "warehouse":
        message = f"paths of a route of service_class warehouse begin at a warehouse, not at a {NOUNS[first]}"
        yield (*at, 0), message, None
    if first == "warehouses" and route.service_class != "warehouse":
        message = f"the route is of service_class {route.service_class}; make it warehouse to begin at '{steps[0]}'"
        yield (*at, 0), message, None


def _gateways(s: World, route: Route, at: Path) -> Iterator[Found]:
    for region, choice in route.gateways.items():
        path = (*at, "gateways", region)
        yield from known_name(path, region, s.regions, "region")
        if isinstance(choice, str):
            yield from known_name(path, choice, route.paths, "path")
            continue
        for name in choice:
            yield from known_name((*path, name), name, route.paths, "path")
        yield from sum_to_one(path, choice, "shares of the paths")
