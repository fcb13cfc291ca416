"""W in salabim: a component for every parcel, in the form with ``yield``.

The form without ``yield`` needs greenlets and switches stacks at every step; it is not used. Monitors of the
resources are off: W does not ask for them and they only cost time. Salabim counts in floats, which hold whole
microseconds of a few years exactly.
"""

from collections.abc import Generator
from heapq import heappop, heappush

import numpy as np
import salabim as sim

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

Process = Generator[None, None, None]


def simulate(table: Table, corridor: Corridor) -> Journeys:
    """Every parcel of ``table`` through the corridor."""
    env = sim.Environment(trace=False, set_numpy_random_seed=False, yieldless=False)
    model = _Model(env, table, corridor)
    _Source(model=model, env=env)
    _Flights(model=model, env=env)
    env.run()
    return Journeys(
        sorting_wait=np.array(model.sorting_wait, np.int64),
        inspection_wait=np.array(model.inspection_wait, np.int64),
        flight_wait=np.array(model.flight_wait, np.int64),
        import_wait=np.array(model.import_wait, np.int64),
        delivered_at=np.array(model.delivered_at, np.int64),
    )


class _Model:
    """The table as lists, the resources, and what the components note down."""

    def __init__(self, env: sim.Environment, table: Table, corridor: Corridor) -> None:
        self.arrived_at = table["arrived_at"].tolist()
        self.sorting_duration = table["sorting_duration"].tolist()
        self.is_inspected = table["is_inspected"].tolist()
        self.inspection_duration = table["inspection_duration"].tolist()
        self.inland_duration = table["inland_duration"].tolist()
        self.import_duration = corridor.import_duration
        self.capacity = corridor.flight_capacity

        self.sorting = sim.Resource("sorting", capacity=SORTING_SERVERS, monitor=False, env=env)
        self.inspection = sim.Resource("inspection", capacity=INSPECTION_SERVERS, monitor=False, env=env)
        self.import_customs = sim.Resource("import customs", capacity=IMPORT_SERVERS, monitor=False, env=env)
        # At equal instants parcels board by number, not by the order of events.
        self.waiting: list[tuple[float, int, _Parcel]] = []

        self.n = n = len(self.arrived_at)
        self.sorting_wait = [0.0] * n
        self.inspection_wait = [0.0] * n
        self.flight_wait = [0.0] * n
        self.import_wait = [0.0] * n
        self.delivered_at = [0.0] * n


class _Source(sim.Component):
    def setup(self, model: _Model) -> None:
        self.model = model

    def process(self) -> Process:
        env = self.env
        for number, at in enumerate(self.model.arrived_at):
            yield self.hold(till=at)
            _Parcel(model=self.model, number=number, env=env)


class _Parcel(sim.Component):
    def setup(self, model: _Model, number: int) -> None:
        self.model = model
        self.number = number

    def process(self) -> Process:
        model, number, env = self.model, self.number, self.env
        asked_at = env.now()
        yield self.request(model.sorting)
        model.sorting_wait[number] = env.now() - asked_at
        yield self.hold(model.sorting_duration[number])
        self.release(model.sorting)

        if model.is_inspected[number]:
            asked_at = env.now()
            yield self.request(model.inspection)
            model.inspection_wait[number] = env.now() - asked_at
            yield self.hold(model.inspection_duration[number])
            self.release(model.inspection)

        heappush(model.waiting, (env.now(), number, self))
        yield self.passivate()

        asked_at = env.now()
        yield self.request(model.import_customs)
        model.import_wait[number] = env.now() - asked_at
        yield self.hold(model.import_duration)
        self.release(model.import_customs)

        yield self.hold(model.inland_duration[number])
        model.delivered_at[number] = env.now()


class _Flights(sim.Component):
    def setup(self, model: _Model) -> None:
        self.model = model

    def process(self) -> Process:
        model, env = self.model, self.env
        n_gone = 0
        while n_gone < model.n:
            yield self.hold(FLIGHT_GAP)
            aboard: list[tuple[int, _Parcel]] = []
            while model.waiting and model.waiting[0][0] < env.now() and len(aboard) < model.capacity:
                ready_at, number, parcel = heappop(model.waiting)
                model.flight_wait[number] = env.now() - ready_at
                aboard.append((number, parcel))
            if aboard:
                _Flight(aboard=aboard, env=env)
            n_gone += len(aboard)


class _Flight(sim.Component):
    def setup(self, aboard: list[tuple[int, _Parcel]]) -> None:
        self.aboard = aboard

    def process(self) -> Process:
        yield self.hold(FLIGHT_DURATION)
        for _, parcel in sorted(self.aboard, key=lambda pair: pair[0]):
            parcel.activate()
