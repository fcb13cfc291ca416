"""What `sim run` shows: how far it is, and what came of it."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from rich.console import Console
from rich.text import Text

from sim.cli.blocks import freight_line, money_line, route_lines, warehouse_line, wrapped
from sim.errors import listed
from sim.experiments.differences import said_of_few
from sim.experiments.pace import Progress, between
from sim.experiments.results import Results
from sim.indicators import Backlog
from sim.indicators.backlogs import StockOut
from sim.scenario.scenario import Scenario

LINES_WITHOUT_TERMINAL, SECONDS_WITHOUT_LINE = 10, 30.0
WIDTH_WITHOUT_TERMINAL = 100
LONGEST_LIST = 8


class Bar:
    """How far runs are: a bar on a terminal, else a plain line now and then; always on stderr."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._started = self._told = time.monotonic()
        self._lines = 0
        self._share = 0.0
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
            what, left = f"{self._name}: {progress.phase}", _left(progress)
            self._progress.update(self._task, completed=progress.share, description=what, left=left)
        elif self._is_due(progress):
            seconds, share = time.monotonic() - self._started, f"{progress.share:.{int(progress.share < 0.1)}%}"
            said = ", ".join(filter(None, [f"{share:>4} after {seconds:,.0f} s", progress.phase, _left(progress)]))
            print(f"{self._name}: {said}", file=sys.stderr, flush=True)

    def _is_due(self, progress: Progress) -> bool:
        """Whether there is another tenth to tell of, or for long nothing was told; more runs begin anew."""
        tenth, now = int(progress.share * LINES_WITHOUT_TERMINAL), time.monotonic()
        if progress.share < self._share:
            self._lines = tenth
        is_late = now - self._told >= SECONDS_WITHOUT_LINE and progress.share != self._share
        is_due = tenth >= self._lines and (progress.share > 0 or not self._lines)
        if is_due or is_late:
            self._lines, self._told, self._share = tenth + 1, now, progress.share
        return is_due or is_late


def _left(progress: Progress) -> str:
    """Time left, as roughly as it is known."""
    seconds = progress.seconds_left
    return "" if seconds is None or progress.share >= 1 else f"{between(seconds, progress.off_by)} left"


def _bar(name: str) -> tuple[Any, Any]:
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    progress = RichProgress(*columns, TextColumn("{task.fields[left]}"), console=Console(stderr=True))
    return progress, progress.add_task(name, total=1.0, left="")


def show(results: Results, folder: Path, stream: TextIO) -> None:
    """The routes, warehouses, freight and money by origin, what to beware of, and where the tables lie."""
    console = Console(file=stream, highlight=False, width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL)
    for line in lines_of(results, console.width):
        console.print(Text(line), soft_wrap=True)
    console.print(Text(f"Tables: {folder}/ ({len(results.tables)} as Parquet and CSV; manifest.json)"), soft_wrap=True)


def lines_of(results: Results, width: int) -> Iterator[str]:
    """What is shown of a run, in lines of a width."""
    scenario = results.scenario
    yield from wrapped(scenario.title or scenario.scenario, width, indent="")
    yield ""
    for origin in scenario.market.origins:
        yield from _block(results, origin, width)
        yield ""
    for line in _remarks(results):
        yield from wrapped(line, width, indent="")


def _block(results: Results, origin: str, width: int) -> Iterator[str]:
    """An origin: its routes as a table, then a line for each warehouse and stream of freight, and its money."""
    yield from route_lines(origin, [r for r in results.summary_records() if r["origin"] == origin], width)
    lines = [warehouse_line(r) for r in results.warehouse_records() if origin in r["origin"].split(", ")]
    lines += [freight_line(r) for r in results.freight_records() if r["origin"] == origin]
    lines += [money_line(r) for r in results.origin_records() if r["origin"] == origin]
    for line in lines:
        yield from wrapped(line, width)


def _remarks(results: Results) -> list[str]:
    days = (
        "Days are from order to ready for collection; orders that did not arrive count in p50 and p95, and as not "
        "within the promise."
    )
    money = (
        "Tariff and cost are CNY of 2016 a parcel; cost is all of operators' cost, warehouses included. Load is that "
        "of the lanes; of a warehouse, of those that fill it."
    )
    return [*_intervals(results), days, money, *_settling(results), *_backlogs(results), *_stock_outs(results)]


def _intervals(results: Results) -> list[str]:
    """What the numbers are means of, and what is known of how sure they are."""
    worlds, per_draw = results.worlds, results.scenario.replications_per_draw
    n, what = len(results.replications), _drawn_from(results.scenario)
    if worlds.n_draws:
        used, layout = worlds.complete(results.replications)
        left = f" ({n - len(used)} more are of incomplete draws and not counted)" if n > len(used) else ""
        error = "; ± half the 95 % interval of its Monte Carlo error, which more replications reduce" * (per_draw > 1)
        few = said_of_few(layout.n_draws)
        return [
            f"Means of {len(used)} replications in {layout.n_draws} draws of {what}{left}. [ , ] 95 % credible "
            f"interval, over draws of the expected value, which only more knowledge narrows{error}.{few}"
        ]
    of_luck = "One replication: no interval." if n == 1 else f"Means of {n} replications, ± half a 95 % interval."
    if not worlds.can_be_drawn:
        return [of_luck]
    return [
        f"{of_luck} At the central values of {what}: nothing is known of the credible interval; two draws, the least "
        f"for one, take {2 * per_draw} replications."
    ]


def _drawn_from(scenario: Scenario) -> str:
    """Of what draws are, in words."""
    of = [f"the posterior of {listed(scenario.posterior, 'and')}"] if scenario.posterior else []
    n = len(scenario.uncertain)
    of += [f"{n} uncertain number{'s' * (n > 1)}"] if n else []
    return " and ".join(of)


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
    """One line for each place where work piles up: in how many replications, and how much where it is worst."""
    n = Counter(backlog.where for found in results.backlogs.values() for backlog in found)
    lines = [_backlog(each, n[each.where], len(results.replications)) for each in results.worst_backlogs()]
    return _longest(lines, "... and at {} more places; see stations.csv, lanes.csv, warehouses.csv.")


def _longest(lines: list[str], more: str) -> list[str]:
    """The first lines, and how many more there are."""
    rest = len(lines) - LONGEST_LIST
    return lines if rest <= 0 else [*lines[:LONGEST_LIST], more.format(rest)]


def _backlog(backlog: Backlog, found: int, of: int) -> str:
    what = "orders wait for stock at" if backlog.kind == "shelf" else "work piles up at"
    where = backlog.where if found == of else f"{backlog.where} in {found} of {of} replications"
    waiting = f"{'at worst ' * (of > 1)}{backlog.waiting:,} at the end"
    before = f"({backlog.waiting_before:,} in {backlog.month_before})"
    return f"Warning: {what} {where}: {waiting} {before}, {_days(backlog.days_of_work)}."


def _days(days: float) -> str:
    return f"{days:,.0f} days of work" if days < 10_000 else "and nothing is being done about them"


def _stock_outs(results: Results) -> list[str]:
    """One line for each product that a warehouse is out of for good, of the replication where it is so for longest."""
    n = Counter((out.warehouse, out.product) for found in results.stock_outs.values() for out in found)
    of = len(results.replications)
    lines = [_stock_out(out, n[out.warehouse, out.product], of) for out in results.longest_stock_outs()]
    return _longest(lines, "... and so are {} more products; see warehouses.csv.")


def _stock_out(out: StockOut, found: int, of: int) -> str:
    where = f", in {found} of {of} replications" * (found < of)
    return (
        f"Warning: {out.warehouse} is out of {out.product} since {out.since}{where}: {out.fill_rate:.0%} of the orders "
        "since then found it on the shelf."
    )
