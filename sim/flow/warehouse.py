"""Warehouse: a shelf by product; stock comes in, orders take it, wait, or go another way.

The rule of the shelf is in `sim.kernels.shelf`; when stock is ordered again is decided in `sim.actors.reviews`.
"""

from dataclasses import dataclass

import numpy as np

from sim.flow.network import EMPTY, Batch, Context, Node
from sim.flow.path_shares import PathShares
from sim.kernels import ordering, shelf

ORDER, LOAD, RETURN = range(3)
"""What comes by an itinerary."""


@dataclass
class Fallback:
    """The route by whose paths orders go that find the shelf empty, and the time until then."""

    shares: PathShares
    route: int
    delay: int


class Warehouse(Node):
    """The shelf of one warehouse. Receiving lies before it, pick and pack behind it."""

    def __init__(
        self,
        name: str,
        context: Context,
        *,
        number: int,
        kind_of_path: np.ndarray,
        cm3: np.ndarray,
        storage: int,
        initial: np.ndarray,
        fallback: Fallback | None,
    ) -> None:
        """kind_of_path int64[itineraries], see `ORDER`; cm3 of a piece and initial pieces int64[products]."""
        super().__init__(name, context)
        record = context.record
        self._number = number
        self._kind_of_path = kind_of_path
        self._storage = storage
        self.fallback = fallback
        self.under_way = np.zeros(cm3.shape[0], np.int64)
        """Pieces ordered and not yet received: int64[products]."""
        self._shelf = shelf.empty(cm3, storage, record.stock_totals[number], record.axes.month_bounds())
        self._initial = initial  # arrives at the start, after the changes of that instant
        record.initial_stock[number] = initial

    @property
    def position(self) -> np.ndarray:
        """Pieces on the shelf, outside and under way, less those waited for, before the instant served: int64[P]."""
        of = self._shelf.products.T
        return of[shelf.SHELF] + of[shelf.OUTSIDE] + self._initial + self.under_way - of[shelf.WAITING]

    @property
    def stock(self) -> np.ndarray:
        """Pieces on the shelf, outside and waited for: int64[3, products]."""
        return self._shelf.products.T[[shelf.SHELF, shelf.OUTSIDE, shelf.WAITING]]

    def set_storage(self, storage: int, at: int) -> None:
        """Change the storage in cm3 at ``at``, to which the caller has advanced this node."""
        taken = np.empty((5, shelf.most_taken(self._shelf, 0, 0)), np.int64)
        n = shelf.enlarge(self._shelf, at, storage - self._storage, taken)
        self._storage = storage
        self._send_to_pick(taken[:, :n])

    def finish(self, end: int) -> None:
        """Close the books at the end of the simulated time."""
        shelf.count_until(self._shelf, end)

    # -- the flow -----------------------------------------------------------------------------------------------------

    def _serve(self, at: np.ndarray, row: np.ndarray, until: int) -> None:
        start = self.context.record.axes.start
        if until > start and self._initial.any():
            self._work(_lots(np.array([start]), self._initial[None], np.array([-1])), EMPTY, EMPTY)
            self._initial = np.zeros_like(self._initial)
        if row.shape[0] == 0:
            return
        kind = ordering.look_up(self._kind_of_path, self.context.parcels.path, row)
        is_stock = kind != ORDER
        lots = self._unload(kind[is_stock], at[is_stock], row[is_stock])
        self._work(lots, *ordering.pick(kind, ORDER, at, row))

    def _unload(self, kind: np.ndarray, at: np.ndarray, row: np.ndarray) -> np.ndarray:
        """Lots of loads and returned rows, in their order and that of products: int64[4, lots], see `shelf.work`."""
        parcels = self.context.parcels
        if self.context.log is not None:
            self.context.log.step(self.name, parcels.ids[row], at, at, at)
        pieces = np.zeros((row.shape[0], self.under_way.shape[0]), np.int64)
        comes_back = kind == RETURN
        returned = row[comes_back]
        pieces[comes_back, parcels.product[returned]] = parcels.count[returned]
        for i in np.flatnonzero(kind == LOAD):
            pieces[i] = self._open(int(row[i]), int(at[i]))
        parcels.give_back(row)
        return _lots(at, pieces, np.where(comes_back, shelf.RESTOCKED, shelf.ARRIVED))

    def _open(self, row: int, at: int) -> np.ndarray:
        """The pieces of a load that was received: int64[products]."""
        pieces = self.context.parcels.pieces.pop(row)
        self.under_way -= pieces
        record = self.context.record
        record.loads_received[self._number, record.month(at)] += 1
        return pieces

    def _work(self, lots: np.ndarray, at: np.ndarray, row: np.ndarray) -> None:
        parcels = self.context.parcels
        n_lots, n_orders = lots.shape[1], row.shape[0]
        self._shelf = shelf.with_nodes(self._shelf, n_lots, n_orders)
        orders = np.stack([at, row, parcels.product[row].astype(np.int64), parcels.count[row].astype(np.int64)])
        taken = np.empty((5, shelf.most_taken(self._shelf, n_lots, n_orders)), np.int64)
        fallen = np.empty((2, n_orders), np.int64)
        n, n_fallen = shelf.work(self._shelf, lots, orders, self.fallback is not None, taken, fallen)
        self._send_to_pick(taken[:, :n])
        if n_fallen:
            self._fall_back(fallen[1, :n_fallen], fallen[0, :n_fallen])

    def _send_to_pick(self, taken: np.ndarray) -> None:
        """Forward orders with the pieces they took: taken int64[5, n], see `shelf.let_in`."""
        row, arrived, at, pieces, lacking = taken
        self.context.record.count_picks(self._number, at, self.context.parcels.route[row], pieces)
        if self.context.is_aggregated:
            row = row.copy()
            in_part = lacking > 0
            row[in_part] = self.context.parcels.split(row[in_part], pieces[in_part])
        if self.context.log is not None:
            self.context.log.step(self.name, self.context.parcels.ids[row], arrived, at, at)
        self.forward(at.copy(), row.copy())

    def _fall_back(self, at: np.ndarray, row: np.ndarray) -> None:
        """Send orders by the paths of the fallback's route."""
        entering = self._rerouted(at, row)
        if self.context.log is not None:
            self.context.log.step(self.name, self.context.parcels.ids[row], at, at, entering[0])
        self.forward(*entering)

    def _rerouted(self, at: np.ndarray, row: np.ndarray) -> Batch:
        parcels, fallback = self.context.parcels, self.fallback
        assert fallback is not None
        region = parcels.region[row].astype(np.int64)
        path = np.empty(row.shape[0], np.int64)
        fallback.shares.choose(parcels.ids[row], np.full(row.shape[0], fallback.route), region, path)
        parcels.path[row] = path
        return at + max(fallback.delay, 1), row.copy()


def _lots(at: np.ndarray, pieces: np.ndarray, kind: np.ndarray) -> np.ndarray:
    """Lots of what comes at int64[n]: pieces int64[n, products], kind int64[n]; int64[4, lots], see `shelf.work`."""
    of, product = np.nonzero(pieces)
    return np.stack([at[of], product, pieces[of, product], kind[of]])
