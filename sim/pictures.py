"""Pictures of a run: what was ordered, how long it took, where it queued.

Draws from tables, knows no simulation. Readable in black and white: lines differ in dash and marker, not colour alone.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Columns = Mapping[str, np.ndarray]
# Okabe and Ito (2008): told apart by colour-blind readers.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_QUEUES_SHOWN = 5
_ARRIVED_SHARE = 0.9
"""Below this share of a month's orders the mean of those that arrived is that of the fast ones only."""


def overview(tables: Mapping[str, Columns], title: str) -> "Figure":
    """Three panels by month: orders placed by route, mean days by route, and the largest backlogs; first replication.

    tables: `flows`, `service` and `stations` of a run (see docs/tables.md).
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 9.5), layout="constrained")
    figure.suptitle(title, fontsize=13, parse_math=False)
    orders, days, backlogs = figure.subplots(3, 1, sharex=True)
    flows, service, stations = (_first_replication(tables[name]) for name in ("flows", "service", "stations"))
    months = sorted(set(flows["month"]))
    _stacked(orders, months, _by_month(months, flows, flows["placed"] / 1000, "route"))
    orders.set_ylabel("orders placed\n(thousand a month)")
    _lines(days, months, _mean_days(months, service))
    days.set_ylabel("order to ready for collection\n(mean days, by month of order)")
    _lines(backlogs, months, _largest_backlogs(months, stations))
    backlogs.set_ylabel("largest backlog of the month\n(thousand parcels)")
    for axes in (orders, days, backlogs):
        axes.set_ylim(bottom=0)
        axes.grid(axis="y", alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    every = max(1, len(months) // 12)
    backlogs.set_xticks(range(0, len(months), every), months[::every], rotation=45, ha="right")
    return figure


def can_be_drawn(text: str) -> bool:
    """Whether matplotlib's own font has every character: Latin, Greek and Cyrillic, no Chinese."""
    return all(character.isprintable() and ord(character) < 0x500 for character in text)


def save(figure: "Figure", path: Path) -> None:
    """Write a figure as PNG; its bytes depend on nothing but the figure and the version of matplotlib."""
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _first_replication(columns: Columns) -> Columns:
    is_first = columns["replication"] == columns["replication"].min()
    return {name: values[is_first] for name, values in columns.items()}


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


def _largest_backlogs(months: Sequence[str], stations: Columns) -> dict[str, np.ndarray]:
    backlogs = _by_month(months, stations, stations["largest_backlog"] / 1000, "queue")
    largest = sorted(backlogs, key=lambda queue: (-backlogs[queue].max(), queue))[:_QUEUES_SHOWN]
    return {queue: backlogs[queue] for queue in largest}


def _stacked(axes: "Axes", months: Sequence[str], series: Mapping[str, np.ndarray]) -> None:
    bottom = np.zeros(len(months))
    for i, (name, values) in enumerate(sorted(series.items(), key=lambda item: -item[1].sum())):
        hatch = ("", "///", "...", "xxx")[i % 4]
        axes.bar(
            range(len(months)), values, bottom=bottom, label=name, color=_COLOURS[i % 7], hatch=hatch, edgecolor="white"
        )
        bottom += values


def _lines(axes: "Axes", months: Sequence[str], series: Mapping[str, np.ndarray]) -> None:
    for i, (name, values) in enumerate(series.items()):
        style = {"color": _COLOURS[i % 7], "linestyle": _DASHES[i % 7], "marker": _MARKERS[i % 7]}
        axes.plot(range(len(months)), values, label=name, markersize=4, **style)
