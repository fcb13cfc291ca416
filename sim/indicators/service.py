"""Tables of service: door to door by cohort, and what the market came to expect."""

from typing import Any

import numpy as np

from sim.indicators.declared import MONTH, ORIGIN, PRODUCT, REGION, ROUTE, Cells, Column, Run, Table, ratio, texts
from sim.ticks import SECONDS_A_DAY, local_day

SHARES = (0.5, 0.9, 0.95)


def percentile_days(hours: np.ndarray, total: np.ndarray, shares: tuple[float, ...] = SHARES) -> np.ndarray:
    """Days, to the hour, by which each share of ``total`` had arrived: float64[..., shares]; NaN if it never did.

    hours int[..., bins] counts arrivals by whole hours; total int64[...] also counts those that have not arrived.
    """
    cumulative = np.cumsum(hours, axis=-1, dtype=np.int64)
    result = np.full((*total.shape, len(shares)), np.nan)
    for i, share in enumerate(shares):
        wanted = np.maximum(np.ceil(share * total), 1)
        hour = (cumulative < wanted[..., None]).sum(axis=-1)
        result[..., i] = np.where(hour < hours.shape[-1], hour / 24, np.nan)
    return result


def _service(run: Run) -> tuple[Any, ...]:
    record, cells = run.record, run.cells()
    placed = run.placed[cells]
    arrived, order_seconds, posted_seconds, kept = record.service[cells].T
    percentiles = _by_month(run, cells)
    return (
        *run.names(cells),
        placed,
        arrived,
        placed - arrived,
        ratio(kept, placed),
        ratio(order_seconds / SECONDS_A_DAY, arrived),
        *percentiles.T,
        ratio(posted_seconds / SECONDS_A_DAY, arrived),
    )


def _by_month(run: Run, cells: Cells) -> np.ndarray:
    """Percentiles of cells, a month at a time: all at once would take twice the memory of the whole record."""
    result = np.full((len(cells[0]), len(SHARES)), np.nan)
    for month in run.months:
        of_month = cells[0] == month
        at = tuple(index[of_month] for index in cells)
        result[of_month] = percentile_days(run.record.hours[at], run.placed[at])
    return result


SERVICE = Table(
    "service",
    "the orders that a month (the month of the order), route, region and product placed",
    (
        MONTH,
        ORIGIN,
        ROUTE,
        REGION,
        PRODUCT,
        Column("placed", "whole", "orders", "orders placed in the month"),
        Column("arrived", "whole", "orders", "those that were ready for collection by the end of the simulated time"),
        Column("not_arrived", "whole", "orders", "those that were not: still under way, or lost"),
        Column("share_within_promise", "number", "share", "ready within the promised days, of all placed"),
        Column("mean_days", "number", "d", "order to ready for collection, mean of those that arrived"),
        Column("p50_days", "number", "d", "by when half of all placed had arrived, to the hour; empty if they had not"),
        Column("p90_days", "number", "d", "the same for 90 %"),
        Column("p95_days", "number", "d", "the same for 95 %"),
        Column(
            "posted_to_ready_mean_days", "number", "d", "posted to ready for collection, mean of those that arrived"
        ),
    ),
    _service,
)


def _expectations(run: Run) -> tuple[Any, ...]:
    from_ = run.record.axes.reported_from
    log = [row for row in run.record.expectation_log() if row[0] >= from_]
    monday, route, region, days, spread = zip(*log, strict=True) if log else ((),) * 5
    return texts([local_day(at).isoformat() for at in monday]), texts(route), texts(region), days, spread


EXPECTATIONS = Table(
    "expectations",
    "what the market expects of a route in a region after a weekly review",
    (
        Column("monday", "text", "", "Beijing day of the review, `2016-01-04`"),
        ROUTE,
        REGION,
        Column("days", "number", "d", "expected days from order to ready for collection"),
        Column("spread", "number", "d", "expected p90 less p50 of them"),
    ),
    _expectations,
)


def orders_with_time_to_arrive(run: Run, route: int) -> np.ndarray:
    """Reported months whose orders had at least the route's longest promise to arrive in; all if none had: int64[n]."""
    record = run.record
    promises = [promise.days for promise in run.scenario.routes[record.axes.routes[route]].promise.values()]
    month_ends = record.axes.month_bounds()[run.months + 1]
    had_time = run.months[month_ends + max(promises, default=0) <= record.axes.end]
    return had_time if len(had_time) else run.months


def door_to_door(run: Run, route: int, months: np.ndarray) -> dict[str, float]:
    """Service of all orders that a route, by its number, took in some months, int64[n]; days in d, shares as such.

    NaN where nothing was ordered or nothing arrived.
    """
    record = run.record
    placed = run.placed[months, route].sum()
    arrived, order_seconds, posted_seconds, kept = record.service[months, route].sum(axis=(0, 1, 2))
    hours = record.hours[months, route].sum(axis=(0, 1, 2))
    percentiles = percentile_days(hours, np.asarray(placed))
    return {
        "service_orders": placed,
        "share_within_promise": ratio(kept, placed),
        "mean_days": ratio(order_seconds / SECONDS_A_DAY, arrived),
        "p50_days": percentiles[0],
        "p90_days": percentiles[1],
        "p95_days": percentiles[2],
        "posted_to_ready_mean_days": ratio(posted_seconds / SECONDS_A_DAY, arrived),
    }
