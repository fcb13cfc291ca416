"""Growth: the annual level of a day, relative to the reference year."""

import math
from datetime import date

from sim.scenario.market import Growth

LARGEST_EXPONENT = 100.0
"""Exponents are cut here, so that absurd growth is a large number rather than an overflow."""


def growth_level(growth: Growth | None, day: date) -> float:
    """Annual level on a day, relative to the reference year; log-linear between the middles of named years."""
    if growth is None:
        return 1.0
    years = sorted(growth.levels)
    now = day.year + (day - date(day.year, 1, 1)).days / 365.25
    middles = [year + 0.5 for year in years]
    if now <= middles[0]:
        return growth.levels[years[0]]
    if now >= middles[-1]:
        return _beyond(growth, growth.levels[years[-1]], now - middles[-1])
    i = next(i for i, middle in enumerate(middles) if now < middle) - 1
    part = (now - middles[i]) / (middles[i + 1] - middles[i])
    return math.exp((1 - part) * math.log(growth.levels[years[i]]) + part * math.log(growth.levels[years[i + 1]]))


def _beyond(growth: Growth, last: float, years: float) -> float:
    """Level ``years`` after the last named one: logistic growth whose first rate is ``rate_beyond``."""
    ceiling = growth.saturation
    if ceiling is None:
        return last * math.exp(min(growth.rate_beyond * years, LARGEST_EXPONENT))
    if last >= ceiling:
        return last
    intrinsic = growth.rate_beyond / (1 - last / ceiling)
    return ceiling / (1 + (ceiling / last - 1) * math.exp(-min(intrinsic * years, LARGEST_EXPONENT)))
