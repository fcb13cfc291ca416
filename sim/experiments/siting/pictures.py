"""A map of demand, candidates and what is chosen: a panel for each number of sites. Readable in black and white.

Longitude and latitude as they are, a wide map stretched to its panel; no coastlines: no data from elsewhere are used.
"""

import math
from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiments.siting.checking import promise_of, unit_of
from sim.experiments.siting.contract import Candidate, Point
from sim.experiments.siting.shortlist import OfSize, Solved

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LARGEST = 900.0
"""Area of the largest circle, in square points."""
MARGIN = 0.12
PANELS_BESIDE = 2
WIDTH, LEAST_HEIGHT = 7.0, 3.6
"""Of a panel, in inches."""
LETTERS = 62
"""Of a title over one panel."""


def map_of(solved: Solved) -> "Figure":
    """Circles are demand, squares candidates, black ones the best set; lines say who serves whom."""
    from sim.figures import Picture

    n = len(solved.by_size)
    beside = min(n, PANELS_BESIDE)
    rows = -(-n // beside)
    width, height = _extent(solved)
    each = min(max(WIDTH * height / width, LEAST_HEIGHT), WIDTH)
    figure = Picture(figsize=(WIDTH * beside, 1.3 + each * rows), layout="constrained")
    title = "\n".join(wrap(_title(solved), LETTERS * beside))
    figure.suptitle(title, fontsize=12, parse_math=False)
    for number, of_size in enumerate(solved.by_size):
        _panel(figure.add_subplot(rows, beside, number + 1), solved, of_size)
    said = "Circle: demand, by its area. Black square: chosen, white: not. Line: who serves whom."
    said += " Per cent: share of draws in which it is chosen." if solved.n_draws else ""
    figure.supxlabel("\n".join(wrap(said, LETTERS * beside + 10)), fontsize=9)
    return figure


def _title(solved: Solved) -> str:
    siting = solved.siting
    said = siting.title or siting.siting
    is_told = not siting.is_illustrative or "illustrative" in said
    return said if is_told else f"{said} (illustrative)"


def _extent(solved: Solved) -> tuple[float, float]:
    """Width and height of the map, in degrees of latitude."""
    longitude, latitude = _everywhere(solved)
    shrunk = math.cos(math.radians(float(latitude.mean())))
    return float(np.ptp(longitude)) * shrunk or 1.0, float(np.ptp(latitude)) or 1.0


def _is_wide(solved: Solved) -> bool:
    width, height = _extent(solved)
    return WIDTH * height / width < LEAST_HEIGHT


def _everywhere(solved: Solved) -> tuple[np.ndarray, np.ndarray]:
    points = [*(solved.siting.clusters or solved.siting.regions).values(), *solved.siting.candidates.values()]
    return np.array([each.longitude for each in points]), np.array([each.latitude for each in points])


def _panel(axes: "Axes", solved: Solved, of_size: OfSize) -> None:
    siting, first = solved.siting, of_size.answers[0]
    points = list((siting.clusters or siting.regions).items())
    sites = list(siting.candidates.items())
    demand = solved.instance.volume / max(float(solved.instance.volume.max()), 1e-300)
    for i, j in zip(*np.nonzero(first.served), strict=True):
        ends = (points[i][1], sites[j][1])
        axes.plot([e.longitude for e in ends], [e.latitude for e in ends], color="#555555", linewidth=1.0, zorder=1)
    east, north = np.array([(each.longitude, each.latitude) for _, each in points]).T
    axes.scatter(east, north, s=LARGEST * demand, facecolor="#DDDDDD", edgecolor="#777777", zorder=2)
    for (name, each), part in zip(points, demand, strict=True):
        beside = 2 + math.sqrt(LARGEST * float(part) / math.pi)
        is_left = _is_crowded_east([other for _, other in points if other is not each], each)
        style: Any = {"fontsize": 7, "fontstyle": "italic", "color": "#333333", "va": "center", "zorder": 3}
        style |= {"ha": "right" if is_left else "left", "xytext": (-beside if is_left else beside, 0)}
        axes.annotate(name, (each.longitude, each.latitude), textcoords="offset points", **style)
    for j, (_, site) in enumerate(sites):
        colour = "#000000" if j in first.chosen else "#FFFFFF"
        axes.scatter(site.longitude, site.latitude, s=60, marker="s", facecolor=colour, edgecolor="#000000", zorder=4)
    _label(axes, solved, of_size)
    unit, value = unit_of(solved), promise_of(solved, first)
    told = f"{value:.2f} d" if unit == "d" else f"{value:.0%} of demand" if unit == "share" else f"{value:,.0f} {unit}"
    axes.set_title(f"{of_size.size} site{'s' * (of_size.size > 1)}: {told}", fontsize=10, loc="left", parse_math=False)
    _, latitude = _everywhere(solved)
    axes.margins(MARGIN)
    if not _is_wide(solved):
        axes.set_aspect(1 / math.cos(math.radians(float(latitude.mean()))))
    axes.tick_params(labelsize=8)
    axes.set_xlabel("degrees east", fontsize=8)
    axes.set_ylabel("degrees north", fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def _label(axes: "Axes", solved: Solved, of_size: OfSize) -> None:
    """Names beside the candidates, bold where chosen; above or below, whichever is farther from a neighbour."""
    sites = list(solved.siting.candidates.values())
    for j, site in enumerate(sites):
        is_chosen = j in of_size.answers[0].chosen
        share = f" {of_size.p_chosen[j]:.0%}" if solved.n_draws and not np.isnan(of_size.p_chosen[j]) else ""
        up = _is_above([other for other in sites if other is not site], site.longitude, site.latitude)
        axes.annotate(
            f"{site.name.en}{share}",
            (site.longitude, site.latitude),
            xytext=(0, 9 if up else -9),
            textcoords="offset points",
            ha="center",
            va="bottom" if up else "top",
            fontsize=8,
            fontweight="bold" if is_chosen else "normal",
            zorder=5,
            parse_math=False,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.5},
        )


def _is_crowded_east(others: Sequence[Point], place: Point) -> bool:
    """Whether the nearest other place lies more to the east than to the north or south, where a name would stand."""
    if not others:
        return False
    nearest = min(others, key=lambda o: math.hypot((o.longitude - place.longitude) * 0.6, o.latitude - place.latitude))
    return nearest.longitude - place.longitude > abs(nearest.latitude - place.latitude)


def _is_above(others: Sequence[Candidate], longitude: float, latitude: float) -> bool:
    """Whether the nearest other candidate lies to the south."""
    if not others:
        return True
    nearest = min(others, key=lambda o: math.hypot((o.longitude - longitude) * 0.6, o.latitude - latitude))
    return bool(nearest.latitude <= latitude)
