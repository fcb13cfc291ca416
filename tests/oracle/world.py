"""A scenario in one replication: its luck, its numbers at an instant, its calendars, and the order within an instant.

Shares with the engine only the description, the luck, and the inverse distributions that turn luck into durations.
"""

import math
from typing import Any

import simpy

from oracle.changes import Numbers
from oracle.clock import Clock
from oracle.trace import Order, Trace
from sim import luck
from sim.calendars import open_intervals
from sim.kernels import distributions
from sim.scenario.scenario import Scenario
from sim.scenario.stations import Opening
from sim.ticks import DAY, midnight

# Order within one instant. SimPy's own 0 and 1 stay below: a process that was woken goes on at once.
CHANGES, REVIEW, PLACING, DEPARTURES, COMPLETIONS, GRANTS = 10, 20, 30, 1_000, 100_000, 200_000

BEFORE, BEYOND = 8 * DAY, 2_000 * DAY
"""How far calendars reach beyond the simulated time, so that every started service finds its end."""


class At(simpy.Event):
    """An event at an instant, with its place in the order of that instant."""

    def __init__(self, env: simpy.Environment, instant: int, priority: int) -> None:
        super().__init__(env)
        self._ok, self._value = True, None
        env.schedule(self, priority=priority, delay=instant - env.now)


class World:
    """What all parts of the twin look at."""

    def __init__(self, scenario: Scenario, replication: int) -> None:
        self.scenario = scenario
        self.replication = replication
        self.start = midnight(scenario.horizon.start) - scenario.horizon.warm_up
        self.last_order = midnight(scenario.horizon.end)
        self.end = self.last_order + scenario.horizon.drain
        self.numbers = Numbers(scenario)
        self.env = simpy.Environment(initial_time=self.start)
        self.trace = Trace()

    def fine(self, thing: int, *purpose: str) -> tuple[float, float]:
        """Two uniform numbers of one thing."""
        key = luck.key(self.scenario.seed, self.replication, *purpose)
        return luck.uniforms(key, thing)

    def coarse(self, thing: int, *purpose: str) -> tuple[float, float, float, float]:
        """Four uniform numbers of one thing."""
        key = luck.key(self.scenario.seed, self.replication, *purpose)
        return luck.four_uniforms(key, thing)

    def duration(self, path: str, distribution: Any, now: int, u: float, least: int) -> int:
        """A duration of the distribution as it is at ``now``; a changed mean scales it."""
        parts = distributions.table(distribution)
        mean_path = f"{path}.mean"
        if mean_path in self.numbers.by_path:
            usual = distributions.mean(parts)
            mean = self.numbers.number(mean_path, usual, now)
            if mean == 0 or usual == 0:
                return max(least, round(mean))
            parts = distributions.scaled(parts, mean / usual)
        return int(distributions.whole(parts, u, least))

    def is_lost(self, order: Order, step: str) -> bool:
        """Whether a parcel is lost on arrival at the step, now."""
        loss = self.scenario.routes[order.route].loss
        if loss is None or loss.at != step:
            return False
        share = self.numbers.number(f"routes.{order.route}.loss.share", loss.share, self.env.now)
        return self.fine(order.order_id, "loss", order.route)[0] < share

    def utc_offset(self, place: str) -> int:
        """Local time less UTC."""
        return self.scenario.places[place].utc_offset

    def clock(self, thing: Opening, place: str) -> Clock:
        """When a thing at a place works."""
        country = self.scenario.places[place].country if thing.closed_on_holidays else None
        offset = self.utc_offset(place)
        return Clock(open_intervals(thing.hours, offset, country, self.start - BEFORE, self.end + BEYOND))


def pick(shares: dict[str, float], u: float) -> str:
    """The first whose cumulative share exceeds the uniform number."""
    cumulative = 0.0
    for name, share in shares.items():
        cumulative += share
        if cumulative > u:
            return name
    return next(name for name in reversed(shares) if shares[name] > 0)


def race(u: float, weight: float) -> float:
    """An exponential time of that rate; never at rate zero."""
    return -math.log(u) / weight if weight > 0 else math.inf
