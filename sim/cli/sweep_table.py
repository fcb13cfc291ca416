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
from sim.experiments.sweeps.outcomes import enough
from sim.experiments.sweeps.running import Swept
from sim.experiments.sweeps.status import Status
from sim.experiments.sweeps.tables import BASE
from sim.indicators.measures import BY_NAME
from sim.tables import Columns

WIDTH_WITHOUT_TERMINAL = 130
ROWS_SHOWN = 60
SECTIONS = frozenset({"interventions", "measures", "lanes", "stations", "customs", "market", "origins", "routes"})
"""Parts of paths that say little."""


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
    columns = {name: _of_measure(swept.points, name) for name in measures}
    order = _order(measures, {name: each["mean"] for name, each in columns.items()}, len(swept.design["point"]),
                   is_best_first)  # fmt: skip
    headings = [*_headings(swept.design), *(part for name in measures for part in (_titled(name), "less the base"))]
    rows = []
    for point in order[:ROWS_SHOWN]:
        cells = [cell for each in columns.values() for cell in _cells(each, point)]
        rows.append([*_values(swept.design, point), *cells])
    console.print(_table(headings, rows))
    for line in _remarks(swept, len(order)):
        console.print(Text(printable(line)), soft_wrap=True)


def _of_measure(points: Columns, name: str) -> Columns:
    """The rows of one measure, a point each."""
    is_of = points["measure"] == name
    return {column: values[is_of] for column, values in points.items()}


def _cells(measure: Columns, point: int) -> tuple[str, str]:
    """A mean and a difference, each with half the interval that the Monte Carlo error gives."""
    if not len(measure["mean"]):
        return "-", "-"
    mean, high = measure["mean"][point], measure["high_95"][point]
    less, up = measure["difference"][point], measure["difference_high_95"][point]
    return _with_error(mean, high - mean), "" if point == BASE else _with_error(less, up - less, sign="+")


def _with_error(number: float, half: float, sign: str = "") -> str:
    if math.isnan(number):
        return "-"
    digits = _digits(half if half > 0 else number / 1000)
    digits = max(digits, min(_digits(number), 2))
    text = f"{number:{sign},.{digits}f}"
    return text if math.isnan(half) else f"{text} ±{half:,.{digits}f}"


def _digits(size: float) -> int:
    """Decimals that show two figures of a size."""
    return 0 if math.isnan(size) or size == 0 else min(max(1 - math.floor(math.log10(abs(size))), 0), 6)


def _remarks(swept: Swept, n: int) -> list[str]:
    outcomes, lines = swept.outcomes, []
    if n > ROWS_SHOWN:
        lines.append(f"{n - ROWS_SHOWN:,} more points are in the tables.")
    kinds = "common luck" + (" and common draws" if outcomes.per_draw else "")
    lines.append(
        f"Each point in {outcomes.n} replication{'s' * (outcomes.n > 1)} on {kinds}; ± is half the 95 % interval that "
        "luck leaves. Point 0 is the base."
    )
    if outcomes.n_failed:
        total = outcomes.is_done.size
        reasons = [one.reason for row in outcomes.ended for one in row if one.reason]
        lines.append(
            f"{outcomes.n_failed} of {total} runs failed, the first so: {reasons[0] if reasons else 'unknown'}"
        )
    precision = swept.study.sweep.precision
    if precision is not None and enough(outcomes, precision) > 1:
        lines.append(f"{precision.of} is not within {precision.within:.3g} at every point after the most replications.")
    return lines


# -- how far it is -----------------------------------------------------------------------------------------------------


def show_status(status: Status, stream: TextIO, *, is_best_first: bool) -> None:
    """Print how far a sweep is, and what its points have come to so far."""
    console = _console(stream)
    console.print(Text(printable(status.title or status.sweep)))
    for line in _progress(status):
        console.print(Text(printable(line)), soft_wrap=True)
    means = {name: status.means[:, i] for i, name in enumerate(status.measures)}
    order = _order(status.measures, means, len(status.design["point"]), is_best_first)
    headings = [*_headings(status.design), "runs", *map(_titled, status.measures)]
    rows = [
        [*_values(status.design, point), str(status.runs[point]), *(_with_error(each[point], math.nan)
                                                                    for each in means.values())]
        for point in order[:ROWS_SHOWN]
    ]  # fmt: skip
    console.print(_table(headings, rows))


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


def _headings(design: Columns) -> list[str]:
    """The ends of the paths, as short as they are told apart, a part a line, with their units."""
    names = [name for name in design if name != "point"]
    for n in (2, 3, 4):
        short = ["\n".join(_short(name, n)) for name in names]
        if len(set(short)) == len(names):
            return ["point", *short]
    return ["point", *names]


def _short(name: str, n: int) -> list[str]:
    path, _, unit = name.partition(" ")
    parts = [part for part in path.split(".") if part not in SECTIONS][-n:]
    return [*parts, unit] if unit else parts


def _titled(measure: str) -> str:
    return f"{measure}\n{BY_NAME[measure].unit}"


def _values(design: Columns, point: int) -> list[str]:
    return [str(point), *(_value(values[point]) for name, values in design.items() if name != "point")]


def _value(value: object) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    return str(value)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(Text(heading), justify="right", vertical="bottom")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    return table
