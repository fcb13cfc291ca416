"""What `sim run` shows: how far it is, and what came of it."""

import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.errors import printable
from sim.experiments.results import Results
from sim.experiments.run import Progress

LINES_WITHOUT_TERMINAL = 10
WIDTH_WITHOUT_TERMINAL = 140
LONGEST_LIST = 8

# heading, measure, how it is written
COLUMNS = (
    ("placed", "placed", "{:,.0f}"),
    ("delivered", "delivered", "{:,.0f}"),
    ("returned", "returned", "{:,.0f}"),
    ("lost", "lost", "{:,.0f}"),
    ("in promise", "share_within_promise", "{:.1%}"),
    ("mean d", "mean_days", "{:.1f}"),
    ("p50 d", "p50_days", "{:.1f}"),
    ("p95 d", "p95_days", "{:.1f}"),
    ("tariff", "tariff_cny_per_parcel", "{:.2f}"),
    ("cost", "operating_cny_per_parcel", "{:.2f}"),
    ("CO2e kg", "co2e_kg_per_parcel", "{:.2f}"),
    ("load", "load_factor", "{:.1%}"),
)
MONEY = (
    ("goods", "total_cny"),
    ("operators' result", "operators_result_cny"),
    ("sellers of the province", "sellers_of_the_province_cny"),
    ("sellers elsewhere", "sellers_elsewhere_cny"),
)


class Bar:
    """How far a run is: a bar on a terminal, else a few plain lines; always on stderr."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._started = time.monotonic()
        self._lines = 0
        self._progress: Any = None
        if sys.stderr.isatty():
            self._progress, self._task = _bar(name)

    def __enter__(self) -> Self:
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._progress is not None:
            self._progress.stop()

    def update(self, progress: Progress) -> None:
        """Show that much."""
        if self._progress is not None:
            self._progress.update(self._task, completed=progress.share)
            return
        if int(progress.share * LINES_WITHOUT_TERMINAL) < self._lines or (progress.share == 0 and self._lines):
            return
        self._lines = int(progress.share * LINES_WITHOUT_TERMINAL) + 1
        seconds = time.monotonic() - self._started
        print(f"{self._name}: {progress.share:4.0%} after {seconds:,.0f} s", file=sys.stderr, flush=True)


def _bar(name: str) -> tuple[Any, Any]:
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    progress = RichProgress(*columns, TimeRemainingColumn(), console=Console(stderr=True))
    return progress, progress.add_task(name, total=1.0)


def show(results: Results, folder: Path, stream: TextIO) -> None:
    """The summary by route, what to beware of, and where the tables lie."""
    console = Console(file=stream, highlight=False, width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL)
    console.print(_summary_table(results))
    for line in _remarks(results):
        console.print(Text(printable(line)), soft_wrap=True)
    console.print(Text(f"Tables: {folder}/ ({len(results.tables)} as Parquet and CSV; manifest.json)"), soft_wrap=True)


def _summary_table(results: Results) -> Table:
    scenario = results.scenario
    table = Table(title=Text(printable(scenario.title or scenario.scenario)), title_justify="left")
    table.add_column("from")
    table.add_column("route")
    records = results.summary_records()
    columns = [column for column in COLUMNS if column[1] in records[0]]
    for heading, _, _ in columns:
        table.add_column(heading, justify="right", no_wrap=True)
    origin = None
    for record in sorted(records, key=lambda record: list(results.scenario.market.origins).index(record["origin"])):
        is_first, origin = record["origin"] != origin, record["origin"]
        if is_first:
            table.add_section()
        cells = [_cell(record[measure], form) for _, measure, form in columns]
        table.add_row(Text(printable(origin) if is_first else ""), Text(printable(record["route"])), *cells)
    return table


def _money(results: Results) -> list[str]:
    """A line for each origin: what the goods are worth, and to whom what is left."""
    lines = []
    for record in results.origin_records():
        parts = [f"{name} {record[column] / 1e6:,.3g} M CNY" for name, column in MONEY if record[column] is not None]
        if (share := record["share_of_foreign_trade"]) is not None:
            parts.insert(1, f"{share:.2%} of the province's foreign trade")
        lines.append(f"{record['origin']}: {', '.join(parts)}.")
    return lines


def _cell(measure: dict[str, Any], form: str) -> str:
    """The mean, and below it half the width of its 95 % interval if there is one."""
    if measure["mean"] is None:
        return "-"
    mean = form.format(measure["mean"])
    if measure.get("high_95") is None:
        return mean
    return f"{mean}\n±{form.format(measure['high_95'] - measure['mean'])}"


def _remarks(results: Results) -> list[str]:
    n = len(results.replications)
    interval = "one replication: no interval" if n == 1 else f"means of {n} replications, ± half a 95 % interval"
    days = "Days are from order to ready for collection; orders that did not arrive count in p50, p90 and p95."
    money = "Tariff and cost are CNY of 2016 a parcel; cost is all of operators' cost, warehouses included."
    return [f"{days} ({interval})", money, *_money(results), *_settling(results), *_backlogs(results)]


def _settling(results: Results) -> list[str]:
    found = {number: settlement for number, settlement in results.settlements.items() if settlement is not None}
    if not found:
        return []
    tolerance = results.scenario.market.review.settle_tolerance
    unsettled = [number for number, settlement in found.items() if not settlement.is_settled]
    if unsettled:
        moves = max(found[number].moves[-1] for number in unsettled)
        which = "" if len(found) == 1 else f" in {len(unsettled)} of {len(found)} replications"
        return [f"Warning: expectations did not settle{which}: the last repetition still moved one by {moves:.1%} "
                f"(tolerance {tolerance:.1%})."]  # fmt: skip
    most = max(len(settlement.moves) for settlement in found.values())
    return [f"Expectations settled within {tolerance:.1%} after {most} repetition{'s' * (most > 1)} of the first year."]


def _backlogs(results: Results) -> list[str]:
    """One line for each place where work piles up, of the replication where it is worst."""
    worst: dict[str, Any] = {}
    for backlogs in results.backlogs.values():
        for backlog in backlogs:
            if backlog.where not in worst or backlog.parcels > worst[backlog.where].parcels:
                worst[backlog.where] = backlog
    lines = [
        f"Warning: work piles up at {backlog.where}: {backlog.parcels:,} parcels wait at the end "
        f"({backlog.parcels_before:,} in {backlog.month_before}), {_days_of_work(backlog.days_of_work)}."
        for backlog in sorted(worst.values(), key=lambda backlog: -backlog.parcels)
    ]
    rest = len(lines) - LONGEST_LIST
    return (
        lines if rest <= 0 else [*lines[:LONGEST_LIST], f"... and at {rest} more places; see stations.csv, lanes.csv."]
    )


def _days_of_work(days: float) -> str:
    return f"{days:,.0f} days of work" if days < 10_000 else "and nothing is being done about them"
