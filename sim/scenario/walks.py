"""Checks of routes: paths that can be walked, gateways, detours, and no circles of stations between lanes."""

from collections.abc import Iterator

from sim.reading.tree import Path
from sim.scenario.findings import Found, known_name, near, sum_to_one
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
            yield from _walk(s, route, at, path_name)
        yield from _gateways(s, route, at)
        yield from _named_steps(s, route, at)
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


def _place_at(s: World, step: str, here: str | None) -> tuple[str | None, str | None]:
    """Where a step must begin, and where it ends; None for a place that there is not."""
    if step in s.lanes:
        ends = s.lanes[step].from_, s.lanes[step].to
    elif step in s.stations or step in s.customs:
        place = (s.stations.get(step) or s.customs[step]).place
        ends = place, place
    else:
        return here, here
    begins, stops = (place if place in s.places else None for place in ends)
    return begins, stops


def _walk(s: World, route: Route, at: Path, name: str) -> Iterator[Found]:
    """Whether the steps of a path follow one another in space, each once, from the origin to a last mile."""
    steps = route.paths[name].steps
    here: str | None = route.origin if route.origin in s.market.origins else None
    known = [*s.stations, *s.customs, *s.lanes, *s.last_miles]
    for i, step in enumerate(steps):
        path = (*at, "paths", name, "steps", i)
        if step not in known:
            yield path, f"there is no station, customs, lane or last mile '{step}'", near(step, known)
            here = None
            continue
        if step in steps[:i]:
            yield path, f"the path passes '{step}' twice", None
        begins, ends = _place_at(s, step, here)
        if None not in (here, begins) and begins != here:
            yield path, f"the path cannot be walked: it is in {here}, but '{step}' begins in {begins}", None
        here = ends
        if (step in s.last_miles) != (i == len(steps) - 1):
            yield path, "a path ends in a last mile, and has none before its end", None
    if steps[-1] in s.last_miles and here is not None:
        times = s.last_miles[steps[-1]].times.get(here, {})
        for region in _regions_of(route, name):
            if region in s.regions and region not in times:
                path = (*at, "paths", name, "steps", len(steps) - 1)
                yield path, f"the last mile '{steps[-1]}' has no time from {here} to the region '{region}'", None


def _regions_of(route: Route, path: str) -> list[str]:
    return [
        region
        for region, choice in route.gateways.items()
        if region in route.promise and (choice == path or (isinstance(choice, dict) and path in choice))
    ]


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


def _named_steps(s: World, route: Route, at: Path) -> Iterator[Found]:
    all_steps = {step for path in route.paths.values() for step in path.steps}
    if route.loss:
        yield from _of_route((*at, "loss", "at"), route.loss.at, all_steps)
    if route.posted_after:
        yield from _of_route((*at, "posted_after"), route.posted_after, all_steps)
        if route.posted_after in s.last_miles:
            yield (*at, "posted_after"), "a parcel is posted before the last mile, not after it", None
        for name, path in route.paths.items():
            if route.posted_after in all_steps and route.posted_after not in path.steps:
                yield (*at, "posted_after"), f"the path '{name}' does not pass '{route.posted_after}'", None
    for name, path in route.paths.items():
        if path.reroute is not None:
            yield from _reroute(s, route, (*at, "paths", name, "reroute"), name, path.reroute)


def _of_route(path: Path, step: str, steps: set[str]) -> Iterator[Found]:
    if step not in steps:
        yield path, f"no path of this route passes '{step}'", near(step, sorted(steps))


def _reroute(s: World, route: Route, at: Path, name: str, other: str) -> Iterator[Found]:
    if other not in route.paths:
        yield from known_name(at, other, route.paths, "path")
        return
    steps, target = route.paths[name].steps, route.paths[other].steps
    known = {*s.stations, *s.customs, *s.lanes, *s.last_miles}
    if not {*steps, *target} <= known:
        return
    position = next((i for i, pair in enumerate(zip(steps, target, strict=False)) if pair[0] != pair[1]), None)
    shared = (steps[position], target[position]) if position is not None else ("", "")
    if not all(step in s.lanes for step in shared):
        yield at, f"'{other}' is no detour: the two paths must be the same up to a lane of each", None
        return
    for step, taking_over in zip(steps, target, strict=False):
        if step in s.lanes and taking_over in s.lanes and s.lanes[step].from_ != s.lanes[taking_over].from_:
            jump = f"from {s.lanes[step].from_} to {s.lanes[taking_over].from_}"
            yield at, f"'{other}' is no detour: where '{step}' is closed, parcels would jump {jump}", None
    served = s.last_miles[target[-1]].times.get(_end(s, target), {}) if target[-1] in s.last_miles else {}
    for region in _regions_of(route, name):
        if region in s.regions and region not in served:
            yield at, f"'{other}' is no detour: it does not reach the region '{region}'", None


def _end(s: World, steps: tuple[str, ...]) -> str:
    return next((s.lanes[step].to for step in reversed(steps) if step in s.lanes), "")


def circles(s: Scenario) -> Iterator[Found]:
    """Between lanes, stations must form no circle."""
    after: dict[str, set[str]] = {}
    for route in s.routes.values():
        for path in route.paths.values():
            if len(set(path.steps)) < len(path.steps):
                continue  # reported by itself
            for step, following in zip(path.steps, path.steps[1:], strict=False):
                if step not in s.lanes and following not in s.lanes:
                    after.setdefault(step, set()).add(following)
    done: set[str] = set()
    for start in after:
        circle = _circle(after, start, done)
        if circle:
            section = "stations" if circle[0] in s.stations else "customs"
            yield (section, circle[0]), f"stations stand in a circle between lanes: {' -> '.join(circle)}", None
            return


def _circle(after: dict[str, set[str]], start: str, done: set[str]) -> list[str]:
    """The first circle reached from ``start``, without recursion; ``done`` is known to lead to none."""
    trail: list[str] = []
    stack: list[tuple[str, Iterator[str]]] = [(start, iter(sorted(after.get(start, ()))))]
    trail.append(start)
    while stack:
        following = next(stack[-1][1], None)
        if following is None:
            done.add(stack.pop()[0])
            trail.pop()
        elif following in trail:
            return [*trail[trail.index(following) :], following]
        elif following not in done:
            stack.append((following, iter(sorted(after.get(following, ())))))
            trail.append(following)
    return []
