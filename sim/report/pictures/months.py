"""Through the months: volumes with what is reported of them, waits in queues, and what is waiting there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.language import Catalogue, Numbers
from sim.report.pictures.drawn import FAINT, INK, WIDTH, blank
from sim.report.pictures.lines import by_month, legend, month_ticks, scaled, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WRITTEN_DAYS = 0.95


@dataclass(frozen=True)
class Level:
    """A reported total of some months, as its mean month."""

    name: str
    first: int
    last: int
    """Positions of its first and last month."""
    a_month: float


def volumes(
    months: Sequence[str], series: Mapping[str, np.ndarray], levels: Sequence[Level], unit: str, numbers: Numbers
) -> "Figure":
    """Parcels a month, with reported totals as level lines at their mean month."""
    figure = blank(3.3, WIDTH)
    axes = figure.subplots()
    by_month(axes, months, series)
    for i, level in enumerate(levels):
        name = level.name if i == 0 else None
        axes.plot(
            [level.first - 0.4, level.last + 0.4],
            [level.a_month] * 2,
            color="#D55E00",
            linewidth=3,
            alpha=0.85,
            label=name,
        )
    axes.set_ylim(bottom=0)
    scaled(axes, numbers, unit)
    legend(axes, loc="upper left")
    return figure


def waits(months: Sequence[str], queues: Sequence[str], days: np.ndarray, t: Catalogue) -> "Figure":
    """Mean wait in days, queues by months: the darker the longer; what is a day or more is written out."""
    figure = blank(0.8 + 0.27 * len(queues), WIDTH)
    axes = figure.subplots()
    known = np.nan_to_num(days)
    darkest = max(float(known.max(initial=0)), 1.0)
    axes.pcolormesh(
        np.arange(len(months) + 1) - 0.5,
        np.arange(len(queues) + 1) - 0.5,
        known,
        cmap="Greys",
        vmin=0,
        vmax=1.2 * darkest,
        edgecolors="#FFFFFF",
        linewidth=0.6,
    )
    for row, month in zip(*np.nonzero(known >= WRITTEN_DAYS), strict=True):
        value = known[row, month]
        colour = "#FFFFFF" if value > 0.6 * darkest else "#000000"
        said = f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
        axes.text(month, row, said, ha="center", va="center", fontsize=6.8, color=colour)
    axes.set_yticks(range(len(queues)), queues, fontsize=8)
    axes.set_ylim(len(queues) - 0.5, -0.5)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    month_ticks(axes, months)
    axes.set_title(t("mean days of wait, by month"), fontsize=9, loc="left")
    return figure


def backlogs(
    months: Sequence[str],
    queues: Sequence[str],
    series: Mapping[str, np.ndarray],
    numbers: Numbers,
    t: Catalogue,
) -> "Figure":
    """What waits in the largest backlogs: a panel for each queue, a line for each plan (queues by months each)."""
    rows = -(-len(queues) // 2)
    figure = blank(0.5 + 1.55 * rows, WIDTH)
    grid = figure.subplots(rows, 2, squeeze=False)
    for axes in grid.ravel()[len(queues) :]:
        axes.set_visible(False)
    for place, (axes, queue) in enumerate(zip(grid.ravel(), queues, strict=False)):
        for i, (name, values) in enumerate(series.items()):
            axes.plot(range(len(months)), values[place], label=name, **style(i, len(months)))
        _finish(axes, queue, months, numbers, t, is_last=place >= len(queues) - 2)
    if len(series) > 1:
        legend(grid[0][0], loc="upper left")
    return figure


def _finish(axes: "Axes", queue: str, months: Sequence[str], numbers: Numbers, t: Catalogue, *, is_last: bool) -> None:
    axes.set_title(queue, fontsize=8.5, loc="left", color=INK)
    axes.set_ylim(bottom=0)
    axes.locator_params(axis="y", nbins=4)
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    scaled(axes, numbers, t("items"))
    month_ticks(axes, months)
    if not is_last:
        axes.set_xticklabels([])
