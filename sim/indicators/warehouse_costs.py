"""What warehouses cost, by month, and which routes bear it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sim.indicators.declared import Run
from sim.kernels.shelf import OUTSIDE_S, SHELF_S
from sim.scenario.pieces import piece_cm3
from sim.scenario.targets import schedules
from sim.scenario.warehouses import Fees, Warehouse
from sim.ticks import DAY, SECONDS_A_DAY, local_day

CM3_A_M3 = 1e6


@dataclass(frozen=True)
class WarehouseUse:
    """What a run wrote down of its warehouses; months M, warehouses W, routes R."""

    loads: np.ndarray
    """Loads received: [M, W]."""
    picks: np.ndarray
    """Parcels picked, by the route of their order: [M, W, R]."""
    m3_days: np.ndarray
    """Volume on the shelf and outside, in m3, summed over days: [M, W]."""


def warehouse_use(run: Run) -> WarehouseUse:
    """The use of the warehouses of a run."""
    record = run.record
    cm3 = np.array([piece_cm3(product) for product in run.scenario.products.values()], np.float64)
    held = (record.stock_totals[..., SHELF_S] + record.stock_totals[..., OUTSIDE_S]) @ cm3
    return WarehouseUse(
        loads=record.loads_received.T,
        picks=np.moveaxis(record.picked, 0, 1),
        m3_days=held.T / CM3_A_M3 / SECONDS_A_DAY,
    )


def capital_recovery(capital: float, life: float, rate: float) -> float:
    """Yearly payment that recovers a capital over its life, in years, at a yearly rate (the annuity formula)."""
    return capital / life if rate == 0 else capital * rate / (1 - (1 + rate) ** -life)


def warehouse_cost(
    fees: Fees,
    storage_m3: np.ndarray,
    loads: np.ndarray,
    picks: np.ndarray,
    m3_days: np.ndarray,
    month_fraction: np.ndarray,
    discount_rate: float,
) -> np.ndarray:
    """CNY a month, without the lanes and handling of its loads: float64[M]; all arrays float64[M].

    storage_m3 is the capacity; month_fraction the part of the month in which orders come and it is rented.
    """
    rent = fees.rent_per_m3_month * storage_m3 * month_fraction
    billed = np.maximum(picks, fees.minimum_parcels_per_month * month_fraction)
    capital = capital_recovery(fees.capital, fees.life, discount_rate) / 12 * month_fraction
    use = fees.storage * m3_days + fees.receiving_per_load * loads + fees.pick_per_parcel * billed
    return rent + use + capital


def month_fractions(run: Run) -> np.ndarray:
    """Part of each month that is simulated and in which orders come, by days: float64[M]."""
    firsts = [local_day(int(at)).replace(day=1) for at in run.record.axes.month_bounds()[:-1]]
    return np.diff(_bounds_before_drain(run)) / DAY / np.array([_days_of_month(first) for first in firsts])


def _bounds_before_drain(run: Run) -> np.ndarray:
    """Instants at which each month begins and the last one ends, cut to when orders come: int64[M + 1]."""
    return np.minimum(run.record.axes.month_bounds(), run.record.axes.orders_end)


def _days_of_month(first: date) -> int:
    return ((first + timedelta(days=32)).replace(day=1) - first).days


def of_warehouses(run: Run) -> np.ndarray:
    """Cost of each warehouse in CNY, with the lanes and handling of its loads: float64[M, W]."""
    record, use = run.record, warehouse_use(run)
    first = len(record.axes.accounts) - len(record.axes.warehouses)
    of_loads = np.sum(list(record.cost.values()), axis=0)[:, first:]
    when, fractions = schedules(run.scenario) if run.scenario.warehouses else {}, month_fractions(run)
    own = [
        warehouse_cost(
            warehouse.fees,
            _mean_by_month(run, warehouse.storage, when.get(f"warehouses.{name}.storage", ())) / CM3_A_M3,
            use.loads[:, w],
            use.picks[:, w].sum(axis=1),
            use.m3_days[:, w],
            fractions * _rented(run, warehouse, when.get(f"warehouses.{name}.is_open", ())),
            run.scenario.discount_rate,
        )
        for w, (name, warehouse) in enumerate(run.scenario.warehouses.items())
    ]
    return of_loads + np.reshape(own, of_loads.T.shape).T


def _rented(run: Run, warehouse: Warehouse, schedule: Sequence[tuple[int, float | bool]]) -> np.ndarray:
    """Part of each month in which it is paid for: from its first opening, if it is described as closed: float64[M]."""
    if warehouse.is_open:
        return np.ones(len(run.record.axes.month_bounds()) - 1)
    first = next((at for at, is_open in schedule if is_open), None)
    return _mean_by_month(run, 0.0, () if first is None else ((first, 1.0),))


def _mean_by_month(run: Run, described: float, schedule: Sequence[tuple[int, float | bool]]) -> np.ndarray:
    """Mean of a number that dated changes change over the part of each month in which orders come: float64[M]."""
    bounds = _bounds_before_drain(run)
    steps = [(int(bounds[0]), described), *schedule]
    total = np.zeros(len(bounds) - 1)
    for i, (at, value) in enumerate(steps):
        until = steps[i + 1][0] if i + 1 < len(steps) else int(bounds[-1])
        total += float(value) * np.diff(np.clip(bounds, max(at, int(bounds[0])), max(until, int(bounds[0]))))
    return total / np.maximum(np.diff(bounds), 1)


def shares_of_routes(run: Run) -> np.ndarray:
    """Part of each warehouse's cost that a route bears, by parcels picked, evenly if there were none: f8[M, W, R]."""
    picks, users = warehouse_use(run).picks, _users(run.scenario.warehouses, run)
    total = picks.sum(axis=2, keepdims=True)
    evenly = users / np.maximum(users.sum(axis=1, keepdims=True), 1)
    return np.where(total > 0, picks / np.maximum(total, 1), evenly[None])


def _users(warehouses: Mapping[str, object], run: Run) -> np.ndarray:
    """Whether a path of a route begins at a warehouse: bool[W, R]."""
    heads = [{path.steps[0] for path in route.paths.values()} for route in run.scenario.routes.values()]
    return np.array([[name in head for head in heads] for name in warehouses], bool).reshape(
        len(warehouses), len(heads)
    )
