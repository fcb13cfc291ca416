"""Consolidation: ready parcels, path by path, and the containers they are put into.

When containers are filled and closed is decided in `sim.actors.consolidating`.
"""

import numpy as np

from sim.flow.network import Node


class Consolidation(Node):
    """Ready parcels at a container freight station."""

    def _serve(self, at: np.ndarray, row: np.ndarray, until: int) -> None:
        raise NotImplementedError
