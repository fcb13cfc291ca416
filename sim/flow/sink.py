"""Where freight and returned parcels are gone."""

import numpy as np

from sim.flow.network import Context, Node, Pool


class Sink(Node):
    """Takes whatever arrives, and writes down the freight among it."""

    def __init__(self, name: str, context: Context, *, first_freight: int, n_freight: int) -> None:
        """first_freight: the account number of the first freight."""
        super().__init__(name, context)
        self._first = first_freight
        self._n = n_freight
        self.inbox = Pool()

    def _serve(self, at: np.ndarray, row: np.ndarray, until: int) -> None:
        context, parcels = self.context, self.context.parcels
        if row.shape[0] == 0:
            return
        stream = parcels.route[row].astype(np.int64) - self._first
        is_counted = (stream >= 0) & (stream < self._n) & (at < context.end)
        context.record.count_freight_arrivals(stream[is_counted], at[is_counted], parcels.ordered_at[row[is_counted]])
        parcels.give_back(row)
