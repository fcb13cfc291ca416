"""Accounts of the routes: what buyers pay, what operators spend, what is left to sellers, and what is emitted."""

from typing import Any

import numpy as np

from sim.indicators.declared import MONTH, ORIGIN, ROUTE, Column, Run, Table, texts
from sim.indicators.warehouse_costs import of_warehouses, shares_of_routes

OF_TRAVEL = ("lanes", "handling", "containers", "last_miles")
KINDS = (*OF_TRAVEL, "warehouses")
"""Kinds of operators' cost."""
CNY = "CNY of 2016"


def costs(run: Run) -> dict[str, np.ndarray]:
    """Operators' cost of each route by kind in CNY: float64[months, routes]."""
    n = len(run.record.axes.routes)
    own = {kind: run.record.cost[kind][:, :n] for kind in OF_TRAVEL}
    return own | {"warehouses": np.einsum("mw,mwr->mr", of_warehouses(run), shares_of_routes(run))}


def total_cost(run: Run) -> np.ndarray:
    """Operators' cost of each route in CNY: float64[months, routes]."""
    return np.sum(list(costs(run).values()), axis=0)


def operators_result(run: Run) -> np.ndarray:
    """Tariffs of the orders placed less operators' cost, by route, in CNY: float64[months, routes]."""
    return run.record.tariffs_cny - total_cost(run)


def co2e_g(run: Run) -> np.ndarray:
    """Emissions of each route, with its part of those of the loads of warehouses: float64[months, routes]."""
    axes, emitted = run.record.axes, run.record.co2e_g
    of_loads = emitted[:, len(axes.accounts) - len(axes.warehouses) :]
    return emitted[:, : len(axes.routes)] + np.einsum("mw,mwr->mr", of_loads, shares_of_routes(run))


def value(run: Run) -> np.ndarray:
    """Value of the goods of the orders placed, by route, in CNY: float64[months, routes]."""
    return run.record.goods[0].sum(axis=(2, 3)) / 100


def sellers_income(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Sellers' income by route in CNY, and that of the province's own: float64[months, routes]; NaN without `trade`."""
    trades = [run.scenario.market.origins[route.origin].trade for route in run.scenario.routes.values()]
    margins = np.array([trade.seller_margin if trade else np.nan for trade in trades])
    local = np.array([trade.local_share if trade else np.nan for trade in trades])
    income = value(run) * margins
    return income, income * local


def _accounts(run: Run) -> tuple[Any, ...]:
    at = run.by_month(len(run.record.axes.routes))
    income, local_income = sellers_income(run)
    columns = (
        run.placed.sum(axis=(2, 3)),
        run.record.tariffs_cny,
        run.record.subsidy_cny,
        *costs(run).values(),
        operators_result(run),
        value(run),
        income,
        local_income,
        co2e_g(run) / 1000,
    )
    return (*run.month_and_route(*at), *(column[at] for column in columns))


ACCOUNTS = Table(
    "accounts",
    "a month and route",
    (
        MONTH,
        ORIGIN,
        ROUTE,
        Column("placed", "whole", "orders", "orders placed"),
        Column("tariffs_cny", "number", CNY, "tariffs of the orders placed"),
        Column(
            "subsidy_cny",
            "number",
            CNY,
            "subsidies to the buyers of these orders, at most the tariff at the product's mean weight; a transfer, "
            "in no result",
        ),
        Column("lanes_cny", "number", CNY, "operators' cost of the lanes, by mass on board; without empty departures"),
        Column("handling_cny", "number", CNY, "operators' cost of handling at stations and customs"),
        Column("containers_cny", "number", CNY, "operators' cost of filling containers"),
        Column("last_miles_cny", "number", CNY, "operators' cost of the last miles"),
        Column(
            "warehouses_cny",
            "number",
            CNY,
            "its part of the warehouses it uses: fees, capital recovery, lanes and handling of their loads",
        ),
        Column("operators_result_cny", "number", CNY, "tariffs less all of these costs"),
        Column("value_cny", "number", CNY, "value of the goods of the orders placed"),
        Column("sellers_income_cny", "number", CNY, "what of the value is left to sellers; empty without `trade`"),
        Column("local_sellers_income_cny", "number", CNY, "of this, to sellers of the province"),
        Column("co2e_kg", "number", "kg", "CO2e of the lanes, with its part of the loads of warehouses"),
    ),
    _accounts,
)


def _costs(run: Run) -> tuple[Any, ...]:
    record, axes = run.record, run.record.axes
    bearers = {"route": axes.routes, "freight": axes.freight, "loads": axes.warehouses, "empty": ("",)}
    kinds, names = zip(*((kind, name) for kind, group in bearers.items() for name in group), strict=True)
    month, bearer = at = run.by_month(len(names))
    empty = {"lanes": record.empty_cny}
    nothing = np.zeros(axes.n_months)
    columns = [np.column_stack([record.cost[kind], empty.get(kind, nothing)])[at] for kind in OF_TRAVEL]
    emitted = np.column_stack([record.co2e_g, nothing])[at]
    return (run.month_names[month], texts(kinds)[bearer], texts(names)[bearer], *columns, emitted / 1000)


COSTS = Table(
    "costs",
    "a month and who bears operators' cost of what travels: together that of all lanes, stations, customs, "
    "consolidations and last miles",
    (
        MONTH,
        Column(
            "bearer",
            "text",
            "",
            "`route`, `freight`, `loads` (of a warehouse), or `empty` (departures that carried nothing)",
        ),
        Column("name", "text", "", "name of the route, the stream of freight or the warehouse; empty for `empty`"),
        Column("lanes_cny", "number", CNY, "operators' cost of the lanes, by mass on board"),
        Column("handling_cny", "number", CNY, "operators' cost of handling at stations and customs"),
        Column("containers_cny", "number", CNY, "operators' cost of filling containers"),
        Column("last_miles_cny", "number", CNY, "operators' cost of the last miles"),
        Column("co2e_kg", "number", "kg", "CO2e of the lanes"),
    ),
    _costs,
)
