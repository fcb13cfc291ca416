"""Workload W on this engine: the scenario file at any size, and W's outputs from what a run writes down.

A run has its own luck and reads no table; `tests/theory/test_workload_engine.py` holds it against the reference, both
statistically and, with the log of single parcels, to the tick.
"""

from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.replacing import replaced
from benchmarks.workload import FLIGHT_DURATION, HOUR, Table, corridor
from sim.model import Model, build
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario
from sim.ticks import DAY

FILE = Path(__file__).resolve().parents[1] / "scenarios" / "benchmarks" / "tandem.yaml"
Steps = dict[str, dict[str, np.ndarray]]
"""Columns of all parcels in order of id, by step."""
SORTING, INSPECTION, IMPORT = "sorting", "export-customs.examination", "import-customs.release"


@cache
def described() -> Scenario:
    """The scenario file."""
    return load(FILE).scenario


def tandem(n: float, seed: int = 1) -> Scenario:
    """W for an expected total of ``n``; the smaller, the longer take single services and so the last deliveries."""
    size = corridor(n)
    return replaced(
        described(),
        {
            "seed": seed,
            "horizon.drain": (30 + int(150_000 / n)) * DAY,
            "stations.sorting.service.parts.0.mean": size.sorting_mean,
            "customs.export-customs.examination.service.parts.0.mean": size.inspection_mean,
            "customs.import-customs.release.service.parts.0.mean": size.import_duration,
            "lanes.flight.payload.pieces": size.flight_capacity,
            "market.origins.here.latent_orders_per_year": n,
        },
    )


def simulate(n: float, seed: int) -> tuple[int, dict[str, float]]:
    """Build, run and sum up: parcels really simulated, and W's outputs."""
    model = build(tandem(n, seed)).run()
    return int(model.record.delivered.sum()), outputs(model)


def outputs(model: Model) -> dict[str, float]:
    """W's outputs in hours, from the record of a run.

    Means are exact but for single spans being counted in whole seconds. Percentiles come from a histogram of hours,
    taken as even within each. No wait at a flight is written down: its mean is what the others leave of the whole.
    """
    record, size = model.record, corridor(model.scenario.market.origins["here"].latent_orders_per_year)
    n, door_to_door, inland, _ = record.service.sum(axis=(0, 1, 2, 3)).tolist()
    if n != record.placed().sum():
        raise RuntimeError(f"{record.placed().sum() - n} parcels are still under way: the drain is too short")
    started, waits, busy, _ = (
        dict(zip(record.axes.queues, c, strict=True)) for c in record.queue_totals.sum(1).T.tolist()
    )
    before_and_after = sum(waits.values()) + (busy[SORTING] + busy[INSPECTION]) / 1000 + inland
    constant = FLIGHT_DURATION + size.import_duration
    median, late = _percentiles(record.hours.sum(axis=(0, 1, 2, 3)), (0.50, 0.95))
    return {
        "door_to_door_mean": door_to_door / n / 3600,
        "door_to_door_p50": median,
        "door_to_door_p95": late,
        "sorting_wait_mean": waits[SORTING] / started[SORTING] / 3600,
        "inspection_wait_mean": waits[INSPECTION] / max(started[INSPECTION], 1) / 3600,
        "flight_wait_mean": (door_to_door - before_and_after) / n / 3600 - constant / HOUR,
        "import_wait_mean": waits[IMPORT] / started[IMPORT] / 3600,
    }


def _percentiles(counts: np.ndarray, shares: tuple[float, ...]) -> list[float]:
    """Hours by which each share has come; counts int[bins] by whole hours."""
    cumulative = np.concatenate([[0], np.cumsum(counts)])
    return [float(np.interp(share * cumulative[-1], cumulative, np.arange(len(cumulative)))) for share in shares]


def logged(n: int, seed: int) -> tuple[Model, Steps]:
    """A run with its log: by step, columns of all parcels in order of id."""
    model = build(tandem(n, seed), parcel_log=True).run()
    log = model.parcel_log.table()
    steps = {}
    for name in set(log["step"]):
        rows = np.flatnonzero(log["step"] == name)
        rows = rows[np.argsort(log["order_id"][rows])]
        steps[name] = {column: values[rows] for column, values in log.items()}
    return model, steps


def as_table(model: Model, steps: Steps) -> tuple[Table, np.ndarray, np.ndarray]:
    """What the engine drew, in order of arrival; the numbers by which it breaks ties; and that order."""

    def span(step: str, begins: str) -> np.ndarray:
        return steps[step]["left_at"] - steps[step][begins]

    sorting, inspection = steps[SORTING], steps[INSPECTION]
    arrived_at = sorting["arrived_at"] - model.start
    is_inspected = np.isin(sorting["order_id"], inspection["order_id"])
    inspection_duration = np.zeros(len(arrived_at), np.int64)
    inspection_duration[is_inspected] = span(INSPECTION, "started_at")
    order = np.lexsort((sorting["order_id"], arrived_at))
    table = Table(
        arrived_at=arrived_at[order],
        sorting_duration=span(SORTING, "started_at")[order],
        is_inspected=is_inspected[order],
        inspection_duration=inspection_duration[order],
        inland_duration=span("delivery", "arrived_at")[order],
    )
    return table, order, order  # rows are in order of id, so a row's number is its rank
