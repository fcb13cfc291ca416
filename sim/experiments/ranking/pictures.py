"""Pictures of a ranking, readable in black and white: cost against effect, and how sure the ranks are."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from sim.experiments.ranking.frontier import efficient
from sim.experiments.ranking.outcome import RankedPortfolios
from sim.experiments.ranking.standing import Standing
from sim.experiments.ranking.tables import FORETOLD, RANKED, SIMULATED, effects_of, name_of, rests_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MILLION = 1e6
MOST_BARS = 15
SCALES = ((1e9, "billion "), (1e6, "million "), (1e3, "thousand "), (0.0, ""))
STYLES = {RANKED: ("o", "#000000", 7), SIMULATED: ("s", "#888888", 5), FORETOLD: ("x", "#888888", 5)}
SAID = {RANKED: "ranked", SIMULATED: "screened only, coarse rows", FORETOLD: "foretold from singles and pairs"}


def frontier(ranked: RankedPortfolios) -> "Figure":
    """A panel for each objective: capital against gain, with the line of what cannot be had better."""
    from sim.figures import Picture

    n = len(ranked.standings)
    figure = Picture(figsize=(9, 0.6 + 4.2 * n), layout="constrained")
    for axes, found in zip(np.atleast_1d(figure.subplots(n, 1)), ranked.standings, strict=True):
        _frontier(axes, ranked, found)
    return figure


def _frontier(axes: "Axes", ranked: RankedPortfolios, found: Standing) -> None:
    capital, effects = ranked.study.capitals[0] / MILLION, effects_of(ranked, found)
    is_known = ~np.isnan(effects)
    is_best = np.zeros(len(effects), bool)
    is_best[is_known] = efficient(capital[is_known], effects[is_known])
    size, word = next((size, word) for size, word in SCALES if np.nanmax(np.abs(effects)) >= size)
    effects = effects / (size or 1.0)
    for kind, (marker, colour, width) in STYLES.items():
        of_kind = [i for i in np.flatnonzero(is_known).tolist() if rests_on(ranked, i) == kind]
        if of_kind:
            axes.plot(capital[of_kind], effects[of_kind], marker, color=colour, markersize=width, label=SAID[kind])
    line = sorted(np.flatnonzero(is_best).tolist(), key=lambda i: capital[i])
    axes.step(capital[line], effects[line], where="post", color="#000000", linewidth=1, label="efficient frontier")
    for i in line:
        _name(axes, name_of(ranked, i).replace("+", "\n+ "), capital[i], effects[i])
    axes.margins(x=0.16, y=0.2)
    axes.axhline(0, color="#000000", linewidth=0.6, linestyle=":")
    if ranked.study.question.asked.budget is not None:
        axes.axvline(ranked.study.question.asked.budget / MILLION, color="#000000", linewidth=0.8, linestyle="--")
    axes.set_xlabel(
        "capital, million CNY" + ("" if ranked.study.question.asked.budget is None else " (dashed: budget)")
    )
    unit = "" if found.sought.unit == "ratio" else f"\n({word}{found.sought.unit})"
    axes.set_ylabel(f"{found.sought.said}{unit}")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=8, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(STYLES) + 1, frameon=False)


def _name(axes: "Axes", name: str, x: float, y: float) -> None:
    axes.annotate(name, (x, y), xytext=(-4, 5), textcoords="offset points", fontsize=7, parse_math=False, ha="right")


def standing(ranked: RankedPortfolios) -> "Figure":
    """A panel for each objective: gains with their intervals, and P(best), the best first."""
    from sim.figures import Picture

    n = len(ranked.standings)
    rows = min(len(ranked.members), MOST_BARS)
    figure = Picture(figsize=(11, (0.9 + 0.3 * rows) * n), layout="constrained")
    panels = np.reshape(figure.subplots(n, 2, width_ratios=(3, 1)), (n, 2))
    for (left, right), found in zip(panels, ranked.standings, strict=True):
        places = found.order[:MOST_BARS]
        _gains(left, ranked, found, places)
        _probabilities(right, found, places)
    return figure


def _gains(axes: "Axes", ranked: RankedPortfolios, found: Standing, places: list[int]) -> None:
    shown = found.gain[places]
    size, word = next((size, word) for size, word in SCALES if np.nanmax(np.abs(shown), initial=0.0) >= size)
    size = size or 1.0
    for row, place in enumerate(places):
        gain, half = found.gain[place] / size, found.half_width[place] / size
        axes.plot([found.low[place] / size, found.high[place] / size], [row, row], "-|", color="#000000", linewidth=1)
        axes.plot([gain - half, gain + half], [row, row], "-", color="#888888", linewidth=5, solid_capstyle="butt")
        axes.plot([gain], [row], "o", color="#000000" if place in found.selected.alive else "#FFFFFF",
                  markeredgecolor="#000000", markersize=5)  # fmt: skip
    names = [name_of(ranked, found.members[place]) for place in places]
    axes.set_yticks(range(len(places)), names, fontsize=8, parse_math=False)
    axes.invert_yaxis()
    axes.axvline(0, color="#000000", linewidth=0.6, linestyle=":")
    unit = "" if found.sought.unit == "ratio" else f" ({word}{found.sought.unit})"
    axes.set_title(f"{found.sought.said}{unit}; filled: not ruled out", fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)


def _probabilities(axes: "Axes", found: Standing, places: list[int]) -> None:
    rows = np.arange(len(places))
    near, best = found.ranking.probability_near[places], found.ranking.probability_best[places]
    axes.barh(rows, near, color="#DDDDDD", edgecolor="#000000", height=0.7, label="within 5 %")
    axes.barh(rows, best, color="#444444", edgecolor="#000000", height=0.7, label="best")
    axes.set_yticks([])
    axes.set_xlim(0, 1)
    axes.invert_yaxis()
    axes.set_title("probability: dark, best; light, within 5 %", fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)


PICTURES: Mapping[str, Callable[[RankedPortfolios], "Figure"]] = {"frontier": frontier, "standing": standing}
