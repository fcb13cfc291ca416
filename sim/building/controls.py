"""What setting a named number means: one control for every target of `sim.scenario.targets`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sim.actors.capacity import Control
from sim.actors.departures import Demand, LaneState
from sim.actors.offers import Access
from sim.actors.reviews import StockReview, StockRule
from sim.actors.weighing import RouteState
from sim.building.market import States
from sim.building.network import BuiltNetwork
from sim.flow.consolidation import Consolidation
from sim.flow.customs import Selection, in_fen
from sim.flow.last_mile import LastMile
from sim.flow.network import Node
from sim.flow.path_shares import PathShares
from sim.flow.station import Queue
from sim.kernels import distributions
from sim.scenario.gateways import candidates, path_of
from sim.scenario.scenario import World

Apply = Callable[[float | bool, int], None]
_ROOM = ("mass", "volume", "pieces")


def controls(
    world: World,
    built: BuiltNetwork,
    lanes: Mapping[str, LaneState],
    demands: Mapping[str, Demand],
    states: States,
    stock: Mapping[str, StockReview],
) -> dict[str, Control]:
    """Controls by dotted path. Levels have none: market and freight read their schedules, day by day or on Mondays.

    Nor have shares of paths that no change names.
    """
    found: dict[str, Control] = {}
    for name in world.stations:
        _queue(found, f"stations.{name}", built.nodes[name])
        station = built.nodes[name]
        assert isinstance(station, Queue)
        _switch(found, f"stations.{name}.is_open", [station])
    for name in world.customs:
        _customs(found, name, built)
    for name, state in lanes.items():
        _lane(found, f"lanes.{name}", state, demands.get(name))
    for name, consolidation in built.consolidations.items():
        _consolidation(found, f"consolidations.{name}", consolidation)
    for name in world.last_miles:
        _last_mile(found, world, name, built)
    for number, (name, route) in enumerate(states.routes.items()):
        _gateways(found, world, name, built)
        _route(found, f"routes.{name}", route)
        loss = world.routes[name].loss
        if loss:
            _loss(found, f"routes.{name}.loss.share", built.nodes[loss.at], number)
        if world.routes[name].returns:
            _returns(found, f"routes.{name}.returns.share", built.last_miles, number)
    for name, origin in states.origins.items():
        found[f"market.origins.{name}.choice.trust"] = Control([], _attribute(origin, "trust", float))
    for name, warehouse in states.access.items():
        _access(found, f"warehouses.{name}", warehouse)
    for name, review in stock.items():
        _warehouse(found, f"warehouses.{name}", built, review)
        _stock(found, world, f"warehouses.{name}.stock", review.rules)
    return found


def _queue(found: dict[str, Control], path: str, node: Node) -> None:
    assert isinstance(node, Queue)
    found[f"{path}.servers"] = Control([node], lambda value, at: node.set_servers(int(value), at))
    if node.service is not None:
        base = node.service
        found[f"{path}.service.mean"] = Control([node], lambda value, _: node.set_service(_with_mean(base, value)))
    if node.dwell is not None:
        rest = node.dwell
        found[f"{path}.dwell.mean"] = Control([node], lambda value, _: node.set_dwell(_with_mean(rest, value)))


def _with_mean(parts: np.ndarray, mean: float) -> np.ndarray:
    """The distribution scaled to another mean; from nothing or to nothing it is a constant."""
    before = distributions.mean(parts)
    if abs(mean - before) <= 1e-12 * before:  # back to what is described: not one bit may differ
        return parts
    if before == 0 or mean == 0:
        return distributions.constant(mean)
    return distributions.scaled(parts, mean / before)


def _switch(found: dict[str, Control], path: str, nodes: Sequence[Queue | Selection]) -> None:
    def apply(value: float | bool, at: int) -> None:
        for node in nodes:
            node.set_open(bool(value), at)

    found[path] = Control(nodes, apply)


def _customs(found: dict[str, Control], name: str, built: BuiltNetwork) -> None:
    path = f"customs.{name}"
    release, bays = built.nodes.get(f"{name}.release"), built.nodes.get(f"{name}.examination")
    selection = built.nodes.get(f"{name}.selection")
    for part, node in (("release", release), ("examination", bays)):
        if node is not None:
            _queue(found, f"{path}.{part}", node)
    doors = [node for node in (release, bays) if isinstance(node, Queue)]
    if isinstance(selection, Selection):
        found[f"{path}.duty_free_limit"] = Control([selection], _duty_free_limit(selection))
        _selection(found, f"{path}.examination", selection)
        _switch(found, f"{path}.is_open", doors if release is not None else [selection, *doors])
    else:
        _switch(found, f"{path}.is_open", doors)


def _selection(found: dict[str, Control], path: str, selection: Selection) -> None:
    def all_products(value: float | bool, _at: int) -> None:
        selection.set_share(float(value))

    def above_limit(value: float | bool, _at: int) -> None:
        selection.above_limit = float(value)

    found[f"{path}.share"] = Control([selection], all_products)
    found[f"{path}.share_above_duty_free"] = Control([selection], above_limit)
    for product, number in selection.own_share.items():
        found[f"{path}.share_by_product.{product}"] = Control([selection], _of_product(selection, number))


def _duty_free_limit(selection: Selection) -> Apply:
    def apply(value: float | bool, _at: int) -> None:
        selection.limit_fen = in_fen(float(value))

    return apply


def _of_product(selection: Selection, number: int) -> Apply:
    def apply(value: float | bool, _at: int) -> None:
        selection.of_product[number] = float(value)

    return apply


def _lane(found: dict[str, Control], path: str, state: LaneState, demand: Demand | None) -> None:
    base = state.transit

    def set_open(value: float | bool, _at: int) -> None:
        state.is_open = bool(value)

    def set_transit(value: float | bool, _at: int) -> None:
        state.transit = _with_mean(base, value)

    def set_cancellation(value: float | bool, _at: int) -> None:
        state.cancellation = np.full(12, float(value))

    found[f"{path}.is_open"] = Control([], set_open)
    found[f"{path}.transit.mean"] = Control([], set_transit)
    found[f"{path}.cancellation"] = Control([], set_cancellation)
    for i, limit in enumerate(_ROOM):
        found[f"{path}.payload.{limit}"] = Control([], _room(state, i))
    if demand is not None:
        for name in ("when_ready", "when_ready_pieces", "min_gap", "max_gap", "fleet"):
            found[f"{path}.on_demand.{name}"] = Control([], _attribute(demand, name))


def _consolidation(found: dict[str, Control], path: str, consolidation: Consolidation) -> None:
    for i, limit in enumerate(_ROOM):
        found[f"{path}.container.{limit}"] = Control([], _room(consolidation, i))
    found[f"{path}.close_after"] = Control([], _attribute(consolidation, "close_after"))


def _room(state: LaneState | Consolidation, i: int) -> Apply:
    def apply(value: float | bool, _at: int) -> None:
        state.room[i] = int(value)

    return apply


def _attribute(thing: object, name: str, kind: type = int) -> Apply:
    def apply(value: float | bool, _at: int) -> None:
        setattr(thing, name, kind(value))

    return apply


def _last_mile(found: dict[str, Control], world: World, name: str, built: BuiltNetwork) -> None:
    node = built.nodes[name]
    assert isinstance(node, LastMile)
    places, regions = list(world.places), list(world.regions)
    for place, by_region in world.last_miles[name].times.items():
        for region in by_region:
            where = (places.index(place), regions.index(region))
            path = f"last_miles.{name}.times.{place}.{region}.mean"
            found[path] = Control([node], _time(node, where))


def _time(node: LastMile, where: tuple[int, int]) -> Apply:
    base = node.time(*where)

    def apply(value: float | bool, _at: int) -> None:
        node.set_time(*where, _with_mean(base, value))

    return apply


def _route(found: dict[str, Control], path: str, state: RouteState) -> None:
    found[f"{path}.is_open"] = Control([], _attribute(state, "is_open", bool))
    found[f"{path}.subsidy"] = Control([], _attribute(state, "subsidy", float))
    tariffs = {f"tariff_by_product.{name}": price for name, price in state.by_product.items()} | {
        "tariff": state.tariff
    }
    for name, price in tariffs.items():
        found[f"{path}.{name}.fixed"] = Control([], _attribute(price, "fixed", float))
        found[f"{path}.{name}.per_kg"] = Control([], _attribute(price, "per_kg", float))


def _gateways(found: dict[str, Control], world: World, name: str, built: BuiltNetwork) -> None:
    """Shares of paths, by which orders of the route go, and those that fall back to it from a warehouse."""
    warehouses = [
        built.warehouses[warehouse]
        for warehouse, described in world.warehouses.items()
        if described.fallback and described.fallback.route == name
    ]
    changes = [change for change in world.changes.values() if ".gateways." in change.change]
    number = list(world.routes).index(name)
    for g, region in enumerate(world.regions):
        for path in candidates(world.routes[name], region, changes, name):
            where = (number, g, built.paths.index((name, path)))
            found[path_of((name, region), path)] = Control(warehouses, _share(built.path_shares, where))


def _share(shares: PathShares, where: tuple[int, int, int]) -> Apply:
    def apply(value: float | bool, _at: int) -> None:
        shares.set(*where, float(value))

    return apply


def _loss(found: dict[str, Control], path: str, node: Node, route: int) -> None:
    def apply(value: float | bool, _at: int) -> None:
        assert node.loss is not None
        node.loss.share[route] = float(value)

    found[path] = Control([node], apply)


def _access(found: dict[str, Control], path: str, access: Access) -> None:
    for seller_class in access.users or {}:
        found[f"{path}.users.{seller_class}"] = Control([], _entry(access.users, seller_class, bool))
    for product in access.assortment:
        found[f"{path}.stock.{product}.assortment"] = Control([], _entry(access.assortment, product, float))


def _entry(thing: Any, key: str, kind: type) -> Apply:
    def apply(value: float | bool, _at: int) -> None:
        thing[key] = kind(value)

    return apply


def _returns(found: dict[str, Control], path: str, nodes: Sequence[LastMile], route: int) -> None:
    def apply(value: float | bool, _at: int) -> None:
        for node in nodes:
            assert node.returns is not None
            node.returns.share[route] = float(value)

    found[path] = Control(nodes, apply)


def _warehouse(found: dict[str, Control], path: str, built: BuiltNetwork, review: StockReview) -> None:
    node, doors = review.warehouse, []
    for part in ("receiving", "pick"):
        door = built.nodes[f"{node.name}.{part}"]
        _queue(found, f"{path}.{part}", door)
        assert isinstance(door, Queue)
        doors.append(door)
    _switch(found, f"{path}.is_open", doors)
    found[f"{path}.storage"] = Control([node], lambda value, at: node.set_storage(int(value), at))
    if node.fallback is not None:
        found[f"{path}.fallback.delay"] = Control([node], _attribute(node.fallback, "delay"))


def _stock(found: dict[str, Control], world: World, path: str, rules: Sequence[StockRule]) -> None:
    """A review asks for the numbers at its instant, so that no node need be advanced."""
    products = list(world.products)
    for rule in rules:
        for name in ("reorder_point", "order_up_to", "quantity"):
            found[f"{path}.{products[rule.product]}.{name}"] = Control([], _attribute(rule, name))
