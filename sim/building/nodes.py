"""From described stations, customs, lanes, consolidations, warehouses and last miles to nodes, not yet connected."""

from collections.abc import Callable, Sequence

import numpy as np

from sim.actors.departures import UNLIMITED
from sim.calendars import open_intervals
from sim.flow.consolidation import Consolidation
from sim.flow.customs import NO_LIMIT, Selection, in_fen
from sim.flow.last_mile import LastMile
from sim.flow.loading import Gateway
from sim.flow.network import Context, Handling, Node
from sim.flow.path_shares import PathShares
from sim.flow.returns import Returns, RouteReturns
from sim.flow.sink import Sink
from sim.flow.station import Queue, WorkClock
from sim.flow.unpacking import UnpackingQueue
from sim.flow.warehouse import LOAD, ORDER, RETURN, Fallback, Warehouse
from sim.kernels import distributions
from sim.scenario.itineraries import Itinerary
from sim.scenario.lanes import Payload
from sim.scenario.pieces import piece_cm3
from sim.scenario.scenario import World
from sim.scenario.stations import Opening
from sim.scenario.stations import Queue as DescribedQueue
from sim.scenario.warehouses import Fallback as DescribedFallback
from sim.scenario.warehouses import Stock
from sim.ticks import DAY

KeyOf = Callable[..., np.uint64]
SLACK = 400 * DAY
"""Opening hours are worked out this far beyond the end, so that what has started can finish."""

_KIND = {"order": ORDER, "load": LOAD, "return": RETURN}


def queue_names(world: World) -> tuple[str, ...]:
    """Names of all queues: stations, and the parts of customs and warehouses as `x.release`."""
    names = list(world.stations)
    for name, customs in world.customs.items():
        names += [f"{name}.{part}" for part in ("release", "examination") if getattr(customs, part)]
    for name in world.warehouses:
        names += [f"{name}.receiving", f"{name}.pick"]
    return tuple(names)


def room(payload: Payload) -> np.ndarray:
    """Limits of a departure or a container: int64[3] g, cm3 and pieces."""
    return np.array([limit or UNLIMITED for limit in (payload.mass, payload.volume, payload.pieces)], np.int64)


class Nodes:
    """Nodes by the name under which things enter, leave, and are changed."""

    def __init__(self, world: World, context: Context, key_of: KeyOf, start: int, path_shares: PathShares) -> None:
        self.world = world
        self.path_shares = path_shares
        self.context = context
        self.key_of = key_of
        self.start = start
        self.enter: dict[str, Node] = {}
        """Where a step begins, by its name. Loads enter a warehouse at its part `x.receiving`."""
        self.leave: dict[str, Node] = {}
        """Where a step ends. Of a warehouse: pick and pack."""
        self.parts: dict[str, Node] = {}
        self.leaves_also: dict[str, list[Node]] = {}
        self._numbers = {name: i for i, name in enumerate(queue_names(world))}

    def queue(
        self,
        name: str,
        described: DescribedQueue,
        opening: Opening,
        place: str,
        key: np.uint64,
        kind: type[Queue] = Queue,
    ) -> Queue:
        """A queue at a place, with the hours of what it belongs to."""
        where = self.world.places[place]
        intervals = open_intervals(
            opening.hours,
            where.utc_offset,
            where.country if opening.closed_on_holidays else None,
            self.start,
            self.context.end + SLACK,
        )
        return kind(
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

    def add_station(self, name: str) -> None:
        """One queue."""
        station = self.world.stations[name]
        kind = UnpackingQueue if station.unpacks_containers else Queue
        queue = self.queue(name, station, station, station.place, self.key_of("station", name), kind)
        self.enter[name] = self.leave[name] = queue
        self._charge(queue, station.cost_per_item)

    def _charge(self, node: Node, cost_per_item: float) -> None:
        if cost_per_item > 0:
            node.handling = Handling(cost_per_item, self.context)

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
            shares = [examination.share_by_product.get(product, examination.share) for product in self.world.products]
            above = examination.share_above_duty_free
            limit = customs.duty_free_limit
            is_limited = above is not None and limit is not None
            selection = Selection(
                f"{name}.selection",
                self.context,
                key=key_of("selection", name),
                of_product=np.array([*shares, examination.share]),
                above_limit=above if above is not None else examination.share,
                limit_fen=in_fen(limit) if is_limited and limit is not None else NO_LIMIT,
                own_share={p: list(self.world.products).index(p) for p in examination.share_by_product},
                bays=bays,
                is_open=customs.is_open or customs.release is not None,
            )
            self.parts[f"{name}.examination"] = bays
            self.parts[f"{name}.selection"] = selection
            chain.append(selection)
            self.leaves_also[name] = [bays]
        self.enter[name], self.leave[name] = chain[0], chain[-1]
        self._charge(chain[0], customs.cost_per_item)

    def add_lane(self, name: str, ways: Sequence[Itinerary]) -> None:
        """What waits for a lane; ``ways`` are all itineraries."""
        priorities = np.array([self._priority(way) for way in ways])
        by_it = [number for number, way in enumerate(ways) if name in way.steps]
        self.enter[name] = self.leave[name] = Gateway(name, self.context, priority_of_path=priorities, ways=by_it)

    def _priority(self, way: Itinerary) -> int:
        """The priority of whose way it is, whatever the route of what travels by it."""
        if way.kind == "freight":
            return self.world.freight[way.owner].priority
        if way.kind == "load":
            return self.world.warehouses[way.owner].replenishment.priority
        return self.world.routes[way.owner].priority

    def add_consolidation(self, name: str, ways: Sequence[Itinerary]) -> None:
        """A container freight station, with the paths that lead through it."""
        described = self.world.consolidations[name]
        by_it = {i: way for i, way in enumerate(ways) if name in way.steps}
        self.enter[name] = self.leave[name] = Consolidation(
            name,
            self.context,
            names={i: f"container/{way.owner}/{way.path}" for i, way in by_it.items()},
            accounts={i: way.account for i, way in by_it.items()},
            room=room(described.container),
            close_after=described.close_after,
            cost_per_container=described.cost_per_container,
        )

    def add_warehouse(self, name: str, ways: Sequence[Itinerary]) -> None:
        """Receiving, the shelf, and pick and pack; ``ways`` are all itineraries."""
        warehouse = self.world.warehouses[name]
        for part in ("receiving", "pick"):
            described = getattr(warehouse, part)
            key = self.key_of(part, name)
            self.parts[f"{name}.{part}"] = self.queue(f"{name}.{part}", described, warehouse, warehouse.place, key)
        self.enter[name] = Warehouse(
            name,
            self.context,
            number=list(self.world.warehouses).index(name),
            kind_of_path=np.array([_KIND.get(way.kind, ORDER) for way in ways]),
            cm3=np.array([piece_cm3(product) for product in self.world.products.values()], np.int64),
            storage=warehouse.storage,
            initial=np.array([_initial(warehouse.stock.get(product)) for product in self.world.products], np.int64),
            fallback=self._fallback(warehouse.fallback) if warehouse.fallback else None,
        )
        self.leave[name] = self.parts[f"{name}.pick"]

    def _fallback(self, described: DescribedFallback) -> Fallback:
        route = list(self.world.routes).index(described.route)
        return Fallback(self.path_shares, route, described.delay)

    def add_last_mile(self, name: str, entry_places: np.ndarray, promise_ticks: np.ndarray) -> None:
        """Inland delivery; entry_places int64[itineraries] is where each begins its last mile."""
        world = self.world
        times = {
            (list(world.places).index(place), list(world.regions).index(region)): distributions.table(time)
            for place, by_region in world.last_miles[name].times.items()
            for region, time in by_region.items()
        }
        self.enter[name] = self.leave[name] = LastMile(
            name,
            self.context,
            key=self.key_of("last-mile", name),
            times=times,
            place_of_path=entry_places,
            n_regions=len(world.regions),
            promise=promise_ticks,
            cost_per_parcel=world.last_miles[name].cost_per_parcel,
        )

    def add_returns(self, ways: Sequence[Itinerary]) -> None:
        """What last miles do with delivered parcels, if some route has returns; they share its share."""
        routes = {
            number: RouteReturns(self.key_of("return", name), distributions.table(route.returns.after))
            for number, (name, route) in enumerate(self.world.routes.items())
            if route.returns
        }
        share = np.array([route.returns.share if route.returns else 0.0 for route in self.world.routes.values()])
        back = {(way.owner, way.path): number for number, way in enumerate(ways) if way.kind == "return"}
        way_back = np.array([back.get((way.owner, way.path), -1) if way.kind == "order" else -1 for way in ways])
        for name in self.world.last_miles if routes else ():
            node = self.enter[name]
            assert isinstance(node, LastMile)
            node.returns = Returns(self.context, routes=routes, share=share, way_back=way_back)

    def add_sink(self) -> Sink:
        """Where freight and returned parcels end."""
        first, n = len(self.world.routes), len(self.world.freight)
        sink = Sink("the end", self.context, first_freight=first, n_freight=n)
        self.parts[sink.name] = sink
        return sink


def _initial(stock: Stock | None) -> int:
    """Pieces of a product at the start: up to what a review orders, if not given."""
    if stock is None:
        return 0
    if stock.initial is not None:
        return stock.initial
    return stock.order_up_to if stock.order_up_to is not None else stock.reorder_point + (stock.quantity or 0)
