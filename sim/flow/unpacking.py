"""Unpacking: a station that empties containers; what was in them goes on singly."""

import numpy as np

from sim.flow.containers import full_ones
from sim.flow.station import Queue


class UnpackingQueue(Queue):
    """Serves containers like any queue, and hands on what is in them. What travels singly, and freight, passes."""

    def forward(self, at: np.ndarray, row: np.ndarray) -> None:
        """Hand on, in place of each container, its parcels; they arrive at the next step at the same instant."""
        p = self.context.parcels
        full = full_ones(self.context, row)
        if full.shape[0] == 0:
            super().forward(at, row)
            return
        inside = [p.contents.pop(each) for each in row[full].tolist()]
        p.give_back(row[full])
        at_inside = np.repeat(at[full], [rows.shape[0] for rows in inside])
        super().forward(
            np.concatenate([np.delete(at, full), at_inside]), np.concatenate([np.delete(row, full), *inside])
        )
