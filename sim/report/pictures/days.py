"""Days from door to door: how many have arrived by when, or the median and the late ones of each route."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.language import Catalogue
from sim.report.pictures.drawn import FAINT, INK, WIDTH, blank
from sim.report.pictures.lines import legend, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def arrived(curves: Mapping[str, tuple[np.ndarray, np.ndarray]], t: Catalogue) -> "Figure":
    """By name, days and the share that has arrived by then."""
    figure = blank(3.5, WIDTH)
    axes = figure.subplots()
    for i, (name, (days, share)) in enumerate(curves.items()):
        axes.plot(days, 100 * share, label=name, **style(i, len(days)))
    axes.set_xlim(0, max((float(days[-1]) for days, _ in curves.values() if len(days)), default=1.0))
    axes.set_ylim(0, 100)
    axes.set_xlabel(t("days from order to ready for collection"))
    axes.set_ylabel(t("per cent of the orders that had time to arrive"))
    axes.grid(color=FAINT, linewidth=0.6)
    legend(axes, loc="lower right")
    return figure


def percentiles(routes: Sequence[str], days: Mapping[str, np.ndarray], t: Catalogue) -> "Figure":
    """Each route's median, 90th and 95th percentile: columns `p50_days`, `p90_days`, `p95_days`."""
    figure = blank(0.9 + 0.4 * len(routes), WIDTH)
    axes = figure.subplots()
    marks = (("p50_days", "o", t("half")), ("p90_days", "s", t("90 per cent")), ("p95_days", "D", t("95 per cent")))
    for row in range(len(routes)):
        axes.plot([days["p50_days"][row], days["p95_days"][row]], [row, row], color=INK, linewidth=1.2, zorder=1)
    for (name, mark, said), colour in zip(marks, ("#56B4E9", "#E69F00", "#8C2D04"), strict=True):
        axes.plot(
            days[name], range(len(routes)), mark, color=colour, markeredgecolor=INK, markersize=8, label=said, zorder=2
        )
    axes.set_yticks(range(len(routes)), routes)
    axes.set_ylim(len(routes) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.set_xlabel(t("days from order to ready for collection"))
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    legend(axes, loc="best", title=t("have arrived"), title_fontsize=8)
    return figure
