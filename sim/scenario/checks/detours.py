"""Checks of what a route says of steps of its paths: where parcels are posted and lost, and detours."""

from collections.abc import Iterable, Iterator

from sim.reading.tree import Path
from sim.scenario.checks.findings import Found, known_name, near
from sim.scenario.checks.ways import Way, are_known, end_of, regions_of, ways
from sim.scenario.itineraries import steps_in_containers
from sim.scenario.scenario import Scenario, World


def named_steps(s: Scenario, name: str) -> Iterator[Found]:
    """The steps at which parcels of a route are lost, and after which they count as posted."""
    route, at = s.routes[name], ("routes", name)
    passed = {step for path in route.paths.values() for step in path.steps}
    if route.loss:
        yield from _of_route((*at, "loss", "at"), route.loss.at, passed)
        if route.loss.at in passed:
            yield from _singly(s, (*at, "loss", "at"), route.loss.at, name, "lost")
    if route.posted_after:
        path: Path = (*at, "posted_after")
        yield from _of_route(path, route.posted_after, passed)
        yield from _singly(s, path, route.posted_after, name, "posted")
        if route.posted_after in s.last_miles:
            yield path, "a parcel is posted before the last mile, not after it", None
        for other, steps in route.paths.items():
            if route.posted_after in passed and route.posted_after not in steps.steps:
                yield path, f"the path '{other}' does not pass '{route.posted_after}'", None


def _of_route(path: Path, step: str, steps: set[str]) -> Iterator[Found]:
    if step not in steps:
        yield path, f"no path of this route passes '{step}'", near(step, sorted(steps))


def _singly(s: Scenario, path: Path, step: str, route: str, done: str) -> Iterator[Found]:
    """That a step named for parcels of a route lies where they travel in containers, on its paths or on a fallback."""
    for way in _ways_of_parcels(s, route):
        packed = steps_in_containers(s, way.itinerary)
        if step in packed and way.itinerary.steps[-1] not in packed:  # never unpacked: reported by itself
            message = f"parcels are {done} one by one, but on {way.said} they pass '{step}' in containers"
            yield path, f"{message}; name a step before the consolidation or after the unpacking", None
            return


def _ways_of_parcels(s: Scenario, route: str) -> Iterator[Way]:
    """The paths of a route, and those of the routes that its warehouses fall back to."""
    starts = {path.steps[0] for path in s.routes[route].paths.values()}
    fallbacks = {s.warehouses[start].fallback for start in starts & s.warehouses.keys()}
    owners = {route, *(fallback.route for fallback in fallbacks if fallback)}
    return (way for way in ways(s) if way.itinerary.kind == "order" and way.itinerary.owner in owners)


def detours(s: World, route_name: str, at: Path) -> Iterator[Found]:
    """The paths that take over at closed lanes."""
    for name, path in s.routes[route_name].paths.items():
        if path.reroute is not None:
            yield from _detour(s, route_name, (*at, "paths", name, "reroute"), name, path.reroute)


def _detour(s: World, route_name: str, at: Path, name: str, other: str) -> Iterator[Found]:
    route = s.routes[route_name]
    if other not in route.paths:
        yield from known_name(at, other, route.paths, "path")
        return
    steps, target = route.paths[name].steps, route.paths[other].steps
    if not are_known(s, *steps, *target):
        return
    position = next((i for i, pair in enumerate(zip(steps, target, strict=False)) if pair[0] != pair[1]), None)
    shared = (steps[position], target[position]) if position is not None else ("", "")
    if not all(step in s.lanes for step in shared):
        yield at, f"'{other}' is no detour: the two paths must be the same up to a lane of each", None
        return
    for i, (step, taking_over) in enumerate(zip(steps, target, strict=False)):
        if step != taking_over and step in s.lanes and taking_over in s.lanes:
            for message in _of_jump(s, i, steps, target):
                yield at, f"'{other}' is no detour: where '{step}' is closed, {message}", None
    served = s.last_miles[target[-1]].times.get(end_of(s, target) or "", {}) if target[-1] in s.last_miles else {}
    for region in regions_of(s, route_name, name):
        if region in s.regions and region not in served:
            yield at, f"'{other}' is no detour: it does not reach the region '{region}'", None


def _of_jump(s: World, i: int, steps: tuple[str, ...], target: tuple[str, ...]) -> Iterator[str]:
    """What hinders parcels, or the containers they are in, from changing to another path at its step ``i``."""
    begins, other_begins = s.lanes[steps[i]].from_, s.lanes[target[i]].from_
    if begins != other_begins:
        yield f"parcels would jump from {begins} to {other_begins}"
    packed, other_packed = (len(_of(s.consolidations, way[:i])) for way in (steps, target))
    if packed != other_packed:
        have, have_not = ("a", "none") if packed else ("no", "one")
        yield f"parcels have passed {have} consolidation, but {have_not} on the path that takes over"
        return
    stations = [name for name, station in s.stations.items() if station.unpacks_containers]
    unpacked, other_unpacked = (_of(stations, way[i:]) for way in (steps, target))
    if packed and unpacked != other_unpacked:
        where, other_where = (found[0] if found else "nowhere" for found in (unpacked, other_unpacked))
        yield f"containers that are to be unpacked at {where} would be unpacked at {other_where}"


def _of(things: Iterable[str], steps: tuple[str, ...]) -> list[str]:
    known = {*things}
    return [step for step in steps if step in known]
