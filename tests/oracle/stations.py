"""A queue with servers, for stations and for both parts of customs: one parcel at a time, as the page says it.

Knows nothing of paths, lanes or the market.
"""

import heapq
from collections.abc import Generator

import simpy

from oracle.clock import Clock
from oracle.trace import Row
from oracle.world import CHANGES, COMPLETIONS, GRANTS, At, World
from sim.scenario.stations import Queue
from sim.ticks import NEVER


class Desk:
    """Servers, each known by the instant at which it is free, and the parcels that wait for one."""

    def __init__(
        self, world: World, described: Queue, clock: Clock, *, step: str, path: str, office: str, luck: tuple[str, str]
    ) -> None:
        self.world, self.env, self.described, self.clock = world, world.env, described, clock
        self.step, self.path, self.luck = step, path, luck
        section, name = office.split(".")
        self.is_open_path = f"{office}.is_open"
        self.is_open_at_first = getattr(world.scenario, section)[name].is_open
        self.waiting: list[tuple[int, int, simpy.Event]] = []
        self.grants_at: set[int] = set()
        self.free_at: list[int] = []
        if described.servers is not None:
            self.free_at = [world.start] * self.n_servers()
            self.env.process(self.change())

    def n_servers(self) -> int:
        """Servers by what is in force now."""
        return self.world.numbers.count(f"{self.path}.servers", self.described.servers or 0, self.env.now)

    def is_open(self) -> bool:
        """Whether it works at all; hours are another matter."""
        return self.world.numbers.switch(self.is_open_path, self.is_open_at_first, self.env.now)

    def visit(self, order_id: int) -> Generator[simpy.Event, tuple[int, int], None]:
        """A parcel comes, waits, is served, dwells, and goes."""
        arrived = started = served = self.env.now
        if self.described.servers is not None:
            granted = self.env.event()
            heapq.heappush(self.waiting, (arrived, order_id, granted))
            self.look_at(arrived)
            started, served = yield granted
        else:
            yield from self.wait_until_open()
            started = served = self.env.now
        left = served + self.dwell(order_id, started)
        self.world.trace.log.append(Row(order_id, self.step, arrived, started, left))
        yield At(self.env, left, COMPLETIONS)

    def wait_until_open(self) -> Generator[simpy.Event, None, None]:
        """Stay while it is closed; nothing else."""
        if not self.is_open():
            yield At(self.env, self.reopening(), COMPLETIONS)

    def reopening(self) -> int:
        """The next instant at which it is open again; never, if it stays closed."""
        later = sorted(at for at in self.world.numbers.instants(self.is_open_path) if at > self.env.now)
        numbers = self.world.numbers
        return next((at for at in later if numbers.switch(self.is_open_path, self.is_open_at_first, at)), NEVER)

    def dwell(self, order_id: int, started: int) -> int:
        """Time after service, by the distribution in force when the service started."""
        if self.described.dwell is None:
            return 0
        _, u = self.world.fine(order_id, *self.luck)
        return self.world.duration(f"{self.path}.dwell", self.described.dwell, started, u, least=0)

    def service(self, order_id: int) -> int:
        """Time at a server, by the distribution in force now."""
        u, _ = self.world.fine(order_id, *self.luck)
        return self.world.duration(f"{self.path}.service", self.described.service, self.env.now, u, least=1)

    def look_at(self, instant: int) -> None:
        """See at the end of that instant whether somebody can be served."""
        if instant not in self.grants_at:
            self.grants_at.add(instant)
            At(self.env, instant, GRANTS).callbacks.append(lambda _: self.grant())

    def grant(self) -> None:
        """Serve as many as can be served now, by (arrival, id)."""
        while self.waiting and self.is_open():
            if not self.clock.is_open(self.env.now):
                return self.look_at(self.clock.next_opening(self.env.now))
            if min(self.free_at) > self.env.now:
                return self.look_at(min(self.free_at))
            _, order_id, granted = heapq.heappop(self.waiting)
            served = self.clock.finish(self.env.now, self.service(order_id))
            self.free_at.remove(min(self.free_at))
            self.free_at.append(served)
            granted.succeed((self.env.now, served))
        return None

    def change(self) -> Generator[simpy.Event, None, None]:
        """Follow the dated changes of staffing and opening."""
        numbers = self.world.numbers
        instants = numbers.instants(f"{self.path}.servers") | numbers.instants(self.is_open_path)
        for instant in sorted(instants):
            if self.env.now < instant < self.world.end:
                yield At(self.env, instant, CHANGES)
                self.staff(self.n_servers())
                self.look_at(instant)

    def staff(self, n_servers: int) -> None:
        """Keep those that are free last; those added are free now."""
        added = [self.env.now] * (n_servers - len(self.free_at))
        self.free_at = sorted(self.free_at)[-n_servers:] + added
