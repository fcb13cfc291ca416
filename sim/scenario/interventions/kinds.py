"""What each kind of measure does: the named numbers that it changes, and how.

A kind says which numbers it means; whether the world has them is looked up once, for all kinds, in `expanding.py`.
"""

from collections.abc import Callable
from itertools import chain
from typing import Any

from sim.scenario.interventions import measures as m
from sim.scenario.interventions.parts import Act, Departing, Parts, Wrong, adds, closes, multiplies, opens, sets
from sim.scenario.scenario import World

READY = ("when_ready", "when_ready_pieces")
"""The load for which a departure on demand waits: a lane has one of the two."""


def parts_of(world: World, measure: m.AnyMeasure) -> Parts:
    """All that a measure does, in the order of its fields."""
    return _KINDS[type(measure)](world, measure)


# -- numbers, departures, queues ---------------------------------------------------------------------------------------


def _plain(_world: World, measure: m.PlainChange) -> Parts:
    for operation in ("set", "add", "multiply"):
        if (value := getattr(measure, operation)) is not None:
            yield Act((), measure.change, operation, value, is_plain=True)


def _departures(world: World, measure: m.Departures) -> Parts:
    path = f"lanes.{measure.lane}"
    yield from adds(("fleet",), f"{path}.on_demand.fleet", measure.fleet)
    yield from multiplies(("when_ready",), _ready(world, measure.lane), measure.when_ready)
    yield from multiplies(("min_gap",), f"{path}.on_demand.min_gap", measure.min_gap)
    lane = world.lanes.get(measure.lane)
    for limit in ("mass", "volume", "pieces"):
        if lane is None or getattr(lane.payload, limit) is not None:
            yield from multiplies(("payload",), f"{path}.payload.{limit}", measure.payload)
    if measure.timetable and lane and lane.timetable is None:
        yield Wrong(("timetable",), f"the lane '{measure.lane}' runs on demand and has no timetable to add to")
    elif measure.timetable:
        for i, entry in enumerate(measure.timetable):
            yield Departing(("timetable", i), measure.lane, entry)


def _ready(world: World, name: str) -> str:
    lane = world.lanes.get(name)
    is_of_pieces = lane and lane.on_demand and lane.on_demand.when_ready is None
    return f"lanes.{name}.on_demand.{READY[bool(is_of_pieces)]}"


def _queues(_world: World, measure: m.Queues | m.Slow) -> Parts:
    for i, queue in enumerate(measure.queues):
        if isinstance(measure, m.Queues):
            yield from adds(("queues", i), f"{queue}.servers", measure.servers)
        yield from multiplies(("queues", i), f"{queue}.service.mean", measure.service)
        yield from multiplies(("queues", i), f"{queue}.dwell.mean", measure.dwell)


def _examined(world: World, measure: m.SingleWindow | m.Slow) -> Parts:
    """The share examined, and those of dutiable parcels and of products where customs has them."""
    for i, name in enumerate(measure.customs):
        path, customs = f"customs.{name}.examination", world.customs.get(name)
        numbers = [f"{path}.share"]
        if customs and customs.examination:
            if customs.examination.share_above_duty_free is not None:
                numbers.append(f"{path}.share_above_duty_free")
            numbers += [f"{path}.share_by_product.{product}" for product in customs.examination.share_by_product]
        for number in numbers:
            yield from multiplies(("customs", i), number, measure.examined)


def _single_window(world: World, measure: m.SingleWindow) -> Parts:
    for i, name in enumerate(measure.customs):
        customs = world.customs.get(name)
        release = customs.release if customs else None
        if release is None or release.service:
            yield from multiplies(("customs", i), f"customs.{name}.release.service.mean", measure.release)
        if release and release.dwell:
            yield from multiplies(("customs", i), f"customs.{name}.release.dwell.mean", measure.release)
    yield from _examined(world, measure)


# -- what opens --------------------------------------------------------------------------------------------------------


def _open_exchange_office(world: World, measure: m.OpenExchangeOffice) -> Parts:
    for i, name in enumerate(measure.stations):
        section = "customs" if name in world.customs else "stations"
        yield opens(("stations", i), f"{section}.{name}.is_open")
    for region, share in measure.shares.items():
        number = f"routes.{measure.route}.gateways.{region}.{measure.path}"
        yield sets(("shares", region), number, share)


def _open_warehouse(_world: World, measure: m.OpenWarehouse) -> Parts:
    yield opens(("warehouse",), f"warehouses.{measure.warehouse}.is_open")
    for i, name in enumerate(measure.routes):
        yield opens(("routes", i), f"routes.{name}.is_open")
    for name, share in measure.shares.items():
        route, *rest = name.split(".")
        if len(rest) != 2:
            yield Wrong(("shares", name), f"'{name}' is no path of a region; write ROUTE.REGION.PATH")
        else:
            yield sets(("shares", name), f"routes.{route}.gateways.{'.'.join(rest)}", share)


def _share_warehouse(world: World, measure: m.ShareWarehouse) -> Parts:
    path, warehouse = f"warehouses.{measure.warehouse}", world.warehouses.get(measure.warehouse)
    if warehouse and warehouse.users is None:
        yield Wrong(("classes",), f"the warehouse '{measure.warehouse}' is open to all classes of sellers already")
    else:
        for i, name in enumerate(measure.classes):
            yield opens(("classes", i), f"{path}.users.{name}")
    yield from multiplies(("stock",), f"{path}.storage", measure.stock)
    for product, stock in warehouse.stock.items() if warehouse else ():
        for number in ("reorder_point", "order_up_to", "quantity"):
            if getattr(stock, number) is not None:
                yield from multiplies(("stock",), f"{path}.stock.{product}.{number}", measure.stock)
        yield from multiplies(("assortment",), f"{path}.stock.{product}.assortment", measure.assortment)
    yield from adds(("pickers",), f"{path}.pick.servers", measure.pickers)


def _dedicated_line(_world: World, measure: m.DedicatedLine) -> Parts:
    yield opens(("route",), f"routes.{measure.route}.is_open")


# -- the market --------------------------------------------------------------------------------------------------------


def _pool_shippers(world: World, measure: m.PoolShippers) -> Parts:
    for i, name in enumerate(measure.consolidations):
        yield from multiplies(("consolidations", i), f"consolidations.{name}.close_after", measure.close_after)
    for i, name in enumerate(measure.lanes):
        yield from multiplies(("lanes", i), _ready(world, name), measure.when_ready)
    for i, name in enumerate(measure.routes):
        for tariff in _tariffs(world, name):
            for term in ("fixed", "per_kg"):
                yield from multiplies(("routes", i), f"routes.{name}.{tariff}.{term}", measure.tariff)


def _tariffs(world: World, name: str) -> list[str]:
    """The tariffs that some product of a route pays."""
    route = world.routes.get(name)
    if route is None:
        return ["tariff"]
    own = [f"tariff_by_product.{product}" for product in route.tariff_by_product]
    return own if set(route.products or world.products) <= route.tariff_by_product.keys() else ["tariff", *own]


def _returns_desk(world: World, measure: m.ReturnsDesk) -> Parts:
    """Trust is an origin's, so that routes of one origin add to it once."""
    origins: dict[str, int] = {}
    for i, name in enumerate(measure.routes):
        yield from multiplies(("routes", i), f"routes.{name}.returns.share", measure.returned)
        if name in world.routes:
            origins.setdefault(world.routes[name].origin, i)
    for name, i in origins.items():
        yield from adds(("routes", i), f"market.origins.{name}.choice.trust", measure.worth)


def _train_staff(_world: World, measure: m.TrainStaff) -> Parts:
    yield from adds(("per_year",), f"market.origins.{measure.origin}.sellers.trained_per_year", measure.per_year)


def _seller_park(_world: World, measure: m.SellerPark) -> Parts:
    path = f"market.origins.{measure.origin}.sellers.growth"
    yield from adds(("places",), f"{path}.park_places", measure.places)
    yield from adds(("entries_per_year",), f"{path}.entries_per_year", measure.entries_per_year)
    yield from multiplies(("saturation",), f"{path}.saturation", measure.saturation)


def _build_trust(_world: World, measure: m.BuildTrust) -> Parts:
    yield from adds(("worth",), f"market.origins.{measure.origin}.choice.trust", measure.worth)


def _product_mix(_world: World, measure: m.ProductMix) -> Parts:
    for product, factor in measure.products.items():
        number = f"market.origins.{measure.origin}.product_levels.{product}"
        yield from multiplies(("products", product), number, factor)


def _subsidy(_world: World, measure: m.Subsidy) -> Parts:
    for i, name in enumerate(measure.routes):
        yield from adds(("routes", i), f"routes.{name}.subsidy", measure.per_parcel)


def _duty_limit(_world: World, measure: m.DutyLimit) -> Parts:
    for i, name in enumerate(measure.customs):
        yield sets(("customs", i), f"customs.{name}.duty_free_limit", measure.limit)


# -- what happens ------------------------------------------------------------------------------------------------------


def _close(_world: World, measure: m.Close) -> Parts:
    for section in ("stations", "customs", "lanes", "warehouses", "routes"):
        for i, name in enumerate(getattr(measure, section)):
            yield closes((section, i), f"{section}.{name}.is_open")


def _slow(world: World, measure: m.Slow) -> Parts:
    for i, name in enumerate(measure.lanes):
        yield from multiplies(("lanes", i), f"lanes.{name}.transit.mean", measure.transit)
    yield from chain(_queues(world, measure), _examined(world, measure))


def _demand(_world: World, measure: m.Demand) -> Parts:
    for i, name in enumerate(measure.origins):
        yield from multiplies(("origins", i), f"market.origins.{name}.level", measure.factor)


_KINDS: dict[type[m.Measure], Callable[[World, Any], Parts]] = {
    m.PlainChange: _plain,
    m.AddFlights: _departures,
    m.AddTrains: _departures,
    m.ExpandStation: _queues,
    m.UpgradeBorder: _queues,
    m.SingleWindow: _single_window,
    m.OpenExchangeOffice: _open_exchange_office,
    m.OpenWarehouse: _open_warehouse,
    m.ShareWarehouse: _share_warehouse,
    m.DedicatedLine: _dedicated_line,
    m.PoolShippers: _pool_shippers,
    m.ReturnsDesk: _returns_desk,
    m.TrainStaff: _train_staff,
    m.SellerPark: _seller_park,
    m.BuildTrust: _build_trust,
    m.ProductMix: _product_mix,
    m.Subsidy: _subsidy,
    m.DutyLimit: _duty_limit,
    m.Close: _close,
    m.Slow: _slow,
    m.Demand: _demand,
}
