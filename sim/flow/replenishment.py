"""Replenishment: pieces of stock packed into loads, which then travel through the network as containers do."""

from dataclasses import dataclass

import numpy as np

from sim.flow.containers import new_containers
from sim.flow.network import Context, Node


def packed(wanted: np.ndarray, grams: np.ndarray, cm3: np.ndarray, room: np.ndarray) -> list[np.ndarray]:
    """Loads of the pieces ``wanted``, product by product, each as full as ``room`` int64[3] (g, cm3, pieces) lets it.

    wanted, grams and cm3 int64[products]; a load is int64[products] pieces, one at least.
    """
    loads: list[np.ndarray] = []
    left = np.zeros(3, np.int64)
    for product in np.flatnonzero(wanted):
        each, n = np.array([grams[product], cm3[product], 1]), int(wanted[product])
        while n:
            fitting = min(n, int((left // each).min()))
            if fitting == 0:  # a new load, which takes one piece even if it is larger than that
                loads.append(np.zeros_like(wanted))
                left = room.copy()
                fitting = max(1, min(n, int((left // each).min())))
            loads[-1][product] += fitting
            left = np.maximum(left - fitting * each, 0)
            n -= fitting
    return loads


@dataclass(frozen=True)
class Supply:
    """How loads of one warehouse set out."""

    first: Node
    path: int
    account: int
    grams: np.ndarray
    """Of a piece, by product: int64[products]."""
    cm3: np.ndarray
    room: np.ndarray
    """What a load holds: int64[3] g, cm3 and pieces."""

    def send(self, context: Context, loads: list[np.ndarray], first_id: int, at: int) -> None:
        """Let loads set out at ``at``, with ids from ``first_id`` on."""
        pieces, instants = np.array(loads, np.int64), np.full(len(loads), at, np.int64)
        row = new_containers(
            context,
            first_id + np.arange(len(loads)),
            instants,
            path=self.path,
            account=self.account,
            grams=pieces @ self.grams,
            cm3=pieces @ self.cm3,
        )
        context.parcels.pieces.update(zip(row.tolist(), pieces, strict=True))
        self.first.receive(instants, row)
