"""The model of one replication: everything built from a scenario, and the order in which things happen.

Within one instant:

1. dated changes, in order of the path of what they change (`actors.capacity`)
2. stock reviews, by name of the warehouse (`actors.reviews`)
3. the market: first the weekly review, then the placing of orders up to its next instant (`actors.market`); freight
   of the coming week (`actors.freight`)
4. consolidations fill and close containers, by name (`actors.consolidating`)
5. departures, by (lane priority, lane name) (`actors.departures`)
6. completions and arrivals, and receipts that follow from them (`flow`, when an actor asks)
7. grants of servers, by (arrival, order id) (`flow`, when an actor asks)

An actor at T sees what was ready before T; a change at T governs starts at T and later. SimPy steps number departures,
checks, changes and weeks, never parcels.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import simpy

from sim import luck
from sim.actors import capacity, consolidating, departures, freight, reviews
from sim.actors.moments import CONSOLIDATIONS, DEPARTURES
from sim.actors.weighing import Expectations
from sim.building.controls import controls
from sim.building.freight import streams
from sim.building.lanes import demand, lane_state
from sim.building.market import States, build_market, promised, states
from sim.building.network import build_network
from sim.building.nodes import queue_names
from sim.building.timetables import departure_instants
from sim.building.warehouses import stock_reviews
from sim.flow.network import Context
from sim.flow.parcels import ParcelLog, ParcelTable
from sim.record import Axes, Record
from sim.scenario.interventions.expanding import expanded
from sim.scenario.scenario import Scenario
from sim.scenario.sellers_over_time import with_skills
from sim.scenario.targets import schedules
from sim.settling import Settlement, settle
from sim.ticks import DAY, WEEK, midnight

Schedules = Mapping[str, Sequence[tuple[int, float | bool]]]


class Model:
    """One replication of a scenario, ready to run once."""

    def __init__(self, scenario: Scenario, replication: int, start_from: Expectations, parcel_log: bool) -> None:
        self.scenario = scenario
        self.replication = replication
        self.settlement: Settlement | None = None
        horizon = scenario.horizon
        self.start = midnight(horizon.start) - horizon.warm_up
        self.orders_end = midnight(horizon.end)
        self.end = self.orders_end + horizon.drain
        self.env = simpy.Environment(initial_time=self.start)  # whole ticks, not floats
        self.n_steps = 0
        self._log = ParcelLog() if parcel_log else None
        self.record = Record(_axes(scenario, self.start, self.orders_end, self.end))
        self._context = Context(
            ParcelTable(_rows_at_first(scenario)), self.record, self._log, self.end, scenario.parcels_per_row > 1
        )
        self._on_progress: Callable[[float], None] = lambda _: None
        self._build(start_from)

    @property
    def parcel_log(self) -> "NamedParcelLog":
        """Every step of every parcel; only if the model was built with ``parcel_log=True``."""
        assert self._log is not None, "build the model with parcel_log=True"
        return NamedParcelLog(self._log, self.scenario, self._built.paths)

    @property
    def expectations(self) -> Expectations:
        """What the market now knows of service."""
        return self._market.expectations

    def key_of(self, *purpose: str) -> np.uint64:
        """The key of a purpose's luck in this replication."""
        return luck.key(self.scenario.seed, self.replication, *purpose)

    def _build(self, start_from: Expectations) -> None:
        scenario = self.scenario
        promise_ticks = np.nan_to_num(promised(scenario).days * DAY).astype(np.int64)
        self._built = build_network(scenario, self._context, self.key_of, self.start, promise_ticks)
        when = with_skills(schedules(scenario), scenario)
        described = states(scenario)
        self._market = build_market(scenario, self._built, self._context, self.key_of, start_from, described, when)
        acting = {path: values for path, values in when.items() if not _is_read_by_actor(path)}
        self._start_lanes_and_changes(acting, described)
        self.env.process(self._market.run(self.env, self._market_instants(when), self.orders_end, self._after_review))
        self._start_containers(when)

    def _start_containers(self, when: Schedules) -> None:
        scenario, built = self.scenario, self._built
        if found := streams(scenario, built, self.key_of, when):
            self.env.process(freight.freight(self.env, found, self._context))
        for rank, name in enumerate(sorted(built.consolidations), CONSOLIDATIONS):
            every, node = scenario.consolidations[name].check_every, built.consolidations[name]
            self.env.process(consolidating.consolidating(self.env, node, every, built.network, rank, self.end))

    def _start_lanes_and_changes(self, when: Schedules, described: States) -> None:
        scenario, built = self.scenario, self._built
        ordered = sorted(scenario.lanes, key=lambda name: (scenario.lanes[name].priority, name))
        numbers = {name: i for i, name in enumerate(scenario.lanes)}
        lanes = {name: lane_state(scenario, name, numbers[name], built, self.key_of) for name in scenario.lanes}
        demands = {name: demand(lane.on_demand) for name, lane in scenario.lanes.items() if lane.on_demand}
        stock = stock_reviews(scenario, built)
        bound = controls(scenario, built, lanes, demands, described, stock)
        self.env.process(capacity.changes(self.env, when, bound, built.network))
        if stock:
            self.env.process(reviews.reviews(self.env, [*stock.values()], built.network, self.record, self.end))
        for rank, name in enumerate(ordered, DEPARTURES):
            lane, gateway = scenario.lanes[name], built.gateways[name]
            departure = departures.Departure(lanes[name], gateway, built.network, self.record)
            if name in demands:
                actor = departures.on_demand(self.env, departure, demands[name], rank, self.end)
            else:
                instants = departure_instants(lane, scenario.places[lane.from_].utc_offset, self.start, self.end)
                actor = departures.to_timetable(self.env, departure, instants, rank, self.end)
            self.env.process(actor)

    def _market_instants(self, when: Schedules) -> list[int]:
        """The start, all Mondays, and the instants at which something changes that orders choose by."""
        mondays = range(-(-self.start // WEEK) * WEEK, self.end, WEEK)
        changes = {at for path, values in when.items() if _is_chosen_by(path) for at, _ in values}
        return sorted({self.start, *mondays, *(at for at in changes if self.start < at < self.orders_end)})

    def _after_review(self, at: int) -> None:
        for queue in self._built.queues:
            queue.count_backlog(at)
        self._on_progress((at - self.start) / (self.end - self.start))

    def run(self, on_progress: Callable[[float], None] | None = None) -> "Model":
        """Run to the end of the simulated time; ``on_progress`` is told the share done, week by week."""
        if on_progress is not None:
            self._on_progress = on_progress
        while self.env.peek() < self.end:
            self.env.step()
            self.n_steps += 1
        self._built.network.advance_all(self.end)
        for queue in self._built.queues:
            queue.count_backlog(self.end)
            queue.finish(self.end)
        for last_mile in self._built.last_miles:
            last_mile.finish()
        for node in self._built.network.nodes:
            if node.handling is not None:
                node.handling.finish()
        for warehouse in self._built.warehouses.values():
            warehouse.finish(self.end)
        self._on_progress(1.0)
        return self


@dataclass(frozen=True)
class NamedParcelLog:
    """The log of single parcels with names in place of numbers."""

    log: ParcelLog
    scenario: Scenario
    paths: list[tuple[str, str]]

    def table(self) -> dict[str, np.ndarray]:
        """All steps: order_id, step, arrived_at, started_at, left_at."""
        return self.log.table()

    def orders(self) -> dict[str, np.ndarray]:
        """All placed orders: order_id, ordered_at, origin, route, path, region, product, grams, value_fen."""
        orders = self.log.orders()
        if not orders:
            return {}
        routes = list(self.scenario.routes)
        named = {
            "origin": np.array([self.scenario.routes[route].origin for route in routes], object)[orders["route"]],
            "route": np.array(routes, object)[orders["route"]],
            "path": np.array([path for _, path in self.paths], object)[orders["path"]],
            "region": np.array(list(self.scenario.regions), object)[orders["region"]],
            "product": np.array(list(self.scenario.products), object)[orders["product"]],
        }
        return {
            "order_id": orders["order_id"],
            "ordered_at": orders["ordered_at"],
            **named,
            "grams": orders["grams"],
            "value_fen": orders["value_fen"],
        }


def _is_chosen_by(path: str) -> bool:
    """Whether orders choose by the number of a dotted path."""
    if path.startswith("warehouses."):
        return ".users." in path or path.endswith(".assortment")
    return path.startswith("routes.") or path.endswith(".choice.trust")


def _is_read_by_actor(path: str) -> bool:
    """Whether market and freight read the schedule of the number themselves."""
    return path.startswith(("market.", "freight.")) and not path.endswith(".choice.trust")


def _rows_at_first(scenario: Scenario) -> int:
    """Rows to begin with; memory is only used for those that are taken, and more are made when they run out."""
    return 1 << 20 if scenario.parcels_per_row == 1 else 1 << 14


def _axes(scenario: Scenario, start: int, orders_end: int, end: int) -> Axes:
    origins = tuple(scenario.market.origins)
    return Axes(
        origins=origins,
        routes=tuple(scenario.routes),
        origin_of_route=tuple(origins.index(route.origin) for route in scenario.routes.values()),
        regions=tuple(scenario.regions),
        products=tuple(scenario.products),
        queues=queue_names(scenario),
        lanes=tuple(scenario.lanes),
        freight=tuple(scenario.freight),
        warehouses=tuple(scenario.warehouses),
        start=start,
        end=end,
        reported_from=midnight(scenario.horizon.start),
        orders_end=orders_end,
    )


def build(
    scenario: Scenario,
    replication: int = 0,
    *,
    parcel_log: bool = False,
    start_from: Expectations | None = None,
    on_settling: Callable[[float], None] | None = None,
) -> Model:
    """The model of a replication; expectations start from ``start_from``, or settle as the scenario says.

    ``on_settling`` is told the share done of the repetitions that settling may take. Interventions act as described.
    """
    scenario = expanded(scenario)
    settlement = None
    if start_from is None:
        start_from, settlement = settle(scenario, replication, _run_year, on_settling or (lambda _: None))
    model = Model(scenario, replication, start_from, parcel_log)
    model.settlement = settlement
    return model


def _run_year(scenario: Scenario, replication: int, start_from: Expectations, tell: Callable[[float], None]) -> Record:
    return Model(scenario, replication, start_from, parcel_log=False).run(tell).record
