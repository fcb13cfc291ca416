"""The shelves of a run worked out again, piece by piece, from what came to them; reviews and stock against that."""

import numpy as np
from properties.journeys import Item, Journeys
from properties.plain_shelf import Enlarge, Order, PlainShelf, Stock

from sim.kernels import shelf
from sim.scenario.pieces import piece_cm3
from sim.scenario.targets import schedules
from sim.ticks import SECOND

Event = Stock | Order | Enlarge


def assert_shelves_hold_what_they_should(journeys: Journeys) -> None:
    """Every shelf of the run."""
    for number, name in enumerate(journeys.model.record.axes.warehouses):
        assert_shelf(journeys, number, name)


def events_of(journeys: Journeys, name: str) -> list[tuple[tuple[int, ...], Event]]:
    """What happened at a shelf, in order: changes of storage, then stock by id and product, then orders by id."""
    model, s = journeys.model, journeys.scenario
    products, storage = list(s.products), s.warehouses[name].storage
    events: list[tuple[tuple[int, ...], Event]] = []
    for at, value in schedules(s).get(f"warehouses.{name}.storage", ()):
        if at < model.end:
            events.append(((at, 0), Enlarge(at, int(value) - storage)))
            storage = int(value)
    for product, stock in s.warehouses[name].stock.items():
        p, pieces = products.index(product), initial_pieces(journeys, name, product)
        assert stock.initial in (None, pieces)
        events.append(((model.start, 1, -1, p), Stock(model.start, p, pieces, -1)))
    for visit in journeys.visits():
        if visit.step == name and visit.arrived_at < model.end:
            events += events_of_visit(visit.item, visit.way.kind, visit.arrived_at, products)
    return sorted(events, key=lambda event: event[0])


def events_of_visit(item: Item, kind: str, at: int, products: list[str]) -> list[tuple[tuple[int, ...], Event]]:
    """A load brings lots by product, a parcel that comes back one piece, and an order takes one."""
    if kind == "load":
        lots = ((products.index(product), pieces) for product, pieces in item.pieces.items())
        return [((at, 1, item.id, p), Stock(at, p, pieces, shelf.ARRIVED)) for p, pieces in lots]
    p = products.index(item.product)
    if kind == "return":
        return [((at, 1, item.id, p), Stock(at, p, 1, shelf.RESTOCKED))]
    return [((at, 2, item.id), Order(at, item.id, p, 1))]


def initial_pieces(journeys: Journeys, name: str, product: str) -> int:
    """What the record says; the description, if it gives a number, says the same."""
    record = journeys.model.record
    return int(record.initial_stock[record.axes.warehouses.index(name), record.axes.products.index(product)])


def assert_shelf(journeys: Journeys, number: int, name: str) -> None:
    """Every order takes its piece when it should; every count of every month; reviews; Little's law; the storage."""
    model, s = journeys.model, journeys.scenario
    record, described = model.record, s.warehouses[name]
    plain = PlainShelf(
        described.storage,
        [piece_cm3(product) for product in s.products.values()],
        described.fallback is not None,
        totals=np.zeros((record.axes.n_months, len(s.products), shelf.N_TOTALS), np.int64),
        now=model.start,
        bounds=record.axes.month_bounds(),
    )
    initial = record.initial_stock[number].sum()
    reviews = [row for row in record.stock_review_log() if row[1] == name]
    for key, event in events_of(journeys, name):
        while reviews and reviews[0][0] <= key[0]:
            assert_review(journeys, plain, *reviews.pop(0))
        before = plain.used()
        plain.happen(event)
        assert plain.used() <= max(plain.storage, before), "what goes on the shelf fits"
    while reviews:
        assert_review(journeys, plain, *reviews.pop(0))
    plain.turn_to(model.end)
    np.testing.assert_array_equal(record.stock_totals[number], plain.totals)
    orders = [item for item in journeys.of("order") if item.visits and item.visits[0].step == name]
    took = {(item.id, item.born_at, item.took_at) for item in orders if item.took_at is not None}
    assert took == set(plain.taken)
    assert {(item.id, item.fell_at) for item in orders if item.fell_at is not None} == set(plain.fallen)
    assert_pieces_and_their_time_balance(journeys, number, plain, int(initial))
    loads = [load for load in journeys.of("load") if load.owner == name]
    assert record.loads_received[number].sum() == sum(load.gone_at is not None for load in loads)
    ordered = sum(row[4] for row in record.stock_review_log() if row[1] == name)
    arrived = sum(sum(load.pieces.values()) for load in loads if load.gone_at is not None and load.gone_at < model.end)
    under_way = model._built.warehouses[name].under_way
    assert arrived == record.stock_totals[number, ..., shelf.ARRIVED].sum()
    assert ordered == arrived + under_way.sum()


def assert_review(journeys: Journeys, plain: PlainShelf, at: int, name: str, product: str, found: int, n: int) -> None:
    """Position = shelf + outside + under way - waiting; what is ordered brings it to where the rule says."""
    plain.turn_to(at)
    p, path = list(journeys.scenario.products).index(product), f"warehouses.{name}.stock.{product}"
    stock, number = journeys.scenario.warehouses[name].stock[product], journeys.number
    loads = (load for load in journeys.of("load") if load.owner == name and load.born_at < at)
    under_way = sum(load.pieces.get(product, 0) for load in loads if load.gone_at is None or load.gone_at >= at)
    here = sum(piece[1] == p for piece in (*plain.on_shelf, *plain.outside))
    initial = initial_pieces(journeys, name, product) if at == journeys.model.start else 0
    position = here + initial + under_way - sum(order[2] == p for order in plain.waiting)
    assert position == found
    point = number(f"{path}.reorder_point", stock.reorder_point, at)
    assert position <= point
    if stock.quantity is not None:
        quantity = number(f"{path}.quantity", stock.quantity, at)
        assert n % quantity == 0
        assert point < position + n <= point + quantity
    else:
        assert position + n == max(number(f"{path}.order_up_to", stock.order_up_to, at), point + 1)


def assert_pieces_and_their_time_balance(journeys: Journeys, number: int, plain: PlainShelf, initial: int) -> None:
    """Initial + arrived + restocked = left + shelf + outside, by product and month; Little's law of the stock.

    All pieces' time there is the ages at which they left and the ages of those that are left: both sides in whole
    seconds of the clock, so that mean stock = throughput x mean age to the second.
    """
    record, end = journeys.model.record, journeys.end
    totals = np.moveaxis(record.stock_totals[number], 2, 0)
    came = record.initial_stock[number] + np.cumsum(totals[shelf.ARRIVED] + totals[shelf.RESTOCKED], axis=0)
    left = np.cumsum(totals[shelf.AT_ONCE] + totals[shelf.LATER], axis=0)
    assert (came >= left).all()
    on_shelf, outside, waiting = journeys.model._built.warehouses[record.axes.warehouses[number]].stock
    np.testing.assert_array_equal(came[-1], left[-1] + on_shelf + outside)
    filled = left + np.cumsum(totals[shelf.FELL_BACK], axis=0)
    ordered = np.cumsum(totals[shelf.ORDERED], axis=0)
    assert (ordered >= filled).all()
    np.testing.assert_array_equal(ordered[-1], filled[-1] + waiting)
    for product in range(len(record.axes.products)):
        remaining = [end // SECOND - since // SECOND for since, p in (*plain.on_shelf, *plain.outside) if p == product]
        assert len(remaining) == on_shelf[product] + outside[product]
        spent = totals[[shelf.SHELF_S, shelf.OUTSIDE_S], :, product].sum()
        assert spent == totals[shelf.AGE_S, :, product].sum() + sum(remaining)
    assert initial == record.initial_stock[number].sum()
