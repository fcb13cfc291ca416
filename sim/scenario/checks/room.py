"""Checks of room: pieces that fit containers, containers that fit lanes, and numbers that fit their ids."""

import math
from collections.abc import Iterator
from datetime import date

from sim.errors import UnitError
from sim.ids import MAX_ORDINAL, SECOND_BITS
from sim.reading.tree import Path
from sim.scenario.checks.findings import Found
from sim.scenario.checks.ways import Way, carried, ways
from sim.scenario.containers import HEAVIEST
from sim.scenario.growth import growth_level
from sim.scenario.itineraries import steps_in_containers
from sim.scenario.lanes import Payload
from sim.scenario.scenario import Scenario
from sim.scenario.targets import mean, schedule, targets
from sim.scenario.warehouses import Warehouse
from sim.scenario.world import Product
from sim.units import format_quantity

_BARE = {"mass": "g", "volume": "cm3"}
_G_A_KG, _CM3_A_M3 = 1000, 10**6
MAX_BATCHES = 1 << SECOND_BITS


def _piece(product: Product) -> dict[str, int]:
    """Mass and volume of a piece of the mean weight."""
    mass = max(math.floor(mean(product.weight) + 0.5), 1)
    volume = math.floor(mass * _CM3_A_M3 / _G_A_KG / product.density + 0.5)
    return {"mass": mass, "volume": max(volume, 1)}


def _said(limit: str, value: float) -> str:
    return format_quantity(value, limit, _BARE[limit])


def _payloads(s: Scenario) -> Iterator[tuple[Path, Payload, tuple[str, ...]]]:
    """What containers and loads hold, and the products that are put into them."""
    for name, consolidation in s.consolidations.items():
        routes = [route for route in s.routes.values() if any(name in path.steps for path in route.paths.values())]
        products = dict.fromkeys(product for route in routes for product in carried(s, route))
        yield ("consolidations", name, "container"), consolidation.container, tuple(products)
    for name, warehouse in s.warehouses.items():
        products = dict.fromkeys(product for product in warehouse.stock if product in s.products)
        yield ("warehouses", name, "replenishment", "load"), warehouse.replenishment.load, tuple(products)


def heaviest(s: Scenario) -> Iterator[Found]:
    """Lanes that lift no parcel, and containers beyond anything that travels."""
    lightest = min(mean(product.weight) for product in s.products.values())
    for name, lane in s.lanes.items():
        if lane.payload.mass is not None and lane.payload.mass < lightest:
            yield ("lanes", name, "payload", "mass"), f"less than the lightest product's mean of {lightest:.0f} g", None
    for path, payload, _ in _payloads(s):
        for limit in _BARE:
            if (getattr(payload, limit) or 0) > HEAVIEST:
                message = f"no container or load holds {_said(limit, getattr(payload, limit))}"
                yield (*path, limit), f"{message}; at most {_said(limit, HEAVIEST)} are possible", None


def room_for_pieces(s: Scenario) -> Iterator[Found]:
    """Containers, loads and shelves that do not hold one mean piece of a product."""
    for path, payload, products in _payloads(s):
        for limit in _BARE:
            for product in products:
                yield from _too_small((*path, limit), limit, getattr(payload, limit), s.products[product], product)
    for name, warehouse in s.warehouses.items():
        for product in warehouse.stock.keys() & s.products.keys():
            path = ("warehouses", name, "storage")
            yield from _too_small(path, "volume", warehouse.storage, s.products[product], product)


def _too_small(path: Path, limit: str, room: int | None, product: Product, name: str) -> Iterator[Found]:
    needed = _piece(product)[limit]
    if room is not None and room < needed:
        message = f"{_said(limit, room)} do not hold a single piece of '{name}', which has {_said(limit, needed)}"
        yield path, message, None


def full_containers(s: Scenario) -> Iterator[Found]:
    """Lanes that cannot carry one full container of those that come to them."""
    seen: set[tuple[str, str]] = set()
    for way in ways(s):
        for step in way.itinerary.steps:
            if step in s.lanes and step in steps_in_containers(s, way.itinerary):
                said, full = _full(s, way)
                if (said, step) not in seen:
                    yield from _does_not_fit(step, s.lanes[step].payload, said, full)
                seen.add((said, step))


def _full(s: Scenario, way: Way) -> tuple[str, dict[str, int | None]]:
    """The containers of a way in words, and mass and volume of a full one."""
    itinerary = way.itinerary
    if itinerary.kind == "freight":
        stream = s.freight[itinerary.owner]
        return f"container of the freight '{itinerary.owner}'", {"mass": stream.mass, "volume": stream.volume}
    if itinerary.kind == "load":
        load = s.warehouses[itinerary.owner].replenishment.load
        return f"load of the warehouse '{itinerary.owner}'", {"mass": load.mass, "volume": load.volume}
    name = next(step for step in itinerary.steps if step in s.consolidations)
    container = s.consolidations[name].container
    return f"container of the consolidation '{name}'", {"mass": container.mass, "volume": container.volume}


def _does_not_fit(lane: str, payload: Payload, said: str, full: dict[str, int | None]) -> Iterator[Found]:
    for limit, size in full.items():
        room = getattr(payload, limit)
        if size is not None and room is not None and size > room:
            message = (
                f"a full {said} has {_said(limit, size)} and does not fit the lane '{lane}' of {_said(limit, room)}"
            )
            yield ("lanes", lane, "payload", limit), f"{message}: let the lane carry more, or fill less into it", None


def containers_at_once(s: Scenario) -> Iterator[Found]:
    """Batches of a week, and loads of a review, beyond what their ids number."""
    for name in s.freight:
        mean_batches = _batches(s, name)
        if mean_batches + 10 * math.sqrt(mean_batches) > MAX_BATCHES:
            message = f"about {mean_batches:,.0f} batches in a week; at most {MAX_BATCHES:,} are possible"
            yield ("freight", name), f"{message}: raise `batch`", None
    for name, warehouse in s.warehouses.items():
        loads = _loads(s, warehouse)
        if loads > MAX_ORDINAL:
            message = f"the review of an empty warehouse would order about {loads:,.0f} loads; at most"
            path = ("warehouses", name, "replenishment", "load")
            yield path, f"{message} {MAX_ORDINAL:,} are possible: let a load hold more", None


def _batches(s: Scenario, name: str) -> float:
    """Mean number of batches in the largest week."""
    stream, (start, end) = s.freight[name], (s.horizon.start, s.horizon.end)
    middles = [date(year, 7, 2) for year in range(start.year, end.year + 1)]
    days = [start, end, *(day for day in middles if start < day < end)]
    growth = max(growth_level(stream.growth, day) for day in days)
    return stream.containers_per_week / stream.batch * growth * _highest_level(s, name)


def _highest_level(s: Scenario, name: str) -> float:
    path, level = f"freight.{name}.level", s.freight[name].level
    changes = [(key, change) for key, change in s.changes.items() if change.change == path]
    try:
        return max([level, *(float(value) for _, value in (schedule(targets(s)[path], changes) if changes else ()))])
    except UnitError:  # reported by itself
        return level


def _loads(s: Scenario, warehouse: Warehouse) -> float:
    """Loads that a review orders, at least, if there is nothing and nobody waits."""
    pieces = {
        name: stock.order_up_to or stock.reorder_point + (stock.quantity or 0)
        for name, stock in warehouse.stock.items()
        if name in s.products
    }
    load = warehouse.replenishment.load
    loads = [sum(pieces.values()) / load.pieces] if load.pieces else []
    for limit in _BARE:
        if room := getattr(load, limit):
            loads.append(sum(number * _piece(s.products[name])[limit] for name, number in pieces.items()) / room)
    return max(loads)
