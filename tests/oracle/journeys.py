"""Everything that travels, step by step: parcels, containers, freight, loads, and parcels that come back.

Knows all steps; does not know where orders come from.
"""

from collections import Counter
from collections.abc import Callable, Generator

import simpy

from oracle.consolidations import Consolidation
from oracle.desks import examination, release, station
from oracle.items import Item, Way
from oracle.lanes import Lane
from oracle.trace import Order, Row
from oracle.warehouses import Warehouse
from oracle.world import COMPLETIONS, At, World

Process = Generator[simpy.Event, object, None]


class Journeys:
    """All steps there are, and how one passes them."""

    def __init__(self, world: World, became_ready: Callable[[Order, int], object]) -> None:
        self.world, self.env, self.scenario, self.became_ready = world, world.env, world.scenario, became_ready
        self.lanes = {name: Lane(world, name) for name in self.scenario.lanes}
        self.stations = {name: station(world, name) for name in self.scenario.stations}
        self.releases = {name: release(world, name) for name in self.scenario.customs}
        self.examinations = {name: examination(world, name) for name in self.scenario.customs}
        self.consolidations = {name: Consolidation(world, name, self.send) for name in self.scenario.consolidations}
        self.warehouses = {
            name: Warehouse(world, name, lambda item, pieces, name=name: self.send_load(item, pieces, name))
            for name in self.scenario.warehouses
        }

    def start(self) -> None:
        """Start everything that acts by itself."""
        for lane in self.lanes.values():
            lane.others = self.lanes
            self.env.process(lane.run())
        for consolidation in self.consolidations.values():
            self.env.process(consolidation.run())
        for warehouse in self.warehouses.values():
            self.env.process(warehouse.run())
            self.env.process(warehouse.grow())

    def send(self, item: Item) -> None:
        """Something sets out now."""
        self.env.process(self.travel(item))

    def send_load(self, item: Item, pieces: Counter[str], warehouse: str) -> None:
        """A load sets out for a warehouse."""
        self.env.process(self.load(item, pieces, warehouse))

    def load(self, item: Item, pieces: Counter[str], warehouse: str) -> Process:
        """A load travels, and is received."""
        yield from self.travel(item)
        yield from self.warehouses[warehouse].receive(item, pieces)

    def travel(self, item: Item) -> Process:
        """Step by step to the end of its way, unless it is lost."""
        while item.position < len(item.way.steps):
            step = item.way.steps[item.position]
            if self.world.is_lost(item, step):
                now = self.env.now
                self.world.trace.log.append(Row(item.item_id, "lost", now, now, now))
                return
            if step in self.lanes:
                yield from self.lanes[step].carry(item)
            elif step in self.stations:
                yield from self.stations[step].visit(item.item_id)
                if item.contents and self.scenario.stations[step].unpacks_containers:
                    unpack(item)
                    return
            elif step in self.consolidations:
                yield self.consolidations[step].hold(item)
            elif step in self.warehouses:
                yield from self.at_warehouse(item, self.warehouses[step])
            elif step in self.scenario.customs:
                yield from self.through_customs(item, step)
            else:
                self.last_mile(item, step)
            item.position += 1

    def at_warehouse(self, item: Item, warehouse: Warehouse) -> Process:
        """A parcel that comes back is stock; an order takes a piece, or enters the fallback route."""
        order, fallback = item.order, warehouse.described.fallback
        if item.is_returned:
            warehouse.stock_comes(item.item_id, Counter([order.product]))
            return
        enters_at = yield warehouse.take(item.item_id, order.product)
        if enters_at is None:
            yield from warehouse.pick.visit(item.item_id)
            return
        path = self.world.gateway(fallback.route, order.region, order.order_id, self.env.now)
        yield At(self.env, enters_at, COMPLETIONS)
        item.way = self.world.way(fallback.route, path)
        item.position = -1

    def through_customs(self, item: Item, name: str) -> Process:
        """Release, then examination if the luck of the parcel or container says so."""
        if self.releases[name] is not None:
            yield from self.releases[name].visit(item.item_id)
        else:
            yield from self.examinations[name].wait_until_open()
        if self.examinations[name] is not None and self.is_examined(item, name):
            yield from self.examinations[name].visit(item.item_id)

    def is_examined(self, item: Item, name: str) -> bool:
        """Whether its luck lies below the share in force now."""
        office, order = self.scenario.customs[name], item.order
        rule, field = office.examination, "share"
        share = rule.share
        if order is not None:
            if order.product in rule.share_by_product:
                field, share = f"share_by_product.{order.product}", rule.share_by_product[order.product]
            if rule.share_above_duty_free is not None and self.is_dutiable(order, name):
                field, share = "share_above_duty_free", rule.share_above_duty_free
        share = self.world.numbers.number(f"customs.{name}.examination.{field}", share, self.env.now)
        return self.world.fine(item.item_id, "selection", name)[0] < share

    def is_dutiable(self, order: Order, name: str) -> bool:
        """Whether a parcel is worth more than the duty-free limit of now."""
        limit = self.scenario.customs[name].duty_free_limit
        if limit is None:
            return False
        return order.value_fen > round(
            100 * self.world.numbers.number(f"customs.{name}.duty_free_limit", limit, self.env.now)
        )

    def last_mile(self, item: Item, name: str) -> None:
        """The way to the buyer, without a queue."""
        order, place = item.order, self.end_of(item.way.steps[item.position - 1])
        path = f"last_miles.{name}.times.{place}.{order.region}"
        u, _ = self.world.fine(order.order_id, "last-mile", name)
        time = self.scenario.last_miles[name].times[place][order.region]
        now = self.env.now
        ready_at = now + self.world.duration(path, time, now, u, least=0)
        self.world.trace.log.append(Row(order.order_id, name, now, now, ready_at))
        self.became_ready(order, ready_at)
        if self.scenario.routes[order.route].returns is not None:
            self.env.process(self.hand_back(item, ready_at))

    def end_of(self, step: str) -> str:
        """The place at which a step ends."""
        world = self.scenario
        if step in world.lanes:
            return world.lanes[step].to
        sections = (world.stations, world.customs, world.consolidations, world.warehouses)
        return next(section[step].place for section in sections if step in section)

    def hand_back(self, item: Item, ready_at: int) -> Process:
        """A buyer hands the parcel back, or not; by the share of the instant at which it was ready for collection."""
        order, rule = item.order, self.scenario.routes[item.order.route].returns
        yield At(self.env, ready_at, COMPLETIONS)
        u_whether, u_time = self.world.fine(order.order_id, "return", order.route)
        if u_whether >= self.world.numbers.number(f"routes.{order.route}.returns.share", rule.share, ready_at):
            return
        time = self.world.duration(f"routes.{order.route}.returns.after", rule.after, ready_at, u_time, least=0)
        yield At(self.env, ready_at + time, COMPLETIONS)
        self.world.trace.returned[order.origin, order.route] += 1
        steps = self.scenario.routes[item.way.route].paths[item.way.path].return_steps
        if steps is not None:
            way = Way(steps, item.way.priority)
            yield from self.travel(Item(item.item_id, way, item.grams, item.volume, order, is_returned=True))


def unpack(container: Item) -> None:
    """The parcels of a container go on from where it is, by the path that it came."""
    for parcel in container.contents:
        parcel.way, parcel.position = container.way, container.position
        parcel.unpacked.succeed()
