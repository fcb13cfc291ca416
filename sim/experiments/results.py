"""What a run came to: tables over all replications, how expectations settled, and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiments.over_replications import over_replications
from sim.experiments.worlds import Worlds
from sim.html import table
from sim.indicators import OVER_REPLICATIONS_NAME, Backlog, Columns, StockOut
from sim.scenario.scenario import Scenario
from sim.settling import Settlement
from sim.tables import Tabled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Outcome:
    """What one replication came to."""

    replication: int
    tables: Mapping[str, Columns]
    parcel_log: Mapping[str, Columns]
    settlement: Settlement | None
    backlogs: Sequence[Backlog]
    stock_outs: Sequence[StockOut]
    n_steps: int
    seconds: float


@dataclass(frozen=True)
class Results(Tabled):
    """All replications of a scenario; a table is an attribute: ``results.summary`` is a pandas frame."""

    worlds: Worlds
    tables: Mapping[str, Columns] = field(repr=False)
    parcel_log: Mapping[str, Columns] = field(repr=False)
    settlements: Mapping[int, Settlement | None]
    backlogs: Mapping[int, Sequence[Backlog]]
    stock_outs: Mapping[int, Sequence[StockOut]]
    replications: tuple[int, ...]
    """Those that are complete."""
    missing: Mapping[int, str]
    """Why each of the others is missing."""
    was_stopped: bool
    """Whether Ctrl-C ended the run."""
    seconds: float

    @property
    def scenario(self) -> Scenario:
        """The scenario as it is described."""
        return self.worlds.described

    def plot(self) -> "Figure":
        """A picture of the first replication: orders and days by month and route, the longest queues, the stock."""
        from sim.pictures import can_be_drawn, overview

        title = self.scenario.title
        return overview(self.tables, title if title and can_be_drawn(title) else self.scenario.scenario)

    def summary_records(self) -> list[dict[str, Any]]:
        """Mean, standard error and interval of each measure by route, as plain values (None where there is none)."""
        routes: dict[tuple[str, str], dict[str, Any]] = {}
        table = self.tables[OVER_REPLICATIONS_NAME]
        for row in zip(*(values.tolist() for values in table.values()), strict=True):
            cell = dict(zip(table, row, strict=True))
            entry = routes.setdefault((cell["origin"], cell["route"]), self._identity(cell["origin"], cell["route"]))
            entry[cell["measure"]] = _cell(cell)
        return list(routes.values())

    def origin_records(self) -> list[dict[str, Any]]:
        """Sums of `trade` over all months by origin, means over the replications (None where there is none)."""
        table, records = self.tables["trade"], []
        for origin in dict.fromkeys(table["origin"]):
            rows = table["origin"] == origin
            sums = {name: float(table[name][rows].sum()) / len(self.replications) for name in table
                    if name.endswith("_cny")}  # fmt: skip
            province = sums["foreign_trade_cny"]
            sums["share_of_foreign_trade"] = sums["total_cny"] / province if province > 0 else float("nan")
            records.append({"origin": origin} | {name: _number(value) for name, value in sums.items()})
        return records

    def warehouse_records(self) -> list[dict[str, Any]]:
        """`warehouse_summary` by warehouse, means over the replications (None where there is none)."""
        return self._means("warehouse_summary", ("origin", "warehouse"))

    def freight_records(self) -> list[dict[str, Any]]:
        """`freight_summary` by stream, means over the replications (None where there is none)."""
        return self._means("freight_summary", ("origin", "freight"))

    def worst_backlogs(self) -> list[Backlog]:
        """Each place where work piles up, of the replication where it is worst; the largest first."""
        worst: dict[str, Backlog] = {}
        for backlog in chain.from_iterable(self.backlogs.values()):
            if backlog.where not in worst or backlog.waiting > worst[backlog.where].waiting:
                worst[backlog.where] = backlog
        return sorted(worst.values(), key=lambda backlog: -backlog.waiting)

    def longest_stock_outs(self) -> list[StockOut]:
        """Each product that a warehouse is out of for good, of the replication where it is so for longest."""
        longest: dict[tuple[str, str], StockOut] = {}
        for out in chain.from_iterable(self.stock_outs.values()):
            before = longest.setdefault((out.warehouse, out.product), out)
            longest[out.warehouse, out.product] = min(before, out, key=lambda each: each.since)
        return list(longest.values())

    def _identity(self, origin: str, route: str) -> dict[str, Any]:
        return {"origin": origin, "route": route, "service_class": self.scenario.routes[route].service_class}

    def _means(self, name: str, keys: tuple[str, ...]) -> list[dict[str, Any]]:
        table, records = self.tables[name], []
        for thing in dict.fromkeys(table[keys[-1]]):
            rows = table[keys[-1]] == thing
            named = {key: table[key][rows][0] for key in keys}
            measures = [column for column in table if column not in (*keys, "replication")]
            records.append(named | {column: _number(float(table[column][rows].mean())) for column in measures})
        return records

    def _repr_html_(self) -> str:
        records = self.summary_records() if self.replications else []
        head = [_heading(name, cell) for name, cell in (records[0] if records else {}).items()]
        rows = [[_shown(cell) for cell in record.values()] for record in records]
        return table(self.scenario.title or self.scenario.scenario, head, rows, [self._made_of()])

    def _made_of(self) -> str:
        """Of how many replications and draws the means are, and what is missing."""
        n, draws = len(self.replications), self.worlds.n_draws
        of_draws = f" in {draws} draws of what is not known" if draws else ""
        missing = f"; {len(self.missing)} are missing" if self.missing else ""
        tables = ", ".join(self.tables)
        return f"Means of {n} replication{'s' * (n > 1)}{of_draws}{missing}. Tables, each an attribute: {tables}."


def _cell(row: Mapping[str, Any]) -> dict[str, Any]:
    """One measure; error and intervals only where several replications and draws give them."""
    names = ["mean"]
    names += ["standard_error", "low_95", "high_95"] if row["replications"] > 1 else []
    names += ["credible_low", "credible_high"] if row["draws"] > 1 else []
    return {"unit": row["unit"], **{name: _number(row[name]) for name in names}}


def _number(value: float) -> float | int | None:
    if np.isnan(value):
        return None
    return int(value) if value == int(value) else value


def _heading(name: str, cell: str | Mapping[str, Any]) -> str:
    """What a column of the summary is called, with its unit in a line of its own."""
    unit = "" if isinstance(cell, str) else str(cell["unit"])
    said = name.removesuffix("_cny").replace("_", " ")
    return f"{said}\n{unit}" if unit else said


def _shown(value: str | Mapping[str, Any]) -> str:
    """A mean, and the credible interval or that of its error under it, where there are such."""
    if isinstance(value, str):
        return value
    mean, low, high = (value.get(name) for name in ("mean", "credible_low", "credible_high"))
    if mean is None:
        return ""
    low, high = (low, high) if low is not None else (value.get("low_95"), value.get("high_95"))
    return _figure(mean) if low is None or high is None else f"{_figure(mean)}\n[{_figure(low)}, {_figure(high)}]"


def _figure(number: float) -> str:
    return f"{number:,.4g}" if abs(number) < 1000 else f"{number:,.0f}"


def combined(
    worlds: Worlds, outcomes: Sequence[Outcome], missing: Mapping[int, str], was_stopped: bool, seconds: float
) -> Results:
    """Results of complete replications, in the order of their numbers."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.replication)
    tables = _joined([outcome.tables for outcome in ordered])
    if tables:
        tables[OVER_REPLICATIONS_NAME] = over_replications(tables["summary"], worlds)
    return Results(
        worlds=worlds,
        tables=tables,
        parcel_log=_joined([outcome.parcel_log for outcome in ordered]),
        settlements={outcome.replication: outcome.settlement for outcome in ordered},
        backlogs={outcome.replication: outcome.backlogs for outcome in ordered},
        stock_outs={outcome.replication: outcome.stock_outs for outcome in ordered},
        replications=tuple(outcome.replication for outcome in ordered),
        missing=dict(sorted(missing.items())),
        was_stopped=was_stopped,
        seconds=seconds,
    )


def _joined(parts: Sequence[Mapping[str, Columns]]) -> dict[str, Columns]:
    names = parts[0] if parts else ()
    return {
        name: {column: np.concatenate([part[name][column] for part in parts]) for column in parts[0][name]}
        for name in names
    }
