"""Tallies: sums over rows by month, day and cell, in whole numbers only.

Durations are summed in whole seconds, rounded to the nearest, since sums of microseconds would overflow.
"""

import numpy as np
from numba import njit

DAY = 86_400_000_000
HOUR = 3_600_000_000
SECOND = 1_000_000
HOUR_BINS = 24 * 180
"""Door-to-door times are counted in whole hours up to 180 days; the last bin holds the rest."""


@njit(cache=True)
def seconds(duration: int) -> int:
    """Whole seconds of a duration in ticks, rounded to the nearest."""
    return (duration + SECOND // 2) // SECOND


@njit(cache=True)
def station_starts(
    arrived: np.ndarray,
    started: np.ndarray,
    service: np.ndarray,
    row: np.ndarray,
    count: np.ndarray,
    is_single: bool,
    first_day: int,
    month_of_day: np.ndarray,
    totals: np.ndarray,
    end: int,
) -> None:
    """Add services to ``totals`` int64[months, 4]: parcels started, wait in s, busy time in ms, longest wait in s.

    arrived, started (in order) int64[n] ticks; service int64[n] ticks of one server; counted in the month of the start.
    ``is_single`` says that all rows are one parcel, so that their counts need not be fetched.
    """
    i = 0
    n = row.shape[0]
    while i < n and started[i] < end:
        day = started[i] // DAY - first_day
        month = month_of_day[day]
        next_day = (started[i] // DAY + 1) * DAY
        parcels = waits = busy = longest = 0
        while i < n and started[i] < next_day:
            k = 1 if is_single else count[row[i]]
            wait = seconds(started[i] - arrived[i])
            parcels += k
            waits += wait * k
            busy += (service[i] + 500) // 1000
            longest = max(longest, wait)
            i += 1
        totals[month, 0] += parcels
        totals[month, 1] += waits
        totals[month, 2] += busy
        totals[month, 3] = max(totals[month, 3], longest)


@njit(cache=True)
def arrivals_by_month(
    at: np.ndarray,
    row: np.ndarray,
    count: np.ndarray,
    is_single: bool,
    first_day: int,
    month_of_day: np.ndarray,
    totals: np.ndarray,
) -> None:
    """Add parcels to ``totals`` int64[months] in the month of their arrival; ``at`` in order."""
    i = 0
    n = row.shape[0]
    while i < n:
        month = month_of_day[at[i] // DAY - first_day]
        next_day = (at[i] // DAY + 1) * DAY
        parcels = 0
        while i < n and at[i] < next_day:
            parcels += 1 if is_single else count[row[i]]
            i += 1
        totals[month] += parcels


@njit(cache=True)
def items_by_account(
    at: np.ndarray,
    row: np.ndarray,
    count: np.ndarray,
    route: np.ndarray,
    first_day: int,
    month_of_day: np.ndarray,
    totals: np.ndarray,
    end: int,
) -> None:
    """Add what arrives before ``end`` to ``totals`` int64[months, accounts] in the month of its arrival."""
    for i in range(row.shape[0]):
        if at[i] < end:
            k = row[i]
            totals[month_of_day[at[i] // DAY - first_day], route[k]] += count[k]


@njit(cache=True)
def events_by_cell(
    at: np.ndarray,
    row: np.ndarray,
    count: np.ndarray,
    cell: np.ndarray,
    route: np.ndarray,
    first_day: int,
    month_of_day: np.ndarray,
    by_cell: np.ndarray,
    by_day: np.ndarray,
    end: int,
) -> None:
    """Count events: by_cell int64[months, cells], by_day int64[routes, days]; ``at`` before ``end``."""
    for i in range(row.shape[0]):
        if at[i] >= end:
            continue
        k = row[i]
        day = at[i] // DAY - first_day
        by_cell[month_of_day[day], cell[k]] += count[k]
        by_day[route[k], day] += count[k]


@njit(cache=True)
def placed(
    row: np.ndarray,
    count: np.ndarray,
    ordered_at: np.ndarray,
    route: np.ndarray,
    cell: np.ndarray,
    grams: np.ndarray,
    fen: np.ndarray,
    first_day: int,
    month_of_day: np.ndarray,
    sums: np.ndarray,
    by_day: np.ndarray,
) -> None:
    """Add placed orders: fen and grams to sums int64[2, months, cells], parcels to by_day int64[routes, days]."""
    for i in range(row.shape[0]):
        k = row[i]
        day = ordered_at[k] // DAY - first_day
        month = month_of_day[day]
        sums[0, month, cell[k]] += fen[k] * count[k]
        sums[1, month, cell[k]] += np.int64(grams[k]) * count[k]
        by_day[route[k], day] += count[k]


@njit(cache=True)
def deliveries(
    ready_at: np.ndarray,
    row: np.ndarray,
    count: np.ndarray,
    ordered_at: np.ndarray,
    posted_at: np.ndarray,
    route: np.ndarray,
    region: np.ndarray,
    cell: np.ndarray,
    promise: np.ndarray,
    first_day: int,
    month_of_day: np.ndarray,
    end: int,
    by_cell: np.ndarray,
    by_day: np.ndarray,
    hours: np.ndarray,
    sums: np.ndarray,
    reviewed: int,
    week_hours: np.ndarray,
    week_sums: np.ndarray,
) -> None:
    """Count deliveries before ``end`` by month and day, by cohort, and by week of delivery.

    promise int64[routes, regions] ticks; by_cell int64[months, cells]; by_day int64[routes, days]; hours
    int32[months, cells, bins] by month of the order; sums int64[months, cells, 4]: parcels, seconds from order, seconds
    from posting, within the promise; week_hours int32[weeks, routes, regions, bins] and week_sums int64[weeks,
    routes, regions, 2] (parcels, seconds) are a ring by week of delivery, ``reviewed`` being the first week not yet
    reviewed; a delivery that lies a whole ring ahead of it is not counted there.
    """
    ring = week_hours.shape[0]
    last_bin = hours.shape[2] - 1
    for i in range(row.shape[0]):
        ready = ready_at[i]
        if ready >= end:
            continue
        k = row[i]
        r, g, c, n = route[k], region[k], cell[k], count[k]
        day = ready // DAY - first_day
        by_cell[month_of_day[day], c] += n
        by_day[r, day] += n
        month = month_of_day[ordered_at[k] // DAY - first_day]
        span = ready - ordered_at[k]
        hour = min(span // HOUR, last_bin)
        hours[month, c, hour] += n
        sums[month, c, 0] += n
        sums[month, c, 1] += seconds(span) * n
        sums[month, c, 2] += seconds(ready - posted_at[k]) * n
        if span <= promise[r, g]:
            sums[month, c, 3] += n
        week = ready // (7 * DAY)
        if week - reviewed < ring:
            week %= ring
            week_hours[week, r, g, hour] += n
            week_sums[week, r, g, 0] += n
            week_sums[week, r, g, 1] += seconds(span) * n


def percentile_hours(counts: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    """First hour at which the cumulative count reaches each share of the total: float64[..., shares]; NaN if empty.

    counts int[..., bins].
    """
    cumulative = np.cumsum(counts, axis=-1, dtype=np.int64)
    total = cumulative[..., -1]
    result = np.full((*total.shape, len(shares)), np.nan)
    for i, share in enumerate(shares):
        wanted = np.maximum(np.ceil(share * total), 1)
        hour = (cumulative < wanted[..., None]).sum(axis=-1)
        result[..., i] = np.where(total > 0, hour, np.nan)
    return result
