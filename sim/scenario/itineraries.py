"""Itineraries: every numbered sequence of steps that something may travel by, and on whose account.

Paths of routes come first, then the ways of freight, of loads that replenish warehouses, and of parcels that come back.
Accounts are those that costs and emissions fall to: routes, then freight, then warehouses.
"""

from dataclasses import dataclass
from typing import Literal

from sim.scenario.scenario import World


@dataclass(frozen=True)
class Itinerary:
    """Steps in order, and what travels by them."""

    kind: Literal["order", "freight", "load", "return"]
    account: int
    owner: str
    """Name of the route, freight or warehouse."""
    path: str
    """Name of the path of a route; empty for others."""
    steps: tuple[str, ...]


def accounts(world: World) -> tuple[str, ...]:
    """Names of all accounts in order."""
    return (*world.routes, *world.freight, *world.warehouses)


def itineraries(world: World) -> list[Itinerary]:
    """All itineraries; their position is their number."""
    routes = [
        Itinerary("order", number, name, path, route.paths[path].steps)
        for number, (name, route) in enumerate(world.routes.items())
        for path in route.paths
    ]
    first = len(world.routes)
    freight = [
        Itinerary("freight", number, name, "", stream.steps)
        for number, (name, stream) in enumerate(world.freight.items(), first)
    ]
    first += len(world.freight)
    loads = [
        Itinerary("load", number, name, "", warehouse.replenishment.steps)
        for number, (name, warehouse) in enumerate(world.warehouses.items(), first)
    ]
    returns = [
        Itinerary("return", order.account, order.owner, order.path, steps)
        for order in routes
        if (steps := world.routes[order.owner].paths[order.path].return_steps) is not None
    ]
    return [*routes, *freight, *loads, *returns]


def steps_in_containers(world: World, itinerary: Itinerary) -> set[str]:
    """Steps at which a container travels rather than single parcels: from after the consolidation to the unpacking."""
    if itinerary.kind in ("freight", "load"):
        return set(itinerary.steps)
    found: set[str] = set()
    is_packed = False
    for step in itinerary.steps:
        if is_packed:
            found.add(step)
        if step in world.consolidations:
            is_packed = True
        elif step in world.stations and world.stations[step].unpacks_containers:
            is_packed = False
    return found
