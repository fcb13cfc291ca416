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
from sim.experiments.comparing.wording import HEADINGS, plan_cells, rests_on, short
from sim.indicators import Columns

WIDTH_WITHOUT_TERMINAL = 110
GAP = 3
"""Characters between two columns of a table."""
EDGES = 4
ROWS_SHOWN = 60
OF_PORTFOLIO = ("placed", "mean_days", "share_within_promise", "buyers_surplus_cny", "cost_cny", "net_benefit_cny")


def show_comparison(comparison: Comparison, folder: Path, stream: TextIO) -> None:
    """Print a comparison."""
    console = Console(file=stream, highlight=False, width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL)
    title = comparison.base.plan.title or comparison.base.plan.name
    console.print(Text(printable(f"Plans against: {title}")))
    names = [one.plan.name for one in comparison.alternatives]
    cells = [["\n".join(cell) for cell in plan_cells(comparison, one)] for one in comparison.alternatives]
    headings = ["\n".join(heading) for heading in HEADINGS]
    for group in _packed([headings, *cells], console.width - EDGES - max(map(len, ["plan", *names]))):
        rows = [[name, *(row[i] for i in group)] for name, row in zip(names, cells, strict=True)]
        console.print(table_of(["plan", *(headings[i] for i in group)], rows))
    for dimension in comparison.by:
        _show_by(console, comparison, dimension)
    if "portfolio" in comparison.more:
        _show_portfolio(console, comparison.more["portfolio"])
    if "decomposition" in comparison.more:
        _show_decomposition(console, comparison.more["decomposition"])
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


def _show_by(console: Console, comparison: Comparison, dimension: str) -> None:
    """Differences of a few measures by the groups of a dimension."""
    table = comparison.tables["differences"]
    wanted = {
        "queue": ("mean_wait_hours", "started"),
        "lane": ("departed", "load_factor", "rolled_over"),
    }.get(dimension, ("placed", "mean_days", "share_within_promise", "co2e_kg", "buyers_surplus_cny"))
    is_shown = (table["dimension"] == dimension) & np.isin(table["measure"].astype(str), wanted)
    found: dict[tuple[str, str], dict[str, float]] = {}
    for i in np.flatnonzero(is_shown):
        found.setdefault((table["plan"][i], table["group"][i]), {})[table["measure"][i]] = table["difference"][i]
    rows = [[plan, group, *(short(each.get(name, np.nan)) for name in wanted)] for (plan, group), each in found.items()]
    console.print(
        table_of(
            ["plan", dimension, *(name.replace("_", "\n") for name in wanted)],
            rows[:ROWS_SHOWN],
            f"Differences by {dimension}",
        )
    )
    if len(rows) > ROWS_SHOWN:
        console.print(Text(f"... and {len(rows) - ROWS_SHOWN} more rows; see differences.csv."))


def _show_portfolio(console: Console, table: Columns) -> None:
    """What each part brings alone and last, and the whole beyond the sum."""
    measures = [name for name in OF_PORTFOLIO if name in set(table["measure"])]
    found: dict[tuple[str, str], dict[str, float]] = {}
    for i in range(len(table["measure"])):
        found.setdefault((table["part"][i], table["as"][i]), {})[table["measure"][i]] = table["difference"][i]
    rows = [[part, how, *(short(each.get(name, np.nan)) for name in measures)] for (part, how), each in found.items()]
    headings = ["part", "as", *(name.replace("_", "\n") for name in measures)]
    console.print(table_of(headings, rows, "Portfolio, over the reported time"))


def _show_decomposition(console: Console, table: Columns) -> None:
    """What each step of feedback contributes."""
    steps = list(dict.fromkeys(table["step"]))
    for measure in ("placed", "mean_days"):
        found: dict[str, dict[str, float]] = {}
        for i in np.flatnonzero(table["measure"] == measure):
            found.setdefault(table["plan"][i], {})[table["step"][i]] = table["contribution"][i]
        rows = [[plan, *(short(each.get(step, np.nan)) for step in steps)] for plan, each in found.items()]
        console.print(table_of(["plan", *steps], rows, f"Where the effect on {measure} comes from"))
