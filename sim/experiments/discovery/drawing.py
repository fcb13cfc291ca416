"""The peeling trajectory, and the answer beside what varied. Readable in black and white."""

from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np

from sim.experiments.discovery.discovering import Discovery, restriction
from sim.experiments.discovery.prim import seen_in
from sim.experiments.discovery.table import Factor

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LABELS = 8
"""Boxes of the trajectory whose number is written, about."""
TEXT = 130
"""Characters of a line above a bar."""


def picture(found: Discovery) -> "Figure":
    """Coverage against density of each box of the trajectory; below, what the answer keeps of each column."""
    from sim.figures import Picture

    n = len(found.box.restricted)
    figure = Picture(figsize=(9, 5.2 + 0.8 * n), layout="constrained")
    if not n:
        _trajectory(figure.subplots(), found)
        return figure
    above, below = figure.subplots(2, 1, height_ratios=[4.4, 0.8 * n + 0.4])
    _trajectory(above, found)
    _box(below, found)
    return figure


def _trajectory(axes: "Axes", found: Discovery) -> None:
    seen = [seen_in(box, found.cases) for box in found.boxes]
    coverage, density = [each.coverage for each in seen], [each.density for each in seen]
    axes.plot(coverage, density, "-", color="#777777", linewidth=0.8, zorder=1)
    n = np.array([len(box.restricted) for box in found.boxes])
    for i, marker in enumerate("osD^vP"):
        rows = np.flatnonzero(n == i if i < 5 else n >= i)
        if len(rows):
            label = f"{i}{' or more' if i == 5 else ''} restricted"
            axes.plot(
                np.take(coverage, rows), np.take(density, rows), marker, color="#000000", markerfacecolor="#FFFFFF",
                markersize=6, label=label, zorder=2,
            )  # fmt: skip
    label = f"the answer: {len(found.box.restricted)} restricted"
    axes.plot([found.seen.coverage], [found.seen.density], "*", color="#000000", markersize=16, label=label)
    every = max(1, len(seen) // LABELS)
    for i in range(0, len(seen), every):
        axes.annotate(str(i), (coverage[i], density[i]), xytext=(5, 5), textcoords="offset points", fontsize=8)
    axes.set_xlabel("coverage: share of all points where it holds that lie in the box")
    axes.set_ylabel("density: share of the box\nwhere it holds")
    axes.set_xlim(-0.02, 1.05)
    axes.set_ylim(0, 1.05)
    axes.set_title(" and ".join(map(str, found.where)), fontsize=10, parse_math=False)
    axes.legend(fontsize=8, loc="lower left")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def _box(axes: "Axes", found: Discovery) -> None:
    for row, column in enumerate(found.box.restricted):
        side, factor = found.box.sides[column], found.sweep.factors[column]
        assert side is not None
        axes.barh(row, 1, height=0.5, color="#FFFFFF", edgecolor="#000000")
        for low, high in _kept(found, column):
            axes.barh(row, high - low, left=low, height=0.5, color="#444444", edgecolor="#000000")
        # Above its bar, since a path or a set of plans beside it would leave no room for the picture.
        text = f"{restriction(side, factor)} {_of(found, column, factor)}"
        lines = wrap(text, TEXT, break_long_words=False)
        axes.text(0, row - 0.3, "\n".join(lines), fontsize=8, va="bottom", parse_math=False)
    axes.set_ylim(-0.9, len(found.box.restricted) - 0.6)
    axes.set_yticks([])
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    axes.set_xlabel("dark: what the box keeps of the range that was swept, or of the alternatives", fontsize=8)


def _kept(found: Discovery, column: int) -> list[tuple[float, float]]:
    """Parts of a bar of length 1 that the box keeps."""
    side, factor, values = found.box.sides[column], found.sweep.factors[column], found.cases.inputs[:, column]
    assert side is not None
    if side.categories is not None:
        n = len(factor.categories)
        return [(one / n, (one + 1) / n) for one in sorted(side.categories)]
    low, width = float(values.min()), float(np.ptp(values))
    ends = np.clip([side.low, side.high], values.min(), values.max())
    return [((ends[0] - low) / width, (ends[1] - low) / width)]


def _of(found: Discovery, column: int, factor: Factor) -> str:
    if factor.kind == "category":
        return f"(of {len(factor.categories)}: {', '.join(factor.categories)})"
    values = found.cases.inputs[:, column]
    return f"(of {factor.said(float(values.min()))} to {factor.said(float(values.max()))})"
