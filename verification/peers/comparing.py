"""The engine held against other simulators on small corridors, with luck of their own and with the engine's own luck.

With luck of their own, two simulators agree if the difference of their means is Monte Carlo error (Welch 1947). With
the engine's luck read out of its log there is none: every start and end of every service has to be equal.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from zlib import crc32

import numpy as np

from benchmarks import tandem
from benchmarks.peers import ciw_peer, plain_simpy, salabim_peer
from benchmarks.workload import corridor, outputs
from sim.model import Model, build
from sim.scenario.scenario import Scenario
from verification.peers import in_ciw, in_salabim, in_simpy
from verification.peers.lines import LINES, Drawn, Line, Station, drawn
from verification.peers.lines import outputs as of_line
from verification.running import Effort
from verification.statistics import Check
from verification.worlds import YEAR_S, Dict
from verification.worlds import line as world

FAMILY = "other simulators"
Simulate = Callable[[Line, Drawn], tuple[np.ndarray, np.ndarray]]
TOOLS: dict[str, Simulate] = {"SimPy": in_simpy.simulate, "Ciw": in_ciw.simulate, "salabim": in_salabim.simulate}
REPLICATIONS = {"engine": 240, "SimPy": 100, "Ciw": 100, "salabim": 24}
"""Salabim is the slowest, so it has the fewest."""
WAITS = {"SimPy": 0.10, "Ciw": 0.10, "salabim": 0.20}
"""Tolerance of mean waits; times in the whole line have `TIMES`."""
TIMES = 0.05
FIRST_DAY = date(2015, 1, 5)
UNIT = "s"


def scenario(line: Line) -> Scenario:
    """A line as a scenario of the contract."""
    last = FIRST_DAY + timedelta(days=line.days)
    horizon = {"start": FIRST_DAY.isoformat(), "end": last.isoformat(), "drain": "20 d"}
    stations = map(_station, line.stations)
    return world(*stations, orders_per_year=YEAR_S / line.gap, over={"horizon": horizon})


def _station(station: Station) -> Dict:
    kind = {0.0: {"distribution": "constant"}, 1.0: {"distribution": "exponential"}}
    service = kind.get(station.cv, {"distribution": "lognormal", "cv": station.cv}) | {"mean": f"{station.mean} s"}
    described: Dict = {"servers": station.servers, "service": service}
    if station.hours is not None:
        opens, closes = (f"{int(at // 3600):02d}:00" for at in station.hours)
        described["hours"] = f"daily {opens}-{closes}"
    return described


@dataclass(frozen=True)
class Journeys:
    """What the engine did on a line, in ticks from its start: float64[n] and float64[stations, n]."""

    arrived: np.ndarray
    started: np.ndarray
    ended: np.ndarray


def journeys(model: Model, stations: int) -> Journeys:
    """All parcels of a run in order of arrival."""
    log = model.parcel_log.table()
    columns = []
    for i in range(stations):
        rows = np.flatnonzero(log["step"] == f"station-{i}")
        rows = rows[np.argsort(log["order_id"][rows])]
        columns.append([log[column][rows] - model.start for column in ("arrived_at", "started_at", "left_at")])
    arrived, started, ended = np.array(columns, np.float64).transpose(1, 0, 2)
    order = np.argsort(arrived[0], kind="stable")
    return Journeys(arrived[0][order], started[:, order], ended[:, order])


def services(line: Line, seen: Journeys) -> np.ndarray:
    """The services that the engine drew: from start to end, less the time that the station was closed between."""
    found = seen.ended - seen.started
    for i, station in enumerate(line.stations):
        if station.hours is not None:
            closings = np.floor(seen.ended[i] / line.day) - np.floor(seen.started[i] / line.day)
            found[i] -= closings * (line.day - station.hours.closes + station.hours.opens)
    return found


@dataclass(frozen=True, kw_only=True)
class LineCase:
    """One small corridor on the engine and in all other simulators."""

    family: str
    model: str
    line: Line

    def checks(self, effort: Effort) -> Iterator[Check]:
        """Means with luck of their own, then all instants with the engine's."""
        described = effort.seeded(scenario(self.line), self.model)
        n = effort.replications(REPLICATIONS["engine"])
        ours: list[dict[str, float]] = []
        for replication in range(n):
            seen = journeys(build(described, replication, parcel_log=True).run(), len(self.line.stations))
            ours.append(of_line(*(ticks / 1e6 for ticks in (seen.arrived, seen.started, seen.ended))))
        for tool, simulate in TOOLS.items():
            seed = described.seed + crc32(tool.encode()) % 1_000_000
            theirs = [self._theirs(simulate, seed + r) for r in range(effort.replications(REPLICATIONS[tool]))]
            for quantity in ours[0]:
                yield self._check(tool, quantity, theirs, ours)
            yield self._same_luck(tool, simulate, seen)

    def _theirs(self, simulate: Simulate, seed: int) -> dict[str, float]:
        chance = drawn(self.line, seed)
        return of_line(chance.arrivals, *simulate(self.line, chance))

    def _check(self, tool: str, quantity: str, theirs: list[dict[str, float]], ours: list[dict[str, float]]) -> Check:
        return Check(
            family=self.family,
            model=f"{self.model}, against {tool}",
            quantity=quantity,
            source=f"{tool}, luck of its own",
            unit=UNIT,
            theory=tuple(each[quantity] for each in theirs),
            simulated=tuple(each[quantity] for each in ours),
            tolerance=WAITS[tool] if "wait" in quantity else TIMES,
        )

    def _same_luck(self, tool: str, simulate: Simulate, seen: Journeys) -> Check:
        """Replay one run; whole microseconds of some weeks are exact in floats."""
        line = self.line.in_ticks()
        started, ended = simulate(line, Drawn(seen.arrived, services(line, seen)))
        equal = float(((started == seen.started) & (ended == seen.ended)).mean())
        return Check(
            family=self.family,
            model=f"{self.model}, against {tool}",
            quantity="services that start and end alike",
            source=f"{tool}, the engine's luck",
            unit="",
            theory=1.0,
            simulated=(equal, equal),
            tolerance=0.0,
        )


PEERS_OF_W = {"SimPy": plain_simpy.simulate, "Ciw": ciw_peer.simulate, "salabim": salabim_peer.simulate}
N_OF_W = 2_000


@dataclass(frozen=True, kw_only=True)
class TandemCase:
    """Workload W of the benchmarks, flights and customs included, on the engine's luck."""

    family: str
    model: str

    def checks(self, effort: Effort) -> Iterator[Check]:
        """The five means of each run over those of the other simulator: parcels that land together may swap places."""
        runs = [tandem.logged(N_OF_W, effort.seed + r) for r in range(2)]
        tables = [(tandem.as_table(*run)[0], tandem.outputs(run[0])) for run in runs]
        for tool, simulate in PEERS_OF_W.items():
            off = [self._furthest(outputs(table, simulate(table, corridor(N_OF_W))), ours) for table, ours in tables]
            yield Check(
                family=self.family,
                model=f"{self.model}, against {tool}",
                quantity="worst of five means over theirs",
                source=f"{tool}, the engine's luck",
                unit="",
                theory=1.0,
                simulated=tuple(off),
                tolerance=2e-3,
                resolution=1e-3,
            )

    @staticmethod
    def _furthest(theirs: dict[str, float], ours: dict[str, float]) -> float:
        """The ratio of means that is furthest from one; means of the record count whole seconds."""
        ratios = [ours[name] / theirs[name] for name in theirs if name.endswith("mean")]
        return max(ratios, key=lambda ratio: abs(ratio - 1))


CASES = (
    *(partial(LineCase, family=FAMILY, model=name, line=line) for name, line in LINES.items()),
    partial(TandemCase, family=FAMILY, model="tandem with flights and customs (workload W)"),
)
