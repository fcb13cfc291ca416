"""H in plain SimPy: one process per parcel through all steps of its path, a Resource for every queue.

Reads the same `Scenario` as the engine, for its numbers and calendars, so it is the same network; chance is Python's
`random`. Idiomatic and not slowed down; where there was a choice, the cheaper way was taken:

- Orders that are not placed cost no event: the market draws them between two placed ones.
- Chances of all alternatives are worked out once a week for each region and product, not for each order.
- A server is kept while the office is closed, its work being done by so many open hours, so closings cost no event.
- Written down are counts, waits and door-to-door times; the engine counts them by month, route, region and product.

Rules are those of docs/model.md at one parcel a row, as far as this network has them; what it does not have
(closures, changed tariffs, ...) is refused. Instants are microseconds since the epoch, as floats.
"""

import itertools
import math
import random
from bisect import bisect
from collections import defaultdict, deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass

import simpy

from sim.building.timetables import departure_instants
from sim.calendars import hourly_orders, open_intervals
from sim.scenario.base import Distribution
from sim.scenario.lanes import Lane, LastMile
from sim.scenario.routes import Route
from sim.scenario.scenario import Scenario
from sim.scenario.stations import Customs, Opening, Queue
from sim.scenario.targets import mean, schedules
from sim.ticks import DAY, HOUR, NEVER, WEEK, local_day, midnight

Process = Generator[simpy.Event, object, None]
Sampler = Callable[[], float]
SLACK = 400 * DAY


class NotSimulatedError(ValueError):
    """The scenario has what this peer does not simulate."""


@dataclass(slots=True)
class Parcel:
    """An order that was placed."""

    ordered_at: float
    route: str
    region: str
    product: str
    grams: int
    cm3: int
    value: float
    priority: int
    posted_at: float = 0.0


def simulate(scenario: Scenario, seed: int) -> "Corridor":
    """The simulated time of ``scenario`` from its start to its end."""
    corridor = Corridor(scenario, random.Random(seed))
    corridor.env.run(until=corridor.end)
    return corridor


def summed_up(corridor: "Corridor") -> tuple[int, dict[str, float]]:
    """Orders placed, and the figures that the engine's runs are summed up by."""
    tally = corridor.market.tally
    by_route = {route: sum(n for (r, _, _), n in tally.items() if r == route) for route in corridor.scenario.routes}
    times = corridor.door_to_door
    return sum(by_route.values()), {
        "latent": float(sum(tally.values())),
        "delivered": float(len(times)),
        "lost": float(corridor.n_lost),
        "door_to_door_mean_days": sum(times) / len(times) / DAY,
        **{f"placed_{route}": float(n) for route, n in by_route.items()},
    }


class Corridor:
    """The network, its processes and what they note down."""

    def __init__(self, scenario: Scenario, rng: random.Random) -> None:
        self.scenario, self.rng = scenario, rng
        self.start = midnight(scenario.horizon.start) - scenario.horizon.warm_up
        self.orders_end = midnight(scenario.horizon.end)
        self.end = self.orders_end + scenario.horizon.drain
        self.env = simpy.Environment(initial_time=self.start)
        self.door_to_door: list[float] = []
        self.n_lost = 0
        self.desks: dict[str, Desk] = {}
        self.weather: dict[tuple[str, int], bool] = {}
        self.steps: dict[str, Step] = {}
        for name, station in scenario.stations.items():
            self.steps[name] = self.desk(f"stations.{name}", station, station, station.place)
        for name, customs in scenario.customs.items():
            self.steps[name] = Office(self, name, customs)
        for name, lane in scenario.lanes.items():
            self.steps[name] = Service(self, lane)
        for name, last_mile in scenario.last_miles.items():
            self.steps[name] = Delivery(self, last_mile)
        self.paths = {
            (route, path): [self.steps[step] for step in described.steps]
            for route in scenario.routes
            for path, described in scenario.routes[route].paths.items()
        }
        self.entries = {key: self.entry(scenario.routes[key[0]].paths[key[1]].steps) for key in self.paths}
        self.market = Market(self)
        self.env.process(self.changes())

    def desk(self, path: str, queue: Queue, opening: Opening, place: str) -> "Desk":
        self.desks[path] = Desk(self, queue, opening, place)
        return self.desks[path]

    def entry(self, steps: tuple[str, ...]) -> str:
        """Place where the last mile begins."""
        return next(self.scenario.lanes[step].to for step in reversed(steps) if step in self.scenario.lanes)

    def sampler(self, distribution: Distribution | None, least: float = 0.0) -> Sampler:
        """A function that draws from a described distribution."""
        if distribution is None:
            return lambda: 0.0
        draws = [_draw(self.rng, part, least) for part in distribution.parts]
        if len(draws) == 1:
            return draws[0]
        shares = [part.share for part in distribution.parts]
        cumulative = [sum(shares[: i + 1]) for i in range(len(shares) - 1)]
        uniform = self.rng.random
        return lambda: draws[bisect(cumulative, uniform())]()

    def parcel(self, parcel: Parcel, path: str) -> Process:
        """All that happens to a parcel."""
        route = self.scenario.routes[parcel.route]
        lost_at = self.steps[route.loss.at] if route.loss else None
        posted_after = self.steps[route.posted_after] if route.posted_after else None
        entry = self.entries[parcel.route, path]
        for step in self.paths[parcel.route, path]:
            if step is lost_at and self.rng.random() < route.loss.share:
                self.n_lost += 1
                return
            yield from step.take(parcel, entry)
            if step is posted_after:
                parcel.posted_at = self.env.now
        door_to_door = self.env.now - parcel.ordered_at
        self.door_to_door.append(door_to_door)
        self.market.arrived[parcel.route, parcel.region].append(door_to_door)

    def changes(self) -> Process:
        """Follow the dated changes of staffing."""
        due = sorted((at, path, value) for path, values in schedules(self.scenario).items() for at, value in values)
        for at, path, value in due:
            if at >= self.end:
                return
            thing, _, field = path.rpartition(".")
            if field != "servers":
                raise NotSimulatedError(f"{path} changes in the simulated time")
            yield self.env.timeout(max(at - self.env.now, 0))
            self.desks[thing].staff(int(value))

    def is_grounded(self, place: str, at: float) -> bool:
        """Whether the weather of a place keeps aircraft on the ground on the local day of an instant."""
        described = self.scenario.places[place]
        if described.weather is None:
            return False
        day = local_day(int(at), described.utc_offset)
        key = (place, day.toordinal())
        if key not in self.weather:
            self.weather[key] = self.rng.random() < described.weather[day.month - 1]
        return self.weather[key]


def _draw(rng: random.Random, part: object, least: float) -> Sampler:
    kind = part.distribution
    if kind == "constant":
        value = max(part.mean, least)
        return lambda: value
    if kind == "exponential":
        rate = 1 / part.mean
        return lambda: rng.expovariate(rate)
    if kind == "lognormal":
        variance = math.log1p(part.cv**2)
        mu, sigma = math.log(part.mean) - variance / 2, math.sqrt(variance)
        return lambda: rng.lognormvariate(mu, sigma)
    if kind == "uniform":
        return lambda: rng.uniform(part.low, part.high)
    if kind == "triangular":
        return lambda: rng.triangular(part.low, part.high, part.mode)
    scale = part.mean / math.gamma(1 + 1 / part.shape)
    return lambda: rng.weibullvariate(scale, part.shape)


class Step:
    """A step of a path: ``take`` is what a parcel does there."""

    def take(self, parcel: Parcel, entry: str) -> Process:
        raise NotImplementedError


class Clock:
    """Opening hours as half-open intervals."""

    def __init__(self, intervals: list[tuple[int, int]]) -> None:
        self.intervals = intervals
        self.closings = [closes for _, closes in intervals]

    def span(self, now: float, work: float) -> tuple[float, float]:
        """When work that may begin ``now`` begins and ends, if it rests while closed."""
        i = bisect(self.closings, now)
        opens, closes = self.intervals[i]
        at = started = max(now, opens)
        while work > closes - at:
            work -= closes - at
            i += 1
            at, closes = self.intervals[i]
        return started, at + work


class Desk(Step):
    """Servers and a queue, then a dwell; without servers only the dwell."""

    def __init__(self, corridor: Corridor, queue: Queue, opening: Opening, place: str) -> None:
        where = corridor.scenario.places[place]
        holidays = where.country if opening.closed_on_holidays else None
        intervals = open_intervals(opening.hours, where.utc_offset, holidays, corridor.start, corridor.end + SLACK)
        if not opening.is_open:
            raise NotSimulatedError("a closed station")
        self.env = corridor.env
        self.clock = None if intervals[0][1] == NEVER else Clock(intervals)
        self.servers = simpy.Resource(self.env, queue.servers) if queue.servers else None
        self.service = corridor.sampler(queue.service, least=1)
        self.dwell = corridor.sampler(queue.dwell) if queue.dwell else None
        self.n_started, self.waited, self.worked = 0, 0.0, 0.0

    def take(self, parcel: Parcel, entry: str) -> Process:
        env = self.env
        if self.servers is not None:
            arrived = env.now
            with self.servers.request() as server:
                yield server
                service = self.service()
                if self.clock is None:
                    started, ended = env.now, env.now + service
                else:
                    started, ended = self.clock.span(env.now, service)
                self.n_started += 1
                self.waited += started - arrived
                self.worked += service
                yield env.timeout(ended - env.now)
        if self.dwell is not None:
            yield env.timeout(self.dwell())

    def staff(self, servers: int) -> None:
        """More servers from now on. A Resource has no public way to it; this is the usual one."""
        if servers < self.servers.capacity:
            raise NotSimulatedError("a cut of staffing")
        self.servers._capacity = servers
        self.servers._trigger_put(None)


class Office(Step):
    """Customs: release of every parcel, examination of those selected."""

    def __init__(self, corridor: Corridor, name: str, customs: Customs) -> None:
        self.rng = corridor.rng
        path = f"customs.{name}"
        self.release = corridor.desk(f"{path}.release", customs.release, customs, customs.place)
        self.bays = corridor.desk(f"{path}.examination", customs.examination, customs, customs.place)
        examination = customs.examination
        self.share = {p: examination.share_by_product.get(p, examination.share) for p in corridor.scenario.products}
        above = examination.share_above_duty_free
        self.limit = math.inf if above is None or customs.duty_free_limit is None else customs.duty_free_limit
        self.share_above = above

    def take(self, parcel: Parcel, entry: str) -> Process:
        yield from self.release.take(parcel, entry)
        share = self.share_above if parcel.value > self.limit else self.share[parcel.product]
        if self.rng.random() < share:
            yield from self.bays.take(parcel, entry)


class Service(Step):
    """A lane: parcels wait for a departure, to a timetable or on demand."""

    def __init__(self, corridor: Corridor, lane: Lane) -> None:
        self.corridor, self.lane, self.env = corridor, lane, corridor.env
        if not lane.is_open:
            raise NotSimulatedError("a closed lane")
        priorities = sorted({route.priority for route in corridor.scenario.routes.values()})
        self.waiting: dict[int, deque[tuple[Parcel, simpy.Event]]] = {priority: deque() for priority in priorities}
        self.ready_grams = 0
        self.transit = corridor.sampler(lane.transit, least=1)
        limits = (lane.payload.mass, lane.payload.volume, lane.payload.pieces)
        self.room = [math.inf if limit is None else limit for limit in limits]
        shares = lane.cancellation
        self.cancellation = shares if isinstance(shares, tuple) else (shares,) * 12
        self.offset = corridor.scenario.places[lane.from_].utc_offset
        self.carried = [0, 0, 0]
        self.env.process(self.to_timetable() if lane.timetable else self.on_demand())

    def take(self, parcel: Parcel, entry: str) -> Process:
        arrives = self.env.event()
        self.ready_grams += parcel.grams
        self.waiting[parcel.priority].append((parcel, arrives))
        yield arrives

    def to_timetable(self) -> Process:
        for departs_at in departure_instants(self.lane, self.offset, self.corridor.start, self.corridor.end):
            yield self.env.timeout(departs_at - self.lane.cutoff - self.env.now)
            self.attempt(departs_at)

    def on_demand(self) -> Process:
        env, rule = self.env, self.lane.on_demand
        last, since = None, env.now
        away_until: list[float] = []
        yield env.timeout(-env.now % rule.check_every)
        while True:
            departs_at = env.now + self.lane.cutoff
            away_until = [back for back in away_until if back > departs_at]
            is_rested = last is None or departs_at - last >= rule.min_gap
            is_due = rule.max_gap is not None and departs_at - since >= rule.max_gap
            is_wanted = self.ready_grams > 0 and is_rested and (self.ready_grams >= rule.when_ready or is_due)
            if is_wanted and len(away_until) < rule.fleet:
                transit = self.attempt(departs_at)
                if transit is not None:
                    last = since = departs_at
                    away_until.append(departs_at + 2 * (transit + rule.turnaround))
            yield env.timeout(rule.check_every)

    def attempt(self, departs_at: float) -> float | None:
        """Load and send off, unless cancelled or kept by the weather."""
        lane, corridor = self.lane, self.corridor
        month = local_day(int(departs_at), self.offset).month - 1
        if corridor.rng.random() < self.cancellation[month]:
            return None
        if lane.weather_sensitive and any(corridor.is_grounded(end, departs_at) for end in (lane.from_, lane.to)):
            return None
        transit = self.transit()
        self.env.process(self.trip(self.load(), departs_at + transit))
        return transit

    def load(self) -> list[simpy.Event]:
        """The longest prefix, by priority and then by instant, that fits."""
        mass, volume, pieces = self.room
        aboard = []
        for queue in self.waiting.values():
            while queue:
                parcel, arrives = queue[0]
                mass, volume, pieces = mass - parcel.grams, volume - parcel.cm3, pieces - 1
                if mass < 0 or volume < 0 or pieces < 0:
                    return aboard
                queue.popleft()
                aboard.append(arrives)
                self.ready_grams -= parcel.grams
                self.carried[0] += parcel.grams
                self.carried[1] += parcel.cm3
                self.carried[2] += 1
        return aboard

    def trip(self, aboard: list[simpy.Event], arrives_at: float) -> Process:
        yield self.env.timeout(arrives_at - self.env.now)
        for arrives in aboard:
            arrives.succeed()


class Delivery(Step):
    """The last mile: a time by place of entry and region."""

    def __init__(self, corridor: Corridor, last_mile: LastMile) -> None:
        self.env = corridor.env
        self.times = {
            (place, region): corridor.sampler(time)
            for place, by_region in last_mile.times.items()
            for region, time in by_region.items()
        }

    def take(self, parcel: Parcel, entry: str) -> Process:
        yield self.env.timeout(self.times[entry, parcel.region]())


class Market:
    """Latent orders of the one origin, what they choose, and what is known of service."""

    def __init__(self, corridor: Corridor) -> None:
        self.corridor, self.env, self.rng = corridor, corridor.env, corridor.rng
        self.scenario = scenario = corridor.scenario
        ((self.name, self.origin),) = scenario.market.origins.items()
        self.tally: dict[tuple[str, str, str], int] = defaultdict(int)
        self.arrived: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.served = [(r, g) for r, route in scenario.routes.items() for g in route.promise]
        self.promised = {(r, g): self.promise(scenario.routes[r], g) for r, g in self.served}
        self.known = dict(self.promised)
        self.constants = self.fitted()
        self.regions, self.region_shares = _cumulative(
            {
                g: (self.origin.region_shares or {}).get(g, described.order_share)
                for g, described in scenario.regions.items()
            }
        )
        self.products, self.product_shares = _cumulative(
            {
                p: (self.origin.product_shares or {}).get(p, described.order_share)
                for p, described in scenario.products.items()
            }
        )
        self.alternatives = [*scenario.routes, "other-gateway", "not-bought"]
        self.weigh()
        self.gateways = {
            (r, g): _cumulative({choice: 1.0} if isinstance(choice, str) else choice)
            for r, route in scenario.routes.items()
            for g, choice in route.gateways.items()
        }
        self.goods = {
            name: (corridor.sampler(product.weight), corridor.sampler(product.value), product.density)
            for name, product in scenario.products.items()
        }
        self.env.process(self.reviews())
        self.env.process(self.orders())

    @staticmethod
    def promise(route: Route, region: str) -> tuple[float, float]:
        return route.promise[region].days / DAY, route.promise[region].spread / DAY

    def generalised_cost(self, route: str, product: str, service: tuple[float, float]) -> float:
        described, choice = self.scenario.routes[route], self.origin.choice
        tariff = described.tariff_by_product.get(product, described.tariff)
        price = tariff.fixed_cny + tariff.per_kg_cny * mean(self.scenario.products[product].weight) / 1000
        return price + choice.value_of_time * service[0] + choice.value_of_reliability * service[1]

    def carries(self, route: str, product: str) -> bool:
        products = self.scenario.routes[route].products
        return products is None or product in products

    def fitted(self) -> dict[str, float]:
        """What gives the routes their reference shares at the promised service, moved towards them until they hold."""
        choice, scenario = self.origin.choice, self.scenario
        shares = choice.reference_shares
        constants = {route: choice.dissimilarity * math.log(share) for route, share in shares.routes.items()}
        worst = 1.0
        while worst > 1e-12:
            taken = dict.fromkeys(constants, 0.0)
            for region, product in itertools.product(scenario.regions, scenario.products):
                share = scenario.regions[region].order_share * scenario.products[product].order_share
                for route, chance in self.chances_of(region, product, self.promised, constants).items():
                    taken[route] += share * chance
            misses = {route: math.log(shares.inside * shares.routes[route] / taken[route]) for route in constants}
            for route, miss in misses.items():
                constants[route] += choice.dissimilarity * miss
            worst = max(map(abs, misses.values()))
        return constants

    def chances_of(
        self, region: str, product: str, known: dict[tuple[str, str], tuple[float, float]], constants: dict[str, float]
    ) -> dict[str, float]:
        """Chance of each route with a service that is known; the outside options have the rest."""
        choice = self.origin.choice
        shares = choice.reference_shares
        weights = dict.fromkeys(self.scenario.routes, 0.0)
        for route in weights:
            if (route, region) in known and self.carries(route, product):
                cost = self.generalised_cost(route, product, known[route, region])
                weights[route] = math.exp((constants[route] - choice.price_weight * cost) / choice.dissimilarity)
        logsum = sum(weights.values())
        inside = logsum**choice.dissimilarity
        total = inside + (shares.other_gateway + shares.not_bought) / shares.inside
        return {route: inside / total * weight / (logsum or 1.0) for route, weight in weights.items()}

    def weigh(self) -> None:
        """Cumulative chances of all alternatives by region and product, with what is known now."""
        shares = self.origin.choice.reference_shares
        self.chances = {}
        for region in self.regions:
            for product in self.products:
                chances = list(self.chances_of(region, product, self.known, self.constants).values())
                outside = (1 - sum(chances)) / (shares.other_gateway + shares.not_bought)
                chances += [outside * shares.other_gateway, outside * shares.not_bought]
                self.chances[region, product] = [sum(chances[: i + 1]) for i in range(len(chances) - 1)]

    def orders(self) -> Process:
        """Latent orders, hour by hour a Poisson process of constant rate; each chooses, the placed are sent off."""
        env, rng, corridor = self.env, self.rng, self.corridor
        uniform = rng.random
        for hour_at, expected in self.hours():
            yield env.timeout(hour_at - env.now)
            if expected <= 0:
                continue
            rate = expected / HOUR
            at, hour_end = hour_at + rng.expovariate(rate), min(hour_at + HOUR, corridor.orders_end)
            while at < hour_end:
                region = self.regions[bisect(self.region_shares, uniform())]
                product = self.products[bisect(self.product_shares, uniform())]
                chosen = self.alternatives[bisect(self.chances[region, product], uniform())]
                self.tally[chosen, region, product] += 1
                if chosen in self.scenario.routes:
                    yield env.timeout(at - env.now)
                    self.place(chosen, region, product)
                at += rng.expovariate(rate)

    def hours(self) -> Iterable[tuple[int, float]]:
        corridor = self.corridor
        offset = self.scenario.places[self.name].utc_offset
        for week in range(corridor.start // WEEK, -(-corridor.orders_end // WEEK)):
            cumulative = hourly_orders(self.origin, offset, week)
            for hour in range(168):
                at = week * WEEK + hour * HOUR
                if corridor.start <= at < corridor.orders_end:
                    yield at, float(cumulative[hour + 1] - cumulative[hour]) * self.origin.level

    def place(self, route: str, region: str, product: str) -> None:
        """Send a parcel on its way."""
        weight, value, density = self.goods[product]
        grams = max(1, round(weight()))
        cm3 = max(1, round(grams * 1000 / density))
        priority = self.scenario.routes[route].priority
        parcel = Parcel(self.env.now, route, region, product, grams, cm3, value(), priority)
        paths, shares = self.gateways[route, region]
        path = paths[bisect(shares, self.rng.random())] if shares else paths[0]
        self.env.process(self.corridor.parcel(parcel, path))

    def reviews(self) -> Process:
        """Every Monday the market takes in what was delivered in the week before."""
        env, rule = self.env, self.scenario.market.review
        while True:
            yield env.timeout(WEEK - env.now % WEEK)
            for key in self.served:
                times = self.arrived.pop(key, [])
                if len(times) >= rule.minimum_parcels:
                    times.sort()
                    p50, p90 = (times[math.ceil(share * len(times)) - 1] // HOUR for share in (0.5, 0.9))
                    goal, pace = (sum(times) / len(times) / DAY, (p90 - p50) * HOUR / DAY), rule.smoothing
                else:
                    goal, pace = self.promised[key], rule.relaxation
                if self.scenario.market.feedback.congestion:
                    days, spread = self.known[key]
                    self.known[key] = days + pace * (goal[0] - days), spread + pace * (goal[1] - spread)
            self.weigh()


def _cumulative(shares: dict[str, float]) -> tuple[list[str], list[float]]:
    """Names, and the cumulative shares of all but the last, for bisection by a uniform number."""
    values = list(shares.values())
    return list(shares), [sum(values[: i + 1]) for i in range(len(values) - 1)]
