"""Workload W: its parameters, its random numbers, what an implementation returns and how that is summed up.

Everything any implementation needs to know of W is here; README.md says the same in words. Spans and instants are
integer microseconds, instants counted from the start of 2018. Knows no simulator.
"""

from dataclasses import dataclass
from math import ceil, log, sqrt
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

Ticks = NDArray[np.int64]

HOUR = 3_600_000_000
DAY = 24 * HOUR
N_DAYS = 365
HORIZON = N_DAYS * DAY

WEEKDAY_FACTORS = (1.10, 1.15, 1.10, 1.05, 1.00, 0.85, 0.75)
"""Monday to Sunday; 1 January 2018 is a Monday."""
NOVEMBER = range(304, 334)
NOVEMBER_FACTOR = 1.4

SORTING_SERVERS = 4
INSPECTION_SERVERS = 2
IMPORT_SERVERS = 3
INSPECTED_SHARE = 0.05
FLIGHT_GAP = 12 * HOUR
FLIGHT_DURATION = 6 * HOUR
INLAND_MEAN_HOURS = 24.0
INLAND_VARIATION = 0.5
"""Coefficient of variation of the lognormal inland delay."""


@dataclass(frozen=True, kw_only=True)
class Corridor:
    """What of W depends on the expected number of parcels; mean durations in microseconds."""

    expected_total: float
    rate_per_hour: float
    sorting_mean: float
    inspection_mean: float
    import_duration: int
    flight_capacity: int


class Table(TypedDict):
    """All random numbers of a run, one row per parcel in order of arrival; row number is parcel number."""

    arrived_at: Ticks
    sorting_duration: Ticks
    is_inspected: NDArray[np.bool_]
    inspection_duration: Ticks
    inland_duration: Ticks


@dataclass(frozen=True, kw_only=True)
class Journeys:
    """What an implementation returns, one entry per parcel in microseconds; no inspection, no wait there (0)."""

    sorting_wait: Ticks
    inspection_wait: Ticks
    flight_wait: Ticks
    import_wait: Ticks
    delivered_at: Ticks


def corridor(n: float) -> Corridor:
    """W for an expected total of ``n`` parcels a year: every station keeps its load, so services shrink as 1/n."""
    rate = n / (N_DAYS * 24)
    return Corridor(
        expected_total=n,
        rate_per_hour=rate,
        sorting_mean=SORTING_SERVERS * 0.80 / rate * HOUR,
        inspection_mean=INSPECTION_SERVERS * 0.70 / (INSPECTED_SHARE * rate) * HOUR,
        import_duration=max(1, round(IMPORT_SERVERS * 0.85 / rate * HOUR)),
        flight_capacity=ceil(1.2 * 12 * rate),
    )


def daily_means(n: float) -> NDArray[np.float64]:
    """Expected arrivals on each of the 365 days; they add up to ``n``."""
    weights = np.array(WEEKDAY_FACTORS)[np.arange(N_DAYS) % 7]
    weights[NOVEMBER.start : NOVEMBER.stop] *= NOVEMBER_FACTOR
    return n * weights / weights.sum()


def draw_table(n: float, seed: int) -> Table:
    """Draw W for an expected total of ``n``: a Poisson number of parcels, so the table rarely has exactly ``n`` rows.

    Given a day's count, a Poisson process of constant rate is that many uniform instants in order.
    """
    rng = np.random.default_rng(seed)
    model = corridor(n)
    counts = rng.poisson(daily_means(n))
    total = int(counts.sum())
    midnights = np.repeat(np.arange(N_DAYS, dtype=np.int64) * DAY, counts)
    arrived_at = np.sort(midnights + rng.integers(0, DAY, total))

    is_inspected = rng.random(total) < INSPECTED_SHARE
    inspection_duration = np.zeros(total, np.int64)
    log_variance = log(1 + INLAND_VARIATION**2)
    sorting_duration = _ticks(rng.exponential(model.sorting_mean, total))
    inspection_duration[is_inspected] = _ticks(rng.exponential(model.inspection_mean, int(is_inspected.sum())))
    inland = rng.lognormal(log(INLAND_MEAN_HOURS) - log_variance / 2, sqrt(log_variance), total)
    return Table(
        arrived_at=arrived_at,
        sorting_duration=sorting_duration,
        is_inspected=is_inspected,
        inspection_duration=inspection_duration,
        inland_duration=_ticks(inland * HOUR),
    )


def _ticks(duration: NDArray[np.float64]) -> Ticks:
    """Whole microseconds, at least one."""
    return np.maximum(np.rint(duration), 1).astype(np.int64)


def outputs(table: Table, journeys: Journeys) -> dict[str, float]:
    """The figures W asks for, in hours."""
    door_to_door = (journeys.delivered_at - table["arrived_at"]) / HOUR
    median, late = np.quantile(door_to_door, (0.50, 0.95))
    return {
        "door_to_door_mean": float(door_to_door.mean()),
        "door_to_door_p50": float(median),
        "door_to_door_p95": float(late),
        "sorting_wait_mean": float(journeys.sorting_wait.mean()) / HOUR,
        "inspection_wait_mean": float(journeys.inspection_wait[table["is_inspected"]].mean()) / HOUR,
        "flight_wait_mean": float(journeys.flight_wait.mean()) / HOUR,
        "import_wait_mean": float(journeys.import_wait.mean()) / HOUR,
    }
