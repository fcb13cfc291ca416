"""Warehouse: a shelf by product; stock comes in, orders take it, wait, or go another way."""

import numpy as np

from sim.flow.network import Node


class Warehouse(Node):
    """The shelf of one warehouse. Receiving lies before it, pick and pack behind it."""

    def _serve(self, at: np.ndarray, row: np.ndarray, until: int) -> None:
        raise NotImplementedError
