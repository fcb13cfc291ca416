"""What a dated change can change: the named numbers of a world, their dimension and least value.

Also how several changes of one number compose over time. Knows the description only, so that a wrong change is found
before anything runs.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sim.errors import UnitError, closest
from sim.scenario.base import Distribution
from sim.scenario.containers import HEAVIEST
from sim.scenario.gateways import Group, described_shares, group_of, path_of, serving, shares_under
from sim.scenario.market import HIGHEST_LEVEL, HIGHEST_TRUST
from sim.scenario.scenario import Change, World
from sim.scenario.warehouses import LARGEST_STOCK
from sim.ticks import BEIJING_OFFSET, DAY, midnight
from sim.units import parse_quantity


@dataclass(frozen=True)
class Target:
    """A named number: its value in the description and how it may change."""

    path: str
    value: float | bool
    dimension: str
    bare: str
    least: float
    most: float
    is_whole: bool
    utc_offset: int

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off rather than a number."""
        return isinstance(self.value, bool)

    def parsed(self, text: Any) -> float | bool:
        """A value as written in a change; UnitError if it does not fit."""
        if self.is_switch != isinstance(text, bool):
            raise UnitError(f"{self.path} takes {'true or false' if self.is_switch else 'a number'}, not {text!r}")
        return text if isinstance(text, bool) else float(parse_quantity(text, self.dimension, self.bare))


class UnknownTargetError(Exception):
    """No such number; carries the closest one."""

    def __init__(self, path: str, known: str | None) -> None:
        super().__init__(f"'{path}' names no number that a change can change")
        self.hint = f"did you mean '{known}'?" if known else None


# field -> (dimension, unit of a bare number, least, most, whole)
_FIELDS: dict[str, tuple[str, str, float, float, bool]] = {
    "servers": ("count", "", 1, 100_000, True),
    "service": ("duration", "h", 1, 3650 * DAY, False),
    "delay": ("duration", "h", 0, 3650 * DAY, False),
    "share": ("share", "", 0, 1, False),
    "mass": ("mass", "g", 1, 1e15, True),
    "volume": ("volume", "cm3", 1, 1e15, True),
    "pieces": ("count", "", 1, 1e9, True),
    "cancellation": ("share", "", 0, 1, False),
    "when_ready": ("mass", "g", 0, 1e15, True),
    "gap": ("duration", "h", 0, 3650 * DAY, True),
    "container_mass": ("mass", "g", 1, HEAVIEST, True),
    "container_volume": ("volume", "cm3", 1, HEAVIEST, True),
    "stock": ("count", "", 0, LARGEST_STOCK, True),
    "fleet": ("count", "", 1, 1000, True),
    "fixed": ("money", "CNY", 0, 1e9, False),
    "per_kg": ("money per mass", "CNY/kg", 0, 1e9, False),
    "level": ("share", "", 0, HIGHEST_LEVEL, False),
    "trust": ("money", "CNY", 0, HIGHEST_TRUST, False),
    "freight_level": ("share", "", 0, 100, False),
    "number": ("share", "", 0, 1e9, False),
    "saturation": ("share", "", 1, 1e9, False),
    "switch": ("", "", 0, 1, False),
}


_LIMITS = ("mass", "volume", "pieces")
"""What limits a payload."""


def targets(world: World) -> dict[str, Target]:
    """All numbers of a world that dated changes can change, by dotted path."""
    found: dict[str, Target] = {}
    offsets = {name: place.utc_offset for name, place in world.places.items()}

    def add(path: str, value: Any, field: str, place: str) -> None:
        if value is None:
            return
        if isinstance(value, Distribution):
            path, value = f"{path}.mean", mean(value)
        dimension, bare, least, most, is_whole = _FIELDS[field]
        offset = offsets.get(place, BEIJING_OFFSET)
        found[path] = Target(path, value, dimension, bare, least, most, is_whole, offset)

    for name, station in world.stations.items():
        _add_queue(add, f"stations.{name}", station, station.place)
        add(f"stations.{name}.is_open", station.is_open, "switch", station.place)
    for name, customs in world.customs.items():
        _add_customs(add, f"customs.{name}", customs)
    for name, lane in world.lanes.items():
        _add_lane(add, f"lanes.{name}", lane)
    for name, consolidation in world.consolidations.items():
        _add_consolidation(add, f"consolidations.{name}", consolidation)
    for name, warehouse in world.warehouses.items():
        _add_warehouse(add, f"warehouses.{name}", warehouse)
    for name, stream in world.freight.items():
        add(f"freight.{name}.level", stream.level, "freight_level", "")
    for name, last_mile in world.last_miles.items():
        for place, times in last_mile.times.items():
            for region, time in times.items():
                add(f"last_miles.{name}.times.{place}.{region}", time, "delay", place)
    for name, route in world.routes.items():
        add(f"routes.{name}.is_open", route.is_open, "switch", route.origin)
        _add_tariffs(add, f"routes.{name}", route, world.products)
        add(f"routes.{name}.subsidy", route.subsidy, "fixed", route.origin)
        _add_gateways(add, world, name)
        if route.loss:
            add(f"routes.{name}.loss.share", route.loss.share, "share", route.origin)
        if route.returns:
            add(f"routes.{name}.returns.share", route.returns.share, "share", route.origin)
    for name, origin in world.market.origins.items():
        add(f"market.origins.{name}.level", origin.level, "level", name)
        for product in world.products:
            level = origin.product_levels.get(product, 1.0)
            add(f"market.origins.{name}.product_levels.{product}", level, "level", name)
        add(f"market.origins.{name}.choice.trust", origin.choice.trust, "trust", name)
        _add_sellers(add, f"market.origins.{name}.sellers", origin.sellers)
    return found


def _add_queue(add: Callable[..., None], path: str, queue: Any, place: str) -> None:
    add(f"{path}.servers", queue.servers, "servers", place)
    add(f"{path}.service", queue.service, "service", place)
    add(f"{path}.dwell", queue.dwell, "delay", place)


def _add_customs(add: Callable[..., None], path: str, customs: Any) -> None:
    add(f"{path}.is_open", customs.is_open, "switch", customs.place)
    if customs.release:
        _add_queue(add, f"{path}.release", customs.release, customs.place)
    if examination := customs.examination:
        _add_queue(add, f"{path}.examination", examination, customs.place)
        add(f"{path}.examination.share", examination.share, "share", customs.place)
        add(f"{path}.examination.share_above_duty_free", examination.share_above_duty_free, "share", customs.place)
        if examination.share_above_duty_free is not None:
            add(f"{path}.duty_free_limit", customs.duty_free_limit, "fixed", customs.place)
        for product, share in examination.share_by_product.items():
            add(f"{path}.examination.share_by_product.{product}", share, "share", customs.place)


def _add_lane(add: Callable[..., None], path: str, lane: Any) -> None:
    add(f"{path}.is_open", lane.is_open, "switch", lane.from_)
    for limit in _LIMITS:
        add(f"{path}.payload.{limit}", getattr(lane.payload, limit), limit, lane.from_)
    add(f"{path}.transit", lane.transit, "service", lane.from_)
    if not isinstance(lane.cancellation, tuple):
        add(f"{path}.cancellation", lane.cancellation, "cancellation", lane.from_)
    if lane.on_demand:
        add(f"{path}.on_demand.when_ready", lane.on_demand.when_ready, "when_ready", lane.from_)
        add(f"{path}.on_demand.when_ready_pieces", lane.on_demand.when_ready_pieces, "pieces", lane.from_)
        add(f"{path}.on_demand.min_gap", lane.on_demand.min_gap, "gap", lane.from_)
        add(f"{path}.on_demand.max_gap", lane.on_demand.max_gap, "gap", lane.from_)
        add(f"{path}.on_demand.fleet", lane.on_demand.fleet, "fleet", lane.from_)


def _add_consolidation(add: Callable[..., None], path: str, consolidation: Any) -> None:
    container, place = consolidation.container, consolidation.place
    add(f"{path}.container.mass", container.mass, "container_mass", place)
    add(f"{path}.container.volume", container.volume, "container_volume", place)
    add(f"{path}.container.pieces", container.pieces, "pieces", place)
    add(f"{path}.close_after", consolidation.close_after, "gap", place)


def _add_warehouse(add: Callable[..., None], path: str, warehouse: Any) -> None:
    place = warehouse.place
    add(f"{path}.is_open", warehouse.is_open, "switch", place)
    add(f"{path}.storage", warehouse.storage, "volume", place)
    _add_queue(add, f"{path}.receiving", warehouse.receiving, place)
    _add_queue(add, f"{path}.pick", warehouse.pick, place)
    for name, may_use in (warehouse.users or {}).items():
        add(f"{path}.users.{name}", may_use, "switch", place)
    for name, stock in warehouse.stock.items():
        add(f"{path}.stock.{name}.reorder_point", stock.reorder_point, "stock", place)
        add(f"{path}.stock.{name}.order_up_to", stock.order_up_to, "pieces", place)
        add(f"{path}.stock.{name}.quantity", stock.quantity, "pieces", place)
        add(f"{path}.stock.{name}.assortment", stock.assortment, "share", place)
    if warehouse.fallback:
        add(f"{path}.fallback.delay", warehouse.fallback.delay, "gap", place)


def _add_sellers(add: Callable[..., None], path: str, sellers: Any) -> None:
    """Numbers of sellers change at Beijing midnights; people are trained only where it changes something."""
    if growth := sellers.growth:
        add(f"{path}.growth.saturation", growth.saturation, "saturation", "")
        add(f"{path}.growth.entries_per_year", growth.entries_per_year, "number", "")
        add(f"{path}.growth.park_places", growth.park_places, "number", "")
        add(f"{path}.growth.exits_per_year", growth.exits_per_year, "share", "")
    if sellers.growth or sellers.skills:
        add(f"{path}.trained_per_year", sellers.trained_per_year, "number", "")


def _add_tariffs(add: Callable[..., None], path: str, route: Any, products: Iterable[str]) -> None:
    """The tariffs that some product pays; a route whose products all have their own has no other."""
    carried = route.products or tuple(products)
    tariffs = {f"tariff_by_product.{name}": tariff for name, tariff in route.tariff_by_product.items()}
    if any(name not in route.tariff_by_product for name in carried):
        tariffs["tariff"] = route.tariff
    for name, tariff in tariffs.items():
        add(f"{path}.{name}.fixed", tariff.fixed_cny, "fixed", route.origin)
        add(f"{path}.{name}.per_kg", tariff.per_kg_cny, "per_kg", route.origin)


def _add_gateways(add: Callable[..., None], world: World, name: str) -> None:
    """The share of each path that can serve a region, also of those that `gateways` does not name."""
    route = world.routes[name]
    for region in (region for region in route.promise if region in route.gateways):
        described = described_shares(route, region)
        for path in serving(world, name, region):
            add(path_of((name, region), path), described.get(path, 0.0), "share", route.origin)


def mean(distribution: Distribution[Any]) -> float:
    """Mean of a described distribution, in the quantity's base unit."""
    total = 0.0
    for part in distribution.parts:
        low, high = part.low or 0, part.high or 0
        if part.distribution == "uniform":
            value = (low + high) / 2
        elif part.distribution == "triangular":
            value = (low + (part.mode or 0) + high) / 3
        else:
            value = part.mean or 0
        total += part.share * value
    return float(total)


def find(found: Mapping[str, Target], path: str) -> Target:
    """The target of a path; UnknownTargetError with the closest known path."""
    if path not in found:
        raise UnknownTargetError(path, closest(path, list(found)))
    return found[path]


def value_on(target: Target, changes: list[tuple[str, Change]], day: date) -> float | bool:
    """Value of a number on a local day under the changes of it: sets by (date, name), then multiplies, then adds."""
    in_force = [
        (change, _fraction(change, day))
        for name, change in sorted(changes, key=lambda item: (item[1].at, item[0]))
        if is_in_force(change, day)
    ]
    if target.is_switch:
        return next((bool(change.set) for change, _ in reversed(in_force) if change.set is not None), target.value)
    value = float(target.value)
    for change, fraction in in_force:
        if change.set is not None:
            value += fraction * (target.parsed(change.set) - value)
    for change, fraction in in_force:
        if change.multiply is not None:
            value *= 1 + fraction * (change.multiply - 1)
    for change, fraction in in_force:
        if change.add is not None:
            value += fraction * target.parsed(change.add)
    if target.is_whole:
        value = math.floor(value + 0.5)
    return min(max(value, target.least), target.most)


def is_in_force(change: Change, day: date) -> bool:
    """Whether a change acts on a local day."""
    return change.at <= day and (change.until is None or day < change.until)


def _fraction(change: Change, day: date) -> float:
    ramp_days = -(-change.ramp // DAY)
    return min(1.0, ((day - change.at).days + 1) / ramp_days) if ramp_days else 1.0


def days_of(changes: Iterable[Change]) -> list[date]:
    """The local days on which the numbers of some changes may take a new value, in order."""
    days = set()
    for change in changes:
        last = change.at + timedelta(days=max(-(-change.ramp // DAY) - 1, 0))
        if change.until is not None:
            days.add(change.until)
            last = min(last, change.until)
        days.update(change.at + timedelta(days=i) for i in range((last - change.at).days + 1))
    return sorted(days)


def schedule(target: Target, changes: list[tuple[str, Change]]) -> list[tuple[int, float | bool]]:
    """Instants at which the number takes a new value, and the value, in order."""
    result, before = [], target.value
    for day in days_of(change for _, change in changes):
        value = value_on(target, changes, day)
        if value != before:
            result.append((midnight(day, target.utc_offset), value))
            before = value
    return result


def schedules(world: World) -> dict[str, list[tuple[int, float | bool]]]:
    """The schedule of every number that changes, by dotted path.

    A share of a path changes with those of its group, so these are the shares as they are used, of the whole group.
    """
    known = targets(world)
    result: dict[str, list[tuple[int, float | bool]]] = {}
    groups: dict[Group, dict[str, list[tuple[str, Change]]]] = {}
    for path, changes in changes_by_path(world, known).items():
        if found := group_of(path):
            groups.setdefault(found[0], {})[found[1]] = changes
        else:
            result[path] = schedule(known[path], changes)
    for group, changed in groups.items():
        result |= _schedules_of_group(world, group, known, changed)
    return dict(sorted(result.items()))


def changes_by_path(world: World, known: Mapping[str, Target]) -> dict[str, list[tuple[str, Change]]]:
    """The named changes of each number; UnknownTargetError if there is no such number."""
    found: dict[str, list[tuple[str, Change]]] = {}
    for name, change in world.changes.items():
        found.setdefault(find(known, change.change).path, []).append((name, change))
    return found


def shares_in_force(
    group: Group, known: Mapping[str, Target], changed: Mapping[str, list[tuple[str, Change]]], day: date
) -> dict[str, float]:
    """The changed shares of a group's paths on a local day: of those paths only of which a change is in force."""
    return {
        path: float(value_on(known[path_of(group, path)], changes, day))
        for path, changes in changed.items()
        if any(is_in_force(change, day) for _, change in changes)
    }


def _schedules_of_group(
    world: World, group: Group, known: Mapping[str, Target], changed: Mapping[str, list[tuple[str, Change]]]
) -> dict[str, list[tuple[int, float | bool]]]:
    described = dict.fromkeys(changed, 0.0) | described_shares(world.routes[group[0]], group[1])
    offset = known[path_of(group, next(iter(changed)))].utc_offset
    result: dict[str, list[tuple[int, float | bool]]] = {path_of(group, path): [] for path in described}
    before = described
    for day in days_of(change for changes in changed.values() for _, change in changes):
        shares = shares_under(described, shares_in_force(group, known, changed, day))
        for path, share in shares.items():
            if share != before[path]:
                result[path_of(group, path)].append((midnight(day, offset), share))
        before = shares
    return result
