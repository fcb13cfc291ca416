"""The summary of a run by route, and what the same over replications is declared as."""

from typing import Any

import numpy as np

from sim.indicators.accounts import co2e_g, total_cost
from sim.indicators.declared import ORIGIN, ROUTE, Column, Run, Table, ratio
from sim.indicators.service import door_to_door, orders_with_time_to_arrive
from sim.scenario.scenario import Scenario


def _summary(run: Run) -> tuple[Any, ...]:
    routes = range(len(run.record.axes.routes))
    cost, emitted = total_cost(run), co2e_g(run)
    rows = [
        _totals(run, r) | _each(run, r, cost, emitted) | door_to_door(run, r, orders_with_time_to_arrive(run, r))
        for r in routes
    ]
    names = [column.name for column in SUMMARY.columns[2:]]
    return (*run.origin_and_route(np.arange(len(rows))), *([row[name] for row in rows] for name in names))


def _totals(run: Run, route: int) -> dict[str, float]:
    """Sums over the reported months."""
    record, at = run.record, (run.months, route)
    delivered = record.delivered[at].sum()
    under_way = (run.placed[:, route] - record.delivered[:, route] - record.lost[:, route]).sum()
    return {
        "placed": run.placed[at].sum(),
        "delivered": delivered,
        "lost": record.lost[at].sum(),
        "returned": record.returned[at].sum(),
        "in_transit": under_way,
        "value_cny": record.goods[0][at].sum() / 100,
        "load_factor": _load_met(run, route),
    }


def _each(run: Run, route: int, cost: np.ndarray, emitted_g: np.ndarray) -> dict[str, float]:
    """What a parcel pays, costs and emits; cost and emissions float64[months, routes]."""
    record, at = run.record, (run.months, route)
    delivered = record.delivered[at].sum()
    return {
        "tariff_cny_per_parcel": ratio(record.tariffs_cny[at].sum(), run.placed[at].sum()),
        "operating_cny_per_parcel": ratio(cost[at].sum(), delivered),
        "operators_result_cny": record.tariffs_cny[at].sum() - cost[at].sum(),
        "co2e_kg_per_parcel": ratio(emitted_g[at].sum() / 1000, delivered),
    }


def _load_met(run: Run, route: int) -> float:
    """Mean load factor of the lanes that a route's goods travel on, each weighted by the mass it carried.

    A plain mean over departures would mostly be that of many small, half-empty ones.
    """
    axes = run.record.axes
    used = lanes_of(run.scenario, axes.routes[route])
    lanes = [number for number, lane in enumerate(axes.lanes) if lane in used]
    totals: np.ndarray = run.record.lane_totals[lanes][:, run.months].sum(axis=1)
    departed, mass, ppm = totals[:, 0], totals[:, 4].astype(np.float64), totals[:, 5]
    return float(ratio((mass * ppm / 1e6 / np.maximum(departed, 1)).sum(), mass.sum()))


def lanes_of(scenario: Scenario, route: str) -> set[str]:
    """Lanes on which a route's parcels travel, alone or in containers; from a warehouse, those that fill it as well."""
    steps = {step for path in scenario.routes[route].paths.values() for step in path.steps}
    of_loads = {step for name in steps & scenario.warehouses.keys() for step in _way_of_loads(scenario, name)}
    return (steps | of_loads) & scenario.lanes.keys()


def _way_of_loads(scenario: Scenario, warehouse: str) -> tuple[str, ...]:
    return scenario.warehouses[warehouse].replenishment.steps


SUMMARY = Table(
    "summary",
    "a route, over all reported months",
    (
        ORIGIN,
        ROUTE,
        Column("placed", "whole", "parcels", "orders placed"),
        Column("delivered", "whole", "parcels", "parcels that became ready for collection, also of earlier orders"),
        Column("lost", "whole", "parcels", "parcels lost"),
        Column("returned", "whole", "parcels", "delivered parcels that buyers handed back"),
        Column("in_transit", "whole", "parcels", "parcels under way at the end of the simulated time"),
        Column("value_cny", "number", "CNY of 2016", "value of the goods of the orders placed"),
        Column(
            "service_orders",
            "whole",
            "orders",
            "orders that the following columns are over: those of months that ended at least the route's longest "
            "promise before the end of the simulated time (all, if none did)",
        ),
        Column("share_within_promise", "number", "share", "ready for collection within the promised days"),
        Column("mean_days", "number", "d", "order to ready for collection, mean of those that arrived"),
        Column("p50_days", "number", "d", "by when half had arrived, lost and late ones counted as not arrived"),
        Column("p90_days", "number", "d", "the same for 90 %"),
        Column("p95_days", "number", "d", "the same for 95 %"),
        Column(
            "posted_to_ready_mean_days", "number", "d", "posted to ready for collection, mean of those that arrived"
        ),
        Column("tariff_cny_per_parcel", "number", "CNY of 2016", "tariff paid per order placed"),
        Column(
            "operating_cny_per_parcel",
            "number",
            "CNY of 2016",
            "operators' cost of lanes (without empty departures), handling, containers, last miles and warehouses per "
            "parcel delivered",
        ),
        Column("operators_result_cny", "number", "CNY of 2016", "tariffs of the orders placed less operators' cost"),
        Column(
            "co2e_kg_per_parcel",
            "number",
            "kg",
            "CO2e of the lanes per parcel delivered; the loads that fill its warehouses are in it, by parcels picked",
        ),
        Column(
            "load_factor",
            "number",
            "share",
            "mean load factor of its lanes, weighted by mass carried; of a warehouse's, those that fill it",
        ),
    ),
    _summary,
)
MEASURES = tuple(column for column in SUMMARY.columns if column.kind != "text")


OVER_REPLICATIONS = (
    ORIGIN,
    ROUTE,
    Column("measure", "text", "", "a column of `summary`"),
    Column("unit", "text", "", "its unit"),
    Column("mean", "number", "", "mean over the replications"),
    Column(
        "standard_error",
        "number",
        "",
        "Monte Carlo standard error of the mean: by luck, the draws being given; empty with one replication of each",
    ),
    Column("low_95", "number", "", "lower end of the 95 % interval of the mean that this error gives (Student's t)"),
    Column("high_95", "number", "", "upper end of it"),
    Column("replications", "whole", "", "replications that the mean is over: those of complete draws"),
    Column(
        "credible_low",
        "number",
        "",
        "lower end of the 95 % credible interval: over draws, of the value expected in each; empty without draws",
    ),
    Column("credible_high", "number", "", "upper end of it"),
    Column("draws", "whole", "", "draws of posterior and uncertain numbers; 0 if nothing was drawn"),
)
