"""A small world for nodes of the flow, and a node that keeps what it is handed."""

from typing import Any

import numpy as np

from sim.flow.network import Context, Node
from sim.flow.parcels import ParcelLog, ParcelTable
from sim.record import Axes, Record
from sim.ticks import HOUR, WEEK

START = 800 * WEEK
END = START + 10 * WEEK


class Here(Node):
    """Keeps what it is handed to serve, and hands on nothing."""

    def __init__(self, name: str, context: Context) -> None:
        super().__init__(name, context)
        self.served: list[tuple[list[int], list[int], int]] = []

    def _serve(self, at: np.ndarray, row: np.ndarray, until: int) -> None:
        self.served.append((at.tolist(), row.tolist(), until))


def world(is_aggregated: bool = False, log: bool = True) -> Context:
    """Two routes, two regions, one product, one stream of freight."""
    axes = Axes(
        origins=("harbin",),
        routes=("post", "express"),
        origin_of_route=(0, 0),
        regions=("ural", "moscow"),
        products=("goods",),
        queues=("office",),
        lanes=("flight",),
        freight=("bulk",),
        warehouses=("shelf",),
        start=START,
        end=END,
        reported_from=START,
    )
    return Context(ParcelTable(8), Record(axes), ParcelLog() if log else None, END, is_aggregated)


def some(context: Context, n: int, **columns: Any) -> np.ndarray:
    """Rows of parcels of one each, with ids from 1000 downwards."""
    p = context.parcels
    row = p.take(n)
    p.ids[row] = 1000 - np.arange(n)
    for name, value in ({"count": 1, "path": 0, "route": 0, "cell": 0} | columns).items():
        getattr(p, name)[row] = value
    return row


def ticks(*hours: float) -> np.ndarray:
    return np.array([START + round(hour * HOUR) for hour in hours], np.int64)


def got(node: Here, until: int = END) -> list[tuple[int, float]]:
    """Ids of the parcels that came, and when, in hours from the start."""
    node.advance(until)
    ids = node.context.parcels.ids
    found = [
        (int(ids[row]), (at - START) / HOUR) for ats, rows, _ in node.served for at, row in zip(ats, rows, strict=True)
    ]
    node.served.clear()
    return found
