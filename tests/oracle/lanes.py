"""A lane: parcels and containers wait for a departure, which loads by priority what was ready before its cutoff.

Knows nothing of what comes before or after it.
"""

import math
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from datetime import timedelta

import simpy

from oracle.items import Item, limits
from oracle.trace import Departure, Row
from oracle.world import COMPLETIONS, DEPARTURES, At, World
from sim.scenario.lanes import OnDemand, TimetableEntry
from sim.ticks import EPOCH, NEVER, local_day, midnight


@dataclass(eq=False)
class Waiting:
    """A parcel or container at a lane: since when, and what tells it that it is on its way."""

    item: Item
    ready_at: int
    arrives: simpy.Event


class Lane:
    """Departures and those that wait for them."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.env, self.name = world, world.env, name
        self.described = world.scenario.lanes[name]
        self.path = f"lanes.{name}"
        self.waiting: list[Waiting] = []
        self.returns: list[int] = []
        self.last_departure: int | None = None
        names = sorted(world.scenario.lanes, key=lambda other: (world.scenario.lanes[other].priority, other))
        self.rank = DEPARTURES + names.index(name)
        self.others: dict[str, Lane] = {}

    def run(self) -> Generator[simpy.Event, None, None]:
        """Wait until each cutoff, and act."""
        if self.described.on_demand is None:
            for scheduled in self.timetable():
                yield At(self.env, scheduled - self.described.cutoff, self.rank)
                self.meet_timetable(scheduled)
        else:
            for instant in self.world.multiples(self.described.on_demand.check_every):
                yield At(self.env, instant, self.rank)
                self.check(self.described.on_demand)

    def carry(self, item: Item) -> Generator[simpy.Event, int, None]:
        """Wait for a departure, and travel with it; perhaps with that of another lane, by a detour."""
        waiting = Waiting(item, self.env.now, self.env.event())
        self.waiting.append(waiting)
        arrival = yield waiting.arrives
        yield At(self.env, arrival, COMPLETIONS)

    def timetable(self) -> list[int]:
        """Scheduled departures whose cutoff lies in the simulated time, each once."""
        instants = {instant for entry in self.described.timetable or () for instant in self.entry_instants(entry)}
        cutoff = self.described.cutoff
        return sorted(instant for instant in instants if self.world.start <= instant - cutoff < self.world.end)

    def entry_instants(self, entry: TimetableEntry) -> Iterable[int]:
        """Departures of one entry, and more than the simulated time holds."""
        offset = self.world.utc_offset(self.described.from_)
        first = midnight(entry.from_, offset) if entry.from_ else -NEVER
        until = midnight(entry.until, offset) if entry.until else NEVER
        last = self.world.end + self.described.cutoff
        if entry.every is not None:
            found = range(self.world.start + entry.every, last + 1, entry.every)
        else:
            first_day, last_day = local_day(self.world.start, offset), local_day(last, offset)
            days = [first_day + timedelta(days=i) for i in range(-1, (last_day - first_day).days + 2)]
            days = [day for day in days if day == entry.on or day.weekday() in (entry.weekdays or ())]
            found = [midnight(day, offset) + entry.at for day in days]
        return [instant for instant in found if first <= instant < until]

    def meet_timetable(self, scheduled: int) -> None:
        """A cutoff of the timetable."""
        if not self.is_open():
            self.reroute()
            self.record(scheduled, "closed", 0)
        elif status := self.hindrance(scheduled):
            self.record(scheduled, status, 0)
        else:
            self.depart(scheduled)

    def check(self, rule: OnDemand) -> None:
        """A look at what is ready, on demand; gaps and vehicles count for the instant of departure."""
        if not self.is_open():
            return self.reroute()
        now, scheduled = self.env.now, self.env.now + self.described.cutoff
        n_away = sum(back > scheduled for back in self.returns)
        if n_away >= self.world.numbers.count(f"{self.path}.on_demand.fleet", rule.fleet, now):
            return None
        gap = math.inf if self.last_departure is None else scheduled - self.last_departure
        if gap < self.demand("min_gap", rule.min_gap) or not self.is_wanted(rule, scheduled):
            return None
        if status := self.hindrance(scheduled):
            return self.record(scheduled, status, 0)
        return self.depart(scheduled)

    def is_wanted(self, rule: OnDemand, scheduled: int) -> bool:
        """Whether enough is ready, or something has waited long enough."""
        ready = self.ready()
        if not ready:
            return False
        if self.is_enough(rule, ready):
            return True
        if rule.max_gap is None:
            return False
        last = self.world.start if self.last_departure is None else self.last_departure
        return scheduled - last >= self.demand("max_gap", rule.max_gap)

    def is_enough(self, rule: OnDemand, ready: list[Waiting]) -> bool:
        """Whether the mass or the number that a departure waits for is reached."""
        if rule.when_ready is not None:
            return sum(parcel.item.grams for parcel in ready) >= self.demand("when_ready", rule.when_ready)
        path = f"{self.path}.on_demand.when_ready_pieces"
        return len(ready) >= self.world.numbers.count(path, rule.when_ready_pieces or 1, self.env.now)

    def demand(self, field: str, base: int) -> float:
        """A number of the rule on demand, as it is now."""
        return self.world.numbers.number(f"{self.path}.on_demand.{field}", base, self.env.now)

    def is_open(self) -> bool:
        """Whether it runs at all."""
        return self.world.numbers.switch(f"{self.path}.is_open", self.described.is_open, self.env.now)

    def hindrance(self, scheduled: int) -> str:
        """Why this departure stays: "cancelled", "weather" or nothing."""
        day = local_day(scheduled, self.world.utc_offset(self.described.from_))
        base = self.described.cancellation
        share = base[day.month - 1] if isinstance(base, tuple) else base
        share = self.world.numbers.number(f"{self.path}.cancellation", share, self.env.now)
        if self.world.fine(scheduled, "cancellation", self.name)[0] < share:
            return "cancelled"
        ends = (self.described.from_, self.described.to)
        is_bad = self.described.weather_sensitive and any(self.is_bad_weather(place, scheduled) for place in ends)
        return "weather" if is_bad else ""

    def is_bad_weather(self, place: str, scheduled: int) -> bool:
        """Whether the local day of the departure is one of bad weather there."""
        day = local_day(scheduled, self.world.utc_offset(place))
        shares = self.world.scenario.places[place].weather
        return shares is not None and self.world.fine((day - EPOCH).days, "weather", place)[0] < shares[day.month - 1]

    def ready(self) -> list[Waiting]:
        """Those that were ready before now, in the order of loading."""
        found = [parcel for parcel in self.waiting if parcel.ready_at < self.env.now]
        return sorted(found, key=lambda p: (p.item.way.priority, p.ready_at, p.item.item_id))

    def depart(self, scheduled: int) -> None:
        """Load the longest prefix that fits, and go."""
        u, _ = self.world.fine(scheduled, "transit", self.name)
        transit = self.world.duration(f"{self.path}.transit", self.described.transit, self.env.now, u, least=1)
        loaded = self.loaded()
        for parcel in loaded:
            self.waiting.remove(parcel)
            row = Row(parcel.item.item_id, self.name, parcel.ready_at, scheduled, scheduled + transit)
            self.world.trace.log.append(row)
            parcel.arrives.succeed(scheduled + transit)
        self.last_departure = scheduled
        if self.described.on_demand is not None:
            self.returns.append(scheduled + 2 * transit + 2 * self.described.on_demand.turnaround)
        self.record(scheduled, "departed", len(loaded))

    def loaded(self) -> list[Waiting]:
        """The longest prefix of those ready that fits in mass, volume and pieces."""
        room = limits(self.described.payload, self.world.numbers, f"{self.path}.payload", self.env.now)
        ready = self.ready()
        return ready[: room.prefix([parcel.item for parcel in ready])]

    def reroute(self) -> None:
        """Those ready whose path names another go to that path's lane in the same position."""
        for parcel in self.ready():
            item = parcel.item
            other = self.world.scenario.routes[item.way.route].paths[item.way.path].reroute if item.way.route else None
            if other is None:
                continue
            detour = self.world.way(item.way.route, other)
            step = detour.steps[item.position] if item.position < len(detour.steps) else ""
            if step != self.name and step in self.others:
                self.waiting.remove(parcel)
                item.way, parcel.ready_at = detour, self.env.now
                if self.world.is_lost(item, step):
                    self.world.trace.log.append(Row(item.item_id, "lost", *[self.env.now] * 3))
                else:
                    self.others[step].waiting.append(parcel)

    def record(self, scheduled: int, status: str, pieces: int) -> None:
        """Write the departure down."""
        self.world.trace.departures.append(Departure(self.name, scheduled, status, pieces))
