"""What goes on in the network of each plan, month by month: means over replications; and the days from door to door."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.indicators.declared import Column, Columns, Run, Table
from sim.indicators.network import LANES, STATIONS
from sim.indicators.orders import FLOWS

BY_MONTH = Mapping[str, Columns]
"""The kept tables of one replication by name."""
DAYS_SHOWN = 0.25
SHARE_SHOWN = 0.995
"""So much of what arrives is in the table of days; the rest is a long tail."""


@dataclass(frozen=True)
class Kept:
    """What is kept of a table of a run: the columns that tell rows apart, those added up, and those weighted."""

    table: Table
    keys: tuple[str, ...]
    sums: tuple[str, ...]
    means: tuple[tuple[str, str], ...] = ()
    """A column, and the column that it is weighted by."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Declarations: what was counted in one run is a mean here."""
        declared = {column.name: column for column in self.table.columns}
        names = (*self.sums, *(name for name, _ in self.means))
        as_number = [Column(name, "number", declared[name].unit, declared[name].description) for name in names]
        return (PLAN, *(declared[name] for name in self.keys), *as_number)

    def of(self, run: Run) -> Columns:
        """The rows of one replication, those of the same keys added up."""
        whole = self.table.columns_of(run, 0)
        rows: dict[tuple[str, ...], int] = {}
        of_row = zip(*(whole[key] for key in self.keys), strict=True)
        at = np.array([rows.setdefault(key, len(rows)) for key in of_row], np.int64)
        found: dict[str, np.ndarray] = {key: np.empty(len(rows), object) for key in self.keys}
        for names, row in rows.items():
            for key, name in zip(self.keys, names, strict=True):
                found[key][row] = name
        for name in self.sums:
            found[name] = np.bincount(at, whole[name], len(rows))
        for name, by in self.means:
            weighted = np.bincount(at, np.nan_to_num(whole[name]) * whole[by], len(rows))
            found[name] = _over(weighted, found[by])
        return found

    def mean(self, replications: Sequence[Columns]) -> Columns:
        """Means over replications of one plan, which all have the same rows."""
        first = replications[0]
        found = {key: first[key] for key in self.keys}
        found |= {name: np.mean([one[name] for one in replications], axis=0) for name in self.sums}
        for name, by in self.means:
            weighted = np.sum([np.nan_to_num(one[name]) * one[by] for one in replications], axis=0)
            found[name] = _over(weighted, np.sum([one[by] for one in replications], axis=0))
        return found


PLAN = Column("plan", "text", "", "name of the plan, or of the baseline")
KEPT = {
    "flows": Kept(FLOWS, ("month", "origin", "route"), ("placed", "shipped", "delivered", "lost", "mass_kg")),
    "stations": Kept(
        STATIONS,
        ("month", "queue"),
        ("arrivals", "started", "backlog", "largest_backlog"),
        (("mean_wait_hours", "started"),),
    ),
    "lanes": Kept(
        LANES,
        ("month", "lane"),
        ("departed", "mass_kg", "pieces", "rolled_over", "cost_cny"),
        (("load_factor", "departed"),),
    ),
}
DOOR_TO_DOOR = (
    PLAN,
    Column("days", "number", "d", "days from order to ready for collection"),
    Column("share", "number", "share", "of the orders that had time to arrive, those that have arrived by then"),
)


def kept_of(run: Run) -> BY_MONTH:
    """What is kept of a replication."""
    return {name: kept.of(run) for name, kept in KEPT.items()}


def mean_of(replications: Sequence[BY_MONTH]) -> BY_MONTH:
    """What is kept of a plan."""
    return {name: kept.mean([one[name] for one in replications]) for name, kept in KEPT.items()}


def joined(plans: Mapping[str, BY_MONTH]) -> dict[str, Columns]:
    """The tables of all plans, the baseline first."""
    tables: dict[str, Columns] = {}
    for name, kept in KEPT.items():
        parts = [{"plan": _named(plan, of_plan[name]), **of_plan[name]} for plan, of_plan in plans.items()]
        tables[name] = {column.name: np.concatenate([part[column.name] for part in parts]) for column in kept.columns}
    return tables


def door_to_door(plan: str, hours: np.ndarray, timed: float) -> Iterator[tuple[Any, ...]]:
    """Rows of a plan: the share that has arrived by each quarter of a day, until hardly any are left to come.

    ``hours`` float64[bins] counts arrivals by whole hours since the order, ``timed`` orders that had time to arrive.
    """
    share = np.cumsum(hours) / max(timed, 1.0)
    furthest = int(np.searchsorted(share, SHARE_SHOWN * share[-1])) + 1 if len(share) else 0
    step = round(24 * DAYS_SHOWN)
    for hour in range(0, furthest + step, step):
        yield plan, hour / 24, float(share[min(hour, len(share)) - 1]) if hour else 0.0


def _named(plan: str, columns: Columns) -> np.ndarray:
    names = np.empty(len(columns["month"]), object)
    names[:] = plan
    return names


def _over(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
