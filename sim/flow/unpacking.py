"""Unpacking: a station that empties containers; what was in them goes on singly. Nothing else comes to it."""

import numpy as np

from sim.flow.station import Queue


class UnpackingQueue(Queue):
    """Serves containers of parcels like any queue, and hands on what is in them."""

    def forward(self, at: np.ndarray, row: np.ndarray) -> None:
        """Hand on, in place of each container, its parcels; they arrive at the next step at the same instant."""
        p = self.context.parcels
        if row.shape[0] == 0:
            return
        inside = [p.contents.pop(each) for each in row.tolist()]
        p.give_back(row)
        super().forward(np.repeat(at, [rows.shape[0] for rows in inside]), np.concatenate(inside))
