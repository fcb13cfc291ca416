"""Gateways under dated changes: which paths can serve a region, and the shares they have while some are changed.

A group is the paths of one route to one region. Knows the description only.
"""

from collections.abc import Iterable, Mapping

from sim.scenario.routes import Route
from sim.scenario.scenario import Change, World

Group = tuple[str, str]
"""A route and a region."""


def path_of(group: Group, path: str) -> str:
    """The dotted path of the share of a path."""
    return f"routes.{group[0]}.gateways.{group[1]}.{path}"


def group_of(dotted: str) -> tuple[Group, str] | None:
    """The group, and the path in it, whose share a dotted path names; None if it names something else."""
    parts = dotted.split(".")
    if len(parts) != 5 or parts[0] != "routes" or parts[2] != "gateways":
        return None
    return (parts[1], parts[3]), parts[4]


def described_shares(route: Route, region: str) -> dict[str, float]:
    """Shares of the paths that `gateways` names for a region; a fixed path has all."""
    choice = route.gateways.get(region, {})
    return {choice: 1.0} if isinstance(choice, str) else dict(choice)


def candidates(route: Route, region: str, changes: Iterable[Change], name: str) -> dict[str, float]:
    """Shares as described of all paths that may ever have one: those of `gateways`, then others that changes name."""
    named = {found[1] for change in changes if (found := group_of(change.change)) and found[0] == (name, region)}
    described = described_shares(route, region)
    return described | {path: 0.0 for path in route.paths if path in named and path not in described}


def serving(world: World, name: str, region: str) -> list[str]:
    """The paths of a route that end in a last mile with a time to the region."""
    paths = world.routes[name].paths
    return [path for path in paths if region in reached(world, paths[path].steps)]


def reached(world: World, steps: tuple[str, ...]) -> Iterable[str]:
    """The regions that the last mile at the end of some steps serves from where they end; none if they are unknown."""
    last_mile = world.last_miles.get(steps[-1])
    return last_mile.times.get(_place(world, steps[-2]), {}) if last_mile and len(steps) > 1 else ()


def _place(world: World, step: str) -> str:
    if step in world.lanes:
        return world.lanes[step].to
    for section in (world.stations, world.customs, world.consolidations, world.warehouses):
        if step in section:
            return section[step].place
    return ""


def shares_under(described: Mapping[str, float], changed: Mapping[str, float]) -> dict[str, float]:
    """Shares of a group's paths, of some of which changes are in force.

    The changed ones hold, the others divide what is left as described. Where nothing is left, or nobody could have it,
    the changed ones are normalised; if these are all zero, nothing is changed.
    """
    held = sum(changed.values())
    others = sum(share for path, share in described.items() if path not in changed)
    if all(share == described[path] for path, share in changed.items()) or held == others == 0:
        return dict(described)
    if held >= 1 or others == 0:
        return {path: changed.get(path, 0.0) / held for path in described}
    return {path: changed.get(path, share * (1 - held) / others) for path, share in described.items()}
