"""Pictures of a run: what was ordered, how long it took, where it queued, and what the warehouses held.

Draws from tables, knows no simulation. Readable in black and white: lines differ in dash and marker, not colour alone,
and each is named where it ends.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Columns = Mapping[str, np.ndarray]
Series = Mapping[str, np.ndarray]
# Okabe and Ito (2008): told apart by colour-blind readers.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_QUEUES_SHOWN = 10
_WRITTEN_DAYS = 0.95
_FEW = ".examination"
"""Queues of the few that are picked out: long, and of no weight for the days of all."""
_ARRIVED_SHARE = 0.9
"""Below this share of a month's orders the mean of those that arrived is that of the fast ones only."""
_POOR_FILL_RATE = 0.95
_LABEL_GAP = 0.085
"""Least distance of two labels, as a share of the height of a panel."""


def overview(tables: Mapping[str, Columns], title: str) -> "Figure":
    """Orders placed and mean days by month, a panel for each origin; waits in queues; stock. First replication.

    tables: `flows`, `service`, `stations` and `warehouses` of a run (see docs/tables.md).
    """
    from sim.figures import Picture

    first = {name: _first_replication(tables[name]) for name in ("flows", "service", "stations", "warehouses")}
    months = sorted(set(first["flows"]["month"]))
    origins = list(dict.fromkeys(first["flows"]["origin"]))
    n_rows = 3 + (len(first["warehouses"]["month"]) > 0)
    figure = Picture(figsize=(6 + 5 * max(len(origins), 1), 0.8 + 2.9 * n_rows), layout="constrained")
    figure.suptitle(title, fontsize=13, parse_math=False)
    grid = figure.add_gridspec(n_rows, len(origins))
    for row, draw in enumerate((_orders, _days)):
        _by_origin([figure.add_subplot(grid[row, i]) for i in range(len(origins))], draw, months, first, origins)
    _queues(figure.add_subplot(grid[2, :]), months, first["stations"])
    if n_rows > 3:
        _stock(figure.add_subplot(grid[3, :]), months, first["warehouses"])
    for axes in figure.axes:
        if not axes.images:
            axes.grid(axis="y", alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
        every = max(1, -(-len(months) // 12))
        axes.set_xticks(range(0, len(months), every), months[::every], rotation=45, ha="right", fontsize=8)
    return figure


def can_be_drawn(text: str) -> bool:
    """Whether matplotlib's own font has every character: Latin, Greek and Cyrillic, no Chinese."""
    return all(character.isprintable() and ord(character) < 0x500 for character in text)


def save(figure: "Figure", path: Path) -> None:
    """Write a figure as PNG; its bytes depend on nothing but the figure and the version of matplotlib."""
    figure.savefig(path, dpi=110, metadata={"Software": None})


# -- panels ------------------------------------------------------------------------------------------------------------


def _by_origin(
    panels: Sequence["Axes"],
    draw: Callable[["Axes", Sequence[str], Mapping[str, Columns]], Series],
    months: Sequence[str],
    tables: Mapping[str, Columns],
    origins: Sequence[str],
) -> None:
    """The same for each origin, on one scale; a route has the same style wherever it is drawn."""
    series = []
    for axes, origin in zip(panels, origins, strict=True):
        of_origin = {name: _where(tables[name], "origin", origin) for name in ("flows", "service")}
        series.append(draw(axes, months, of_origin))
        axes.set_title(f"from {origin}" if len(origins) > 1 else "", fontsize=10, parse_math=False)
    limits = [axes.get_ylim() for axes in panels]
    for axes, drawn in zip(panels, series, strict=True):
        axes.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
        label(axes, drawn)
    for axes in panels[1:]:
        axes.set_ylabel("")


def _orders(axes: "Axes", months: Sequence[str], tables: Mapping[str, Columns]) -> Series:
    flows = tables["flows"]
    placed = _by_month(months, flows, flows["placed"].astype(float), "route")
    series = {route: np.where(values > 0, values, np.nan) for route, values in placed.items()}
    lines(axes, series)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_ylabel("orders placed\n(a month, log scale)")
    return series


def _days(axes: "Axes", months: Sequence[str], tables: Mapping[str, Columns]) -> Series:
    series = _mean_days(months, tables["service"])
    lines(axes, series)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("order to ready for collection\n(mean days, by month of order)")
    return series


def _queues(axes: "Axes", months: Sequence[str], stations: Columns) -> None:
    """The longest waits as a chart of queues by months: darker is longer, and what is a day or more is written out."""
    waits = _longest_waits(months, stations)
    days = np.array(list(waits.values())).reshape(len(waits), len(months))
    darkest = max(float(days.max(initial=0)), 1.0)
    axes.imshow(days, aspect="auto", cmap="Greys", vmin=0, vmax=1.15 * darkest, interpolation="nearest")
    for row, month in zip(*np.nonzero(days >= _WRITTEN_DAYS), strict=True):
        colour = "#FFFFFF" if days[row, month] > 0.6 * darkest else "#000000"
        axes.text(month, row, f"{days[row, month]:.1f}", ha="center", va="center", fontsize=7, color=colour)
    axes.set_yticks(range(len(waits)), list(waits), fontsize=8, parse_math=False)
    axes.yaxis.tick_right()
    axes.tick_params(axis="y", length=0)
    axes.set_ylabel(f"the {len(waits)} longest queues\n(mean days of wait, by month)")


def _stock(axes: "Axes", months: Sequence[str], warehouses: Columns) -> None:
    """Stock by warehouse, with a ring around months in which many orders found none."""
    series = _by_month(months, warehouses, warehouses["stock"].astype(float), "warehouse")
    orders, filled = (_by_month(months, warehouses, warehouses[name], "warehouse") for name in _FILLED)
    lines(axes, series)
    axes.set_ylim(bottom=0)
    for name, values in series.items():
        poor = np.flatnonzero(filled[name] < _POOR_FILL_RATE * orders[name])
        axes.plot(poor, values[poor], "o", markersize=11, markerfacecolor="none", markeredgecolor="#000000")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_ylabel(
        f"stock of warehouses\n(pieces at the end of the month;\nring: fill rate below {_POOR_FILL_RATE:.0%})"
    )
    label(axes, series)


_FILLED = ("orders", "filled_at_once")


# -- series ------------------------------------------------------------------------------------------------------------


def _first_replication(columns: Columns) -> Columns:
    if not len(columns["replication"]):
        return columns
    return _where(columns, "replication", columns["replication"].min())


def _where(columns: Columns, key: str, value: Any) -> Columns:
    is_wanted = columns[key] == value
    return {name: values[is_wanted] for name, values in columns.items()}


def _by_month(months: Sequence[str], columns: Columns, values: np.ndarray, key: str) -> dict[str, np.ndarray]:
    """Sums by month for every value of ``key``."""
    number = {month: i for i, month in enumerate(months)}
    result: dict[str, np.ndarray] = {}
    for name, month, value in zip(columns[key], columns["month"], values, strict=True):
        result.setdefault(name, np.zeros(len(months)))[number[month]] += value
    return result


def _mean_days(months: Sequence[str], service: Columns) -> dict[str, np.ndarray]:
    """Mean days over all cells of a route, weighted by parcels that arrived; NaN while many have not arrived yet."""
    placed = _by_month(months, service, service["placed"], "route")
    arrived = _by_month(months, service, service["arrived"], "route")
    total = _by_month(months, service, np.nan_to_num(service["mean_days"]) * service["arrived"], "route")
    result = {}
    for route, n in arrived.items():
        is_known = (n > 0) & (n >= _ARRIVED_SHARE * placed[route])
        result[route] = np.divide(total[route], n, out=np.full(len(months), np.nan), where=is_known)
    return result


def _longest_waits(months: Sequence[str], stations: Columns) -> dict[str, np.ndarray]:
    """Mean wait in days of the queues in which all or most wait longest in their worst month."""
    waits = _by_month(months, stations, np.nan_to_num(stations["mean_wait_hours"]) / 24, "queue")
    of_all = [queue for queue in waits if not queue.endswith(_FEW)]
    longest = sorted(of_all, key=lambda queue: (-waits[queue].max(), queue))[:_QUEUES_SHOWN]
    return {queue: waits[queue] for queue in longest}


# -- lines and their names ---------------------------------------------------------------------------------------------


def lines(axes: "Axes", series: Series) -> None:
    """Lines of equally many points, each of a colour, dash and marker of its own."""
    for i, values in enumerate(series.values()):
        style = {"color": COLOURS[i % 7], "linestyle": DASHES[i % 7], "marker": MARKERS[i % 7]}
        axes.plot(range(len(values)), values, markersize=4, linewidth=1.4, **style)


def label(axes: "Axes", series: Series) -> None:
    """The name of each line to the right of where it ends, in its colour, moved apart where names would overlap."""
    ends = {name: np.flatnonzero(~np.isnan(values)) for name, values in series.items()}
    drawn = [name for name in series if len(ends[name])]
    heights = {name: _height(axes, float(series[name][ends[name][-1]])) for name in drawn}
    right = len(next(iter(series.values()))) - 1 if series else 0
    axes.set_xlim(-0.5, right + 0.5)
    order = list(series)
    for name, height in _apart(heights).items():
        at = ends[name][-1]
        colour = COLOURS[order.index(name) % 7]
        axes.annotate(
            name,
            xy=(at, series[name][at]),
            xytext=(1.03, height),
            textcoords="axes fraction",
            color=colour,
            fontsize=9,
            va="center",
            parse_math=False,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.6,
                "shrinkA": 1,
                "shrinkB": 3,
                "relpos": (0, 0.5),
            },
        )


def _height(axes: "Axes", value: float) -> float:
    """Where a value lies on the vertical axis: 0 at the bottom, 1 at the top."""
    low, high = axes.get_ylim()
    if axes.get_yscale() == "log":
        low, high, value = np.log((low, high, value))
    return float((value - low) / (high - low))


def _apart(heights: Mapping[str, float]) -> dict[str, float]:
    """Heights pushed up until each is a gap above the one below, then down together if they stand out at the top."""
    result: dict[str, float] = {}
    last = -_LABEL_GAP
    for name in sorted(heights, key=lambda name: heights[name]):
        last = result[name] = max(heights[name], last + _LABEL_GAP)
    above = 1.0
    for name in reversed(list(result)):
        result[name] = min(result[name], above)
        above = result[name] - _LABEL_GAP
    return result
