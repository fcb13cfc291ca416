"""Customs: the selection for examination, between documentary release and the bays.

Release and bays are queues (`sim.flow.station`); only what lies between them is here.
"""

import numpy as np

from sim.flow.network import Context, Node, Pool, divide
from sim.kernels import draws

NO_LIMIT = 2**62
"""A duty-free limit in fen that nothing exceeds."""


def in_fen(limit: float) -> int:
    """A duty-free limit in whole fen, of CNY."""
    return round(limit * 100)


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
        is_open: bool,
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
        self._is_open = is_open
        self._held: list[np.ndarray] = []

    def set_open(self, is_open: bool, at: int) -> None:
        """Close the office, or reopen it: then what was held passes at ``at``. Only of an office without release."""
        self._is_open = is_open
        if is_open and self._held:
            held = np.concatenate(self._held)
            self._held = []
            self._select(np.full(held.shape[0], at, np.int64), held)

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
        if self._is_open:
            self._select(at, row)
        else:
            self._held.append(row)

    def _select(self, at: np.ndarray, row: np.ndarray) -> None:
        p = self.context.parcels
        examined = draws.examined(
            self._key,
            self.of_product,
            self.above_limit,
            self.limit_fen,
            row,
            p.ids,
            p.count,
            not self.context.is_aggregated,
            p.product,
            p.fen,
        )
        taken, rest = divide(self.context, at, row, examined)
        self._bays.receive(*taken)
        self.forward(*rest)
