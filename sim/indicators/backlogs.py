"""What to beware of in a run: where work piles up without end, and shelves that stay empty."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.indicators.declared import Run, ratio
from sim.kernels import shelf
from sim.ticks import DAY, midnight

GROWTH_THAT_ALARMS = 3
DAYS_OF_WORK_THAT_ALARM = 2
DAYS_OF_WORK_THAT_ALARM_ALONE = 20
"""So much alarms however it has grown: what is overloaded from the first day on grows by the same amount every year."""
FEWEST_THAT_ALARM, FEWEST_ORDERS_THAT_ALARM = 50, 10
"""In queues and at lanes, where a train brings as many containers at once; and of orders that wait for stock. Fewer
alarm only if nothing at all is being done about them."""
MONTHS_THAT_ALARM = 3
FILL_RATE_THAT_ALARMS = 0.1


@dataclass(frozen=True)
class Backlog:
    """What waits somewhere at the end, what did in an earlier month, and how many days of work it is."""

    where: str
    kind: Literal["queue", "lane", "shelf"]
    waiting: int
    waiting_before: int
    month_before: str
    days_of_work: float


@dataclass(frozen=True)
class StockOut:
    """A product that hardly any order found on the shelf since a month, up to the end."""

    warehouse: str
    product: str
    since: str
    fill_rate: float
    """Filled at once, of the orders since then."""


def growing_backlogs(run: Run) -> list[Backlog]:
    """Queues, lanes and shelves where far more waits when orders end than a year before (or at a shorter run's start).

    Parcels or containers; on a shelf, orders that wait for stock.
    """
    record, axes = run.record, run.record.axes
    last = _last_month(run)
    before = max(last - 12, 0)
    lanes = record.lane_totals
    on_shelves, filled = _on_shelves(run)
    left_behind = np.nan_to_num(ratio(lanes[..., 7], lanes[..., 0]))
    waiting = np.concatenate([record.queue_backlog[..., 0], left_behind, on_shelves])
    worked = np.concatenate([record.queue_totals[..., 0], lanes[..., 6], filled]) / (np.diff(axes.month_bounds()) / DAY)
    now, then, a_day = waiting[:, last], waiting[:, before], worked[:, last]
    work_days = now / np.maximum(a_day, 1e-9)
    fewest = np.full(len(now), FEWEST_THAT_ALARM)
    fewest[len(now) - len(on_shelves) :] = FEWEST_ORDERS_THAT_ALARM
    are_enough = (now >= fewest) | ((now > 0) & (a_day == 0))
    has_grown = (now > GROWTH_THAT_ALARMS * then) & (work_days > DAYS_OF_WORK_THAT_ALARM)
    is_alarming = are_enough & (has_grown | (work_days > DAYS_OF_WORK_THAT_ALARM_ALONE))
    month_before = axes.month_names()[before]
    named = [
        *((name, "queue") for name in axes.queues),
        *((name, "lane") for name in axes.lanes),
        *((name, "shelf") for name in axes.warehouses),
    ]
    return [
        Backlog(*named[i], int(now[i]), int(then[i]), month_before, float(work_days[i]))  # type: ignore[arg-type]
        for i in np.flatnonzero(is_alarming)
    ]


def _last_month(run: Run) -> int:
    """The month in which orders end."""
    return run.record.month(midnight(run.scenario.horizon.end) - 1)


def _on_shelves(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Orders that wait for stock at the end of each month, and those that left the shelf: int64[W, M] each."""
    totals = run.record.stock_totals.sum(axis=2)
    filled = totals[..., shelf.AT_ONCE] + totals[..., shelf.LATER]
    waiting = np.cumsum(totals[..., shelf.ORDERED] - filled - totals[..., shelf.FELL_BACK], axis=1)
    return waiting, filled


def lasting_stock_outs(run: Run) -> list[StockOut]:
    """Products of which hardly an order was filled at once in each of the last months, three at least."""
    record, axes = run.record, run.record.axes
    n_months, names = _last_month(run) + 1, axes.month_names()
    found = []
    for w, p in np.argwhere(record.stock_totals[..., shelf.ORDERED].any(axis=1)):
        ordered, at_once = record.stock_totals[w, :n_months, p][:, [shelf.ORDERED, shelf.AT_ONCE]].T
        is_out = at_once < FILL_RATE_THAT_ALARMS * np.maximum(ordered, 1)
        first = n_months - int(np.argmin(np.append(is_out[::-1], False)))
        if n_months - first >= MONTHS_THAT_ALARM and ordered[first:].any():
            fill_rate = float(at_once[first:].sum() / ordered[first:].sum())
            found.append(StockOut(axes.warehouses[w], axes.products[p], names[first], fill_rate))
    return found
