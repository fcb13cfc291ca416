"""Corridors that grow in one direction: years, lanes side by side, stations in a row. The parcels a year stay the same.

Each is a scenario of the contract; all stations and lanes have the loads of workload W, however many there are.
"""

from math import ceil

from sim.model import build
from sim.scenario.scenario import Scenario
from verification.worlds import YEAR_S, Dict, exponential, line, merged, shuttle

PARCELS = 200_000
"""Expected parcels a year."""
SERVERS, LOAD, ROOM = 4, 0.80, 1.2
FIRST_YEAR = 2015


def years(n: int) -> Scenario:
    """Two stations and a flight twice a day, for ``n`` years."""
    return _corridor(stations=2, lanes=1, n_years=n)


def lanes(n: int) -> Scenario:
    """Two stations and ``n`` flights side by side, each twice a day and with its share of the parcels, for a year."""
    return _corridor(stations=2, lanes=n, n_years=1)


def stations(n: int) -> Scenario:
    """``n`` stations in a row and a flight twice a day, for a year."""
    return _corridor(stations=n, lanes=1, n_years=1)


def simulate(scenario: Scenario, seed: int) -> int:
    """Build and run it: orders placed."""
    record = build(scenario.model_copy(update={"seed": seed})).run().record
    return int(record.placed().sum())


def _corridor(stations: int, lanes: int, n_years: int) -> Scenario:
    service = exponential(SERVERS * LOAD * YEAR_S / PARCELS)
    described = [{"servers": SERVERS, "service": service} for _ in range(stations)]
    horizon: Dict = {"start": f"{FIRST_YEAR}-01-01", "end": f"{FIRST_YEAR + n_years}-01-01", "drain": "30 d"}
    over = merged(_flights(stations, lanes), {"horizon": horizon})
    return line(*described, orders_per_year=PARCELS, over=over)


def _flights(stations: int, lanes: int) -> Dict:
    room = ceil(ROOM * PARCELS / 730 / lanes)
    names = [f"flight-{i}" for i in range(lanes)]
    described = shuttle(mode="air", timetable=[{"every": "12 h"}], payload={"pieces": room}, transit="6 h")
    before = [f"station-{i}" for i in range(stations)]
    paths = {name: {"steps": [*before, name, "inland"]} for name in names}
    post = {"paths": {"only": None} | paths, "gateways": {"ural": dict.fromkeys(names, 1 / lanes)}}
    return described | {"lanes": dict.fromkeys(names, described["lanes"]["shuttle"]), "routes": {"post": post}}
