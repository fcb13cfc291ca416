"""A warehouse: stock on the shelf and outside, orders that take it or wait for it, and the reviews that order more.

Knows nothing of the ways by which stock comes and parcels go.
"""

from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import NamedTuple

import simpy

from oracle.items import Item, Way, limits
from oracle.stations import Desk
from oracle.trace import Row, StockReview
from oracle.world import CHANGES, SHELVES, STOCK_REVIEWS, At, World
from sim.ids import first_container_id
from sim.kernels import distributions
from sim.scenario.warehouses import Stock
from sim.ticks import SECOND, WEEK, week_of

BEFORE_ALL = -1
"""In place of the id of a load: the stock that is there at the start."""


@dataclass(order=True)
class Lot:
    """Pieces of one product that came together and are not on the shelf yet."""

    arrived_at: int
    item_id: int
    rank: int
    product: str
    pieces: int


class Taker(NamedTuple):
    """An order that comes for a piece; its event tells when it enters the fallback route, or nothing if it has one."""

    arrived_at: int
    order_id: int
    product: str
    served: simpy.Event


class Piece(NamedTuple):
    """One piece of a product, as it lies on the shelf and in a load."""

    product: str
    grams: int
    volume: int


class Warehouse:
    """Stock by product, and those that wait for it."""

    def __init__(self, world: World, name: str, send: Callable[[Item, Counter[str]], object]) -> None:
        self.world, self.env, self.name, self.send = world, world.env, name, send
        self.described = world.scenario.warehouses[name]
        self.path = f"warehouses.{name}"
        self.rank = STOCK_REVIEWS + sorted(world.scenario.warehouses).index(name)
        self.products = [product for product in world.scenario.products if product in self.described.stock]
        self.pieces = {product: self.piece(product) for product in world.scenario.products}
        self.receiving, self.pick = self.desk("receiving"), self.desk("pick")
        self.shelf: Counter[str] = Counter()
        self.under_way: Counter[str] = Counter()
        self.waiting: list[Taker] = []
        self.stock_that_comes: list[tuple[int, Counter[str]]] = []
        self.orders_that_come: list[Taker] = []
        self.outside = self.lots(BEFORE_ALL, Counter({p: self.initial(p) for p in self.products}))
        self.let_in()

    def desk(self, part: str) -> Desk:
        """The queue of receiving or of pick and pack."""
        clock = self.world.clock(self.described, self.described.place)
        path, luck = f"{self.path}.{part}", (part, self.name)
        described = getattr(self.described, part)
        return Desk(self.world, described, clock, step=f"{self.name}.{part}", path=path, office=self.path, luck=luck)

    def piece(self, product: str) -> Piece:
        """A piece has the mean weight of its product, and the volume of that weight."""
        mean = distributions.mean(distributions.table(self.world.scenario.products[product].weight))
        grams = max(1, round(mean))
        return Piece(product, grams, self.world.volume(product, grams))

    def initial(self, product: str) -> int:
        """Pieces at the start, as described."""
        stock = self.described.stock[product]
        if stock.initial is not None:
            return stock.initial
        return stock.order_up_to or stock.reorder_point + (stock.quantity or 0)

    def run(self) -> Generator[simpy.Event, None, None]:
        """Review the stock at whole multiples of the interval."""
        for instant in self.world.multiples(self.described.review_every):
            yield At(self.env, instant, self.rank)
            self.review()

    def grow(self) -> Generator[simpy.Event, None, None]:
        """Let stock in when there is more room from an instant on."""
        for instant in sorted(self.world.numbers.instants(f"{self.path}.storage")):
            if self.env.now < instant < self.world.end:
                yield At(self.env, instant, CHANGES)
                self.let_in()

    # --- what comes in an instant: first stock, then orders

    def take(self, order_id: int, product: str) -> simpy.Event:
        """An order comes."""
        self.look_at_the_end_of_the_instant()
        taker = Taker(self.env.now, order_id, product, self.env.event())
        self.orders_that_come.append(taker)
        return taker.served

    def receive(self, item: Item, pieces: Counter[str]) -> Generator[simpy.Event, None, None]:
        """A load comes, passes receiving, and is stock."""
        yield from self.receiving.visit(item.item_id)
        self.under_way -= pieces
        self.stock_comes(item.item_id, pieces)

    def stock_comes(self, item_id: int, pieces: Counter[str]) -> None:
        """A load that was received, or a piece that came back."""
        self.look_at_the_end_of_the_instant()
        self.stock_that_comes.append((item_id, pieces))

    def look_at_the_end_of_the_instant(self) -> None:
        """When all that comes in this instant has come."""
        if not self.stock_that_comes and not self.orders_that_come:
            At(self.env, self.env.now, SHELVES).callbacks.append(lambda _: self.settle())

    def settle(self) -> None:
        """Stock in order of id, then orders in order of id."""
        stock, self.stock_that_comes = self.stock_that_comes, []
        orders, self.orders_that_come = self.orders_that_come, []
        now = self.env.now
        for item_id, pieces in sorted(stock, key=lambda pair: pair[0]):
            self.world.trace.log.append(Row(item_id, self.name, now, now, now))
            self.outside += self.lots(item_id, pieces)
            self.let_in()
        for taker in sorted(orders, key=lambda taker: taker.order_id):
            self.serve_or_not(taker)

    # --- the shelf

    def lots(self, item_id: int, pieces: Counter[str]) -> list[Lot]:
        """What came together, product by product."""
        ranks = enumerate(self.products)
        return [Lot(self.env.now, item_id, rank, p, pieces[p]) for rank, p in ranks if pieces[p]]

    def let_in(self) -> None:
        """The first lot goes in as far as it can, and the next if all of it went in."""
        while self.outside:
            lot = min(self.outside)
            while lot.pieces and (taker := self.first_that_waits(lot.product)):
                lot.pieces -= 1
                self.waiting.remove(taker)
                self.hand_over(taker)
            while lot.pieces and self.volume_on_shelf() + self.pieces[lot.product].volume <= self.storage():
                lot.pieces -= 1
                self.shelf[lot.product] += 1
            if lot.pieces:
                return
            self.outside.remove(lot)

    def storage(self) -> float:
        """Room of the shelf now."""
        return self.world.numbers.number(f"{self.path}.storage", self.described.storage, self.env.now)

    def volume_on_shelf(self) -> int:
        """Room that is taken."""
        return sum(n * self.pieces[product].volume for product, n in self.shelf.items())

    def first_that_waits(self, product: str) -> Taker | None:
        """Of those that wait for a product, by (arrival, id)."""
        return min((taker for taker in self.waiting if taker.product == product), default=None, key=lambda t: t[:2])

    def serve_or_not(self, taker: Taker) -> None:
        """A piece from the shelf, the fallback route, or waiting."""
        fallback = self.described.fallback
        if self.shelf[taker.product]:
            self.shelf[taker.product] -= 1
            self.hand_over(taker)
            self.let_in()
        elif fallback is None:
            self.waiting.append(taker)
        else:
            now = self.env.now
            delay = self.world.numbers.number(f"{self.path}.fallback.delay", fallback.delay, now)
            enters_at = now + max(1, round(delay))
            self.world.trace.log.append(Row(taker.order_id, self.name, now, now, enters_at))
            taker.served.succeed(enters_at)

    def hand_over(self, taker: Taker) -> None:
        """A piece leaves for pick and pack."""
        now = self.env.now
        self.world.trace.log.append(Row(taker.order_id, self.name, taker.arrived_at, now, now))
        taker.served.succeed(None)

    # --- reviews

    def review(self) -> None:
        """Look at the position of every product, and order."""
        ordered: list[Piece] = []
        for product in self.products:
            position = self.position(product)
            n = self.n_to_order(product, self.described.stock[product], position)
            ordered += [self.pieces[product]] * n
            self.under_way[product] += n
            review = StockReview(self.env.now, self.name, product, position, n)
            self.world.trace.stock_reviews.append(review)
        self.order(ordered)

    def position(self, product: str) -> int:
        """On the shelf, outside and under way, less those that wait."""
        outside = sum(lot.pieces for lot in self.outside if lot.product == product)
        waiting = sum(taker.product == product for taker in self.waiting)
        return self.shelf[product] + outside + self.under_way[product] - waiting

    def n_to_order(self, product: str, stock: Stock, position: int) -> int:
        """Pieces that the policy orders at this position."""
        path, numbers, now = f"{self.path}.stock.{product}", self.world.numbers, self.env.now
        reorder_point = numbers.count(f"{path}.reorder_point", stock.reorder_point, now, least=0)
        if position > reorder_point:
            return 0
        if stock.order_up_to is not None:
            up_to = numbers.count(f"{path}.order_up_to", stock.order_up_to, now)
            return max(up_to, reorder_point + 1) - position
        quantity, n = numbers.count(f"{path}.quantity", stock.quantity or 1, now), 0
        while position + n <= reorder_point:
            n += quantity
        return n

    def order(self, pieces: list[Piece]) -> None:
        """Pack the pieces into loads one after another; they set out now."""
        rule, now, n_loads = self.described.replenishment, self.env.now, 0
        room = limits(rule.load, self.world.numbers, f"{self.path}.replenishment.load", now)
        first_id = first_container_id(f"warehouse/{self.name}", week_of(now), now % WEEK // SECOND)
        while pieces:
            n = max(1, room.prefix(pieces))
            load, pieces = pieces[:n], pieces[n:]
            grams, volume = sum(piece.grams for piece in load), sum(piece.volume for piece in load)
            item = Item(first_id + n_loads, Way(rule.steps, rule.priority), grams, volume)
            self.send(item, Counter(piece.product for piece in load))
            n_loads += 1
