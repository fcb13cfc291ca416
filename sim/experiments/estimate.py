"""What a run will take, worked out before anything runs; a scenario that would exhaust the machine is refused.

Plain arithmetic on the description, without numpy: `sim validate` prints it, and is to answer at once.
"""

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from sim.errors import AbsurdScenarioError
from sim.scenario.containers import Freight
from sim.scenario.growth import growth_level
from sim.scenario.interventions.expanding import expanded
from sim.scenario.lanes import Lane, TimetableEntry
from sim.scenario.market import HIGHEST_LEVEL, Origin, Season
from sim.scenario.pieces import piece_cm3, piece_grams
from sim.scenario.scenario import Scenario
from sim.scenario.sellers_over_time import level_factors
from sim.scenario.targets import mean, schedule, schedules, targets
from sim.ticks import DAY, WEEK

# Measured on one core with the three shipped scenarios at 1, 50 and 200 parcels a row: 11 to 60 s, each within a factor
# of 1.4 of what these make of it.
SECONDS_A_ROW = 0.15e-6
SECONDS_A_PLACED_ROW = 0.75e-6  # also of a container
SECONDS_A_STEP = 0.15e-3
SECONDS_TO_BUILD = 0.4
SECONDS_TO_START = 3.5  # and to draw and write
REPETITIONS_TO_SETTLE = 2
"""Repetitions of the first year after which expectations have usually settled; a scenario may allow more."""

BYTES_TO_START = 220e6
BYTES_A_ROW_UNDER_WAY = 70.0 * 2  # the table doubles when it is full
BYTES_A_WAITING_ROW = BYTES_A_ROW_UNDER_WAY + 64.0  # and its place in a queue
BYTES_A_LATENT_ROW = 40.0  # of the largest week
BYTES_A_STEP = 200.0  # a departure that is written down
BYTES_A_LOGGED_STEP = 100.0
HOUR_BINS = 24 * 180 + 1
REVIEW_WEEKS = 60
WEEKS_OF_A_CONTAINER = 6
"""How long a container of freight may be under way when yards are full."""

LAYERS_A_LEVEL = 4
ROWS_A_LAYER_WEEK = 50
MOST_ROWS_A_LAYER_WEEK = 2**27
MOST_ORDERS = 2**31 - 1
"""Counts of a month are kept in 32 bits."""
MOST_BYTES = 64 * 2**30
MOST_OF_AVAILABLE = 0.8
MOST_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Estimate:
    """What all replications of a run take, roughly; rows of one replication."""

    orders: float
    rows: float
    largest_week: float
    """Rows of latent orders in the largest week of an origin."""
    largest_layer_week: float
    containers: float
    """Containers of freight streams and loads of stock; those that parcels fill are few beside their rows."""
    steps: float
    peak_bytes: float
    seconds: float
    """Of a free core of the machine on which estimates were measured, to start included."""
    seconds_each: float
    """Of one replication, without what it takes to start."""

    def __str__(self) -> str:
        freight = f"{_counted(self.containers)} containers of freight and loads, " if self.containers else ""
        work = f"{freight}{_counted(self.steps)} departures, checks and reviews"
        return (
            f"about {_counted(self.orders)} latent orders in {_counted(self.rows)} rows, {work}, "
            f"{self.peak_bytes / 1e9:.1f} GB of memory and {_spoken(self.seconds)}"
        )


def estimate(scenario: Scenario, *, replications: int = 1, workers: int = 1, parcel_log: bool = False) -> Estimate:
    """What a run takes."""
    scenario = expanded(scenario)
    highest = _highest_in(scenario)
    origins = [_OriginEstimate.of(name, scenario, highest) for name in scenario.market.origins]
    orders, rows = sum(o.orders for o in origins), sum(o.rows for o in origins)
    placed_rows = sum(o.rows * o.inside for o in origins)
    steps, weekly_containers = _steps(scenario), [_containers(scenario, week, highest) for week in _weeks(scenario)]
    loads = sum(_loads(scenario, name, origins, highest) for name in scenario.warehouses)
    containers = sum(weekly_containers) + loads
    at_once = min(workers, replications)
    bytes_of_one = (
        BYTES_TO_START
        + BYTES_A_ROW_UNDER_WAY * sum(o.rows_a_peak_week * o.inside * o.weeks_under_way for o in origins)
        + BYTES_A_ROW_UNDER_WAY * max(weekly_containers, default=0) * WEEKS_OF_A_CONTAINER
        + BYTES_A_WAITING_ROW * sum(_waiting(scenario, name, highest) for name in scenario.freight)
        + BYTES_A_LATENT_ROW * max(o.rows_a_peak_week for o in origins)
        + BYTES_A_STEP * steps
        + _record_bytes(scenario)
        + (BYTES_A_LOGGED_STEP * placed_rows * _longest_path(scenario) if parcel_log else 0)
    )
    seconds = _seconds(rows, placed_rows, containers, steps)
    seconds += _settling_seconds(scenario, rows, placed_rows, containers, steps)
    return Estimate(
        orders=orders,
        rows=rows,
        largest_week=max(o.rows_a_peak_week for o in origins),
        largest_layer_week=max(o.rows_a_peak_week / o.layers for o in origins),
        containers=containers,
        steps=steps,
        peak_bytes=bytes_of_one * at_once,
        seconds=SECONDS_TO_START + seconds * math.ceil(replications / at_once),
        seconds_each=seconds,
    )


def _seconds(rows: float, placed_rows: float, containers: float, steps: float) -> float:
    """Seconds of one model from its building to its end."""
    of_rows = SECONDS_A_ROW * rows + SECONDS_A_PLACED_ROW * (placed_rows + containers)
    return SECONDS_TO_BUILD + of_rows + SECONDS_A_STEP * steps


def refuse_if_absurd(
    scenario: Scenario, *, replications: int = 1, workers: int = 1, parcel_log: bool = False
) -> Estimate:
    """The estimate of a run; raises AbsurdScenarioError with it if the run would exhaust the machine."""
    found = estimate(scenario, replications=replications, workers=workers, parcel_log=parcel_log)
    reason = _reason(found)
    if reason:
        fewer = "run fewer replications or workers, " if replications > 1 else ""
        advice = f"raise parcels_per_row (now {scenario.parcels_per_row}), {fewer}or shorten the horizon"
        raise AbsurdScenarioError(f"{scenario.scenario} would take {found}; {reason}; {advice}")
    return found


def workers_that_fit(peak_bytes: Sequence[float], workers: int) -> int:
    """How many of so many workers may run at once, given the memory that each single replication takes at its peak."""
    largest = sorted(peak_bytes, reverse=True)
    available = _bytes_to_take()
    return next((n for n in range(workers, 1, -1) if sum(largest[:n]) <= available), 1)


def _bytes_to_take() -> float:
    return min(MOST_OF_AVAILABLE * available_bytes(), MOST_BYTES)


def _reason(found: Estimate) -> str | None:
    if found.orders > MOST_ORDERS:
        return f"more than {MOST_ORDERS:,} latent orders in one replication"
    available = _bytes_to_take()
    if found.peak_bytes > available:
        return f"more memory than the {available / 1e9:.1f} GB that a run may take on this machine"
    if found.seconds > MOST_SECONDS:
        return f"more than {_spoken(MOST_SECONDS)}"
    if found.largest_layer_week > MOST_ROWS_A_LAYER_WEEK:
        return f"more than {MOST_ROWS_A_LAYER_WEEK:,} rows of latent orders in one layer of a week"
    return None


def available_bytes() -> float:
    """Memory that is free for use."""
    try:
        with open("/proc/meminfo", encoding="ascii") as stream:
            entries = dict(line.split(":", 1) for line in stream)
        return float(entries["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


@dataclass(frozen=True)
class _OriginEstimate:
    """Latent orders of one origin over the simulated time, and the rows that stand for them."""

    orders: float
    rows: float
    rows_a_peak_week: float
    layers: int
    inside: float
    weeks_under_way: float

    @classmethod
    def of(cls, name: str, scenario: Scenario, highest: "Highest") -> "_OriginEstimate":
        origin = scenario.market.origins[name]
        level = _highest_level(scenario, name, highest)
        weekly = [
            origin.latent_orders_per_year * growth_level(origin.growth, week) * 7 / 365.25 for week in _weeks(scenario)
        ]
        by_product = {key: highest(f"market.origins.{name}.product_levels.{key}") for key in scenario.products}
        layers = max(math.ceil(LAYERS_A_LEVEL * min(level * max(by_product.values()), HIGHEST_LEVEL)), 1)
        shares = origin.product_shares or {key: product.order_share for key, product in scenario.products.items()}
        level *= sum(shares[key] * by_product[key] for key in by_product)
        rows = [layers * _rows(orders / LAYERS_A_LEVEL, scenario.parcels_per_row) for orders in weekly]
        peak = max(weekly) * _season_peak(origin)
        return cls(
            orders=sum(weekly) * level,
            rows=sum(rows),
            rows_a_peak_week=layers * _rows(peak / LAYERS_A_LEVEL, scenario.parcels_per_row),
            layers=layers,
            inside=origin.choice.reference_shares.inside,
            weeks_under_way=_weeks_under_way(scenario, name),
        )


Highest = Callable[[str], float]
"""The highest value that a number ever has under the dated changes of it, by its path."""


def _highest_in(scenario: Scenario) -> Highest:
    """As it is asked for, each number once: there are hundreds, and few matter."""
    known = targets(scenario)

    @cache
    def highest(path: str) -> float:
        changes = [(name, change) for name, change in scenario.changes.items() if change.change == path]
        values = [value for _, value in schedule(known[path], changes)] if changes else []
        return max(map(float, [known[path].value, *values]))

    return highest


def _highest_level(scenario: Scenario, origin: str, highest: Highest) -> float:
    """The highest level that an origin ever has under the dated changes of it."""
    stem, factors = f"market.origins.{origin}.sellers.", None
    if scenario.market.origins[origin].sellers.growth:
        own = {name: change for name, change in scenario.changes.items() if change.change.startswith(stem)}
        factors = level_factors(scenario, origin, schedules(scenario.model_copy(update={"changes": own})))
    return highest(f"market.origins.{origin}.level") * max(factors or [1.0])


def _weeks(scenario: Scenario) -> Iterator[date]:
    horizon = scenario.horizon
    n = math.ceil(((horizon.end - horizon.start).days + horizon.warm_up / DAY) / 7)
    return (horizon.end - timedelta(days=7 * i + 4) for i in range(n) if horizon.end.toordinal() > 7 * i + 4)


def _rows(orders: float, parcels_per_row: int) -> float:
    """Rows of one layer in a week."""
    return orders / min(parcels_per_row, max(1.0, orders // ROWS_A_LAYER_WEEK))


def _season_peak(origin: Origin) -> float:
    """How much larger the largest week may be than the mean one."""
    season: Season = origin.season
    month = max(season.months) * 12 / sum(season.months)
    events = [1 + max(event.factor - 1, 0) * min(event.lasts, 7) / 7 for event in season.events.values()]
    return month * max(events, default=1.0)


def _steps(scenario: Scenario) -> float:
    """Departures, checks, changes and reviews over the simulated time."""
    days = _days(scenario)
    within = [change for change in scenario.changes.values() if change.at < scenario.horizon.end]
    change_days = min(sum(change.ramp / DAY + 2 for change in within), days)
    reviews = days / 7 + sum(days * DAY / warehouse.review_every for warehouse in scenario.warehouses.values())
    checks = sum(days * DAY / consolidation.check_every for consolidation in scenario.consolidations.values())
    freight = days / 7 if scenario.freight else 0.0
    return sum(_departures(lane, days) for lane in scenario.lanes.values()) + reviews + checks + freight + change_days


def _departures(lane: Lane, days: float) -> float:
    if lane.on_demand:
        return days * DAY / lane.on_demand.check_every
    return sum(_of_entry(entry, days) for entry in lane.timetable or ())


def _of_entry(entry: TimetableEntry, days: float) -> float:
    if entry.from_ and entry.until:
        days = min(days, (entry.until - entry.from_).days)
    if entry.every is not None:
        return days * DAY / entry.every
    return 1.0 if entry.on else days / 7 * len(set(entry.weekdays or ()))


def _days(scenario: Scenario) -> float:
    horizon = scenario.horizon
    return (horizon.end - horizon.start).days + (horizon.warm_up + horizon.drain) / DAY


def _settling_seconds(scenario: Scenario, rows: float, placed_rows: float, containers: float, steps: float) -> float:
    review, horizon = scenario.market.review, scenario.horizon
    if not scenario.market.feedback.congestion or review.settle_iterations == 0:
        return 0.0
    years = min((horizon.end - horizon.start).days, 365) + horizon.warm_up / DAY
    part = years / _days(scenario)
    coarser = scenario.parcels_per_row / scenario.settling_parcels_per_row
    of_one = _seconds(rows * coarser * part, placed_rows * coarser * part, containers * part, steps * part)
    return min(review.settle_iterations, REPETITIONS_TO_SETTLE) * of_one


def _weeks_under_way(scenario: Scenario, origin: str) -> float:
    """Half as much again as orders are promised on average: what a backlog may hold."""
    shares = scenario.market.origins[origin].choice.reference_shares.routes
    promised = {
        name: sum(promise.days for promise in scenario.routes[name].promise.values())
        / len(scenario.routes[name].promise)
        for name in shares
        if scenario.routes[name].promise
    }
    total = sum(shares[name] for name in promised)
    mean = (
        sum(shares[name] * promised[name] for name in promised) / total if total else max(promised.values(), default=0)
    )
    return 1.5 * mean / WEEK


def _containers(scenario: Scenario, week: date, highest: Highest) -> float:
    """Containers of all streams of freight in a week."""
    return sum(_of_stream(scenario, name, week, highest) for name in scenario.freight)


def _of_stream(scenario: Scenario, name: str, week: date, highest: Highest) -> float:
    stream = scenario.freight[name]
    growth = growth_level(stream.growth, week) if stream.growth else 1.0
    return stream.containers_per_week * highest(f"freight.{name}.level") * growth


def _waiting(scenario: Scenario, name: str, highest: Highest) -> float:
    """Containers of a stream that wait in the end, if its narrowest step has no more room than is described."""
    stream = scenario.freight[name]
    room = min(_room_a_week(scenario, step, stream) for step in stream.steps)
    return sum(max(_of_stream(scenario, name, week, highest) - room, 0.0) for week in _weeks(scenario))


def _room_a_week(scenario: Scenario, step: str, stream: Freight) -> float:
    """Containers of a stream that a step passes in a week, day and night, if nothing else comes to it."""
    if step in scenario.lanes:
        lane = scenario.lanes[step]
        limits = ((lane.payload.mass, stream.mass), (lane.payload.volume, stream.volume), (lane.payload.pieces, 1))
        of_one = min(room / size for room, size in limits if room is not None)
        return of_one * _departures(lane, _days(scenario)) * 7 / max(_days(scenario), 1)
    queue = scenario.stations[step] if step in scenario.stations else scenario.customs[step].release
    if queue is None or queue.servers is None or queue.service is None:
        return math.inf
    return queue.servers * WEEK / max(mean(queue.service), 1.0)


def _loads(scenario: Scenario, name: str, origins: Sequence["_OriginEstimate"], highest: Highest) -> float:
    """Loads that bring a warehouse what is sold from it, at the shares of reference."""
    load, largest = scenario.warehouses[name].replenishment.load, 0.0
    for product in (scenario.products[key] for key in scenario.warehouses[name].stock):
        sizes = ((load.mass, piece_grams(product)), (load.volume, piece_cm3(product)), (load.pieces, 1))
        largest = max(largest, *(size / room for room, size in sizes if room))
    sold = 0.0
    for origin, found in zip(scenario.market.origins.values(), origins, strict=True):
        shares = _shares_ever(origin, highest)
        used = [key for key in shares if any(path.steps[0] == name for path in scenario.routes[key].paths.values())]
        sold += found.orders * found.inside * sum(shares[key] for key in used)
    return sold * min(largest, 1.0)


def _shares_ever(origin: Origin, highest: Highest) -> Mapping[str, float]:
    """Shares of the routes within the inside: of one without, if it ever opens, that of the route it is like."""
    shares = origin.choice.reference_shares.routes
    opening = {new: old for new, old in origin.choice.like.items() if highest(f"routes.{new}.is_open")}
    return shares | {new: shares[old] for new, old in opening.items()}


def _record_bytes(scenario: Scenario) -> float:
    months = _days(scenario) / 28 + 2
    routes, regions = len(scenario.routes), len(scenario.regions)
    cells = months * routes * regions * len(scenario.products)
    return cells * (4 * HOUR_BINS + 100) + 4 * HOUR_BINS * REVIEW_WEEKS * routes * regions


def _longest_path(scenario: Scenario) -> int:
    return max(len(path.steps) for route in scenario.routes.values() for path in route.paths.values()) + 2


def _counted(number: float) -> str:
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if number >= 0.9995 * size:
            return f"{number / size:,.3g} {word}"
    return f"{number:,.0f}"


def _spoken(seconds: float) -> str:
    for size, word in ((86400 * 365.25, "years"), (86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {word}"
    return f"{seconds:,.0f} s"
