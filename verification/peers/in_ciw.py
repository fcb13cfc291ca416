"""Lines in Ciw: a node a station, services read by the number of the individual; hours are a schedule of servers.

The schedule preempts with ``resume``: a service that crosses the closing has what is left of it at the opening, and
goes before those who wait. A parcel that was interrupted has several records of a node; the first start counts.
"""

from collections.abc import Iterator

import ciw
import numpy as np
from ciw.dists import Distribution

from verification.peers.lines import Drawn, Line, Station


class _Gaps(Distribution):
    """Times between the arrivals that were drawn, and none after the last."""

    def __init__(self, arrivals: np.ndarray) -> None:
        self.gaps: Iterator[float] = iter(np.diff(arrivals, prepend=0.0).tolist())

    def __deepcopy__(self, memo: dict[int, object]) -> "_Gaps":
        return self

    def sample(self, t: float | None = None, ind: ciw.Individual | None = None) -> float:
        return next(self.gaps, float("inf"))


class _OfParcel(Distribution):
    """The service that was drawn for the parcel; Ciw counts individuals from one."""

    def __init__(self, services: np.ndarray) -> None:
        self.services: list[float] = services.tolist()

    def __deepcopy__(self, memo: dict[int, object]) -> "_OfParcel":
        return self

    def sample(self, t: float | None = None, ind: ciw.Individual | None = None) -> float:
        return self.services[ind.id_number - 1]


def simulate(line: Line, drawn: Drawn) -> tuple[np.ndarray, np.ndarray]:
    """First start and end of every service: float64[stations, n] both."""
    nodes = len(line.stations)
    onwards = [[float(j == i + 1) for j in range(nodes)] for i in range(nodes)]
    network = ciw.create_network(
        arrival_distributions=[_Gaps(drawn.arrivals), *[None] * (nodes - 1)],
        service_distributions=[_OfParcel(services) for services in drawn.services],
        number_of_servers=[_servers(station, line.day) for station in line.stations],
        routing=onwards,
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(len(drawn.arrivals), method="Complete")
    started, ended = np.full_like(drawn.services, np.inf), np.zeros_like(drawn.services)
    for record in simulation.get_all_records():
        at = record.node - 1, record.id_number - 1
        started[at] = min(started[at], record.service_start_date)
        ended[at] = max(ended[at], record.exit_date)
    return started, ended


def _servers(station: Station, day: float) -> int | ciw.Schedule:
    if station.hours is None:
        return station.servers
    ends = [station.hours.opens, station.hours.closes, day]
    return ciw.Schedule(numbers_of_servers=[0, station.servers, 0], shift_end_dates=ends, preemption="resume")
