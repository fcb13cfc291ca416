"""From a described world to nodes that are connected along its itineraries."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.building.nodes import KeyOf, Nodes
from sim.building.paths import path_shares
from sim.flow.consolidation import Consolidation
from sim.flow.last_mile import LastMile
from sim.flow.loading import Gateway
from sim.flow.network import Context, Loss, Network, Node
from sim.flow.path_shares import PathShares
from sim.flow.station import Queue
from sim.flow.warehouse import Warehouse
from sim.scenario.itineraries import Itinerary, accounts, itineraries, steps_in_containers
from sim.scenario.scenario import World


@dataclass
class BuiltNetwork:
    """Nodes by name, and what the actors need of them."""

    network: Network
    nodes: dict[str, Node]
    """By name of station, lane, consolidation, warehouse (its shelf) and last mile; customs by `x` for where parcels
    enter, and by their parts, as those of warehouses."""
    queues: list[Queue]
    gateways: dict[str, Gateway]
    consolidations: dict[str, Consolidation]
    warehouses: dict[str, Warehouse]
    last_miles: list[LastMile]
    itineraries: list[Itinerary]
    paths: list[tuple[str, str]]
    """(route, path) of each path number: the itineraries of orders, which come first."""
    path_shares: PathShares
    """By which of their route's paths orders go."""
    first_nodes: list[Node]
    """Where each itinerary begins."""


def build_network(world: World, context: Context, key_of: KeyOf, start: int, promise_ticks: np.ndarray) -> BuiltNetwork:
    """All nodes of a world, connected along its itineraries."""
    ways = itineraries(world)
    paths = [(way.owner, way.path) for way in ways if way.kind == "order"]
    shares = path_shares(world, paths, key_of)
    nodes = Nodes(world, context, key_of, start, shares)
    for name in world.stations:
        nodes.add_station(name)
    for name in world.customs:
        nodes.add_customs(name)
    for name in world.lanes:
        nodes.add_lane(name, ways)
    for name in world.consolidations:
        nodes.add_consolidation(name, ways)
    for name in world.warehouses:
        nodes.add_warehouse(name, ways)
    entry_places = np.array([_entry_place(world, way) for way in ways])
    for name in world.last_miles:
        nodes.add_last_mile(name, entry_places, promise_ticks)
    nodes.add_returns(ways)
    _Connections(world, nodes, ways).connect()
    _add_losses(world, nodes.enter, key_of, ways)
    every = nodes.enter | nodes.parts
    by_kind = {kind: {n: node for n, node in every.items() if isinstance(node, kind)} for kind in _KINDS}
    gateways, consolidations, warehouses, queues, last_miles = by_kind.values()
    return BuiltNetwork(
        network=Network(list(dict.fromkeys(every.values())), {*gateways.values(), *consolidations.values()}),
        nodes=every,
        queues=list(queues.values()),  # type: ignore[arg-type]
        gateways=gateways,  # type: ignore[arg-type]
        consolidations=consolidations,  # type: ignore[arg-type]
        warehouses=warehouses,  # type: ignore[arg-type]
        last_miles=list(last_miles.values()),  # type: ignore[arg-type]
        itineraries=ways,
        paths=paths,
        path_shares=shares,
        first_nodes=[nodes.enter[way.steps[0]] for way in ways],
    )


_KINDS: tuple[type[Node], ...] = (Gateway, Consolidation, Warehouse, Queue, LastMile)


def _entry_place(world: World, way: Itinerary) -> int:
    """Number of the place where the last mile begins: where the last lane ends, or where the first step stands."""
    places = list(world.places)
    if way.kind != "order":
        return 0
    for step in reversed(way.steps[:-1]):
        if step in world.lanes:
            return places.index(world.lanes[step].to)
    first = way.steps[0]
    for section in (world.stations, world.customs, world.warehouses, world.consolidations):
        if first in section:
            return places.index(section[first].place)
    raise KeyError(first)


class _Connections:
    """Which node hands what travels by which itinerary to which node."""

    def __init__(self, world: World, nodes: Nodes, ways: list[Itinerary]) -> None:
        self._world = world
        self._nodes = nodes
        self._ways = ways
        self._sink = nodes.add_sink()
        self._after: dict[Node, dict[int, Node]] = {}
        self._posts: dict[Node, set[int]] = {}
        self._ships: dict[Node, set[int]] = {}

    def connect(self) -> None:
        """Connect all nodes."""
        for number, way in enumerate(self._ways):
            self._walk(number, way)
            if way.kind == "order":
                self._begin_order(number, way)
            else:
                self._end(number, way)
        self._join_customs()
        for warehouse, described in self._world.warehouses.items():
            if described.fallback:
                self._fall_back(self._nodes.enter[warehouse], described.fallback.route)
        for node, targets in self._after.items():
            node.connect(targets, len(self._ways), self._posts.get(node, ()))
        for node, numbers in self._ships.items():
            assert isinstance(node, Gateway)
            node.ships_on_path = np.isin(np.arange(len(self._ways)), list(numbers))
            node.is_always_first = numbers == set(self._after[node]) and not self._carries_containers(node.name)

    def _carries_containers(self, lane: str) -> bool:
        return any(lane in steps_in_containers(self._world, way) for way in self._ways)

    def _link(self, step: str, number: int, target: Node) -> None:
        for node in (self._nodes.leave[step], *self._nodes.leaves_also.get(step, ())):
            self._after.setdefault(node, {})[number] = target

    def _enter(self, step: str) -> Node:
        return self._nodes.enter[step]

    def _walk(self, number: int, way: Itinerary) -> None:
        for step, following in pairwise(way.steps):
            self._link(step, number, self._enter(following))

    def _begin_order(self, number: int, way: Itinerary) -> None:
        """The first step of a warehouse route, the posting, and the first lane."""
        first = way.steps[0]
        if first in self._world.warehouses:
            self._after.setdefault(self._enter(first), {})[number] = self._nodes.parts[f"{first}.pick"]
        posting = self._world.routes[way.owner].posted_after or first
        if posting in way.steps[:-1]:
            for node in (self._nodes.leave[posting], *self._nodes.leaves_also.get(posting, ())):
                self._posts.setdefault(node, set()).add(number)
        first_lane = next((step for step in way.steps if step in self._world.lanes), None)
        if first_lane is not None:
            self._ships.setdefault(self._enter(first_lane), set()).add(number)

    def _end(self, number: int, way: Itinerary) -> None:
        """Where freight is gone, loads are received, and returned parcels set out and end."""
        last = way.steps[-1]
        if way.kind == "load":
            receiving = self._nodes.parts[f"{way.owner}.receiving"]
            self._link(last, number, receiving)
            self._after.setdefault(receiving, {})[number] = self._enter(way.owner)
        elif last not in self._world.warehouses:
            self._link(last, number, self._sink)
        if way.kind == "return":
            last_mile = self._world.routes[way.owner].paths[way.path].steps[-1]
            self._after.setdefault(self._enter(last_mile), {})[number] = self._enter(way.steps[0])

    def _fall_back(self, warehouse: Node, route: str) -> None:
        for number, way in enumerate(self._ways):
            if way.kind == "order" and way.owner == route:
                self._after.setdefault(warehouse, {})[number] = self._enter(way.steps[0])

    def _join_customs(self) -> None:
        for name, customs in self._world.customs.items():
            if customs.release and customs.examination:
                release, selection = (self._nodes.parts[f"{name}.{part}"] for part in ("release", "selection"))
                self._after[release] = {number: selection for number, way in enumerate(self._ways) if name in way.steps}


def _add_losses(world: World, enter: dict[str, Node], key_of: KeyOf, ways: list[Itinerary]) -> None:
    comes_back = np.array([way.kind == "return" for way in ways])
    for number, (name, route) in enumerate(world.routes.items()):
        if route.loss:
            node = enter[route.loss.at]
            if node.loss is None:
                node.loss = Loss(len(accounts(world)), comes_back if comes_back.any() else None)
            node.loss.share[number] = route.loss.share
            node.loss.keys[number] = key_of("loss", name)
