"""What `sim compare` shows: a table with a row for each plan, what it rests on, and where the tables lie."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.cli.blocks import wrapped
from sim.errors import printable
from sim.experiments.comparing.comparison import Comparison
from sim.experiments.comparing.wording import (
    HEADINGS,
    days,
    is_told,
    plan_cells,
    points,
    rests_on,
    short,
    with_interval,
)
from sim.experiments.differences import Layout
from sim.indicators import Columns

WIDTH_WITHOUT_TERMINAL = 110
GAP = 3
"""Characters between two columns of a table."""
EDGES = 4
ROWS_SHOWN = 40
NO_DIFFERENCE = ("-", short(0.0), days(0.0), points(0.0))
"""Cells of what is the same with a plan."""
OF_PORTFOLIO = ("placed", "mean_days", "share_within_promise", "buyers_surplus_cny", "cost_cny", "net_benefit_cny")
OF_ANY_GROUP = ("placed", "mean_days", "share_within_promise", "co2e_kg", "buyers_surplus_cny")
OF_GROUPS = {"queue": ("mean_wait_hours", "started"), "lane": ("departed", "load_factor", "rolled_over")}
"""Measures that are shown of the groups of a dimension."""
WRITTEN = {
    "placed": ("parcels\nplaced", short),
    "mean_days": ("mean\ndays", days),
    "share_within_promise": ("within\npromise", points),
    "co2e_kg": ("CO2e\nkg", short),
    "buyers_surplus_cny": ("surplus\nCNY", short),
    "cost_cny": ("cost\nCNY", short),
    "net_benefit_cny": ("net benefit\nCNY", short),
    "mean_wait_hours": ("mean wait\nhours", short),
    "started": ("started", short),
    "departed": ("departures", short),
    "load_factor": ("load\nfactor", points),
    "rolled_over": ("left\nbehind", short),
}
"""Headings of measures, and how their differences are written."""


def show_comparison(comparison: Comparison, folder: Path, stream: TextIO) -> None:
    """Print a comparison."""
    console = Console(file=stream, highlight=False, width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL)
    title = comparison.base.plan.title or comparison.base.plan.name
    console.print(Text(printable(f"Plans against: {title}")))
    names = [one.plan.name for one in comparison.ranked]
    cells = [["\n".join(cell) for cell in plan_cells(comparison, one)] for one in comparison.ranked]
    headings = ["\n".join(heading) for heading in HEADINGS]
    for group in _packed([headings, *cells], console.width - EDGES - max(map(len, ["plan", *names]))):
        rows = [[name, *(row[i] for i in group)] for name, row in zip(names, cells, strict=True)]
        console.print(table_of(["plan", *(headings[i] for i in group)], rows))
    for dimension in comparison.by:
        _show_by(console, comparison, dimension)
    if "portfolio" in comparison.more:
        _show_portfolio(console, with_what_draws_say(comparison.more["portfolio"], comparison.layout))
    if "decomposition" in comparison.more:
        _show_decomposition(console, with_what_draws_say(comparison.more["decomposition"], comparison.layout))
    for line in rests_on(comparison):
        for part in wrapped(line, console.width, indent=""):
            console.print(Text(part), soft_wrap=True)
    told = f"Tables: {folder}/ ({len(comparison.tables)} as Parquet and CSV; comparison.xlsx; pictures; manifest.json)"
    console.print(Text(told), soft_wrap=True)


def _packed(rows: Sequence[Sequence[str]], width: int) -> Iterator[list[int]]:
    """Numbers of columns that fit beside each other, each with its longest line and a gap."""
    group: list[int] = []
    left = width
    for i in range(len(rows[0])):
        needed = GAP + max(len(line) for row in rows for line in row[i].split("\n"))
        if group and needed > left:
            yield group
            group, left = [], width
        group.append(i)
        left -= needed
    yield group


def table_of(headings: Sequence[str], rows: Sequence[Sequence[str]], title: str | None = None) -> Table:
    """A table of a heading and rows of text; the first column to the left."""
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(Text(heading), justify="left" if number == 0 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(printable_lines(cell)) for cell in row))
    return table


def printable_lines(text: str) -> str:
    """Text of several lines that can send no commands to a terminal."""
    return "\n".join(map(printable, text.split("\n")))


def with_what_draws_say(table: Columns, layout: Layout) -> Columns:
    """A table without its credible intervals where there are too few draws for them."""
    unknown = np.full(len(table["measure"]), np.nan)
    return table if is_told(layout) else {**table, "credible_low": unknown, "credible_high": unknown}


def _show_by(console: Console, comparison: Comparison, dimension: str) -> None:
    """Differences of a few measures by the groups of a dimension, of the groups that differ in one of them."""
    table, names = (
        with_what_draws_say(comparison.tables["differences"], comparison.layout),
        OF_GROUPS.get(dimension, OF_ANY_GROUP),
    )
    is_shown = table["dimension"] == dimension
    measures = [name for name in names if (is_shown & (table["measure"] == name)).any()]
    rows = _rows(table, is_shown, ("plan", "group"), measures, "difference")
    differing = [row for row in rows if any(cell not in NO_DIFFERENCE for cell in row[2:])]
    title = f"Differences by {dimension}, plan less baseline, over the reported time"
    _show_parts(console, title, ["plan", dimension], measures, differing[:ROWS_SHOWN])
    if (rest := len(differing) - ROWS_SHOWN) > 0:
        console.print(Text(f"... and {rest} more rows; see differences.csv."))
    if same := len(rows) - len(differing):
        console.print(Text(f"{same} of {len(rows)} rows without any difference are left out."))


def _show_portfolio(console: Console, table: Columns) -> None:
    """What each part brings alone and last, and the whole beyond the sum."""
    measures = [name for name in OF_PORTFOLIO if name in set(table["measure"])]
    rows = _rows(table, np.ones(len(table["measure"]), bool), ("part", "as"), measures, "difference")
    title = "Portfolio, with less without, over the reported time (last: beside all the others)"
    _show_parts(console, title, ["part", "as"], measures, rows)


def _show_decomposition(console: Console, table: Columns) -> None:
    """What each step of feedback contributes."""
    steps = list(dict.fromkeys(table["step"]))
    for measure in ("placed", "mean_days"):
        found: dict[str, dict[str, str]] = {}
        for i in np.flatnonzero(table["measure"] == measure):
            found.setdefault(table["plan"][i], {})[table["step"][i]] = _cell(table, int(i), "contribution")
        heading = " ".join(WRITTEN[measure][0].split("\n"))
        rows = [[plan, *(each.get(step, "-") for step in steps)] for plan, each in found.items()]
        title = f"Where the effect on {heading} comes from, over the reported time"
        _show_columns(console, title, ["plan"], [step.replace(" ", "\n", 1) for step in steps], rows)


def _rows(
    table: Columns, is_shown: np.ndarray, keys: Sequence[str], measures: Sequence[str], value: str
) -> list[list[str]]:
    """The cells of some measures of a long table, a row for each of its keys."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for i in np.flatnonzero(is_shown & np.isin(table["measure"].astype(str), measures)):
        found.setdefault(tuple(table[key][i] for key in keys), {})[table["measure"][i]] = _cell(table, int(i), value)
    return [[*key, *(each.get(name, "-") for name in measures)] for key, each in found.items()]


def _cell(table: Columns, i: int, value: str) -> str:
    """A difference, its credible interval, and half its width by Monte Carlo error, where there are such."""
    write = WRITTEN[table["measure"][i]][1]
    found, low, high, half = (float(table[name][i]) for name in (value, "credible_low", "credible_high", "half_width"))
    return "\n".join(with_interval(write, found, low, high, half))


def _show_parts(
    console: Console, title: str, keys: Sequence[str], measures: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    _show_columns(console, title, keys, [WRITTEN[name][0] for name in measures], rows)


def _show_columns(
    console: Console, title: str, keys: Sequence[str], headings: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """A table, or several below each other where it would be wider than the console."""
    n = len(keys)
    named = [max(len(row[k]) for row in [keys, *rows]) for k in range(n)]
    width = console.width - EDGES - sum(named) - GAP * (n - 1)
    console.print(Text(title), soft_wrap=True)
    for group in _packed([headings, *(row[n:] for row in rows)], width):
        parts = [[*row[:n], *(row[n + i] for i in group)] for row in rows]
        console.print(table_of([*keys, *(headings[i] for i in group)], parts))
