"""The map: lanes as wide as what they carry, darker the more they leave behind; places darker the longer one waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from sim.atlas import Conic, outlines
from sim.language import Catalogue
from sim.report.pictures.drawn import GREY, INK, SCALE, WIDTH, blank

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WAITS = (0.5, 1.0, 3.0)
"""Days of wait at which a place goes into the next class."""
LEFT_BEHIND = (0.05, 0.25, 1.0)
"""Pieces left behind for each that is carried, summed over departures, at which a lane does."""
DASHES = {"air": (0, (5, 2)), "rail": "-", "road": (0, (1.5, 1.2)), "sea": (0, (6, 1.5, 1.5, 1.5))}
WIDEST, THINNEST = 8.0, 1.4
NARROWS = 0.4
"""Power of the share of the widest: a lane of a hundredth is a sixth as wide, not a hundredth."""
BEND = 0.09
MARGIN = 0.06
POINTS = 24


@dataclass(frozen=True)
class Spot:
    """A place on the map."""

    name: str
    longitude: float
    latitude: float
    wait_days: float
    """Mean wait in its worst queue in the worst month; NaN without a queue."""


@dataclass(frozen=True)
class Flow:
    """A lane on the map."""

    lane: str
    start: str
    end: str
    mode: str
    tonnes: float
    """Carried in a year."""
    left_behind: float
    """Pieces left behind for each that is carried; NaN if nothing is."""


def corridor(spots: Mapping[str, Spot], flows: Sequence[Flow], widest: float, t: Catalogue) -> "Figure":
    """The map of places and lanes; ``widest`` are the tonnes of the widest line of all maps of a report."""
    longitude = np.array([spot.longitude for spot in spots.values()])
    latitude = np.array([spot.latitude for spot in spots.values()])
    project = Conic.around(longitude, latitude)
    at = {name: _xy(project, spot) for name, spot in spots.items()}
    frame = _frame(np.array(list(at.values())))
    figure = blank(WIDTH * frame[3] / frame[2] + 0.75)
    axes = figure.add_axes((0, 0.75 / figure.get_figheight(), 1, 1 - 0.75 / figure.get_figheight()))
    figure.set_layout_engine("none")
    _land(axes, project, frame)
    bows = _lanes(axes, at, flows, widest)
    _places(axes, at, spots, frame, bows, t)
    axes.set_xlim(frame[0], frame[0] + frame[2])
    axes.set_ylim(frame[1], frame[1] + frame[3])
    axes.set_axis_off()
    _legend(figure.add_axes((0, 0, 1, 0.75 / figure.get_figheight())), widest, t)
    return figure


def class_of(value: float, limits: Sequence[float]) -> int:
    """The class of congestion: 0 calm, 3 congested; calm where nothing is known."""
    return 0 if np.isnan(value) else int(np.searchsorted(limits, value, side="right"))


def _xy(project: Conic, spot: Spot) -> tuple[float, float]:
    x, y = project(np.array(spot.longitude), np.array(spot.latitude))
    return float(x), float(y)


def _frame(points: np.ndarray) -> tuple[float, float, float, float]:
    """Left, bottom, width and height around some points; no flatter than 2 to 5 and no taller than 4 to 5."""
    low, high = points.min(axis=0), points.max(axis=0)
    width, height = np.maximum(high - low, 0.02)
    margin = MARGIN * max(width, height) + 0.03
    width, height = width + 3 * margin, height + 2.4 * margin
    height = min(max(height, 0.4 * width), max(0.8 * width, height))
    width = max(width, height / 0.8)
    middle = (low + high) / 2
    return float(middle[0] - width / 2), float(middle[1] - height / 2), float(width), float(height)


def _land(axes: "Axes", project: Conic, frame: tuple[float, float, float, float]) -> None:
    from matplotlib.patches import Polygon, Rectangle

    left, bottom, width, height = frame
    box = Rectangle((left, bottom), width, height, facecolor="#EEF3F6", edgecolor="none", zorder=0)
    axes.add_patch(box)
    for ring in outlines():
        points = np.column_stack(project(ring[:, 0], ring[:, 1]))
        low, high = points.min(axis=0), points.max(axis=0)
        is_in = (low < (left + width, bottom + height)).all() and (high > (left, bottom)).all()
        if is_in and np.abs(ring[:, 0] - project.meridian).max() < 150:
            kept = _cut(points, frame)
            if len(kept) > 2:
                axes.add_patch(Polygon(kept, facecolor="#FBFAF6", edgecolor="#B9B9B4", linewidth=0.4, zorder=1))


def _cut(ring: np.ndarray, frame: tuple[float, float, float, float]) -> np.ndarray:
    """A ring cut to somewhat more than the frame, so that what lies outside is not in the file."""
    left, bottom, width, height = frame
    pad = 0.02 * width
    limits = ((0, left - pad, 1), (0, left + width + pad, -1), (1, bottom - pad, 1), (1, bottom + height + pad, -1))
    for axis, limit, sign in limits:
        if len(ring) < 3:
            return ring
        before = np.roll(ring, 1, axis=0)
        is_in, was_in = sign * (ring[:, axis] - limit) >= 0, sign * (before[:, axis] - limit) >= 0
        result = []
        for i, point in enumerate(ring):
            if is_in[i] != was_in[i]:
                share = (limit - before[i, axis]) / (point[axis] - before[i, axis])
                result.append(before[i] + share * (point - before[i]))
            if is_in[i]:
                result.append(point)
        ring = np.array(result)
    return ring


def _lanes(
    axes: "Axes",
    at: Mapping[str, tuple[float, float]],
    flows: Sequence[Flow],
    widest: float,
) -> list[np.ndarray]:
    """Bows, one beside the other where several lanes join the same places; the widest below. Their points."""
    count: dict[frozenset[str], int] = {}
    bows = []
    for flow in sorted(flows, key=lambda flow: -flow.tonnes):
        if flow.start == flow.end or flow.tonnes <= 0:
            continue
        pair = frozenset((flow.start, flow.end))
        count[pair] = count.get(pair, 0) + 1
        bow = _bow(np.array(at[flow.start]), np.array(at[flow.end]), BEND * (1 + 0.9 * (count[pair] - 1)))
        bows.append(bow)
        colour, width = SCALE[class_of(flow.left_behind, LEFT_BEHIND)], _width(flow.tonnes, widest)
        axes.plot(*bow.T, "-", color=INK, linewidth=width + 0.9, solid_capstyle="butt", zorder=2)
        axes.plot(*bow.T, "-", color=colour, linewidth=width, solid_capstyle="butt", zorder=2.1)
        middle = bow[POINTS // 2 : POINTS // 2 + 2]
        axes.annotate(
            "",
            xy=middle[1],
            xytext=middle[0],
            zorder=2.3,
            arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 0.8, "mutation_scale": 9 + 1.1 * width},
        )
        axes.plot(*bow.T, linestyle=DASHES[flow.mode], color=INK, linewidth=0.7, zorder=2.2)
    return bows


def _width(tonnes: float, widest: float) -> float:
    return THINNEST + (WIDEST - THINNEST) * (tonnes / widest) ** NARROWS if widest > 0 else THINNEST


def _bow(start: np.ndarray, end: np.ndarray, bend: float) -> np.ndarray:
    """A bow from one point to another, off the straight line by a share of its length: float64[POINTS + 1, 2]."""
    s = np.linspace(0, 1, POINTS + 1)[:, None]
    across = np.array([-(end - start)[1], (end - start)[0]])
    middle = (start + end) / 2 - 2 * bend * across * (1 if start[0] > end[0] else -1)
    return (1 - s) ** 2 * start + 2 * s * (1 - s) * middle + s**2 * end


def _places(
    axes: "Axes",
    at: Mapping[str, tuple[float, float]],
    spots: Mapping[str, Spot],
    frame: tuple[float, float, float, float],
    bows: Sequence[np.ndarray],
    t: Catalogue,
) -> None:
    unit = frame[2] / (WIDTH * 72)
    points = [((x - frame[0]) / unit, (y - frame[1]) / unit) for x, y in at.values()]
    taken = [(x - 7, y - 7, x + 7, y + 7) for x, y in points]
    on_lanes = (np.concatenate(bows) - frame[:2]) / unit if bows else np.empty((0, 2))
    taken += [(x - 2, y - 2, x + 2, y + 2) for x, y in on_lanes]
    for name, spot in sorted(spots.items(), key=lambda item: -np.nan_to_num(item[1].wait_days)):
        x, y = at[name]
        level = class_of(spot.wait_days, WAITS)
        axes.plot([x], [y], "o", markersize=7 + 1.5 * level, color=SCALE[level], markeredgecolor=INK, zorder=4)
        said = spot.name
        if level:
            said += "\n" + t("{days:.1f} d", days=spot.wait_days)
        dx, dy, left, bottom = _free((x - frame[0], y - frame[1]), said, unit, taken, (frame[2], frame[3]))
        axes.text(
            x + dx * unit,
            y + dy * unit,
            said,
            fontsize=8.5,
            zorder=5,
            linespacing=1.15,
            ha=left,
            va=bottom,
            bbox={"facecolor": "#FFFFFF", "alpha": 0.75, "edgecolor": "none", "pad": 0.8},
        )


def _free(
    at: tuple[float, float],
    said: str,
    unit: float,
    taken: list[tuple[float, float, float, float]],
    size: tuple[float, float],
) -> tuple[float, float, str, str]:
    """Where a label stands: the first of some places around the point that overlaps none before it, or the least."""
    (x, y), rows = at, said.split("\n")
    width = max(sum(9.0 if ord(sign) > 0x2E80 else 5.0 for sign in row) for row in rows) + 3
    height = 11.0 * len(rows)
    options = (
        (9, 0, "left", "center"),
        (-9, 0, "right", "center"),
        (0, 10, "center", "bottom"),
        (0, -10, "center", "top"),
        (6, 8, "left", "bottom"),
        (-6, 8, "right", "bottom"),
        (6, -8, "left", "top"),
        (-6, -8, "right", "top"),
    )
    scored = []
    for i, (dx, dy, ha, va) in enumerate(options):
        left = x / unit + dx - {"left": 0, "right": width, "center": width / 2}[ha]
        bottom = y / unit + dy - {"bottom": 0, "top": height, "center": height / 2}[va]
        box = (left, bottom, left + width, bottom + height)
        inside = _overlap(box, (0, 0, size[0] / unit, size[1] / unit))
        scored.append((sum(_overlap(box, other) for other in taken) + 3 * (width * height - inside), i, box))
    _, i, box = min(scored)
    taken.append(box)
    return options[i]


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return max(min(one[2], other[2]) - max(one[0], other[0]), 0) * max(min(one[3], other[3]) - max(one[1], other[1]), 0)


def _legend(axes: "Axes", widest: float, t: Catalogue) -> None:
    """What widths, shades and dashes mean."""
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 3)
    axes.set_axis_off()
    waits = (
        t("under {n} d", n=WAITS[0]),
        *(f"{a:g}–{b:g}" for a, b in pairwise(WAITS)),
        t("over {n} d", n=f"{WAITS[-1]:g}"),
    )
    left = [f"{100 * limit:g}" for limit in LEFT_BEHIND]
    behind = (t("under {n}", n=left[0]), f"{left[0]}–{left[1]}", f"{left[1]}–{left[2]}", t("over {n}", n=left[2]))
    for row, (what, said) in enumerate(
        ((t("places: longest mean wait of a month"), waits), (t("lanes: left behind for 100 carried"), behind))
    ):
        y = 2.5 - row
        axes.text(1, y, what, fontsize=8, va="center")
        for i, text in enumerate(said):
            x = 42 + 14.5 * i
            mark = "o" if row == 0 else "s"
            axes.plot([x], [y], mark, color=SCALE[i], markeredgecolor=INK, markersize=7 + (1.5 * i if row == 0 else 0))
            axes.text(x + 2, y, text, fontsize=8, va="center")
    _modes(axes, widest, t)


def _modes(axes: "Axes", widest: float, t: Catalogue) -> None:
    axes.text(1, 0.5, t("lanes: width by tonnes a year; middle line by mode"), fontsize=8, va="center")
    for i, (mode, name) in enumerate((("air", t("air")), ("rail", t("rail")), ("road", t("road")), ("sea", t("sea")))):
        x = 42 + 9.5 * i
        axes.plot([x, x + 4], [0.5, 0.5], linestyle=DASHES[mode], color=INK, linewidth=1)
        axes.text(x + 4.6, 0.5, name, fontsize=8, va="center")
    axes.plot([81, 85], [0.5, 0.5], color=GREY, linewidth=WIDEST, solid_capstyle="butt")
    axes.text(86, 0.5, t("{n:,.0f} t a year", n=float(f"{widest:.2g}")), fontsize=8, va="center")
