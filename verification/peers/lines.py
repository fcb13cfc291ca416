"""Small corridors that any simulator can express: stations in a row, some behind opening hours.

Times are in seconds, or all of them in microseconds where the engine's own luck is replayed (`in_ticks`).

Every parcel that comes within the days is followed to the end, from an empty start at midnight: nothing is left out.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

SECOND = 1_000_000.0


class Hours(NamedTuple):
    """Open every day from one time of the day to another; a service that crosses the closing resumes."""

    opens: float
    closes: float


@dataclass(frozen=True, kw_only=True)
class Station:
    """Servers, and a service that is constant (cv 0), exponential (cv 1) or lognormal (any other cv)."""

    servers: int
    mean: float
    cv: float
    hours: Hours | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """Poisson arrivals for some days, and the stations that all parcels pass."""

    gap: float
    days: int
    stations: tuple[Station, ...]
    day: float = 86_400.0
    """Length of a day, which tells the unit of time."""

    def in_ticks(self) -> "Line":
        """The same with all times in microseconds."""
        stations = tuple(
            replace(
                each,
                mean=each.mean * SECOND,
                hours=each.hours and Hours(each.hours.opens * SECOND, each.hours.closes * SECOND),
            )
            for each in self.stations
        )
        return replace(self, gap=self.gap * SECOND, day=self.day * SECOND, stations=stations)


class Drawn(NamedTuple):
    """All chance of a run: arrivals float64[n] in order, services float64[stations, n]."""

    arrivals: np.ndarray
    services: np.ndarray


ROW = Line(
    gap=900.0,
    days=30,
    stations=(
        Station(servers=2, mean=1170.0, cv=1.0),
        Station(servers=1, mean=540.0, cv=0.8),
        Station(servers=3, mean=1800.0, cv=0.0),
    ),
)
OFFICE = Line(
    gap=1200.0,
    days=30,
    stations=(
        Station(servers=2, mean=840.0, cv=1.0, hours=Hours(8 * 3600.0, 20 * 3600.0)),
        Station(servers=1, mean=420.0, cv=0.0),
    ),
)
LINES = {"three stations in a row": ROW, "an office open 12 hours a day": OFFICE}


def drawn(line: Line, seed: int) -> Drawn:
    """Draw a run: given their number, arrivals of a Poisson process are uniform instants in order."""
    rng = np.random.default_rng(seed)
    n = rng.poisson(line.days * line.day / line.gap)
    arrivals = np.sort(rng.uniform(0.0, line.days * line.day, n))
    return Drawn(arrivals, np.array([_services(station, n, rng) for station in line.stations]))


def _services(station: Station, n: int, rng: np.random.Generator) -> np.ndarray:
    if station.cv == 0.0:
        return np.full(n, station.mean)
    if station.cv == 1.0:
        return rng.exponential(station.mean, n)
    variance = np.log1p(station.cv**2)
    return rng.lognormal(np.log(station.mean) - variance / 2, np.sqrt(variance), n)


def outputs(arrived: np.ndarray, started: np.ndarray, ended: np.ndarray) -> dict[str, float]:
    """Mean wait at each station, mean time in the line and its 90th percentile; float64[n] and twice [stations, n]."""
    came = np.vstack([arrived, ended[:-1]])
    waits = {f"mean wait at {i + 1}": float(wait.mean()) for i, wait in enumerate(started - came)}
    times = ended[-1] - arrived
    return waits | {"mean time": float(times.mean()), "p90 of time": float(np.quantile(times, 0.9))}
