"""What was measured, as tables for a terminal and as a page."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Run, parcels_per_second

IN_YEARS = ("sweep", "both")
COUNTED = ("years", "lanes", "stations", "workers")
"""Works whose size is so many of what they are called."""
BOTH = ("both_rows_200", "both_rows_50")
"""Figures of both corridors."""
Rows = list[tuple[str, ...]]
"""The head of a table, then its rows."""
RATES = "Rates: medians over the rounds"
RATIOS = "Ratios: seconds per parcel, median over the rounds, and their range"


def rates(runs: Mapping[tuple[str, int], Sequence[Run]]) -> Rows:
    """What each program achieves by itself."""
    rows: Rows = [("work", "size", "seconds", "parcels/s", "peak MB")]
    for (name, n), of_size in runs.items():
        seconds, peak = (median(getattr(run, what) for run in of_size) for what in ("seconds", "peak_mb"))
        rows.append((name, _size(name, n), f"{seconds:.2f}", f"{parcels_per_second(of_size):,.0f}", f"{peak:,.0f}"))
    return rows


def _size(name: str, n: int) -> str:
    if name.startswith(IN_YEARS):
        return f"{n} years"
    return f"{n} {name}" if name in COUNTED else f"{n:,}"


def ratios(figures: Mapping[str, Any]) -> Rows:
    """What is compared, and how far the rounds lie apart."""
    rows: Rows = [("ratio", "slow", "fast", "times", "range")]
    for name, ratio in figures["ratios"].items():
        spread = f"{ratio['least']:.2f} - {ratio['largest']:.2f}"
        rows.append((name, ratio["slow"], ratio["fast"], f"{ratio['median']:.2f}", spread))
    return rows


def sentences(figures: Mapping[str, Any]) -> Iterator[str]:
    """Single figures."""
    exponents = ", ".join(f"{name} {value:.2f}" for name, value in figures["growth_exponents"].items())
    yield f"growth exponent of time with parcels, and with years, lanes and stations: {exponents}"
    for name, by_size in figures["grown"].items():
        yield f"{name}: " + ", ".join(
            f"{n}: {each['seconds']:.2f} s, {each['peak_mb']} MB" for n, each in by_size.items()
        )
    yield f"peak memory of a year of Harbin: {figures['peak_mb']} MB"
    settled = figures["sweep_run_with_settling_s"]
    yield f"one run of a sweep: {figures['sweep_run_s']} s; with the settling before it: {settled} s"
    for name in BOTH:
        yield f"{name}: {figures[f'{name}_s']} s, {figures[f'{name}_mb']} MB"
    yield f"{figures['cpu']}, {figures['cpus']} processors, load {figures['load_average']:.1f} at the end"


def show(console: Console, runs: Mapping[tuple[str, int], Sequence[Run]], figures: Mapping[str, Any]) -> None:
    """Print tables and single figures."""
    console.print(_table(RATES, rates(runs), left=1), _table(RATIOS, ratios(figures), left=3))
    for line in sentences(figures):
        console.print(line)


def page(runs: Mapping[tuple[str, int], Sequence[Run]], figures: Mapping[str, Any]) -> str:
    """The same as Markdown, with the date, the machine and the versions."""
    versions = ", ".join(f"{name} {version}" for name, version in figures["versions"].items())
    made = f"Made by `make bench`, {figures['date'][:10]}, on {figures['platform']}; {versions}."
    told = "\n".join(f"- {line}" for line in sentences(figures))
    what = "What the works are: [benchmarks/README.md](../benchmarks/README.md). Ratios are taken within each round."
    parts = ("# Benchmarks", made, what, f"## {RATIOS}", _markdown(ratios(figures), 3), f"## {RATES}")
    return "\n\n".join((*parts, _markdown(rates(runs), 1), "## Growth, memory, workers", told)) + "\n"


def _table(title: str, rows: Rows, left: int) -> Table:
    table = Table(title=title)
    for at, column in enumerate(rows[0]):
        table.add_column(column, justify="left" if at < left else "right")
    for row in rows[1:]:
        table.add_row(*row)
    return table


def _markdown(rows: Rows, left: int) -> str:
    head = ("---" if at < left else "---:" for at in range(len(rows[0])))
    return "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], tuple(head), *rows[1:]))
