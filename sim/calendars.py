"""Calendars: opening hours and holidays as open intervals, and how orders are spread over days and hours.

Turns described calendars into instants. Knows the description, knows nothing of queues.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.scenario.growth import growth_level
from sim.ticks import BEIJING_OFFSET, DAY, EPOCH, HOUR, NEVER, local_day, midnight

if TYPE_CHECKING:
    from sim.scenario.market import Origin, Season


@lru_cache(maxsize=64)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """Public holidays of a country (ISO 3166 code) in a year, from the `holidays` package."""
    import holidays

    return frozenset(holidays.country_holidays(country, years=[year]))


@lru_cache(maxsize=64)
def lunar_new_year(year: int) -> date:
    """First day of the Chinese lunar year that begins in ``year``."""
    import holidays

    days = holidays.country_holidays("CN", years=[year], language="en_US")  # not that of whoever runs it
    return min(day for day, name in days.items() if "Chinese New Year" in name and "Eve" not in name)


def open_intervals(
    hours: Sequence[tuple[int, int, int]], utc_offset: int, holidays_of: str | None, start: int, end: int
) -> list[tuple[int, int]]:
    """Half-open intervals in which a place with these hours is open, from ``start`` to ``end``, in order and apart.

    ``hours`` are (weekday, opens, closes) with microseconds since local midnight; an empty sequence means always.
    """
    if not hours and holidays_of is None:
        return [(start, NEVER)]
    whole_days = [(weekday, 0, DAY) for weekday in range(7)]
    by_weekday: dict[int, list[tuple[int, int]]] = {weekday: [] for weekday in range(7)}
    for weekday, opens, closes in hours or whole_days:
        by_weekday[weekday].append((opens, closes))
    result: list[tuple[int, int]] = []
    day, last = local_day(start, utc_offset), local_day(end, utc_offset)
    while day <= last:
        is_holiday = holidays_of is not None and day in public_holidays(holidays_of, day.year)
        if not is_holiday:
            first = midnight(day, utc_offset)
            for opens, closes in sorted(by_weekday[day.weekday()]):
                _append(result, max(first + opens, start), first + closes)
        day += timedelta(days=1)
    return result


def _append(intervals: list[tuple[int, int]], opens: int, closes: int) -> None:
    """Add an interval at the end of a list in order, merging it with the last one where they touch."""
    if closes <= opens:
        return
    if intervals and opens <= intervals[-1][1]:
        intervals[-1] = (intervals[-1][0], max(closes, intervals[-1][1]))
    else:
        intervals.append((opens, closes))


def season_weights(season: "Season", year: int) -> np.ndarray:
    """Share of a year's orders that falls on each of its days: float64[365 or 366], sums to 1."""
    events = tuple((event.on, event.starts, event.lasts, event.factor) for event in season.events.values())
    return _season_weights(season.months, season.weekdays, events, year)


@lru_cache(maxsize=256)
def _season_weights(
    months: tuple[float, ...],
    weekdays: tuple[float, ...],
    events: "tuple[tuple[tuple[int, int] | str, int, int, float], ...]",
    year: int,
) -> np.ndarray:
    first = date(year, 1, 1)
    days = [first + timedelta(days=i) for i in range((date(year + 1, 1, 1) - first).days)]
    factors = np.array([months[day.month - 1] * weekdays[day.weekday()] for day in days])
    for on, starts, lasts, factor in events:
        for event_year in (year - 1, year, year + 1):
            start = _event_day(on, event_year)
            if start is None:
                continue
            low = (start + timedelta(days=starts) - first).days
            factors[max(low, 0) : max(low + lasts, 0)] *= factor
    total = factors.sum()
    return factors / total if total > 0 else factors


def _event_day(on: "tuple[int, int] | str", year: int) -> date | None:
    if isinstance(on, str):
        return lunar_new_year(year)
    month, day = on
    try:
        return date(year, month, day)
    except ValueError:  # 29 February in a common year
        return None


def daily_orders(origin: "Origin", first_day: int, n_days: int) -> np.ndarray:
    """Expected latent orders on each Beijing day of the reference path: float64[n_days].

    ``first_day`` counts days since the epoch.
    """
    days = [EPOCH + timedelta(days=first_day + i) for i in range(n_days)]
    weights = {year: season_weights(origin.season, year) for year in {day.year for day in days}}
    return np.array(
        [
            origin.latent_orders_per_year
            * growth_level(origin.growth, day)
            * weights[day.year][(day - date(day.year, 1, 1)).days]
            for day in days
        ]
    )


def hourly_orders(origin: "Origin", utc_offset: int, week: int) -> np.ndarray:
    """Cumulative expected latent orders over the hours of a Beijing week: float64[169], from 0."""
    daily = daily_orders(origin, 7 * week, 7)
    hours = np.roll(np.array(origin.season.hours), (BEIJING_OFFSET - utc_offset) // HOUR)
    return np.concatenate([[0.0], np.cumsum(np.outer(daily, hours / hours.sum()).ravel())])
