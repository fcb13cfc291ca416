"""Workload W on this engine: the scenario file at any size, and W's outputs from what a run writes down.

A run has its own luck and reads no table; `tests/theory/test_workload_engine.py` holds it against the reference, both
statistically and, with the log of single parcels, to the tick.
"""

from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.replacing import replaced
from benchmarks.workload import FLIGHT_DURATION, HOUR, corridor
from sim.model import Model, build
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario
from sim.ticks import DAY

FILE = Path(__file__).resolve().parents[1] / "scenarios" / "benchmarks" / "tandem.yaml"
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
