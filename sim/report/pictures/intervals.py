"""Differences with their intervals: a row for each plan, a picture for each figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.language import Numbers
from sim.report.pictures.drawn import GREY, INK, WIDTH, blank
from sim.report.pictures.lines import scaled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Panel:
    """One figure of all plans."""

    unit: str
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    """Ends of the credible interval; NaN without draws."""
    half_width: np.ndarray
    """Half of the interval by Monte Carlo error alone."""


def intervals(panel: Panel, plans: Sequence[str], numbers: Numbers) -> "Figure":
    """The value as a point, the credible interval as a thin line with ends, the Monte Carlo error as a thick one."""
    figure = blank(0.55 + 0.36 * len(plans), WIDTH / 2)
    axes = figure.subplots()
    _rows(axes, panel)
    axes.set_yticks(range(len(plans)), plans, fontsize=8)
    axes.set_ylim(len(plans) - 0.5, -0.5)
    axes.locator_params(axis="x", nbins=4)
    axes.tick_params(axis="x", labelsize=8)
    scaled(axes, numbers, panel.unit, "x")
    return figure


def _rows(axes: "Axes", panel: Panel) -> None:
    for row, (value, low, high, half) in enumerate(
        zip(panel.value, panel.low, panel.high, panel.half_width, strict=True)
    ):
        if not np.isnan(half):
            axes.plot([value - half, value + half], [row, row], color="#B0B0B0", linewidth=7, solid_capstyle="butt")
        if not np.isnan(low):
            axes.plot([low, high], [row, row], color=INK, linewidth=1.3, marker="|", markersize=9)
        axes.plot([value], [row], "o", color="#0072B2", markeredgecolor=INK, markersize=5.5)
    axes.axvline(0, color=GREY, linewidth=0.9, linestyle=(0, (2, 2)))
