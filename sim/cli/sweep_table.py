"""What `sim sweep` shows: a table with a row for each point, and how far a sweep is."""

import math
from collections.abc import Mapping, Sequence
from typing import TextIO

import click
import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.errors import did_you_mean, listed, printable
from sim.experiments.sweeps.running import Swept
from sim.experiments.sweeps.showing import (
    ROWS_SHOWN,
    headings,
    of_measure,
    remarks,
    shown_points,
    titled,
    values_at,
    with_error,
)
from sim.experiments.sweeps.status import Status
from sim.indicators.measures import BY_NAME

WIDTH_WITHOUT_TERMINAL = 130


def refuse_unknown(measures: Sequence[str], *, is_best_first: bool) -> None:
    """Refuse measures that there are not, and an order by none that has a better end."""
    for name in measures:
        if name not in BY_NAME:
            hint = did_you_mean(name, BY_NAME)
            raise click.UsageError(f"there is no measure '{name}'" + (f"; {hint}" if hint else ""))
    if is_best_first:
        _ranked(measures)


def show_points(swept: Swept, measures: Sequence[str], stream: TextIO, *, is_best_first: bool) -> None:
    """Print the points of a sweep that is done, with their differences from the base."""
    console, study = _console(stream), swept.study
    console.print(Text(printable(study.sweep.title or study.sweep.sweep)))
    points = swept.columns("points")
    means = {name: of_measure(points, name)["mean"] for name in measures}
    order = _order(measures, means, len(swept.columns("design")["point"]), is_best_first)
    console.print(_table(*shown_points(swept.tables, measures, order)))
    for line in remarks(study, swept.outcomes, len(order)):
        console.print(Text(printable(line)), soft_wrap=True)


# -- how far it is -----------------------------------------------------------------------------------------------------


def show_status(status: Status, stream: TextIO, *, is_best_first: bool) -> None:
    """Print how far a sweep is, and what its points have come to so far."""
    console = _console(stream)
    console.print(Text(printable(status.title or status.sweep)))
    for line in _progress(status):
        console.print(Text(printable(line)), soft_wrap=True)
    means = {name: status.means[:, i] for i, name in enumerate(status.measures)}
    order = _order(status.measures, means, len(status.design["point"]), is_best_first)
    heads = [*headings(status.design), "runs", *map(titled, status.measures)]
    rows = [
        [*values_at(status.design, point), str(status.runs[point]), *(with_error(each[point], math.nan)
                                                                    for each in means.values())]
        for point in order[:ROWS_SHOWN]
    ]  # fmt: skip
    console.print(_table(heads, rows))


def _progress(status: Status) -> list[str]:
    left = status.seconds_left
    when = "" if left is None or not status.left else f", about {_spoken(left)} left"
    lines = [f"{status.done:,} done, {status.failed:,} failed, {status.left:,} left of {status.total:,} runs{when}"]
    if status.is_over:
        lines.append("The sweep is done; its tables are there.")
    else:
        lines.append(f"At work: {status.at_work}" if status.at_work else "Nobody is at work; the same command goes on.")
    lines += [f"{damaged}; it will be run again" for damaged in status.damaged]
    return [*lines, "" if status.is_over else "Means so far:"]


def _spoken(seconds: float) -> str:
    for size, word in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {word}"
    return f"{seconds:,.0f} s"


# -- tables ------------------------------------------------------------------------------------------------------------


def _console(stream: TextIO) -> Console:
    return Console(file=stream, highlight=False, width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL)


def _order(measures: Sequence[str], means: Mapping[str, np.ndarray], n: int, is_best_first: bool) -> list[int]:
    """Points as designed, or the best of the first measure that has a better end first; those without a value last."""
    if not is_best_first:
        return list(range(n))
    ranked = _ranked(measures)
    values = means[ranked]
    if not len(values):
        return list(range(n))
    loss = np.where(np.isnan(values), math.inf, -BY_NAME[ranked].better * values)
    return [int(point) for point in np.argsort(loss, kind="stable")]


def _ranked(measures: Sequence[str]) -> str:
    """The measure that points are ordered by: the first that has a better end."""
    ranked = next((name for name in measures if BY_NAME[name].better), None)
    if ranked is None:
        said = f" of {listed(list(measures), 'and')}" if measures else ""
        raise click.UsageError(f"--best: neither more nor less{said} is better; name another with --measure")
    return ranked


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(Text(heading), justify="right", vertical="bottom")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    return table
