"""A scenario in one replication: its luck, its numbers at an instant, its calendars, and the order within an instant.

Shares with the engine only the description, the luck, and the inverse distributions that turn luck into durations.
"""

import math
from typing import Any

import simpy

from oracle.changes import Numbers
from oracle.clock import Clock
from oracle.items import Item, Way
from oracle.sellers import Sellers
from oracle.trace import Trace
from sim import luck
from sim.calendars import open_intervals
from sim.kernels import distributions
from sim.scenario.scenario import Scenario
from sim.scenario.stations import Opening
from sim.ticks import DAY, midnight

# Order within one instant. SimPy's own 0 and 1 stay below: a process that was woken goes on at once.
CHANGES, STOCK_REVIEWS, REVIEW, PLACING, CONSOLIDATIONS = 10, 100, 200, 210, 300
DEPARTURES, COMPLETIONS, SHELVES, GRANTS = 1_000, 100_000, 150_000, 200_000

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
        self.sellers = Sellers(scenario, self.numbers, self.start, self.end)
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
        skills = self.skills(path, now)
        if mean_path in self.numbers.by_path or skills != 1:
            usual = distributions.mean(parts)
            mean = self.numbers.number(mean_path, usual, now) * skills
            if mean == 0 or usual == 0:
                return max(least, round(mean))
            parts = distributions.scaled(parts, mean / usual)
        return int(distributions.whole(parts, u, least))

    def skills(self, path: str, now: int) -> float:
        """What skills make of a duration: of the service of stations and of releases, and of nothing else."""
        section, name, *rest = path.split(".")
        is_service = (section, rest) in (("stations", ["service"]), ("customs", ["release", "service"]))
        return self.sellers.service_factor(name, now) if is_service else 1.0

    def is_lost(self, item: Item, step: str) -> bool:
        """Whether a single parcel on its way to the buyer is lost on arrival at the step, now."""
        if item.order is None or item.is_returned:
            return False
        route = item.order.route
        loss = self.scenario.routes[route].loss
        if loss is None or loss.at != step:
            return False
        share = self.numbers.number(f"routes.{route}.loss.share", loss.share, self.env.now)
        return self.fine(item.order.order_id, "loss", route)[0] < share

    def way(self, route: str, path: str) -> Way:
        """A path of a route."""
        described = self.scenario.routes[route]
        return Way(described.paths[path].steps, described.priority, route, path)

    def gateway(self, route: str, region: str, order_id: int, now: int) -> str:
        """The path that an order of the region takes on the route, by its own luck."""
        return pick(self.gateways(route, region, now), self.fine(order_id, "path", route)[0])

    def gateways(self, route: str, region: str, now: int | None) -> dict[str, float]:
        """Shares of the paths to a region; without an instant, as described and unchanged."""
        named = self.scenario.routes[route].gateways[region]
        described = {named: 1.0} if isinstance(named, str) else dict(named)
        if now is None:
            return described
        shares = described | {path: 0.0 for path in self.scenario.routes[route].paths if path not in described}
        stem = f"routes.{route}.gateways.{region}"
        changed = [path for path in shares if self.numbers.is_changed(f"{stem}.{path}", now)]
        held = {path: self.numbers.number(f"{stem}.{path}", shares[path], now) for path in changed}
        left = max(0.0, 1 - sum(held.values()))
        others = sum(share for path, share in shares.items() if path not in held)
        if not held or (sum(held.values()) == 0 and others == 0):
            return shares
        if left == 0 or others == 0:
            return {path: held.get(path, 0.0) / sum(held.values()) for path in shares}
        return {path: held.get(path, share / others * left) for path, share in shares.items()}

    def multiples(self, interval: int) -> range:
        """Whole multiples of an interval since the epoch, from the start to before the end."""
        return range(-(-self.start // interval) * interval, self.end, interval)

    def volume(self, product: str, grams: int) -> int:
        """Volume of so much of a product."""
        return max(1, round(grams * 1000 / self.scenario.products[product].density))

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
