"""Pictures of a comparison, readable in black and white: differences, months, days from door to door, and a tornado."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiments.comparing.compared import ComparedPlans
from sim.experiments.comparing.sensitivity import FEWEST_DRAWS
from sim.experiments.comparing.tables import FIGURES, Shown, sensitivity_table
from sim.pictures import COLOURS, DASHES, label, lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SHOWN = {shown.name: shown for shown in FIGURES}
_PANELS = {
    "parcels_gained_per_year": ("parcels gained a year", 1.0),
    "days_saved": ("days saved, mean", 1.0),
    "within_promise": ("within the promise,\npercentage points", 100.0),
    "net_benefit_per_year_cny": ("net benefit,\nmillion CNY a year", 1e-6),
}
"""Figures drawn side by side: their title, and the factor of their scale."""
_MOST_LINES = 7
_MOST_BARS = 8
_SHARE_OF_DAYS = 0.995


def differences(comparison: ComparedPlans) -> "Figure":
    """A row for each plan, a panel for each figure: the value, its credible interval and its Monte Carlo error."""
    figure = _figure(3 + 2.6 * len(_PANELS), 1.6 + 0.45 * len(comparison.alternatives))
    panels = np.atleast_1d(figure.subplots(1, len(_PANELS), sharey=True))
    names = [one.plan.name for one in comparison.alternatives]
    for axes, (name, (title, scale)) in zip(panels, _PANELS.items(), strict=True):
        _intervals(axes, comparison, _SHOWN[name], scale)
        axes.set_title(title, fontsize=10)
    panels[0].set_yticks(range(len(names)), names, fontsize=9, parse_math=False)
    panels[0].invert_yaxis()
    interval = "thin line: 95 % credible interval; " if comparison.layout.has_draws else ""
    figure.supxlabel(f"{interval}thick line: 95 % interval by Monte Carlo error alone", fontsize=8)
    return figure


def _intervals(axes: "Axes", comparison: ComparedPlans, shown: Shown, scale: float) -> None:
    for row, one in enumerate(comparison.alternatives):
        value, low, high, half = (scale * number for number in shown.of(comparison, one))
        if not np.isnan(low):
            axes.plot([low, high], [row, row], "-", color="#000000", linewidth=1, marker="|", markersize=7)
        if not np.isnan(half):
            axes.plot(
                [value - half, value + half], [row, row], "-", color="#777777", linewidth=5, solid_capstyle="butt"
            )
        axes.plot([value], [row], "o", color="#000000", markersize=5)
    axes.axvline(0, color="#000000", linewidth=0.8, linestyle=":")
    axes.locator_params(axis="x", nbins=4)
    axes.tick_params(axis="x", labelsize=8)


def months(comparison: ComparedPlans) -> "Figure":
    """What each plan changes by month: parcels gained and days saved."""
    names = comparison.base.samples.groups["month"]
    figure = _figure(10, 6.5)
    panels = figure.subplots(2, 1, sharex=True)
    for axes, (measure, sign, title) in zip(
        panels, (("placed", 1, "parcels gained"), ("mean_days", -1, "days saved, mean")), strict=True
    ):
        series = {
            one.plan.name: sign * _by_month(comparison, one.samples.values["month"][measure], measure)
            for one in comparison.alternatives[:_MOST_LINES]
        }
        axes.axhline(0, color="#000000", linewidth=0.8)
        lines(axes, series)
        axes.set_ylabel(f"{title}\n(by month of order)")
        if names:
            label(axes, series)
    every = max(1, -(-len(names) // 12))
    panels[-1].set_xticks(range(0, len(names), every), names[::every], rotation=45, ha="right", fontsize=8)
    _say_what_is_left_out(figure, comparison)
    return figure


def _by_month(comparison: ComparedPlans, values: np.ndarray, measure: str) -> np.ndarray:
    """Mean difference by month; NaN once no orders come."""
    base = comparison.base.samples.values["month"]
    has_orders = base["latent_orders"].mean(axis=1) > 0
    return np.where(has_orders, (values - base[measure]).mean(axis=1), np.nan)


def days(comparison: ComparedPlans) -> "Figure":
    """Which share of the orders has arrived by so many days from door to door: baseline and plans."""
    figure = _figure(9, 5)
    axes = figure.subplots()
    shown = comparison.everything[: _MOST_LINES + 1]
    furthest = 1.0
    for i, one in enumerate(shown):
        share = np.cumsum(one.samples.hours) / max(one.samples.whole("timed_orders").sum(), 1.0)
        furthest = max(furthest, (np.searchsorted(share, _SHARE_OF_DAYS * share[-1]) + 1) / 24)
        style = {"color": "#000000", "linestyle": "-", "linewidth": 2.2} if i == 0 else _style(i - 1)
        axes.plot(
            np.arange(len(share)) / 24, share, label=one.plan.name if i else f"baseline: {one.plan.name}", **style
        )
    axes.set_xlim(0, furthest)
    axes.set_ylim(0, 1)
    axes.set_xlabel("days from order to ready for collection")
    axes.set_ylabel("share of the orders that had time to arrive")
    for text in axes.legend(fontsize=8, loc="lower right").get_texts():
        text.set_parse_math(False)
    _say_what_is_left_out(figure, comparison)
    return figure


def _style(i: int) -> dict[str, Any]:
    return {"color": COLOURS[i % 7], "linestyle": DASHES[(i + 1) % 7], "linewidth": 1.4}


def tornado(comparison: ComparedPlans) -> "Figure":
    """What moves each plan's objective: its change from the 10th to the 90th percentile of each uncertain number."""
    table = sensitivity_table(comparison)
    plans = [one.plan.name for one in comparison.alternatives if one.plan.name in set(table["plan"])][:_MOST_LINES]
    if not plans:
        return _without_tornado(comparison)
    figure = _figure(10, 1 + 2.4 * len(plans))
    panels = np.atleast_1d(figure.subplots(len(plans), 1))
    for axes, plan in zip(panels, plans, strict=True):
        rows = np.flatnonzero(table["plan"] == plan)[:_MOST_BARS]
        moves, clear = table["moves"][rows].astype(float), table["is_clear"][rows] == "yes"
        greys = ["#444444" if is_clear else "#DDDDDD" for is_clear in clear]
        axes.barh(range(len(rows)), moves, color=greys, edgecolor="#000000", height=0.7)
        told = [f"{table['number'][i]} ({table['share_of_variance'][i]:.0%})" for i in rows]
        axes.set_yticks(range(len(rows)), told, fontsize=8, parse_math=False)
        axes.invert_yaxis()
        axes.axvline(0, color="#000000", linewidth=0.8)
        axes.set_title(plan, fontsize=10, parse_math=False)
    what = f"change of {comparison.objective.measure} ({comparison.objective.unit})"
    figure.supxlabel(f"{what} from the 10th to the 90th percentile of the number; dark: clear of chance", fontsize=8)
    return figure


def _without_tornado(comparison: ComparedPlans) -> "Figure":
    figure = _figure(7, 1.6)
    n = comparison.layout.n_draws if comparison.layout.has_draws else 0
    why = (
        f"{n} draws: {FEWEST_DRAWS} or more tell which uncertain number moves the answer" if n else "nothing was drawn"
    )
    if n >= FEWEST_DRAWS:
        why = "no drawn number moves the objective of any plan"
    figure.text(0.5, 0.5, why, ha="center", va="center")
    return figure


def _figure(width: float, height: float) -> "Figure":
    from sim.figures import Picture

    return Picture(figsize=(width, height), layout="constrained")


def _say_what_is_left_out(figure: "Figure", comparison: ComparedPlans) -> None:
    n = len(comparison.alternatives) - _MOST_LINES
    if n > 0:
        figure.supxlabel(f"the first {_MOST_LINES} plans; {n} more are in the tables", fontsize=8)


PICTURES: Mapping[str, Callable[[ComparedPlans], "Figure"]] = {
    "differences": differences,
    "months": months,
    "days": days,
    "tornado": tornado,
}
