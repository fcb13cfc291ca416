"""Buyers' surplus, and what the orders of an origin mean for the trade of its province."""

from typing import Any

import numpy as np

from sim.indicators.accounts import CNY, operators_result, sellers_income, value
from sim.indicators.declared import MONTH, ORIGIN, PRODUCT, REGION, Column, Run, Table, ratio, texts
from sim.indicators.warehouse_costs import month_fractions
from sim.kernels import tallying
from sim.scenario.sellers import Trade
from sim.ticks import DAY, HOUR, SECONDS_A_DAY


def realised_service(run: Run) -> np.ndarray:
    """Mean days, and spread in days, of each cohort's arrivals; the promise if there were none: f8[2, M, R, G]."""
    record, axes = run.record, run.record.axes
    result = np.empty((2, axes.n_months, len(axes.routes), len(axes.regions)))
    promise = _promises(run)
    for month in range(axes.n_months):  # a month at a time: all at once would take as much memory as the record
        arrived, order_seconds = np.moveaxis(record.service[month].sum(axis=2)[..., :2], -1, 0)
        p50, p90 = np.moveaxis(tallying.percentile_hours(record.hours[month].sum(axis=2), (0.5, 0.9)), -1, 0)
        days, spread = ratio(order_seconds / SECONDS_A_DAY, arrived), (p90 - p50) * HOUR / DAY
        result[:, month] = np.where(arrived > 0, (days, spread), promise)
    return result


def _promises(run: Run) -> np.ndarray:
    """Promised days and spread: float64[2, routes, regions]; 0 where a route does not serve."""
    axes = run.record.axes
    result = np.zeros((2, len(axes.routes), len(axes.regions)))
    for r, route in enumerate(run.scenario.routes.values()):
        for region, promise in route.promise.items():
            result[:, r, axes.regions.index(region)] = promise.days / DAY, promise.spread / DAY
    return result


def corrections(run: Run) -> np.ndarray:
    """What buyers' surplus differs by since service was not as expected: CNY float64[M, origins, G, P]."""
    record, origins = run.record, run.scenario.market.origins
    experienced = realised_service(run)[..., None] * run.placed
    better_days, better_spread = record.expected_service - experienced
    result = np.zeros_like(record.surplus_cny)
    for r, origin in enumerate(record.axes.origin_of_route):
        choice = list(origins.values())[origin].choice
        worth = choice.value_of_time * better_days[:, r] + choice.value_of_reliability * better_spread[:, r]
        result[:, origin] += worth
    return result


def _surplus(run: Run) -> tuple[Any, ...]:
    record, axes = run.record, run.record.axes
    latent = np.stack([orders.sum(axis=1) for orders in record.alternatives], axis=1)
    expected, correction = record.surplus_cny, corrections(run)
    shape = (len(run.months), *latent.shape[1:])
    month, origin, region, product = (index.ravel() for index in np.indices(shape))
    at = (run.months[month], origin, region, product)
    return (
        run.month_names[at[0]],
        texts(axes.origins)[origin],
        *run.region_and_product(region, product),
        *(column[at] for column in (latent, expected, correction, expected + correction)),
    )


SURPLUS = Table(
    "surplus",
    "the latent orders of a month, origin, region and product",
    (
        MONTH,
        ORIGIN,
        REGION,
        PRODUCT,
        Column("latent", "whole", "orders", "latent orders"),
        Column(
            "expected_cny",
            "number",
            CNY,
            "buyers' surplus at the service expected when they were decided; only differences between scenarios count; "
            "empty with a price weight of 0",
        ),
        Column("correction_cny", "number", CNY, "worth of the days and the spread by which service was better"),
        Column("surplus_cny", "number", CNY, "both together"),
    ),
    _surplus,
)


def foreign_trade(trade: Trade | None, year: int) -> float:
    """Foreign trade of a province in a year, CNY: log-linear between named years, constant beyond; NaN if none."""
    if trade is None:
        return float("nan")
    years = sorted(trade.foreign_trade)
    with np.errstate(divide="ignore"):
        logs = np.log([trade.foreign_trade[year] for year in years])
    return float(np.exp(np.interp(year, years, logs)))


def _trade(run: Run) -> tuple[Any, ...]:
    axes = run.record.axes
    month, origin = at = run.by_month(len(axes.origins))
    parcels, of_bulk = _by_origin(run, value(run)), bulk(run)
    income, local = (_by_origin(run, column) for column in sellers_income(run))
    province = foreign_trade_by_month(run)
    columns = (
        parcels,
        of_bulk,
        parcels + of_bulk,
        province,
        ratio(parcels + of_bulk, province),
        (run.record.surplus_cny + corrections(run)).sum(axis=(2, 3)),
        _by_origin(run, operators_result(run)),
        _by_origin(run, run.record.subsidy_cny),
        local,
        income - local,
    )
    return (run.month_names[month], texts(axes.origins)[origin], *(column[at] for column in columns))


def _by_origin(run: Run, of_routes: np.ndarray) -> np.ndarray:
    """Sums over the routes of each origin: [M, origins] of [M, routes]; NaN stays with the origin that has it."""
    origin_of_route = np.array(run.record.axes.origin_of_route)
    return np.stack([of_routes[:, origin_of_route == i].sum(axis=1) for i in range(len(run.record.axes.origins))], 1)


def bulk(run: Run) -> np.ndarray:
    """Value of the bulk containers that came while orders came, by origin of the trade, in CNY: float64[M, origins]."""
    streams = [stream.origin for stream in run.scenario.freight.values()]
    is_of = np.array([[stream == origin for origin in run.record.axes.origins] for stream in streams], np.float64)
    return run.record.bulk_fen / 100 @ is_of.reshape(len(streams), len(run.record.axes.origins))


def foreign_trade_by_month(run: Run) -> np.ndarray:
    """Foreign trade while orders come, CNY: a month a twelfth of a year, part months by days; float64[M, origins]."""
    years = [int(name[:4]) for name in run.month_names]
    trades = [origin.trade for origin in run.scenario.market.origins.values()]
    by_year = np.array([[foreign_trade(trade, year) for trade in trades] for year in years])
    return by_year / 12 * month_fractions(run)[:, None]


TRADE = Table(
    "trade",
    "a month and origin",
    (
        MONTH,
        ORIGIN,
        Column("parcels_cny", "number", CNY, "value of the goods of the orders placed"),
        Column("bulk_cny", "number", CNY, "value of the bulk containers that came before the end of the horizon"),
        Column("total_cny", "number", CNY, "both together"),
        Column(
            "foreign_trade_cny",
            "number",
            CNY,
            "foreign trade of the province in the month up to the end of the horizon; empty without `trade`",
        ),
        Column("share_of_foreign_trade", "number", "share", "the goods of both kinds as a share of it"),
        Column("buyers_surplus_cny", "number", CNY, "`surplus_cny` of the table `surplus`, summed"),
        Column("operators_result_cny", "number", CNY, "tariffs less operators' cost, of its routes"),
        Column("subsidy_cny", "number", CNY, "subsidies to buyers on its routes; a transfer, in no one's result"),
        Column("sellers_of_the_province_cny", "number", CNY, "income of sellers of the province"),
        Column("sellers_elsewhere_cny", "number", CNY, "income of sellers elsewhere in China"),
    ),
    _trade,
)
