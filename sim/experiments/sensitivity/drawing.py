"""The tornado: what each number that is left does to an indicator between its two ends. Readable in black and white."""

import math
from typing import TYPE_CHECKING

from sim.experiments.sensitivity.factors import Factor
from sim.experiments.sensitivity.study import Sensitivity
from sim.experiments.sensitivity.tables import by_swing, range_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_BARS = 12
AT_LOW, AT_HIGH = "#FFFFFF", "#444444"


def tornado(found: Sensitivity) -> "Figure":
    """A panel for each indicator, a row for each number, the widest swing above; shares of the variance beside it."""
    from sim.figures import Picture

    names = list(found.question.indicators)
    n_rows = max(min(len(found.left), MOST_BARS), 1)
    figure = Picture(figsize=(11, 0.8 + len(names) * (1.1 + 0.42 * n_rows)), layout="constrained")
    panels = figure.subplots(len(names), 1, squeeze=False)[:, 0]
    for axes, indicator in zip(panels, names, strict=True):
        _panel(axes, found, indicator)
    figure.supxlabel(
        "white: at the low end of the number's range; dark: at its high end; all else at its value. Hatched: 10th to "
        "90th percentile\nover rows of the posterior. Grey band: what other luck does (a standard deviation each way). "
        "×: cannot be run at that end.",
        fontsize=8,
    )
    return figure


def _panel(axes: "Axes", found: Sensitivity, indicator: str) -> None:
    shown = by_swing(found, indicator)[:MOST_BARS]
    central, luck = found.central[indicator], found.luck[indicator].variance
    if luck > 0:
        axes.axvspan(central - math.sqrt(luck), central + math.sqrt(luck), color="#DDDDDD", zorder=0)
    for row, factor in enumerate(shown):
        _bars(axes, found, indicator, factor, row)
    axes.axvline(central, color="#000000", linewidth=0.8, zorder=3)
    axes.set_yticks(range(len(shown)), [_named(found, factor) for factor in shown], fontsize=8, parse_math=False)
    axes.set_ylim(max(len(shown), 1) - 0.4, -0.6)
    axes.set_title(_title(found, indicator), fontsize=9, parse_math=False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="x", labelsize=8)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    axes.use_sticky_edges = False
    axes.margins(x=0.04)
    axes.autoscale_view(scaley=False)
    if found.shares:
        right = axes.secondary_yaxis("right")
        right.set_yticks(range(len(shown)), [_share(found, indicator, factor) for factor in shown], fontsize=8)
        right.tick_params(length=0)
        right.spines["right"].set_visible(False)


def _bars(axes: "Axes", found: Sensitivity, indicator: str, factor: Factor, row: int) -> None:
    central, ends = found.central[indicator], found.ends[indicator][factor.name]
    if factor.is_posterior:
        low, high = ends
        axes.barh(row, high - low, left=low, height=0.6, color="#FFFFFF", edgecolor="#000000", hatch="////", zorder=2)
        return
    is_one_sided = (ends[0] - central) * (ends[1] - central) > 0
    for i, (end, colour) in enumerate(zip(ends, (AT_LOW, AT_HIGH), strict=True)):
        if math.isnan(end):
            axes.plot([central], [row], "x", color="#000000", markersize=7, zorder=4)
            continue
        at, height = (row + (i - 0.5) * 0.32, 0.3) if is_one_sided else (row, 0.6)
        axes.barh(at, end - central, left=central, height=height, color=colour, edgecolor="#000000", zorder=2)


def _named(found: Sensitivity, factor: Factor) -> str:
    low, value, high = range_of(found, factor)
    return factor.name if factor.is_posterior else f"{factor.name}\n{low} … {value} … {high}"


def _title(found: Sensitivity, indicator: str) -> str:
    unit = found.question.unit(indicator)
    shares = " | at the right its share of the variance, alone and together" if found.shares else ""
    return f"{found.question.said(indicator)}, {unit}{shares}"


def _share(found: Sensitivity, indicator: str, factor: Factor) -> str:
    assert found.shares is not None
    seen, i = found.shares.found[indicator], found.shares.factors.index(factor)
    return f"{seen.total[i]:.0%} ± {seen.total_half[i]:.0%}"
