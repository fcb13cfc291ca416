"""Measures of one replication, whole and by group: what plans are compared by, few enough to keep for hundreds of runs.

A measure is declared once: a sum of something the run wrote down, or made of such sums. Sums are of the reported
months; days and promises of the orders that had time to arrive, as in the table `summary`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.indicators.accounts import CNY, co2e_g, operators_result, total_cost
from sim.indicators.backlogs import Backlog, StockOut, growing_backlogs, lasting_stock_outs
from sim.indicators.declared import Run, ratio
from sim.indicators.service import orders_with_time_to_arrive, percentile_days
from sim.indicators.standing import income_wherever_sold, surplus_of_the_corridor
from sim.indicators.trade import bulk, foreign_trade_by_month
from sim.ticks import SECONDS_A_DAY

Sums = Mapping[str, np.ndarray]
"""Sums by name over the members of each group: float64[groups]; those a dimension cannot tell apart are not there."""

WHOLE = "whole"
DIMENSIONS = {
    WHOLE: "",
    "origin": "o",
    "region": "g",
    "route": "r",
    "product": "p",
    "month": "m",
    "queue": "q",
    "lane": "l",
}
"""How measures can be grouped, with the letter of the axis."""


@dataclass(frozen=True)
class Measure:
    """One measure: what it is, and which way is better (1 more, -1 less, 0 neither)."""

    name: str
    unit: str
    better: Literal[-1, 0, 1]
    description: str
    needs: tuple[str, ...]
    """Sums it is made of; it is there for the dimensions that have all of them."""
    make: Callable[[Sums], np.ndarray]
    is_sum: bool
    """Whether a group that does not exist has none of it, rather than no value."""


@dataclass(frozen=True)
class Measured:
    """What one replication came to."""

    groups: Mapping[str, tuple[str, ...]]
    """Names of the groups of each dimension."""
    values: Mapping[str, Mapping[str, np.ndarray]]
    """By dimension and measure: float64[groups]."""
    hours: np.ndarray
    """Orders by whole hours from door to door: int64[bins]."""
    backlogs: tuple[Backlog, ...]
    stock_outs: tuple[StockOut, ...]


def measured(run: Run) -> Measured:
    """All measures of a run, by every dimension."""
    cubes = _cubes(run)
    hours = _hours(run)
    values = {}
    for dimension, axis in DIMENSIONS.items():
        sums = {name: _grouped(run, cube, axes, axis) for name, (axes, cube) in cubes.items() if _can(axes, axis)}
        if dimension in hours:
            days = percentile_days(hours[dimension], sums["timed_orders"].astype(np.int64))
            sums |= dict(zip(("p50_days", "p90_days", "p95_days"), days.T, strict=True))
        values[dimension] = {m.name: m.make(sums) for m in MEASURES if all(name in sums for name in m.needs)}
    backlogs, outs = tuple(growing_backlogs(run)), tuple(lasting_stock_outs(run))
    return Measured(_groups(run), values, hours[WHOLE][0], backlogs, outs)


def _groups(run: Run) -> dict[str, tuple[str, ...]]:
    axes = run.record.axes
    months = tuple(str(name) for name in run.month_names[run.months])
    return {
        WHOLE: ("",),
        "origin": axes.origins,
        "region": axes.regions,
        "route": axes.routes,
        "product": axes.products,
        "month": months,
        "queue": axes.queues,
        "lane": axes.lanes,
    }


# -- sums --------------------------------------------------------------------------------------------------------------


def _cubes(run: Run) -> dict[str, tuple[str, np.ndarray]]:
    """Everything that is summed: its axes, a letter each, and its numbers in the reported months, the month first."""
    record, months = run.record, run.months
    orders = record.alternatives
    income, local = income_wherever_sold(run)
    emitted, is_timed = co2e_g(run), _is_timed(run)[:, :, None, None]
    arrived, seconds, _, kept = np.moveaxis(record.service, -1, 0)
    n_routes = len(record.axes.routes)
    of_freight = slice(n_routes, n_routes + len(record.axes.freight))
    found = {
        "latent_orders": ("mogp", np.stack([each.sum(axis=1) for each in orders], 1)),
        "other_gateway": ("mogp", np.stack([each[:, -2] for each in orders], 1)),
        "not_bought": ("mogp", np.stack([each[:, -1] for each in orders], 1)),
        "placed": ("mrgp", run.placed),
        "delivered": ("mrgp", record.delivered),
        "lost": ("mrgp", record.lost),
        "timed_orders": ("mrgp", run.placed * is_timed),
        "arrived": ("mrgp", arrived * is_timed),
        "order_seconds": ("mrgp", seconds * is_timed),
        "kept": ("mrgp", kept * is_timed),
        "buyers_surplus_cny": ("mogp", surplus_of_the_corridor(run)),
        "sellers_of_the_province_cny": ("mo", local),
        "sellers_elsewhere_cny": ("mo", income - local),
        "routes_result_cny": ("mr", operators_result(run)),
        "routes_cost_cny": ("mr", total_cost(run)),
        "empty_departures_cny": ("m", record.empty_cny),
        "freight_cost_cny": ("m", sum(cost[:, of_freight].sum(axis=1) for cost in record.cost.values())),
        "subsidy_cny": ("mr", record.subsidy_cny),
        "goods_cny": ("mrgp", record.goods[0] / 100),
        "bulk_cny": ("mo", bulk(run)),
        "foreign_trade_cny": ("mo", foreign_trade_by_month(run)),
        "co2e_kg": ("mr", emitted / 1000),
        "started": ("mq", record.queue_totals[..., 0].T),
        "wait_seconds": ("mq", record.queue_totals[..., 1].T),
        "departed": ("ml", record.lane_totals[..., 0].T),
        "load_ppm": ("ml", record.lane_totals[..., 5].T),
        "rolled_over": ("ml", record.lane_totals[..., 7].T),
    }
    return {name: (axes, np.asarray(cube, np.float64)[months]) for name, (axes, cube) in found.items()}


def _is_timed(run: Run) -> np.ndarray:
    """Whether the orders of a month had time to arrive by a route: bool[months, routes]."""
    axes = run.record.axes
    result = np.zeros((axes.n_months, len(axes.routes)), bool)
    for route in range(len(axes.routes)):
        result[orders_with_time_to_arrive(run, route), route] = True
    return result


def _can(axes: str, axis: str) -> bool:
    """Whether something can be summed by an axis; what queues and lanes do is not added up over them."""
    if {"q", "l"} & set(axes):
        return axis in ("q", "l") and axis in axes
    return axis in axes or (axis == "o" and "r" in axes)


def _grouped(run: Run, cube: np.ndarray, axes: str, axis: str) -> np.ndarray:
    """Sums over all axes but one: float64[groups]; one group without an axis."""
    kept = "r" if axis == "o" and "o" not in axes else axis
    sums = cube.sum(axis=tuple(i for i, letter in enumerate(axes) if letter != kept))
    if kept == axis:
        return np.atleast_1d(sums)
    of = np.array(run.record.axes.origin_of_route)
    return np.array([sums[of == i].sum() for i in range(len(run.record.axes.origins))])


def _hours(run: Run) -> dict[str, np.ndarray]:
    """Orders by whole hours from door to door, of those that had time to arrive: int64[groups, bins] by dimension."""
    record, is_timed = run.record, _is_timed(run)
    _, n_routes, n_regions, n_products, n_bins = record.hours.shape
    shapes = {"route": n_routes, "region": n_regions, "product": n_products, "month": len(run.months)}
    found = {name: np.zeros((n, n_bins), np.int64) for name, n in shapes.items()}
    for i, month in enumerate(run.months):  # a month at a time: a copy of all would double the memory of a run
        for route in np.flatnonzero(is_timed[month]):
            hours = record.hours[month, route]
            by_region = hours.sum(axis=1, dtype=np.int64)
            of_route = by_region.sum(axis=0)
            found["region"] += by_region
            found["product"] += hours.sum(axis=0, dtype=np.int64)
            found["route"][route] += of_route
            found["month"][i] += of_route
    of = np.array(record.axes.origin_of_route)
    origins = range(len(record.axes.origins))
    found["origin"] = np.array([found["route"][of == i].sum(axis=0) for i in origins])
    return found | {WHOLE: found["route"].sum(axis=0, keepdims=True)}


# -- measures ----------------------------------------------------------------------------------------------------------


def _total(name: str, unit: str, better: Literal[-1, 0, 1], description: str) -> Measure:
    """A measure that is a sum."""
    return Measure(name, unit, better, description, (name,), lambda sums: sums[name], is_sum=True)


def _made(
    name: str,
    unit: str,
    better: Literal[-1, 0, 1],
    description: str,
    needs: tuple[str, ...],
    make: Callable[..., np.ndarray],
) -> Measure:
    """A measure of several sums, which ``make`` takes in the order of ``needs``."""
    return Measure(name, unit, better, description, needs, lambda sums: make(*(sums[each] for each in needs)), False)


def _value(one: np.ndarray) -> np.ndarray:
    return one


MEASURES = (
    _total("latent_orders", "orders", 0, "orders that could be placed"),
    _total("placed", "parcels", 1, "orders placed"),
    _total("other_gateway", "orders", 0, "orders that go by another Chinese gateway"),
    _total("not_bought", "orders", 0, "orders that are not bought"),
    _total("delivered", "parcels", 1, "parcels that became ready for collection"),
    _total("lost", "parcels", -1, "parcels lost"),
    _made(
        "mean_days", "d", -1, "order to ready for collection, mean of those that arrived",
        ("order_seconds", "arrived"), lambda seconds, n: ratio(seconds / SECONDS_A_DAY, n),
    ),
    _made("p50_days", "d", -1, "by when half had arrived, lost and late ones counted as not arrived",
          ("p50_days",), _value),
    _made("p90_days", "d", -1, "the same for 90 %", ("p90_days",), _value),
    _made("p95_days", "d", -1, "the same for 95 %", ("p95_days",), _value),
    _made("spread_days", "d", -1, "p90 less p50", ("p90_days", "p50_days"), lambda p90, p50: p90 - p50),
    _made("share_within_promise", "share", 1, "ready for collection within the promised days, of all placed",
          ("kept", "timed_orders"), ratio),
    _total("timed_orders", "orders", 0, "orders that days and promise are over: those that had time to arrive"),
    _total("buyers_surplus_cny", CNY, 1, "buyers' surplus: what having the corridor is worth to latent orders"),
    _total("sellers_of_the_province_cny", CNY, 1, "income of the province's sellers, by whatever Chinese gateway"),
    _total("sellers_elsewhere_cny", CNY, 1, "income of sellers elsewhere in China, likewise"),
    _made("operators_result_cny", CNY, 1, "tariffs less operators' cost, empty departures included",
          ("routes_result_cny", "empty_departures_cny"), lambda result, empty: result - empty),
    _made("operators_cost_cny", CNY, -1, "operators' cost, empty departures included",
          ("routes_cost_cny", "empty_departures_cny"), lambda cost, empty: cost + empty),
    _total("routes_result_cny", CNY, 1, "tariffs less operators' cost of what travels; no empty departures"),
    _total("freight_cost_cny", CNY, -1, "operators' cost of freight, which its shippers pay: in no one's result"),
    _total("subsidy_cny", CNY, -1, "subsidies to buyers: a transfer from the public purse"),
    _total("goods_cny", CNY, 1, "value of the goods of the orders placed"),
    _made("trade_cny", CNY, 1, "the same, and that of bulk containers", ("goods_cny", "bulk_cny"), np.add),
    _made("share_of_foreign_trade", "share", 1, "this as a share of the province's foreign trade",
          ("goods_cny", "bulk_cny", "foreign_trade_cny"), lambda goods, bulk, all_: ratio(goods + bulk, all_)),
    _total("co2e_kg", "kg", -1, "CO2e of the lanes, with that of the loads of warehouses"),
    _made("co2e_kg_per_parcel", "kg", -1, "the same a parcel delivered", ("co2e_kg", "delivered"), ratio),
    _made("mean_wait_hours", "h", -1, "arrival to start of service, mean of those that started",
          ("wait_seconds", "started"), lambda seconds, n: ratio(seconds / 3600, n)),
    _total("started", "parcels or containers", 0, "those whose service started"),
    _total("departed", "departures", 0, "departures that took place"),
    _made("load_factor", "share", 0, "used part of the scarcest of mass, volume and pieces, mean of departures",
          ("load_ppm", "departed"), lambda ppm, n: ratio(ppm / 1e6, n)),
    _total("rolled_over", "parcels or containers", -1, "ready but left behind, summed over departures"),
)  # fmt: skip
BY_NAME = {measure.name: measure for measure in MEASURES}
