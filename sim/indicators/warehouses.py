"""Tables of warehouses: stock and orders by product, a summary, and what the stock reviews ordered."""

from typing import Any

import numpy as np

from sim.indicators.declared import MONTH, PRODUCT, Column, Run, Table, ratio, texts
from sim.kernels.shelf import (
    AGE_S,
    ARRIVED,
    AT_ONCE,
    FELL_BACK,
    LATER,
    ORDERED,
    OUTSIDE_S,
    RESTOCKED,
    SHELF_S,
    WAIT_S,
)
from sim.ticks import DAY, SECOND, local_time

WAREHOUSE = Column("warehouse", "text", "", "name of the warehouse")


def _holds(run: Run) -> np.ndarray:
    """Whether a product is held in a warehouse, or was returned to it or asked for: bool[warehouses, products]."""
    axes = run.record.axes
    stocks = [run.scenario.warehouses[name].stock for name in axes.warehouses]
    is_held = np.array([[product in stock for product in axes.products] for stock in stocks], np.bool_)
    return is_held.reshape(len(stocks), len(axes.products)) | run.record.stock_totals.any(axis=(1, 3))


def _warehouses(run: Run) -> tuple[Any, ...]:
    record, axes = run.record, run.record.axes
    held, product = np.nonzero(_holds(run))
    month, at = run.by_month(len(held))
    cell = held[at], month, product[at]
    totals = np.moveaxis(record.stock_totals, 3, 0)
    left = totals[AT_ONCE] + totals[LATER]
    stock = record.initial_stock[:, None] + np.cumsum(totals[ARRIVED] + totals[RESTOCKED] - left, axis=1)
    waiting = np.cumsum(totals[ORDERED] - left - totals[FELL_BACK], axis=1)
    seconds = (np.diff(axes.month_bounds()) / SECOND)[month]
    counts = (stock, *(totals[i] for i in (ARRIVED, RESTOCKED, ORDERED, AT_ONCE, LATER, FELL_BACK)), waiting)
    return (
        run.month_names[month],
        texts(axes.warehouses)[held[at]],
        texts(axes.products)[product[at]],
        *(count[cell] for count in counts),
        ratio(totals[AT_ONCE][cell], totals[ORDERED][cell]),
        ratio(totals[WAIT_S][cell] / 3600, totals[LATER][cell]),
        ratio(totals[AGE_S][cell] * SECOND / DAY, left[cell]),
        totals[SHELF_S][cell] / seconds,
        totals[OUTSIDE_S][cell] / seconds,
    )


WAREHOUSES = Table(
    "warehouses",
    "a month, warehouse and product",
    (
        MONTH,
        WAREHOUSE,
        PRODUCT,
        Column("stock", "whole", "pieces", "on the shelf and outside at the end of the month"),
        Column("arrived", "whole", "pieces", "pieces that came in loads in the month"),
        Column("restocked", "whole", "pieces", "returned pieces that came back on the shelf"),
        Column("orders", "whole", "parcels", "orders that came to the shelf in the month"),
        Column("filled_at_once", "whole", "parcels", "orders that took a piece when they came"),
        Column("filled_later", "whole", "parcels", "orders that waited and took a piece in the month"),
        Column("fell_back", "whole", "parcels", "orders that took the fallback route"),
        Column("waiting", "whole", "parcels", "orders that wait for stock at the end of the month"),
        Column("fill_rate", "number", "share", "filled at once, of the orders of the month"),
        Column("mean_wait_hours", "number", "h", "wait for stock, mean of those filled later"),
        Column("mean_age_days", "number", "d", "arrival at the warehouse to leaving it, mean of the pieces that left"),
        Column("mean_on_shelf", "number", "pieces", "stock on the shelf, mean over the month"),
        Column("mean_outside", "number", "pieces", "stock waiting outside for room, mean over the month"),
    ),
    _warehouses,
)


def _warehouse_summary(run: Run) -> tuple[Any, ...]:
    record, axes = run.record, run.record.axes
    totals = np.moveaxis(record.stock_totals[:, run.months].sum(axis=(1, 2)), -1, 0)
    ever = np.moveaxis(record.stock_totals.sum(axis=(1, 2)), -1, 0)
    left = totals[AT_ONCE] + totals[LATER]
    seconds = np.diff(axes.month_bounds())[run.months].sum() / SECOND
    return (
        texts([", ".join(origins_of(run, name)) for name in axes.warehouses]),
        texts(axes.warehouses),
        *(totals[i] for i in (ORDERED, AT_ONCE, LATER, FELL_BACK)),
        ever[ORDERED] - ever[AT_ONCE] - ever[LATER] - ever[FELL_BACK],
        ratio(totals[AT_ONCE], totals[ORDERED]),
        ratio(totals[WAIT_S] / 3600, totals[LATER]),
        record.loads_received[:, run.months].sum(axis=1),
        record.initial_stock.sum(axis=1) + ever[ARRIVED] + ever[RESTOCKED] - ever[AT_ONCE] - ever[LATER],
        (totals[SHELF_S] + totals[OUTSIDE_S]) / seconds,
        ratio(totals[AGE_S] * SECOND / DAY, left),
    )


def origins_of(run: Run, warehouse: str) -> list[str]:
    """Origins whose orders may be served from a warehouse."""
    found = [
        route.origin
        for route in run.scenario.routes.values()
        if warehouse in [path.steps[0] for path in route.paths.values()]
    ]
    return list(dict.fromkeys(found))


WAREHOUSE_SUMMARY = Table(
    "warehouse_summary",
    "a warehouse, over all reported months",
    (
        Column("origin", "text", "", "origin whose orders it serves; several with commas, empty if none"),
        WAREHOUSE,
        Column("orders", "whole", "parcels", "orders that came to the shelf"),
        Column("filled_at_once", "whole", "parcels", "orders that took a piece when they came"),
        Column("filled_later", "whole", "parcels", "orders that waited and took a piece"),
        Column("fell_back", "whole", "parcels", "orders that took the fallback route"),
        Column("waiting", "whole", "parcels", "orders that wait for stock at the end of the simulated time"),
        Column("fill_rate", "number", "share", "filled at once, of the orders"),
        Column("mean_wait_hours", "number", "h", "wait for stock, mean of those filled later"),
        Column("loads", "whole", "loads", "loads received"),
        Column("stock", "whole", "pieces", "on the shelf and outside at the end of the simulated time"),
        Column("mean_stock", "number", "pieces", "the same, mean over the reported time"),
        Column("mean_age_days", "number", "d", "arrival at the warehouse to leaving it, mean of the pieces that left"),
    ),
    _warehouse_summary,
)


def _stock_reviews(run: Run) -> tuple[Any, ...]:
    log = [row for row in run.record.stock_review_log() if row[0] >= run.record.axes.reported_from]
    at, warehouse, product, position, ordered = zip(*log, strict=True) if log else ((),) * 5
    times = texts([local_time(instant).isoformat() for instant in at])
    return times, texts(warehouse), texts(product), position, ordered


STOCK_REVIEWS = Table(
    "stock_reviews",
    "what one stock review ordered of a product",
    (
        Column("beijing_time", "text", "", "instant of the review in Beijing time, `2016-01-31T20:00:00`"),
        WAREHOUSE,
        PRODUCT,
        Column("position", "whole", "pieces", "on the shelf, outside and under way, less orders waiting, before it"),
        Column("ordered", "whole", "pieces", "pieces that set out"),
    ),
    _stock_reviews,
)
