"""The summary over replications: mean, what luck makes of it, and what is not known of the world."""

import math

import numpy as np

from sim.experiments.differences import QUANTILES, Layout, expected_by_draw, half_width, spread
from sim.experiments.worlds import Worlds
from sim.indicators import MEASURES, OVER_REPLICATIONS, Columns

Numbers = tuple[float, float, float, float, int, float, float, int]


def over_replications(summary: Columns, worlds: Worlds) -> dict[str, np.ndarray]:
    """Mean of each measure by route, its Monte Carlo standard error with the 95 % interval, and the credible interval.

    Over replications whose draw is complete. A replication that lacks a value makes the mean lack it. ``summary`` has
    one row for each route in every replication, replications in rising order. Columns float64[routes * measures], of
    names object, of counts int64; numbers in the unit of their measure.
    """
    numbers = np.unique(summary["replication"])
    used, layout = worlds.complete(numbers.tolist())
    rows = []
    for origin, route in dict.fromkeys(zip(summary["origin"], summary["route"], strict=True)):
        is_of_route = (summary["origin"] == origin) & (summary["route"] == route)
        for measure in MEASURES:
            values = np.asarray(summary[measure.name][is_of_route], np.float64)[used]
            rows.append((origin, route, measure.name, measure.unit, *numbers_of(values, layout)))
    kinds = [{"text": object, "number": np.float64, "whole": np.int64}[column.kind] for column in OVER_REPLICATIONS]
    arrays = [_array(values, kind) for values, kind in zip(zip(*rows, strict=True), kinds, strict=True)]
    return {column.name: array for column, array in zip(OVER_REPLICATIONS, arrays, strict=True)}


def _array(values: tuple[object, ...], kind: type) -> np.ndarray:
    result: np.ndarray = np.empty(len(values), kind)
    result[:] = values
    return result


def numbers_of(values: np.ndarray, layout: Layout) -> Numbers:
    """Mean, standard error, interval, count, credible interval and draws of float64[n] values, in the table's order.

    In the unit of the values; NaN for what replications or draws are too few for.
    """
    found = spread(values, layout)
    half = half_width(found)
    low, high = math.nan, math.nan
    if layout.has_draws:
        low, high = np.quantile(expected_by_draw(values, layout), QUANTILES).tolist()
    error, ends = found.standard_error, (found.mean - half, found.mean + half)
    n_draws = layout.n_draws if layout.has_draws else 0
    return (found.mean, error, *ends, len(values), low, high, n_draws)
