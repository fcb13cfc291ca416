"""Customs: the selection for examination, between documentary release and the bays.

Release and bays are queues (`sim.flow.station`); only what lies between them is here.
"""

import numpy as np
from numba import njit

from sim.flow.network import Context, Node, Pool, divide
from sim.kernels import draws


@njit(cache=True)
def _shares(
    row: np.ndarray,
    product: np.ndarray,
    fen: np.ndarray,
    of_product: np.ndarray,
    above_limit: float,
    limit_fen: int,
) -> np.ndarray:
    """Share of each row that is examined: float64[n]; ``of_product`` float64[products]."""
    out = np.empty(row.shape[0], np.float64)
    for i in range(row.shape[0]):
        k = row[i]
        out[i] = above_limit if fen[k] > limit_fen else of_product[product[k]]
    return out


class Selection(Node):
    """Decides, by each parcel's own luck, which are examined; the others pass at once."""

    def __init__(
        self,
        name: str,
        context: Context,
        *,
        key: np.uint64,
        of_product: np.ndarray,
        above_limit: float,
        limit_fen: int,
        own_share: dict[str, int],
        bays: Node,
    ) -> None:
        super().__init__(name, context)
        self._key = key
        self.of_product = of_product
        """Share examined by product: float64[products]."""
        self.above_limit = above_limit
        """Share examined of parcels above the duty-free limit."""
        self.limit_fen = limit_fen
        """The duty-free limit in fen of 2016."""
        self.own_share = own_share
        """Products with a share of their own, and their number."""
        self._bays = bays
        self.inbox = Pool()

    def set_share(self, share: float) -> None:
        """Change the share of all products that have none of their own."""
        general = np.ones(self.of_product.shape[0], np.bool_)
        general[list(self.own_share.values())] = False
        self.of_product[general] = share

    @property
    def targets(self) -> tuple[Node, ...]:
        """The bays, and what comes after customs."""
        return (self._bays, *super().targets)

    def _serve(self, at: np.ndarray, row: np.ndarray, until: int) -> None:
        if row.shape[0] == 0:
            return
        parcels = self.context.parcels
        share = _shares(row, parcels.product, parcels.fen, self.of_product, self.above_limit, self.limit_fen)
        is_single = not self.context.is_aggregated
        examined = draws.taken(self._key, share, row, parcels.ids, parcels.count, is_single)
        taken, rest = divide(self.context, at, row, examined)
        self._bays.receive(*taken)
        self.forward(*rest)
