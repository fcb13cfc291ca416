"""Tables of orders and of the flow: what became of latent orders, and of placed ones by month and by day."""

from typing import Any

import numpy as np

from sim.indicators.declared import MONTH, ORIGIN, PRODUCT, REGION, ROUTE, Column, Run, Table, texts
from sim.ticks import DAY, local_day

OUTSIDE = ("other_gateway", "not_bought")
"""Names of the outside options; no route can be called so."""


def _orders(run: Run) -> tuple[Any, ...]:
    parts = [_orders_of_origin(run, number) for number in range(len(run.record.axes.origins))]
    return tuple(np.concatenate(columns) for columns in zip(*parts, strict=True))


def _orders_of_origin(run: Run, number: int) -> tuple[np.ndarray, ...]:
    axes = run.record.axes
    orders = run.record.alternatives[number][run.months]
    routes = [route for route, origin in zip(axes.routes, axes.origin_of_route, strict=True) if origin == number]
    latent = np.broadcast_to(orders.sum(axis=1, keepdims=True), orders.shape)
    month, alternative, region, product = (index.ravel() for index in np.indices(orders.shape))
    return (
        run.month_names[run.months[month]],
        np.full(month.shape, axes.origins[number], object),
        *run.region_and_product(region, product),
        texts([*routes, *OUTSIDE])[alternative],
        orders.ravel(),
        latent.ravel(),
    )


ORDERS = Table(
    "orders",
    "the orders of a month, an origin, a region and a product that took one alternative",
    (
        MONTH,
        ORIGIN,
        REGION,
        PRODUCT,
        Column("alternative", "text", "", "a route, `other_gateway` or `not_bought`"),
        Column("orders", "whole", "orders", "orders that took it"),
        Column("latent", "whole", "orders", "orders of all alternatives together: the same number beside each of them"),
    ),
    _orders,
)


def _flows(run: Run) -> tuple[Any, ...]:
    record, cells = run.record, run.cells()
    in_transit = np.cumsum(run.placed - record.delivered - record.lost, axis=0)
    counts = (run.placed, record.shipped, record.delivered, record.lost, record.returned, in_transit)
    fen, grams = record.goods
    return (*run.names(cells), *(count[cells] for count in counts), fen[cells] / 100, grams[cells] / 1000)


FLOWS = Table(
    "flows",
    "a month, route, region and product",
    (
        MONTH,
        ORIGIN,
        ROUTE,
        REGION,
        PRODUCT,
        Column("placed", "whole", "parcels", "orders placed in the month"),
        Column("shipped", "whole", "parcels", "parcels that left on their first lane in the month"),
        Column("delivered", "whole", "parcels", "parcels that became ready for collection in the month"),
        Column("lost", "whole", "parcels", "parcels lost in the month"),
        Column("returned", "whole", "parcels", "delivered parcels that buyers handed back in the month"),
        Column(
            "in_transit", "whole", "parcels", "placed before the end of the month, neither delivered nor lost by then"
        ),
        Column("value_cny", "number", "CNY of 2016", "value of the goods of the orders placed"),
        Column("mass_kg", "number", "kg", "gross weight of the orders placed"),
    ),
    _flows,
)


def _daily(run: Run) -> tuple[Any, ...]:
    axes, by_day = run.record.axes, run.record.by_day
    first = axes.reported_from // DAY - axes.first_day
    in_transit = np.cumsum(by_day["placed"] - by_day["delivered"] - by_day["lost"], axis=1)
    counts = [by_day[name] for name in ("placed", "shipped", "delivered", "lost", "returned")]
    route, day = (index.ravel() for index in np.indices((len(axes.routes), axes.n_days - first)))
    dates = texts([local_day((axes.first_day + first + i) * DAY).isoformat() for i in range(axes.n_days - first)])
    columns = [count[route, first + day] for count in (*counts, in_transit)]
    return (dates[day], *run.origin_and_route(route), *columns)


DAILY = Table(
    "daily",
    "a day and route",
    (
        Column("day", "text", "", "Beijing day, `2016-01-31`"),
        ORIGIN,
        ROUTE,
        Column("placed", "whole", "parcels", "orders placed on the day"),
        Column("shipped", "whole", "parcels", "parcels that left on their first lane on the day"),
        Column("delivered", "whole", "parcels", "parcels that became ready for collection on the day"),
        Column("lost", "whole", "parcels", "parcels lost on the day"),
        Column("returned", "whole", "parcels", "delivered parcels that buyers handed back on the day"),
        Column(
            "in_transit", "whole", "parcels", "placed before the end of the day, neither delivered nor lost by then"
        ),
    ),
    _daily,
)
