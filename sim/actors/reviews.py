"""Stock reviews: at fixed intervals a warehouse looks at its stock and orders what brings it up again.

The actor has the shape of all: wait until the instant; advance the warehouse; decide; act.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import simpy

from sim.actors.moments import REVIEWS, Moment
from sim.flow.network import Network
from sim.flow.replenishment import Supply, packed
from sim.flow.warehouse import Warehouse
from sim.ids import MAX_ORDINAL, first_container_id
from sim.record import Record
from sim.ticks import SECOND, WEEK


@dataclass
class StockRule:
    """When a product is ordered again, and how much; dated changes may change the numbers."""

    product: int
    reorder_point: int
    order_up_to: int | None
    quantity: int | None

    def wanted(self, position: int) -> int:
        """Pieces that a review orders at a position."""
        if position > self.reorder_point:
            return 0
        if self.quantity is not None:
            return ((self.reorder_point - position) // self.quantity + 1) * self.quantity
        assert self.order_up_to is not None
        return max(self.order_up_to, self.reorder_point + 1) - position


@dataclass
class StockReview:
    """The reviews of one warehouse."""

    warehouse: Warehouse
    every: int
    rules: Sequence[StockRule]
    supply: Supply

    def act(self, at: int, record: Record) -> None:
        """Order what is wanted; the warehouse must have been advanced to ``at``."""
        position = self.warehouse.position
        wanted = np.zeros_like(position)
        for rule in self.rules:
            p = rule.product
            wanted[p] = rule.wanted(int(position[p]))
            if wanted[p]:
                record.stock_review(at, self.warehouse.name, p, int(position[p]), int(wanted[p]))
        if wanted.any():
            self._order(wanted, at)

    def _order(self, wanted: np.ndarray, at: int) -> None:
        name, supply = self.warehouse.name, self.supply
        loads = packed(wanted, supply.grams, supply.cm3, supply.room)
        if len(loads) > MAX_ORDINAL:
            raise OverflowError(f"{name}: {len(loads)} loads in one review; larger loads or smaller orders are needed")
        self.warehouse.under_way += wanted
        first_id = first_container_id(f"warehouse/{name}", at // WEEK, at % WEEK // SECOND)
        supply.send(self.warehouse.context, loads, first_id, at)


def reviews(
    env: simpy.Environment, of: Sequence[StockReview], network: Network, record: Record, end: int
) -> Generator[simpy.Event, None, None]:
    """All stock reviews, within one instant by name of the warehouse."""
    in_order = sorted(of, key=lambda review: review.warehouse.name)
    due = [-(-int(env.now) // review.every) * review.every for review in in_order]
    while (at := min(due)) < end:
        yield Moment(env, at, REVIEWS)
        for i, review in enumerate(in_order):
            if due[i] == at:
                network.advance(review.warehouse, at)
                review.act(at, record)
                due[i] += review.every
