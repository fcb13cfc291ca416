"""From described stations, customs, lanes and last miles to nodes that are connected along the paths."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from sim.calendars import open_intervals
from sim.flow.customs import Selection
from sim.flow.last_mile import LastMile
from sim.flow.loading import Gateway
from sim.flow.network import Context, Loss, Network, Node
from sim.flow.station import Queue, WorkClock
from sim.kernels import distributions
from sim.scenario.scenario import World
from sim.scenario.stations import Opening
from sim.scenario.stations import Queue as DescribedQueue
from sim.ticks import DAY

KeyOf = Callable[..., np.uint64]
SLACK = 400 * DAY
"""Opening hours are worked out this far beyond the end, so that what has started can finish."""


@dataclass
class BuiltNetwork:
    """Nodes by name, and what the actors need of them."""

    network: Network
    nodes: dict[str, Node]
    """By name of station, lane and last mile; customs by `x` for where parcels enter, and by their parts."""
    queues: list[Queue]
    gateways: dict[str, Gateway]
    last_miles: list[LastMile]
    paths: list[tuple[str, str]]
    """(route, path) of each path number."""
    first_nodes: list[Node]
    """Where each path begins."""
    steps: list[tuple[str, ...]] = field(default_factory=list)
    """The described steps of each path."""


def queue_names(world: World) -> tuple[str, ...]:
    """Names of all queues, those of customs as `x.release` and `x.examination`."""
    names = list(world.stations)
    for name, customs in world.customs.items():
        names += [f"{name}.{part}" for part in ("release", "examination") if getattr(customs, part)]
    return tuple(names)


def build_network(world: World, context: Context, key_of: KeyOf, start: int, promise_ticks: np.ndarray) -> BuiltNetwork:
    """All nodes of a world, connected along its paths."""
    paths = [(name, path) for name, route in world.routes.items() for path in route.paths]
    steps = [world.routes[route].paths[path].steps for route, path in paths]
    builder = _Builder(world, context, key_of, start)
    for name, station in world.stations.items():
        builder.add_queue(name, station, station, station.place, key_of("station", name))
    for name in world.customs:
        builder.add_customs(name)
    priorities = np.array([route.priority for route in world.routes.values()])
    for name in world.lanes:
        builder.enter[name] = builder.leave[name] = Gateway(name, context, priority_of_route=priorities)
    entry_places = np.array([_entry_place(world, step) for step in steps])
    for name, last_mile in world.last_miles.items():
        times = {
            (list(world.places).index(place), list(world.regions).index(region)): distributions.table(time)
            for place, by_region in last_mile.times.items()
            for region, time in by_region.items()
        }
        builder.enter[name] = LastMile(
            name,
            context,
            key=key_of("last-mile", name),
            times=times,
            place_of_path=entry_places,
            n_regions=len(world.regions),
            promise=promise_ticks,
            cost_per_parcel=last_mile.cost_per_parcel,
        )
    _connect(world, builder, paths, steps)
    nodes = builder.enter | builder.parts
    gateways = {name: node for name, node in nodes.items() if isinstance(node, Gateway)}
    _add_losses(world, builder.enter, key_of)
    return BuiltNetwork(
        network=Network(list(dict.fromkeys(nodes.values())), set(gateways.values())),
        nodes=nodes,
        queues=[node for node in nodes.values() if isinstance(node, Queue)],
        gateways=gateways,
        last_miles=[node for node in nodes.values() if isinstance(node, LastMile)],
        paths=paths,
        first_nodes=[builder.enter[step[0]] for step in steps],
        steps=steps,
    )


def _entry_place(world: World, steps: tuple[str, ...]) -> int:
    """Number of the place where the last mile begins: where the last lane ends, or where the only station stands."""
    for step in reversed(steps[:-1]):
        if step in world.lanes:
            return list(world.places).index(world.lanes[step].to)
    first = world.stations.get(steps[0]) or world.customs[steps[0]]
    return list(world.places).index(first.place)


class _Builder:
    """Nodes by the name under which parcels enter, leave, and change them."""

    def __init__(self, world: World, context: Context, key_of: KeyOf, start: int) -> None:
        self.world = world
        self.context = context
        self.key_of = key_of
        self.start = start
        self.enter: dict[str, Node] = {}
        self.leave: dict[str, Node] = {}
        self.parts: dict[str, Node] = {}
        self.leaves_also: dict[str, list[Node]] = {}
        self._numbers = {name: i for i, name in enumerate(queue_names(world))}

    def queue(self, name: str, described: DescribedQueue, opening: Opening, place: str, key: np.uint64) -> Queue:
        where = self.world.places[place]
        intervals = open_intervals(
            opening.hours,
            where.utc_offset,
            where.country if opening.closed_on_holidays else None,
            self.start,
            self.context.end + SLACK,
        )
        return Queue(
            name,
            self.context,
            number=self._numbers[name],
            key=key,
            servers=described.servers,
            service=distributions.table(described.service) if described.service else None,
            dwell=distributions.table(described.dwell) if described.dwell else None,
            clock=WorkClock.from_intervals(intervals),
            is_open=opening.is_open,
            start=self.start,
        )

    def add_queue(self, name: str, described: DescribedQueue, opening: Opening, place: str, key: np.uint64) -> None:
        self.enter[name] = self.leave[name] = self.queue(name, described, opening, place, key)

    def add_customs(self, name: str) -> None:
        """Release, selection and bays; each of release and examination may be missing."""
        customs, key_of = self.world.customs[name], self.key_of
        chain: list[Node] = []
        if customs.release:
            release = self.queue(f"{name}.release", customs.release, customs, customs.place, key_of("release", name))
            self.parts[f"{name}.release"] = release
            chain.append(release)
        if examination := customs.examination:
            bays = self.queue(f"{name}.examination", examination, customs, customs.place, key_of("examination", name))
            of_product = np.array(
                [examination.share_by_product.get(product, examination.share) for product in self.world.products]
            )
            above = examination.share_above_duty_free
            limit = customs.duty_free_limit
            is_limited = above is not None and limit is not None
            selection = Selection(
                f"{name}.selection",
                self.context,
                key=key_of("selection", name),
                of_product=of_product,
                above_limit=above if above is not None else examination.share,
                limit_fen=round(limit * 100) if is_limited and limit is not None else 2**62,
                own_share={p: list(self.world.products).index(p) for p in examination.share_by_product},
                bays=bays,
                is_open=customs.is_open or customs.release is not None,
            )
            self.parts[f"{name}.examination"] = bays
            self.parts[f"{name}.selection"] = selection
            chain.append(selection)
            self.leaves_also[name] = [bays]
        self.enter[name], self.leave[name] = chain[0], chain[-1]


def _connect(world: World, builder: _Builder, paths: list[tuple[str, str]], steps: list[tuple[str, ...]]) -> None:
    after: dict[Node, dict[int, Node]] = {}
    posts: dict[Node, set[int]] = {}
    ships: dict[Node, set[int]] = {}
    for number, ((route, _), path) in enumerate(zip(paths, steps, strict=True)):
        posting = world.routes[route].posted_after or path[0]
        for step, following in pairwise(path):
            for node in (builder.leave[step], *builder.leaves_also.get(step, ())):
                after.setdefault(node, {})[number] = builder.enter[following]
                if step == posting:
                    posts.setdefault(node, set()).add(number)
        first_lane = next((step for step in path if step in world.lanes), None)
        if first_lane is not None:
            ships.setdefault(builder.enter[first_lane], set()).add(number)
    for name, customs in world.customs.items():
        if customs.release and customs.examination:
            release, selection = builder.parts[f"{name}.release"], builder.parts[f"{name}.selection"]
            after[release] = {number: selection for number in range(len(paths)) if name in steps[number]}
    for node, targets in after.items():
        node.connect(targets, len(paths), posts.get(node, ()))
    for node, numbers in ships.items():
        assert isinstance(node, Gateway)
        node.ships_on_path = np.isin(np.arange(len(paths)), list(numbers))
        node.is_always_first = numbers == set(after[node])


def _add_losses(world: World, enter: dict[str, Node], key_of: KeyOf) -> None:
    for number, (name, route) in enumerate(world.routes.items()):
        if route.loss:
            node = enter[route.loss.at]
            if node.loss is None:
                node.loss = Loss(len(world.routes))
            node.loss.share[number] = route.loss.share
            node.loss.keys[number] = key_of("loss", name)
