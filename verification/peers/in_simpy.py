"""Lines in SimPy: a process a parcel, a `PreemptiveResource` a station.

Hours: at the closing a process takes every server with the highest priority and hands them back at the opening. A
parcel that is thrown out keeps what is left of its service and goes before those who wait.
"""

from collections.abc import Generator

import numpy as np
import simpy

from verification.peers.lines import Drawn, Hours, Line

Process = Generator[simpy.Event, object, None]
CLOSING, RESUMED, NEW = -2, -1, 0


def simulate(line: Line, drawn: Drawn) -> tuple[np.ndarray, np.ndarray]:
    """First start and end of every service: float64[stations, n] both."""
    env = simpy.Environment()
    stations = [simpy.PreemptiveResource(env, station.servers) for station in line.stations]
    for resource, station in zip(stations, line.stations, strict=True):
        if station.hours is not None:
            for _ in range(station.servers):
                env.process(_closings(env, resource, station.hours, line.day))
    started, ended = np.zeros_like(drawn.services), np.zeros_like(drawn.services)
    services = drawn.services.T.tolist()
    under_way = set(range(len(services)))
    done = env.event()

    def parcel(number: int) -> Process:
        for i, resource in enumerate(stations):
            yield from _served(env, resource, services[number][i], started[i], number)
            ended[i, number] = env.now
        under_way.discard(number)
        if not under_way:
            done.succeed()

    def source() -> Process:
        for number, at in enumerate(drawn.arrivals.tolist()):
            yield env.timeout(at - env.now)
            env.process(parcel(number))

    env.process(source())
    env.run(done)
    return started, ended


def _served(
    env: simpy.Environment, resource: simpy.PreemptiveResource, left: float, started: np.ndarray, number: int
) -> Process:
    priority = NEW
    while left > 0:
        with resource.request(priority=priority, preempt=False) as server:
            yield server
            if priority == NEW:
                started[number] = env.now
            began = env.now
            try:
                yield env.timeout(left)
                left = 0.0
            except simpy.Interrupt:
                left -= env.now - began
                priority = RESUMED


def _closings(env: simpy.Environment, resource: simpy.PreemptiveResource, hours: Hours, day: float) -> Process:
    """One server's closings; the corridor begins at midnight, closed."""
    closed_for = hours.opens
    while True:
        with resource.request(priority=CLOSING) as server:
            yield server
            yield env.timeout(closed_for)
        yield env.timeout(hours.closes - hours.opens)
        closed_for = day - hours.closes + hours.opens
