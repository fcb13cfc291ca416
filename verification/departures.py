"""Batch service, vacations and opening hours: lanes to a timetable and on demand, offices that close."""

from functools import partial

from sim.ticks import DAY
from verification.checking import Case, Expected
from verification.formulas import hours, queues
from verification.running import RUN_IN, Seen
from verification.worlds import Dict, exponential, line, merged, shuttle

FAMILY = "departures and hours"
BAILEY = "bulk service: Bailey 1954"


def _by_lane(rate: float, **fields: Dict) -> Dict:
    """The scenario of a line whose only step before the last mile is a lane; ``rate`` an hour."""
    steps = {"routes": {"post": {"paths": {"only": {"steps": ["shuttle", "inland"]}}}}}
    return {"orders_per_year": rate * 8760, "over": merged(shuttle(**fields), steps)}


def _pieces(seen: Seen) -> list[int]:
    """What departures carried while orders came, the first four weeks left out."""
    first, last = seen.model.start + RUN_IN, seen.record.axes.orders_end
    return [n for _, at, status, n in seen.record.departure_log() if status == "departed" and first <= at < last]


def _hours(value: float, tolerance: float, source: str) -> Expected:
    return Expected(value=value, unit="h", tolerance=tolerance, source=source)


def _timetable(room: int, rate: float, replications: int) -> Case:
    def measure(seen: Seen) -> dict[str, float]:
        loads = _pieces(seen)
        return {
            "mean wait": seen.waits("shuttle").mean() / 3600,
            "that leave full": sum(n == room for n in loads) / len(loads),
        }

    def expected() -> dict[str, Expected]:
        wait, full = queues.wait_bulk(rate, 1.0, room)
        return {
            "mean wait": _hours(wait, 0.03, BAILEY if room > 1 else "vacations: Fuhrmann and Cooper 1985"),
            "that leave full": Expected(value=full, unit="", tolerance=0.02, source=BAILEY),
        }

    return Case(
        family=FAMILY,
        model=f"departures every hour, room for {room}, load {rate / room:.3g}",
        scenario=lambda: line(**_by_lane(rate, timetable=[{"every": "1 h"}], payload={"pieces": room})),
        measure=measure,
        expected=expected,
        replications=replications,
    )


def _by_load() -> Case:
    rate, ready = 5.0, 20
    rule = {"when_ready_pieces": ready, "check_every": "1 h", "min_gap": 0, "fleet": 1000}

    def measure(seen: Seen) -> dict[str, float]:
        days = (seen.record.axes.orders_end - seen.model.start - RUN_IN) / DAY
        return {"mean wait": seen.waits("shuttle").mean() / 3600, "departures a day": len(_pieces(seen)) / days}

    def expected() -> dict[str, Expected]:
        wait, per_hour = queues.wait_by_load(rate, 1.0, ready)
        renewal = "renewal cycles: Kleinrock 1975, 5.2"
        return {
            "mean wait": _hours(wait, 0.01, renewal),
            "departures a day": Expected(value=24 * per_hour, unit="1/d", tolerance=0.01, source=renewal),
        }

    return Case(
        family=FAMILY,
        model=f"a vehicle leaves when {ready} are ready",
        scenario=lambda: line(**_by_lane(rate, on_demand=rule)),
        measure=measure,
        expected=expected,
        replications=32,
    )


def _behind_hours(name: str, text: str, spells: list[tuple[float, float]], numbers: tuple[float, float, int]) -> Case:
    rate, mean, servers = numbers
    station = {"servers": servers, "service": exponential(mean * 3600), "hours": text}
    return Case(
        family=FAMILY,
        model=f"M/M/{servers} open {name}",
        scenario=lambda: line(station, orders_per_year=rate * 8760),
        measure=lambda seen: {"mean wait": seen.waits("station-0").mean() / 3600},
        expected=lambda: {
            "mean wait": _hours(
                hours.wait_behind_hours(rate, mean, servers, spells), 0.03, "periodic Markov chain: Van Loan 1978"
            )
        },
        replications=64,
    )


DAILY = partial(_behind_hours, "12 hours a day", "daily 08:00-20:00", [(12.0, 12.0)], (3.0, 0.25, 2))
WEEKLY = partial(
    _behind_hours, "Mon-Fri 09-18", "Mon-Fri 09:00-18:00", [(9.0, 15.0)] * 4 + [(9.0, 63.0)], (1.5, 0.45, 3)
)
CASES = (
    partial(_timetable, 14, 12.0, 40),
    partial(_timetable, 1, 0.6, 96),
    partial(_by_load),
    DAILY,
    WEEKLY,
)
