"""Lines by month and by day, told apart by colour, dash and marker, and named where they end."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.language import Numbers
from sim.pictures import COLOURS, DASHES, MARKERS
from sim.report.pictures.drawn import FAINT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 7


def style(i: int, n_points: int) -> dict[str, Any]:
    """Style of the i-th line: the first, the baseline, is black and solid."""
    colour = "#000000" if i == 0 else COLOURS[(i - 1) % 6]
    every = max(1, n_points // 8)
    return {
        "color": colour,
        "linestyle": "-" if i == 0 else DASHES[i % 7],
        "marker": MARKERS[i % 7],
        "markevery": (i * every // 3 % every, every),
        "markersize": 4,
        "linewidth": 2.0 if i == 0 else 1.5,
    }


def by_month(axes: "Axes", months: Sequence[str], series: Mapping[str, np.ndarray]) -> None:
    """A line for each series over the months."""
    for i, (name, values) in enumerate(series.items()):
        axes.plot(range(len(months)), values, label=name, **style(i, len(months)))
    month_ticks(axes, months)
    axes.grid(axis="y", color=FAINT, linewidth=0.6)


def month_ticks(axes: "Axes", months: Sequence[str]) -> None:
    """Names of months below, a dozen at most."""
    every = max(1, -(-len(months) // 12))
    axes.set_xticks(range(0, len(months), every), months[::every], rotation=45, ha="right", fontsize=8)
    axes.set_xlim(-0.5, len(months) - 0.5)


def scaled(axes: "Axes", numbers: Numbers, unit: str, axis: str = "y") -> None:
    """Ticks in the planner's units: in 万 or millions, which stand with the unit at the axis."""
    low, high = axes.get_ylim() if axis == "y" else axes.get_xlim()
    size, name = numbers.scaled([low, high])
    target = axes.yaxis if axis == "y" else axes.xaxis
    target.set_major_formatter(lambda value, _: _tick(value / size))
    (axes.set_ylabel if axis == "y" else axes.set_xlabel)(numbers.united(name, unit), fontsize=9)


def _tick(value: float) -> str:
    """A number at an axis, as short as it can be."""
    return f"{round(value, 6):,}".removesuffix(".0").replace("-", "−")


def legend(axes: "Axes", **options: Any) -> None:
    """Names of the lines in a box."""
    axes.legend(fontsize=8, frameon=False, handlelength=3.2, **options)
