"""The shelf kernel against a shelf in plain Python, piece by piece, for any arrivals of stock and orders.

Instants are small so that ties are frequent.
"""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from properties.plain_shelf import BOUNDS, N_PRODUCTS, STEP, Enlarge, Order, PlainShelf, Stock

from sim.kernels import shelf

SETTINGS = settings(max_examples=200, deadline=None, derandomize=True)


@st.composite
def histories(draw: st.DrawFn) -> list[Stock | Order | Enlarge]:
    kinds = draw(st.lists(st.sampled_from("ssooooe"), max_size=60))
    ats = sorted(draw(st.lists(st.integers(0, 59), min_size=len(kinds), max_size=len(kinds))))
    found: list[Stock | Order | Enlarge] = []
    for row, (kind, at) in enumerate(zip(kinds, ats, strict=True)):
        product = draw(st.integers(0, N_PRODUCTS - 1))
        if kind == "s":
            what = draw(st.sampled_from((shelf.ARRIVED, shelf.RESTOCKED, -1)))
            found.append(Stock(at * STEP, product, draw(st.integers(1, 8)), what))
        elif kind == "o":
            found.append(Order(at * STEP, row, product, draw(st.integers(1, 4))))
        else:
            found.append(Enlarge(at * STEP, draw(st.integers(-10, 20))))
    rank = {Enlarge: 0, Stock: 1, Order: 2}
    return sorted(found, key=lambda event: (event.at, rank[type(event)]))


class Engine:
    """The kernel, handed the history in pieces."""

    def __init__(self, storage: int, cm3: list[int], falls_back: bool) -> None:
        self.totals = np.zeros((3, N_PRODUCTS, shelf.N_TOTALS), np.int64)
        self.shelf = shelf.empty(np.array(cm3), storage, self.totals, BOUNDS)
        self.falls_back = falls_back
        self.taken: list[tuple[int, int, int]] = []
        self.fallen: list[tuple[int, int]] = []

    def work(self, events: list[Stock | Order]) -> None:
        stock = [(e.at, e.product, e.pieces, e.kind) for e in events if isinstance(e, Stock)]
        orders = [(e.at, e.row, e.product, e.count) for e in events if isinstance(e, Order)]
        self.shelf = shelf.with_nodes(self.shelf, len(stock), len(orders))
        taken = np.full((5, shelf.most_taken(self.shelf, len(stock), len(orders))), -7, np.int64)
        fallen = np.full((2, len(orders)), -7, np.int64)
        columns = (np.array(rows, np.int64).reshape(-1, 4).T for rows in (stock, orders))
        n, n_fallen = shelf.work(self.shelf, *columns, self.falls_back, taken, fallen)
        self._keep(taken[:, :n])
        for row, at in fallen[:, :n_fallen].T.tolist():
            ordered = next(pieces for _, order, _, pieces in orders if order == row)
            self.fallen += [(row, at)] * (ordered - int(taken[3, :n][taken[0, :n] == row].sum()))

    def enlarge(self, event: Enlarge) -> None:
        taken = np.full((5, shelf.most_taken(self.shelf, 0, 0)), -7, np.int64)
        self._keep(taken[:, : shelf.enlarge(self.shelf, event.at, event.more, taken)])

    def _keep(self, taken: np.ndarray) -> None:
        assert (np.diff(taken[2]) >= 0).all()
        for row, arrived, at, pieces, _ in taken.T.tolist():
            self.taken += [(row, arrived, at)] * pieces


@given(
    history=histories(),
    storage=st.integers(0, 30),
    cm3=st.lists(st.integers(1, 6), min_size=N_PRODUCTS, max_size=N_PRODUCTS),
    falls_back=st.booleans(),
    cuts=st.sets(st.integers(0, 60)),
)
@SETTINGS
def test_shelf_is_the_plain_shelf(
    history: list[Stock | Order | Enlarge], storage: int, cm3: list[int], falls_back: bool, cuts: set[int]
) -> None:
    plain, engine = PlainShelf(storage, cm3, falls_back), Engine(storage, cm3, falls_back)
    batch: list[Stock | Order] = []
    for event in history:
        plain.happen(event)
        if batch and (isinstance(event, Enlarge) or any(batch[-1].at < cut * STEP <= event.at for cut in cuts)):
            engine.work(batch)
            batch = []
        if isinstance(event, Enlarge):
            engine.enlarge(event)
        else:
            batch.append(event)
    engine.work(batch)
    plain.turn_to(int(BOUNDS[-1]))
    shelf.count_until(engine.shelf, int(BOUNDS[-1]))
    assert sorted(engine.taken) == sorted(plain.taken)
    assert sorted(engine.fallen) == sorted(plain.fallen)
    np.testing.assert_array_equal(engine.totals, plain.totals)
    for column, product in ((shelf.SHELF, plain.on_shelf), (shelf.OUTSIDE, plain.outside)):
        counts = np.bincount([p for _, p in product], minlength=N_PRODUCTS)
        np.testing.assert_array_equal(engine.shelf.products[:, column], counts)
    waiting = np.bincount([p for _, _, p in plain.waiting], minlength=N_PRODUCTS)
    np.testing.assert_array_equal(engine.shelf.products[:, shelf.WAITING], waiting)
    assert engine.shelf.state[shelf.N_WAITING] == len({row for _, row, _ in plain.waiting})


@given(history=histories(), storage=st.integers(0, 30))
@SETTINGS
def test_nodes_are_given_back(history: list[Stock | Order | Enlarge], storage: int) -> None:
    """What is not in use is free: a shelf that is empty in the end has all its nodes."""
    engine = Engine(storage, [1, 1, 1], falls_back=True)
    for event in history:
        if not isinstance(event, Enlarge):
            engine.work([event])
    engine.enlarge(Enlarge(int(BOUNDS[-1]), 10**6))
    engine.work([Order(int(BOUNDS[-1]), 999, p, 10**6) for p in range(N_PRODUCTS)])
    free, i = set(), int(engine.shelf.state[shelf.FREE])
    while len(free) < engine.shelf.nodes.shape[0] and i not in free:
        free.add(i)
        i = int(engine.shelf.nodes[i, 0])
    assert engine.shelf.products[:, [shelf.SHELF, shelf.OUTSIDE, shelf.WAITING]].sum() == 0
    assert len(free) == engine.shelf.nodes.shape[0]
