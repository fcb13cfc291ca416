"""The twin: a second program for `docs/model.md`, with one SimPy process per parcel; slow, and plain enough to check.

It shares with the engine the description, the luck and the inverse distributions, and nothing else. The order of one
instant, by SimPy priorities (`world.py`): 1. dated changes, 2. review, then orders, 3. departures by (lane priority,
lane name), 4. completions and what follows from them, 5. grants of servers by (arrival, id).
"""

from collections.abc import Generator

import simpy

from oracle.lanes import Lane, Waiting
from oracle.market import Latent, Market, mondays
from oracle.stations import Desk
from oracle.trace import Order, Row, Trace
from oracle.world import COMPLETIONS, PLACING, REVIEW, At, World, pick
from sim.kernels import distributions
from sim.scenario.scenario import Scenario

Process = Generator[simpy.Event, object, None]


def simulate(scenario: Scenario, replication: int = 0) -> Trace:
    """Run a scenario, parcel by parcel."""
    if scenario.parcels_per_row != 1 or scenario.market.review.settle_iterations:
        raise ValueError("the twin knows neither rows of several parcels nor settled expectations")
    return Twin(World(scenario, replication)).run()


class Twin:
    """One run."""

    def __init__(self, world: World) -> None:
        self.world, self.env, self.scenario = world, world.env, world.scenario
        self.market = Market(world)
        self.lanes = {name: Lane(world, name) for name in self.scenario.lanes}
        self.stations = {name: station(world, name) for name in self.scenario.stations}
        self.releases = {name: release(world, name) for name in self.scenario.customs}
        self.examinations = {name: examination(world, name) for name in self.scenario.customs}

    def run(self) -> Trace:
        """Start everything that acts, and let time pass."""
        for lane in self.lanes.values():
            lane.others = self.lanes
            self.env.process(lane.run())
        if self.scenario.market.review.is_fed_back:
            self.env.process(self.reviews())
        for order in self.market.latent_orders():
            self.env.process(self.parcel(order))
        self.env.run(until=self.world.end)
        return self.world.trace

    def reviews(self) -> Process:
        """Every Monday."""
        for monday in mondays(self.world):
            yield At(self.env, monday, REVIEW)
            self.market.review(monday)

    # --- one order

    def parcel(self, latent: Latent) -> Process:
        """An order comes, is placed or not, and its parcel travels."""
        yield At(self.env, latent.at, PLACING)
        alternative = self.market.choose(latent)
        self.world.trace.outcomes[latent.origin, alternative] += 1
        if alternative in self.scenario.routes:
            order = self.placed(latent, alternative)
            self.world.trace.orders.append(order)
            yield from self.travel(order)

    def placed(self, latent: Latent, route: str) -> Order:
        """The order with its path and its goods."""
        u_weight, u_value = self.world.fine(latent.order_id, "goods", latent.origin)
        product = self.scenario.products[latent.product]
        grams = int(distributions.whole(distributions.table(product.weight), u_weight, 1))
        fen = max(0, round(100 * distributions.quantile(distributions.table(product.value), u_value)))
        gateway = self.scenario.routes[route].gateways[latent.region]
        if not isinstance(gateway, str):
            gateway = pick(gateway, self.world.fine(latent.order_id, "path", route)[0])
        kind = (latent.region, latent.product)
        return Order(latent.order_id, latent.at, latent.origin, route, gateway, *kind, grams, fen)

    def travel(self, order: Order) -> Process:
        """Step by step to the buyer, unless it is lost."""
        path, position = order.path, 0
        paths = self.scenario.routes[order.route].paths
        place = order.origin
        while position < len(paths[path].steps):
            step = paths[path].steps[position]
            if self.world.is_lost(order, step):
                now = self.env.now
                self.world.trace.log.append(Row(order.order_id, "lost", now, now, now))
                return
            if step in self.lanes:
                path = yield from self.by_lane(order, path, position)
                place = self.scenario.lanes[paths[path].steps[position]].to
            elif step in self.stations:
                yield from self.stations[step].visit(order.order_id)
                place = self.scenario.stations[step].place
            elif step in self.scenario.customs:
                yield from self.through_customs(order, step)
                place = self.scenario.customs[step].place
            else:
                self.last_mile(order, step, place)
            position += 1

    def by_lane(self, order: Order, path: str, position: int) -> Generator[simpy.Event, int, str]:
        """Wait for a departure, and travel with it; answers the path on which it went."""
        step = self.scenario.routes[order.route].paths[path].steps[position]
        density = self.scenario.products[order.product].density
        volume = max(1, round(order.grams * 1000 / density))
        parcel = Waiting(order, volume, path, position, self.env.now, self.env.event())
        self.lanes[step].waiting.append(parcel)
        arrival = yield parcel.arrives
        yield At(self.env, arrival, COMPLETIONS)
        return parcel.path

    def through_customs(self, order: Order, name: str) -> Process:
        """Release, then examination if the parcel's luck says so."""
        if self.releases[name] is not None:
            yield from self.releases[name].visit(order.order_id)
        else:
            yield from self.examinations[name].wait_until_open()
        if self.examinations[name] is not None and self.is_examined(order, name):
            yield from self.examinations[name].visit(order.order_id)

    def is_examined(self, order: Order, name: str) -> bool:
        """Whether its luck lies below the share in force now."""
        office = self.scenario.customs[name]
        rule, field = office.examination, "share"
        share = rule.share
        if order.product in rule.share_by_product:
            field, share = f"share_by_product.{order.product}", rule.share_by_product[order.product]
        is_dutiable = office.duty_free_limit is not None and order.value_fen > 100 * office.duty_free_limit
        if is_dutiable and rule.share_above_duty_free is not None:
            field, share = "share_above_duty_free", rule.share_above_duty_free
        share = self.world.numbers.number(f"customs.{name}.examination.{field}", share, self.env.now)
        return self.world.fine(order.order_id, "selection", name)[0] < share

    def last_mile(self, order: Order, name: str, place: str) -> None:
        """The way to the buyer, without a queue."""
        path = f"last_miles.{name}.times.{place}.{order.region}"
        u, _ = self.world.fine(order.order_id, "last-mile", name)
        time = self.scenario.last_miles[name].times[place][order.region]
        now = self.env.now
        ready_at = now + self.world.duration(path, time, now, u, least=0)
        self.world.trace.log.append(Row(order.order_id, name, now, now, ready_at))
        self.market.became_ready.append((order.route, order.region, ready_at, ready_at - order.ordered_at))


def station(world: World, name: str) -> Desk:
    """The queue of a station."""
    described = world.scenario.stations[name]
    path = f"stations.{name}"
    clock = world.clock(described, described.place)
    return Desk(world, described, clock, step=name, path=path, office=path, luck=("station", name))


def release(world: World, name: str) -> Desk | None:
    """The queue of documentary release."""
    return _part_of_customs(world, name, "release")


def examination(world: World, name: str) -> Desk | None:
    """The queue of the examination bays."""
    return _part_of_customs(world, name, "examination")


def _part_of_customs(world: World, name: str, part: str) -> Desk | None:
    office = world.scenario.customs[name]
    described = getattr(office, part)
    if described is None:
        return None
    path = f"customs.{name}"
    clock = world.clock(office, office.place)
    return Desk(world, described, clock, step=f"{name}.{part}", path=f"{path}.{part}", office=path, luck=(part, name))
