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
def seconds(duration):  # type: ignore[no-untyped-def]
    """Whole seconds of a duration in ticks, rounded to the nearest."""
    return (duration + SECOND // 2) // SECOND


@njit(cache=True)
def station_starts(arrived, started, service, row, count, first_day, month_of_day, totals, end):  # type: ignore[no-untyped-def]
    """Add services to ``totals`` int64[months, 4]: parcels started, wait in seconds, busy seconds, longest wait.

    arrived, started int64[n] ticks; service int64[n] ticks of one server; counted in the month of the start.
    """
    for i in range(row.shape[0]):
        if started[i] >= end:
            continue
        month = month_of_day[started[i] // DAY - first_day]
        n = count[row[i]]
        wait = seconds(started[i] - arrived[i])
        totals[month, 0] += n
        totals[month, 1] += wait * n
        totals[month, 2] += seconds(service[i])
        totals[month, 3] = max(totals[month, 3], wait)


@njit(cache=True)
def arrivals_by_month(at, row, count, first_day, month_of_day, totals):  # type: ignore[no-untyped-def]
    """Add parcels to ``totals`` int64[months] in the month of their arrival."""
    for i in range(row.shape[0]):
        totals[month_of_day[at[i] // DAY - first_day]] += count[row[i]]


@njit(cache=True)
def events_by_cell(at, row, count, route, region, product, first_day, month_of_day, by_cell, by_day, end):  # type: ignore[no-untyped-def]
    """Count events: by_cell int64[months, routes, regions, products], by_day int64[routes, days]; ``at`` before ``end``."""
    for i in range(row.shape[0]):
        if at[i] >= end:
            continue
        k = row[i]
        day = at[i] // DAY - first_day
        by_cell[month_of_day[day], route[k], region[k], product[k]] += count[k]
        by_day[route[k], day] += count[k]


@njit(cache=True)
def placed(row, count, ordered_at, route, region, product, grams, fen, first_day, month_of_day, sums, by_day):  # type: ignore[no-untyped-def]
    """Add placed orders: fen and grams to sums int64[2, months, routes, regions, products], parcels to by_day."""
    for i in range(row.shape[0]):
        k = row[i]
        day = ordered_at[k] // DAY - first_day
        month = month_of_day[day]
        sums[0, month, route[k], region[k], product[k]] += fen[k] * count[k]
        sums[1, month, route[k], region[k], product[k]] += np.int64(grams[k]) * count[k]
        by_day[route[k], day] += count[k]


@njit(cache=True)
def door_to_door(
    ready_at,
    row,
    count,
    ordered_at,
    posted_at,
    route,
    region,
    product,
    promise,
    first_day,
    month_of_day,
    end,
    hours,
    sums,
    reviewed,
    week_hours,
    week_sums,
):  # type: ignore[no-untyped-def]
    """Count deliveries by cohort and by week of delivery.

    promise int64[routes, regions] ticks; hours int32[months, routes, regions, products, bins]; sums
    int64[4, months, routes, regions, products]: parcels, seconds from order, seconds from posting, within the promise;
    week_hours int32[weeks, routes, regions, bins] and week_sums int64[weeks, routes, regions, 2] (parcels, seconds)
    are a ring by week of delivery, reviewed and emptied week by week, ``reviewed`` being the first week not yet
    reviewed; a delivery that lies a whole ring ahead of it is not counted there.
    """
    ring = week_hours.shape[0]
    last_bin = hours.shape[4] - 1
    for i in range(row.shape[0]):
        if ready_at[i] >= end:
            continue
        k = row[i]
        r, g, p, n = route[k], region[k], product[k], count[k]
        month = month_of_day[ordered_at[k] // DAY - first_day]
        span = ready_at[i] - ordered_at[k]
        hour = min(span // HOUR, last_bin)
        hours[month, r, g, p, hour] += n
        sums[0, month, r, g, p] += n
        sums[1, month, r, g, p] += seconds(span) * n
        sums[2, month, r, g, p] += seconds(ready_at[i] - posted_at[k]) * n
        if span <= promise[r, g]:
            sums[3, month, r, g, p] += n
        week = ready_at[i] // (7 * DAY)
        if week - reviewed >= ring:
            continue
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
