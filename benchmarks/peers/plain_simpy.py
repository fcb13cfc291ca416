"""W in SimPy as its tutorial teaches: a process for every parcel, a Resource for every station.

Idiomatic and not slowed down: time is whole microseconds, the table is turned into lists once, nothing is traced.
"""

from collections.abc import Generator
from heapq import heappop, heappush

import numpy as np
import simpy

from benchmarks.workload import (
    FLIGHT_DURATION,
    FLIGHT_GAP,
    IMPORT_SERVERS,
    INSPECTION_SERVERS,
    SORTING_SERVERS,
    Corridor,
    Journeys,
    Table,
)

Process = Generator[simpy.Event, object, None]


def simulate(table: Table, corridor: Corridor) -> Journeys:
    """Every parcel of ``table`` through the corridor."""
    model = _Model(table, corridor)
    model.env.run()
    return Journeys(
        sorting_wait=np.array(model.sorting_wait, np.int64),
        inspection_wait=np.array(model.inspection_wait, np.int64),
        flight_wait=np.array(model.flight_wait, np.int64),
        import_wait=np.array(model.import_wait, np.int64),
        delivered_at=np.array(model.delivered_at, np.int64),
    )


class _Model:
    """The corridor's resources, its processes and what they note down."""

    def __init__(self, table: Table, corridor: Corridor) -> None:
        self.env = env = simpy.Environment()
        self.arrived_at = table["arrived_at"].tolist()
        self.sorting_duration = table["sorting_duration"].tolist()
        self.is_inspected = table["is_inspected"].tolist()
        self.inspection_duration = table["inspection_duration"].tolist()
        self.inland_duration = table["inland_duration"].tolist()
        self.import_duration = corridor.import_duration
        self.capacity = corridor.flight_capacity

        self.sorting = simpy.Resource(env, SORTING_SERVERS)
        self.inspection = simpy.Resource(env, INSPECTION_SERVERS)
        self.import_customs = simpy.Resource(env, IMPORT_SERVERS)
        # A heap of (ready, number, landed): at equal instants parcels board by number, not by the order of events.
        self.waiting: list[tuple[int, int, simpy.Event]] = []

        self.n = n = len(self.arrived_at)
        self.sorting_wait = [0] * n
        self.inspection_wait = [0] * n
        self.flight_wait = [0] * n
        self.import_wait = [0] * n
        self.delivered_at = [0] * n
        env.process(self.source())
        env.process(self.flights())

    def source(self) -> Process:
        env = self.env
        for number, at in enumerate(self.arrived_at):
            yield env.timeout(at - env.now)
            env.process(self.parcel(number))

    def parcel(self, number: int) -> Process:
        env = self.env
        asked_at = env.now
        with self.sorting.request() as server:
            yield server
            self.sorting_wait[number] = env.now - asked_at
            yield env.timeout(self.sorting_duration[number])

        if self.is_inspected[number]:
            asked_at = env.now
            with self.inspection.request() as officer:
                yield officer
                self.inspection_wait[number] = env.now - asked_at
                yield env.timeout(self.inspection_duration[number])

        landed = env.event()
        heappush(self.waiting, (env.now, number, landed))
        yield landed

        asked_at = env.now
        with self.import_customs.request() as officer:
            yield officer
            self.import_wait[number] = env.now - asked_at
            yield env.timeout(self.import_duration)

        yield env.timeout(self.inland_duration[number])
        self.delivered_at[number] = env.now

    def flights(self) -> Process:
        env, waiting = self.env, self.waiting
        n_gone = 0
        while n_gone < self.n:
            yield env.timeout(FLIGHT_GAP)
            aboard = []
            while waiting and waiting[0][0] < env.now and len(aboard) < self.capacity:
                ready_at, number, landed = heappop(waiting)
                self.flight_wait[number] = env.now - ready_at
                aboard.append((number, landed))
            if aboard:
                env.process(self.flight(aboard))
            n_gone += len(aboard)

    def flight(self, aboard: list[tuple[int, simpy.Event]]) -> Process:
        yield self.env.timeout(FLIGHT_DURATION)
        for _, landed in sorted(aboard, key=lambda pair: pair[0]):
            landed.succeed()
