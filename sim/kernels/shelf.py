"""The shelf of a warehouse: stock by product, lots that wait outside for room, and orders that wait for stock.

Lots on the shelf, lots outside and waiting orders are linked lists in one pool of nodes, so that an event costs the
same however much waits. Time on the shelf is counted in whole seconds of the clock, so that the seconds that pieces
spent sum to exactly the ages at which they left.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from sim.kernels.tallying import SECOND, seconds

ARRIVED, RESTOCKED, ORDERED, AT_ONCE, LATER, FELL_BACK, WAIT_S, AGE_S, SHELF_S, OUTSIDE_S = range(10)
N_TOTALS = 10
"""What is counted by month and product: pieces that came in loads and as returns; orders, those filled at once, filled
later and fallen back; seconds waited by those filled later; seconds from arrival at the warehouse to leaving it;
piece-seconds on the shelf and outside."""

SHELF, OUTSIDE, WAITING, SINCE = range(4)
_SHELF_HEAD, _WAIT_HEAD = 4, 6
"""Columns by product: pieces on the shelf, outside, waited for; second up to which time is counted; heads and tails."""

ROOM, MONTH, FREE, _N_FREE, N_LOTS_OUTSIDE, N_WAITING = range(6)
_OUTSIDE_HEAD = 6
"""Room in cm3 (negative after a cut), month, first free node; nodes free, lots outside, orders waiting; head, tail."""

_NEXT, _AT, _PIECES, _WHAT = range(4)
_NOBODY = -1


class Shelf(NamedTuple):
    """The state of one shelf, changed in place."""

    products: np.ndarray
    """int64[products, 8], see `SHELF`."""
    state: np.ndarray
    """int64[8], see `ROOM`."""
    nodes: np.ndarray
    """int64[n, 4]: next node, arrival, pieces, and the product of a lot or the row of an order."""
    cm3: np.ndarray
    """Volume of a piece by product: int64[products]."""
    totals: np.ndarray
    """int64[months, products, 10], see `ARRIVED`."""
    bounds: np.ndarray
    """Instants at which months begin and the last one ends: int64[months + 1]."""


def empty(cm3: np.ndarray, storage: int, totals: np.ndarray, bounds: np.ndarray) -> Shelf:
    """A shelf of ``storage`` cm3 with nothing on it at the first of ``bounds``."""
    products = np.zeros((cm3.shape[0], 8), np.int64)
    products[:, SINCE] = bounds[0] // SECOND
    products[:, 4:] = _NOBODY
    state = np.array([storage, 0, _NOBODY, 0, 0, 0, _NOBODY, _NOBODY], np.int64)
    return Shelf(products, state, np.zeros((0, 4), np.int64), cm3, totals, bounds)


def with_nodes(shelf: Shelf, n_lots: int, n_orders: int) -> Shelf:
    """The shelf with nodes for so many new lots and orders; a lot needs one outside and one on the shelf."""
    wanted = 2 * n_lots + n_orders + int(shelf.state[N_LOTS_OUTSIDE])
    if shelf.state[_N_FREE] >= wanted:
        return shelf
    old = shelf.nodes.shape[0]
    n_new = max(old, wanted, 64)
    nodes = np.zeros((old + n_new, 4), np.int64)
    nodes[:old] = shelf.nodes
    nodes[old:, _NEXT] = np.arange(old + 1, old + n_new + 1)
    nodes[-1, _NEXT] = shelf.state[FREE]
    shelf.state[FREE] = old
    shelf.state[_N_FREE] += n_new
    return shelf._replace(nodes=nodes)


@njit(cache=True)
def _push(shelf: Shelf, ends: np.ndarray, head: int, at: int, pieces: int, what: int) -> None:
    """Add a node at the end of the list whose head and tail are ``ends[head]`` and ``ends[head + 1]``."""
    i = shelf.state[FREE]
    shelf.state[FREE] = shelf.nodes[i, _NEXT]
    shelf.state[_N_FREE] -= 1
    shelf.nodes[i, _NEXT], shelf.nodes[i, _AT] = _NOBODY, at
    shelf.nodes[i, _PIECES], shelf.nodes[i, _WHAT] = pieces, what
    if ends[head] == _NOBODY:
        ends[head] = i
    else:
        shelf.nodes[ends[head + 1], _NEXT] = i
    ends[head + 1] = i


@njit(cache=True)
def _drop(shelf: Shelf, ends: np.ndarray, head: int) -> None:
    """Remove the first node of a list."""
    i = ends[head]
    ends[head] = shelf.nodes[i, _NEXT]
    shelf.nodes[i, _NEXT] = shelf.state[FREE]
    shelf.state[FREE] = i
    shelf.state[_N_FREE] += 1


@njit(cache=True)
def _count_time(shelf: Shelf, p: int, at: int) -> None:
    """Count piece-seconds of a product up to an instant of the present month."""
    now = at // SECOND
    span = now - shelf.products[p, SINCE]
    totals = shelf.totals[shelf.state[MONTH], p]
    totals[SHELF_S] += span * shelf.products[p, SHELF]
    totals[OUTSIDE_S] += span * shelf.products[p, OUTSIDE]
    shelf.products[p, SINCE] = now


@njit(cache=True)
def _turn_months(shelf: Shelf, at: int) -> None:
    """Make the month that holds ``at`` the present one."""
    while shelf.state[MONTH] + 2 < shelf.bounds.shape[0] and at >= shelf.bounds[shelf.state[MONTH] + 1]:
        for p in range(shelf.products.shape[0]):
            _count_time(shelf, p, shelf.bounds[shelf.state[MONTH] + 1])
        shelf.state[MONTH] += 1


@njit(cache=True)
def _count_age(shelf: Shelf, p: int, since: int, at: int, pieces: int) -> None:
    shelf.totals[shelf.state[MONTH], p, AGE_S] += (at // SECOND - since // SECOND) * pieces


@njit(cache=True)
def _fill_waiting(shelf: Shelf, lot: int, p: int, at: int, taken: np.ndarray, n: int) -> int:
    """Let the pieces of a lot outside serve the orders that wait for the product."""
    nodes, product, totals = shelf.nodes, shelf.products[p], shelf.totals[shelf.state[MONTH], p]
    while nodes[lot, _PIECES] > 0 and product[_WAIT_HEAD] != _NOBODY:
        order = product[_WAIT_HEAD]
        pieces = min(nodes[lot, _PIECES], nodes[order, _PIECES])
        nodes[lot, _PIECES] -= pieces
        nodes[order, _PIECES] -= pieces
        product[OUTSIDE] -= pieces
        product[WAITING] -= pieces
        _count_age(shelf, p, nodes[lot, _AT], at, pieces)
        totals[LATER] += pieces
        totals[WAIT_S] += seconds(at - nodes[order, _AT]) * pieces
        taken[0, n], taken[1, n], taken[2, n] = nodes[order, _WHAT], nodes[order, _AT], at
        taken[3, n], taken[4, n] = pieces, nodes[order, _PIECES]
        n += 1
        if nodes[order, _PIECES] == 0:
            _drop(shelf, product, _WAIT_HEAD)
            shelf.state[N_WAITING] -= 1
    return n


@njit(cache=True)
def _put_on_shelf(shelf: Shelf, lot: int, p: int) -> None:
    """Put the pieces of a lot outside on the shelf as far as they fit."""
    nodes, product = shelf.nodes, shelf.products[p]
    pieces = min(nodes[lot, _PIECES], max(shelf.state[ROOM], 0) // shelf.cm3[p])
    if pieces == 0:
        return
    nodes[lot, _PIECES] -= pieces
    product[OUTSIDE] -= pieces
    product[SHELF] += pieces
    shelf.state[ROOM] -= pieces * shelf.cm3[p]
    last = product[_SHELF_HEAD + 1]
    if product[_SHELF_HEAD] != _NOBODY and nodes[last, _AT] == nodes[lot, _AT]:
        nodes[last, _PIECES] += pieces
    else:
        _push(shelf, product, _SHELF_HEAD, nodes[lot, _AT], pieces, p)


@njit(cache=True)
def let_in(shelf: Shelf, at: int, taken: np.ndarray, n: int) -> int:
    """Take in the lots outside, in order, until one does not go in whole; returns how many orders took pieces by now.

    taken int64[5, ...] receives, from ``n`` on: row, arrival, instant, pieces taken, pieces still wanted.
    """
    while shelf.state[_OUTSIDE_HEAD] != _NOBODY:
        lot = shelf.state[_OUTSIDE_HEAD]
        p = shelf.nodes[lot, _WHAT]
        _count_time(shelf, p, at)
        n = _fill_waiting(shelf, lot, p, at, taken, n)
        _put_on_shelf(shelf, lot, p)
        if shelf.nodes[lot, _PIECES] > 0:
            break
        _drop(shelf, shelf.state, _OUTSIDE_HEAD)
        shelf.state[N_LOTS_OUTSIDE] -= 1
    return n


@njit(cache=True)
def _take_oldest(shelf: Shelf, p: int, at: int, wanted: int) -> int:
    """Take up to ``wanted`` pieces of a product from the shelf, the oldest first; returns how many there were."""
    nodes, product = shelf.nodes, shelf.products[p]
    _count_time(shelf, p, at)
    got = 0
    while got < wanted and product[_SHELF_HEAD] != _NOBODY:
        lot = product[_SHELF_HEAD]
        pieces = min(wanted - got, nodes[lot, _PIECES])
        nodes[lot, _PIECES] -= pieces
        _count_age(shelf, p, nodes[lot, _AT], at, pieces)
        got += pieces
        if nodes[lot, _PIECES] == 0:
            _drop(shelf, product, _SHELF_HEAD)
    product[SHELF] -= got
    shelf.state[ROOM] += got * shelf.cm3[p]
    return got


@njit(cache=True)
def _stock(shelf: Shelf, at: int, p: int, pieces: int, kind: int, taken: np.ndarray, n: int) -> int:
    """A lot arrives; ``kind`` is the column it is counted in, negative for stock of the beginning."""
    _count_time(shelf, p, at)
    if kind >= 0:
        shelf.totals[shelf.state[MONTH], p, kind] += pieces
    shelf.products[p, OUTSIDE] += pieces
    shelf.state[N_LOTS_OUTSIDE] += 1
    _push(shelf, shelf.state, _OUTSIDE_HEAD, at, pieces, p)
    return let_in(shelf, at, taken, n)


@njit(cache=True)
def _order(shelf: Shelf, at: int, row: int, p: int, count: int, taken: np.ndarray, n: int) -> tuple[int, int]:
    """An order takes what there is: how many entries of ``taken`` are in use now, and the pieces it lacks."""
    shelf.totals[shelf.state[MONTH], p, ORDERED] += count
    got = 0
    while got < count and shelf.products[p, SHELF] > 0:
        got += _take_oldest(shelf, p, at, count - got)
        n = let_in(shelf, at, taken, n)
    if got > 0:
        shelf.totals[shelf.state[MONTH], p, AT_ONCE] += got
        taken[0, n], taken[1, n], taken[2, n], taken[3, n], taken[4, n] = row, at, at, got, count - got
        n += 1
    return n, count - got


@njit(cache=True)
def work(
    shelf: Shelf, stock: np.ndarray, orders: np.ndarray, falls_back: bool, taken: np.ndarray, fallen: np.ndarray
) -> tuple[int, int]:
    """Work through arrivals: within one instant first stock, then orders, each as handed over.

    stock int64[4, m]: instant (in order), product, pieces, and `ARRIVED` or `RESTOCKED` (or -1); orders int64[4, k]:
    instant (in order), row, product, pieces. ``falls_back`` says that what is not there is not waited for. Written are
    taken int64[5, ...], see `let_in`, and fallen int64[2, ...]: row, instant. Returns how many of each.
    """
    n = n_fallen = i = j = 0
    while i < stock.shape[1] or j < orders.shape[1]:
        if j == orders.shape[1] or (i < stock.shape[1] and stock[0, i] <= orders[0, j]):
            _turn_months(shelf, stock[0, i])
            n = _stock(shelf, stock[0, i], stock[1, i], stock[2, i], stock[3, i], taken, n)
            i += 1
            continue
        at, row, p = orders[0, j], orders[1, j], orders[2, j]
        _turn_months(shelf, at)
        n, lacking = _order(shelf, at, row, p, orders[3, j], taken, n)
        if lacking > 0 and falls_back:
            shelf.totals[shelf.state[MONTH], p, FELL_BACK] += lacking
            fallen[0, n_fallen], fallen[1, n_fallen] = row, at
            n_fallen += 1
        elif lacking > 0:
            _push(shelf, shelf.products[p], _WAIT_HEAD, at, lacking, row)
            shelf.products[p, WAITING] += lacking
            shelf.state[N_WAITING] += 1
        j += 1
    return n, n_fallen


def most_taken(shelf: Shelf, n_lots: int, n_orders: int) -> int:
    """Bound of how often orders take pieces: each may be cut once by its arrival and once by each lot's end."""
    return int(shelf.state[N_WAITING] + shelf.state[N_LOTS_OUTSIDE]) + 2 * n_orders + n_lots


@njit(cache=True)
def enlarge(shelf: Shelf, at: int, more: int, taken: np.ndarray) -> int:
    """Change the storage by ``more`` cm3; more lets in lots at once. Returns how many orders took pieces."""
    _turn_months(shelf, at)
    shelf.state[ROOM] += more
    return let_in(shelf, at, taken, 0) if more > 0 else 0


@njit(cache=True)
def count_until(shelf: Shelf, at: int) -> None:
    """Count piece-seconds up to an instant."""
    _turn_months(shelf, at)
    for p in range(shelf.products.shape[0]):
        _count_time(shelf, p, at)
