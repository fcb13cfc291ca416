"""Departures: lanes to a timetable and lanes on demand.

Every actor has one shape: wait until the cutoff; advance the gateway; load what is ready; dispatch.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np
import simpy

from sim.actors.moments import Moment
from sim.flow.loading import Gateway, Load
from sim.flow.network import Network
from sim.kernels.distributions import whole
from sim.luck import uniforms
from sim.record import Record
from sim.ticks import local_day

UNLIMITED = 2**62
DEPARTED, CANCELLED, WEATHER, CLOSED = "departed", "cancelled", "weather", "closed"


@dataclass
class LaneState:
    """The numbers of a lane that dated changes may change, and what is fixed about it."""

    number: int
    utc_offset: int
    cutoff: int
    is_open: bool
    room: np.ndarray
    """Payload int64[3]: g, cm3, pieces."""
    transit: np.ndarray
    """Distribution table in ticks."""
    cancellation: np.ndarray
    """Share of departures cancelled by month: float64[12]."""
    transit_key: np.uint64
    cancellation_key: np.uint64
    grounds: Sequence[Callable[[int], bool]]
    """Whether the weather keeps the lane on the ground at an instant, at each end."""
    cost_per_departure: float
    cost_per_kg: float
    g_co2e_per_g: float
    """g CO2e of a gram carried all the way."""
    reroutes: "Reroutes | None"


@dataclass
class Reroutes:
    """Where the ready parcels of a closed lane go: new_path int[paths] (-1: they wait), and the gateway of each."""

    new_path: np.ndarray
    gateway_of_path: dict[int, Gateway]


class Departure:
    """One lane: decides at each cutoff what becomes of the departure, loads and dispatches."""

    def __init__(self, state: LaneState, gateway: Gateway, network: Network, record: Record) -> None:
        self.state = state
        self.gateway = gateway
        self._network = network
        self._record = record

    def attempt(self, cutoff_at: int, departs_at: int) -> int | None:
        """Load and dispatch at a cutoff, or write down why not. Returns the transit of a departure, None without one.

        The gateway must have been advanced to the cutoff.
        """
        state = self.state
        status = self._hindrance(departs_at)
        if status is not None:
            if status == CLOSED:
                self.reroute(cutoff_at)
            self._write_down(departs_at, status, 0)
            return None
        waiting = self.gateway.n_ready
        load = self.gateway.load(state.room)
        transit = int(whole(state.transit, uniforms(state.transit_key, departs_at)[0], 1))
        self.gateway.dispatch(load, departs_at, departs_at + transit)
        self._write_down(departs_at, DEPARTED, int(load.used[2]))
        self._account(departs_at, load, waiting)
        return transit

    def prepare(self, cutoff_at: int) -> None:
        """Let everything upstream happen that starts before the cutoff."""
        self._network.advance(self.gateway, cutoff_at)

    def _hindrance(self, departs_at: int) -> str | None:
        state = self.state
        if not state.is_open:
            return CLOSED
        month = local_day(departs_at, state.utc_offset).month - 1
        if uniforms(state.cancellation_key, departs_at)[0] < state.cancellation[month]:
            return CANCELLED
        if any(is_grounded(departs_at) for is_grounded in state.grounds):
            return WEATHER
        return None

    def reroute(self, at: int) -> None:
        """Send the ready parcels that have another path to go by there; they are ready there at ``at``."""
        reroutes = self.state.reroutes
        if reroutes is None:
            return
        row = self.gateway.take_rerouted(reroutes.new_path)
        path = self.gateway.context.parcels.path[row]
        for number, gateway in reroutes.gateway_of_path.items():
            moved = row[path == number]
            gateway.receive(np.full(moved.shape[0], at, np.int64), moved)

    def _write_down(self, departs_at: int, status: str, pieces: int) -> None:
        self._record.departure(self.state.number, departs_at, status, pieces)
        column = (DEPARTED, CANCELLED, WEATHER, CLOSED).index(status)
        if departs_at < self._record.axes.end:
            self._record.lane_totals[self.state.number, self._record.month(departs_at), column] += 1

    def _account(self, departs_at: int, load: Load, waiting: int) -> None:
        """Add load, rollover, cost and emission of one departure to the record."""
        state, record = self.state, self._record
        if departs_at >= record.axes.end:
            return
        month = record.month(departs_at)
        grams, pieces = int(load.used[0]), int(load.used[2])
        filled = float((load.used / state.room).max())
        record.lane_totals[state.number, month, 4:8] += (grams, round(filled * 1e6), pieces, waiting - pieces)
        cost = state.cost_per_departure + state.cost_per_kg * grams / 1000
        record.lane_totals[state.number, month, 8] += round(cost * 100)
        if grams:
            record.cost["lanes"][month] += cost * load.grams_by_account / grams
            record.co2e_g[month] += state.g_co2e_per_g * load.grams_by_account
        else:
            record.empty_cny[month] += cost


def to_timetable(
    env: simpy.Environment, departure: Departure, departures_at: Sequence[int], rank: int, end: int
) -> Generator[simpy.Event, None, None]:
    """A lane with given departure instants, in order."""
    for departs_at in departures_at:
        cutoff_at = departs_at - departure.state.cutoff
        if cutoff_at < env.now:
            continue
        if cutoff_at >= end:
            return
        yield Moment(env, cutoff_at, rank)
        departure.prepare(cutoff_at)
        departure.attempt(cutoff_at, departs_at)


@dataclass
class Demand:
    """When an on-demand lane departs; its numbers may be changed."""

    when_ready: int | None
    """Grams; None if it waits for a number of pieces."""
    when_ready_pieces: int | None
    check_every: int
    min_gap: int
    max_gap: int | None
    fleet: int
    turnaround: int


def on_demand(
    env: simpy.Environment, departure: Departure, demand: Demand, rank: int, end: int
) -> Generator[simpy.Event, None, None]:
    """A lane that looks at fixed intervals whether enough is ready and a vehicle is free."""
    start = int(env.now)
    last: int | None = None
    away_until: list[int] = []
    check_at = -(-start // demand.check_every) * demand.check_every
    while check_at < end:
        yield Moment(env, check_at, rank)
        departure.prepare(check_at)
        departs_at = check_at + departure.state.cutoff
        away_until = [back for back in away_until if back > departs_at]
        if not departure.state.is_open:
            departure.reroute(check_at)
        elif _is_wanted(departure, demand, departs_at, last, start) and len(away_until) < demand.fleet:
            transit = departure.attempt(check_at, departs_at)
            if transit is not None:
                last = departs_at
                away_until.append(departs_at + 2 * (transit + demand.turnaround))
        check_at += demand.check_every


def _is_wanted(departure: Departure, demand: Demand, departs_at: int, last: int | None, start: int) -> bool:
    if last is not None and departs_at - last < demand.min_gap:
        return False
    if departure.gateway.n_ready == 0:
        return False
    if _is_enough(departure.gateway, demand):
        return True
    since = start if last is None else last
    return demand.max_gap is not None and departs_at - since >= demand.max_gap


def _is_enough(gateway: Gateway, demand: Demand) -> bool:
    if demand.when_ready_pieces is not None:
        return gateway.n_ready >= demand.when_ready_pieces
    return demand.when_ready is not None and gateway.ready_grams >= demand.when_ready
