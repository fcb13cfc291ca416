"""Checks of room: pieces that fit containers, containers that fit lanes, and numbers that fit their ids."""

import math
from collections.abc import Iterator
from datetime import date

from sim.ids import MAX_BATCHES, MAX_ORDINAL
from sim.reading.tree import Path
from sim.scenario.checks.ever import Ever, Held
from sim.scenario.checks.findings import Found
from sim.scenario.checks.ways import Way, carried, ways
from sim.scenario.containers import HEAVIEST
from sim.scenario.growth import growth_level
from sim.scenario.itineraries import steps_in_containers
from sim.scenario.lanes import Payload
from sim.scenario.pieces import piece_cm3, piece_grams
from sim.scenario.scenario import Scenario
from sim.scenario.targets import mean
from sim.scenario.warehouses import Warehouse
from sim.scenario.world import Product
from sim.units import format_quantity

_BARE = {"mass": "g", "volume": "cm3"}


def _piece(product: Product) -> dict[str, int]:
    """Mass and volume of a piece of the mean weight."""
    return {"mass": piece_grams(product), "volume": piece_cm3(product)}


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
    lightest, ever = min(mean(product.weight) for product in s.products.values()), Ever(s)
    for name in s.lanes:
        for held in ever.least(f"lanes.{name}.payload.mass"):
            if held.value < lightest:
                path = held.at(("lanes", name, "payload", "mass"))
                yield path, f"{held.said}less than the lightest product's mean of {lightest:.0f} g", None
    for path, payload, _ in _payloads(s):
        for limit in _BARE:
            if (getattr(payload, limit) or 0) > HEAVIEST:
                message = f"no container or load holds {_said(limit, getattr(payload, limit))}"
                yield (*path, limit), f"{message}; at most {_said(limit, HEAVIEST)} are possible", None


def room_for_pieces(s: Scenario) -> Iterator[Found]:
    """Containers, loads and shelves that do not hold one mean piece of a product."""
    ever = Ever(s)
    for path, payload, products in _payloads(s):
        for limit in _BARE:
            room = _least(ever, (*path, limit), getattr(payload, limit))
            for product in products:
                yield from _too_small((*path, limit), limit, room, s.products[product], product)
    for name, warehouse in s.warehouses.items():
        path = ("warehouses", name, "storage")
        room = _least(ever, path, warehouse.storage)
        for product in warehouse.stock.keys() & s.products.keys():
            yield from _too_small(path, "volume", room, s.products[product], product)


def _least(ever: Ever, path: Path, described: int | None) -> Held | None:
    """The least value of a limit, also where it is none that changes can change."""
    if described is None:
        return None
    return next(iter(ever.least(".".join(map(str, path)))), Held(described, date.min, date.max, ()))


def _too_small(path: Path, limit: str, room: Held | None, product: Product, name: str) -> Iterator[Found]:
    needed = _piece(product)[limit]
    if room is not None and room.value < needed:
        message = f"{_said(limit, room.value)} do not hold a single piece of '{name}', which has {_said(limit, needed)}"
        yield room.at(path), f"{room.said}{message}", None


def full_containers(s: Scenario) -> Iterator[Found]:
    """Lanes that cannot carry one full container of those that come to them."""
    seen: set[tuple[str, str]] = set()
    ever = Ever(s)
    for way in ways(s):
        for step in way.itinerary.steps:
            if step in s.lanes and step in steps_in_containers(s, way.itinerary):
                said, full = _full(s, way, ever)
                if (said, step) not in seen:
                    yield from _does_not_fit(step, ever, said, full)
                seen.add((said, step))


def _full(s: Scenario, way: Way, ever: Ever) -> tuple[str, dict[str, list[Held]]]:
    """The containers of a way in words, and mass and volume of a full one over time."""
    itinerary = way.itinerary
    if itinerary.kind == "freight":
        stream = s.freight[itinerary.owner]
        return f"container of the freight '{itinerary.owner}'", _always(stream.mass, stream.volume)
    if itinerary.kind == "load":
        load = s.warehouses[itinerary.owner].replenishment.load
        return f"load of the warehouse '{itinerary.owner}'", _always(load.mass, load.volume)
    name = next(step for step in itinerary.steps if step in s.consolidations)
    sizes = {limit: ever.values(f"consolidations.{name}.container.{limit}") for limit in _BARE}
    return f"container of the consolidation '{name}'", sizes


def _always(mass: int | None, volume: int | None) -> dict[str, list[Held]]:
    """Limits that no change changes."""
    limits = {"mass": mass, "volume": volume}
    return {limit: [Held(size, date.min, date.max, ())] for limit, size in limits.items() if size is not None}


def _does_not_fit(lane: str, ever: Ever, said: str, full: dict[str, list[Held]]) -> Iterator[Found]:
    """What is filled on a day may come to the lane on any later one; of each limit the worst case is shown."""
    for limit, sizes in full.items():
        path = ("lanes", lane, "payload", limit)
        meetings = [
            (size, room)
            for room in ever.values(".".join(path))
            for size in sizes
            if size.value > room.value and size.since < room.until
        ]
        if meetings:
            size, room = max(meetings, key=lambda meeting: meeting[0].value - meeting[1].value)
            at = room if room.changes else size
            message = (
                f"{size.said}a full {said} has {_said(limit, size.value)} and does not fit the lane '{lane}' "
                f"of {_said(limit, room.value)}{room.said and ' ' + room.said.strip()}"
            )
            yield at.at(path), f"{message}: let the lane carry more, or fill less into it", None


def containers_at_once(s: Scenario) -> Iterator[Found]:
    """Batches of a week, and loads of a review, beyond what their ids number."""
    ever = Ever(s)
    for name in s.freight:
        mean_batches = _batches(s, name, ever)
        if mean_batches + 10 * math.sqrt(mean_batches) > MAX_BATCHES:
            message = f"about {mean_batches:,.0f} batches in a week; at most {MAX_BATCHES:,} are possible"
            yield ("freight", name), f"{message}: raise `batch`", None
    for name in s.warehouses:
        loads, day = _most_loads(s, name, ever)
        if loads > MAX_ORDINAL:
            when = f"on {day} " if day else ""
            message = f"the review of an empty warehouse would {when}order about {loads:,.0f} loads; at most"
            path = ("warehouses", name, "replenishment", "load")
            yield path, f"{message} {MAX_ORDINAL:,} are possible: let a load hold more", None


def _batches(s: Scenario, name: str, ever: Ever) -> float:
    """Mean number of batches in the largest week."""
    stream, (start, end) = s.freight[name], (s.horizon.start, s.horizon.end)
    middles = [date(year, 7, 2) for year in range(start.year, end.year + 1)]
    days = [start, end, *(day for day in middles if start < day < end)]
    growth = max(growth_level(stream.growth, day) for day in days)
    level = max(held.value for held in ever.values(f"freight.{name}.level"))
    return stream.containers_per_week / stream.batch * growth * level


def _most_loads(s: Scenario, name: str, ever: Ever) -> tuple[float, date | None]:
    """The most loads of a review, and since when, where that is not from the beginning."""
    stock = s.warehouses[name].stock
    paths = [
        path
        for product in stock
        for number in ("reorder_point", "order_up_to", "quantity")
        if ever.values(path := f"warehouses.{name}.stock.{product}.{number}")
    ]
    days = ever.days(*paths)
    found = []
    for day in days:
        numbers = {path: ever.on(path, day) for path in paths}
        pieces = {product: _wanted(numbers, f"warehouses.{name}.stock.{product}") for product in stock}
        found.append(_loads(s, s.warehouses[name], pieces))
    most = max(range(len(days)), key=found.__getitem__)
    return found[most], days[most] if most else None


def _wanted(numbers: dict[str, float], path: str) -> float:
    """Pieces of a product that the review of an empty shelf orders, at least."""
    reorder_point = numbers[f"{path}.reorder_point"]
    if f"{path}.order_up_to" in numbers:
        return max(numbers[f"{path}.order_up_to"], reorder_point + 1)
    quantity = numbers[f"{path}.quantity"]
    return (reorder_point // quantity + 1) * quantity


def _loads(s: Scenario, warehouse: Warehouse, wanted: dict[str, float]) -> float:
    """Loads that a review orders, at least, if there is nothing and nobody waits."""
    pieces = {name: number for name, number in wanted.items() if name in s.products}
    load = warehouse.replenishment.load
    loads = [sum(pieces.values()) / load.pieces] if load.pieces else []
    for limit in _BARE:
        if room := getattr(load, limit):
            loads.append(sum(number * _piece(s.products[name])[limit] for name, number in pieces.items()) / room)
    return max(loads)
