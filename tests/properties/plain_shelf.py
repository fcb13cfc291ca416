"""A shelf in plain Python, piece by piece, as section 8 of docs/model.md says; orders are cut into single pieces."""

from dataclasses import dataclass, field

import numpy as np

from sim.kernels import shelf
from sim.kernels.tallying import seconds
from sim.ticks import SECOND

STEP = 700_000
"""Ticks between instants: not a whole second."""
N_PRODUCTS = 3
BOUNDS = np.array([0, 20, 35, 60]) * STEP


@dataclass(frozen=True)
class Stock:
    at: int
    product: int
    pieces: int
    kind: int


@dataclass(frozen=True)
class Order:
    at: int
    row: int
    product: int
    count: int


@dataclass(frozen=True)
class Enlarge:
    at: int
    more: int


@dataclass
class PlainShelf:
    """Lists of single pieces: (arrival, product) on the shelf and outside, (arrival, row, product) waited for."""

    storage: int
    cm3: list[int]
    falls_back: bool
    on_shelf: list[tuple[int, int]] = field(default_factory=list)
    outside: list[tuple[int, int]] = field(default_factory=list)
    waiting: list[tuple[int, int, int]] = field(default_factory=list)
    taken: list[tuple[int, int, int]] = field(default_factory=list)
    fallen: list[tuple[int, int]] = field(default_factory=list)
    totals: np.ndarray = field(default_factory=lambda: np.zeros((3, N_PRODUCTS, shelf.N_TOTALS), np.int64))
    now: int = 0
    bounds: np.ndarray = field(default_factory=lambda: BOUNDS)

    def month(self) -> int:
        return min(int(np.searchsorted(self.bounds, self.now, side="right")) - 1, len(self.bounds) - 2)

    def used(self) -> int:
        """Room taken in cm3."""
        return sum(self.cm3[product] for _, product in self.on_shelf)

    def turn_to(self, at: int) -> None:
        """Count the seconds of every piece up to ``at``, month by month."""
        while self.now < at:
            month = self.month()
            then = min(at, int(self.bounds[month + 1])) if month < len(self.bounds) - 2 else at
            span = then // SECOND - self.now // SECOND
            for pieces, column in ((self.on_shelf, shelf.SHELF_S), (self.outside, shelf.OUTSIDE_S)):
                for _, product in pieces:
                    self.totals[month, product, column] += span
            self.now = then

    def leave(self, since: int, product: int, arrived: int, row: int) -> None:
        month = self.month()
        self.totals[month, product, shelf.AGE_S] += self.now // SECOND - since // SECOND
        self.taken.append((row, arrived, self.now))

    def let_in(self) -> None:
        while self.outside:
            since, product = self.outside[0]
            waits = next((order for order in self.waiting if order[2] == product), None)
            if waits is not None:
                self.waiting.remove(waits)
                self.leave(since, product, waits[0], waits[1])
                self.totals[self.month(), product, shelf.LATER] += 1
                self.totals[self.month(), product, shelf.WAIT_S] += seconds(self.now - waits[0])
            elif self.used() + self.cm3[product] <= self.storage:
                self.on_shelf.append((since, product))
            else:
                return
            self.outside.pop(0)

    def happen(self, event: Stock | Order | Enlarge) -> None:
        self.turn_to(event.at)
        if isinstance(event, Stock):
            if event.kind >= 0:
                self.totals[self.month(), event.product, event.kind] += event.pieces
            self.outside += [(event.at, event.product)] * event.pieces
            self.let_in()
        elif isinstance(event, Enlarge):
            self.storage += event.more
            if event.more > 0:
                self.let_in()
        else:
            self.order(event)

    def order(self, event: Order) -> None:
        totals = self.totals[self.month(), event.product]
        totals[shelf.ORDERED] += event.count
        for _ in range(event.count):
            piece = next((piece for piece in self.on_shelf if piece[1] == event.product), None)
            if piece is not None:
                self.on_shelf.remove(piece)
                self.leave(piece[0], event.product, event.at, event.row)
                totals[shelf.AT_ONCE] += 1
                self.let_in()
            elif self.falls_back:
                self.fallen.append((event.row, event.at))
                totals[shelf.FELL_BACK] += 1
            else:
                self.waiting.append((event.at, event.row, event.product))
