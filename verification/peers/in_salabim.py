"""Lines in salabim: a component a parcel, in the form with ``yield``, a `Resource` a station.

Hours: at the closing the capacity becomes nought and those in service are interrupted; at the opening they resume.
"""

from collections.abc import Generator

import numpy as np
import salabim as sim

from verification.peers.lines import Drawn, Hours, Line

Process = Generator[None, None, None]


def simulate(line: Line, drawn: Drawn) -> tuple[np.ndarray, np.ndarray]:
    """First start and end of every service: float64[stations, n] both."""
    env = sim.Environment(trace=False, set_numpy_random_seed=False, yieldless=False)
    model = _Model(env, line, drawn)
    _Source(model=model, env=env)
    for i, station in enumerate(line.stations):
        if station.hours is not None:
            _Hours(model=model, number=i, hours=station.hours, servers=station.servers, day=line.day, env=env)
    env.run()
    return model.started, model.ended


class _Model:
    """What the components share, and what they note down."""

    def __init__(self, env: sim.Environment, line: Line, drawn: Drawn) -> None:
        self.env, self.arrivals, self.services = env, drawn.arrivals.tolist(), drawn.services.T.tolist()
        self.stations = [
            sim.Resource(f"station-{i}", capacity=station.servers, monitor=False, env=env)
            for i, station in enumerate(line.stations)
        ]
        self.serving: list[set[_Parcel]] = [set() for _ in line.stations]
        self.started, self.ended = np.zeros_like(drawn.services), np.zeros_like(drawn.services)
        self.under_way = len(self.services)


class _Source(sim.Component):
    def setup(self, model: _Model) -> None:
        self.model = model

    def process(self) -> Process:
        for number, at in enumerate(self.model.arrivals):
            yield self.hold(till=at)
            _Parcel(model=self.model, number=number, env=self.env)


class _Parcel(sim.Component):
    def setup(self, model: _Model, number: int) -> None:
        self.model = model
        self.number = number

    def process(self) -> Process:
        model, number, env = self.model, self.number, self.env
        for i, resource in enumerate(model.stations):
            yield self.request(resource)
            model.started[i, number] = env.now()
            model.serving[i].add(self)
            yield self.hold(model.services[number][i])
            model.serving[i].discard(self)
            self.release(resource)
            model.ended[i, number] = env.now()
        model.under_way -= 1
        if not model.under_way:
            env.main().activate()


class _Hours(sim.Component):
    """Closes a station, from midnight on, and opens it, every day."""

    def setup(self, model: _Model, number: int, hours: Hours, servers: int, day: float) -> None:
        self.resource, self.serving = model.stations[number], model.serving[number]
        self.hours, self.servers, self.day = hours, servers, day

    def process(self) -> Process:
        midnight = 0.0
        self.resource.set_capacity(0)
        while True:
            yield self.hold(till=midnight + self.hours.opens)
            for parcel in self.serving:
                parcel.resume()
            self.resource.set_capacity(self.servers)
            yield self.hold(till=midnight + self.hours.closes)
            self.resource.set_capacity(0)
            for parcel in self.serving:
                parcel.interrupt()
            midnight += self.day
