"""The last mile, returns, freight and stock, each on its own with a few parcels."""

import numpy as np
from flow.world import END, START, Here, got, some, ticks, world

from sim.flow.last_mile import LastMile
from sim.flow.network import Context, flat
from sim.flow.replenishment import Supply
from sim.flow.returns import Returns, RouteReturns
from sim.flow.sink import Sink
from sim.flow.warehouse import ORDER, Warehouse
from sim.kernels import distributions
from sim.ticks import DAY, HOUR

FREE = 2**62


def last_mile(context: Context) -> LastMile:
    """Two places of entry, two regions: 1, 2, 3 and 4 hours; paths 0 and 1 enter at the first, 2 at the second."""
    return LastMile(
        "last mile",
        context,
        key=np.uint64(6),
        times={(p, g): distributions.constant((1 + 2 * p + g) * HOUR) for p in range(2) for g in range(2)},
        place_of_path=np.array([0, 0, 1]),
        n_regions=2,
        promise=np.full((2, 2), 3 * HOUR),
        cost_per_parcel=1.5,
    )


def test_parcels_are_delivered_after_the_time_of_their_place_and_region() -> None:
    context = world()
    node, p = last_mile(context), context.parcels
    row = some(context, 3, path=[0, 1, 2], region=[0, 1, 1], route=[0, 0, 1], cell=[0, 1, 3])
    p.ordered_at[row] = p.posted_at[row] = START
    node.receive(ticks(0, 0, 0), row)
    node.advance(START + 1)
    assert (node.mean(0, 1), node.mean(1, 0), node.time(1, 1)[0, 2]) == (2 * HOUR, 3 * HOUR, 4 * HOUR)
    node.set_time(1, 1, distributions.constant(10 * HOUR))
    again = some(context, 1, path=2, region=1, route=1, cell=3, ordered_at=START, posted_at=START)
    node.receive(ticks(1), again)
    node.advance(END)
    node.finish()
    record = context.record
    assert p.n_in_use == 0
    assert flat(record.delivered, 1)[0].tolist() == [1, 1, 0, 2]
    assert flat(record.service, 1)[0, :, 3].tolist() == [1, 1, 0, 0], "within the promise"
    assert record.cost["last_miles"][0].tolist() == [3.0, 3.0, 0.0, 0.0]
    assert context.log is not None
    left = dict(zip(*(context.log.table()[name].tolist() for name in ("order_id", "left_at")), strict=True))
    assert left == {999: START + 2 * HOUR, 998: START + 4 * HOUR, 1000: START + 11 * HOUR}


def back(context: Context, share: float) -> Returns:
    """Returns of route 1, an hour after delivery, for path 0 by path 1; path 2 has no way back."""
    routes = {1: RouteReturns(np.uint64(3), distributions.constant(HOUR))}
    return Returns(context, routes=routes, share=np.array([0.0, share]), way_back=np.array([1, -1, -1]))


def test_of_routes_with_returns_a_share_sets_out_on_its_way_back() -> None:
    context = world()
    returns, p = back(context, 1.0), context.parcels
    row = some(context, 4, route=[1, 0, 1, 1], path=[0, 0, 2, 0], cell=[2, 0, 3, 2])
    returns.put(ticks(1, 1, 1, 5), row)
    assert p.n_in_use == 3, "of the other route nothing comes back"
    at, gone = returns.take(START + 5 * HOUR)
    assert (at.tolist(), gone.tolist()) == (ticks(2).tolist(), [0])
    assert p.path[0] == 1
    assert p.n_in_use == 2, "what has no way back is gone, too"
    assert flat(context.record.returned, 1)[0].tolist() == [0, 0, 1, 1]
    assert [column.tolist() for column in returns.take(START + 6 * HOUR)] == [ticks(6).tolist(), [3]]


def test_what_is_not_handed_back_is_gone_once_that_is_clear() -> None:
    context = world(is_aggregated=True)
    returns, p = back(context, 0.3), context.parcels
    row = some(context, 1, route=1, path=0, count=1000, cell=2)
    returns.put(ticks(1), row)
    at, gone = returns.take(END)
    assert at.tolist() == ticks(2).tolist()
    assert 230 < p.count[gone[0]] < 370
    assert p.n_in_use == 1
    assert context.record.returned.sum() == context.record.by_day["returned"][1, 0] == p.count[gone[0]]


def test_what_is_handed_back_on_the_spot_sets_out_on_the_spot() -> None:
    context = world()
    routes = {1: RouteReturns(np.uint64(3), distributions.constant(0))}
    returns = Returns(context, routes=routes, share=np.array([0.0, 1.0]), way_back=np.array([1]))
    returns.put(ticks(1), some(context, 1, route=1, cell=2))
    assert returns.take(END)[0].tolist() == ticks(1).tolist()


def test_delivered_parcels_wait_at_the_last_mile_for_their_way_back() -> None:
    context = world()
    node, after = last_mile(context), Here("after", context)
    node.connect({1: after}, 3, ())
    node.returns = back(context, 1.0)
    node.receive(ticks(0), some(context, 1, route=1, path=0, region=1, cell=3, ordered_at=START, posted_at=START))
    node.advance(START + 2 * HOUR)
    assert got(after, START + HOUR) == []
    node.advance(START + 2 * HOUR + 1)
    assert got(after) == [(1000, 3.0)]


def test_freight_is_written_down_where_it_ends_and_all_rows_are_free() -> None:
    context = world()
    node = Sink("sink", context, first_freight=2, n_freight=1)
    row = some(context, 4, route=[2, 1, 3, 2])
    context.parcels.ordered_at[row] = START
    node.receive(np.array([START + 2 * HOUR, START, START, END]), row)
    node.advance(END + DAY)
    assert context.record.freight_arrived.sum(axis=(0, 1)).tolist() == [1, 7200]
    assert context.parcels.n_in_use == 0


def test_a_load_is_a_row_that_knows_its_pieces() -> None:
    context = world()
    first = Here("first", context)
    grams, cm3 = np.array([10, 7]), np.array([3, 5])
    supply = Supply(first, path=4, account=2, grams=grams, cm3=cm3, room=np.array([FREE] * 3))
    supply.send(context, [np.array([2, 1]), np.array([0, 3])], first_id=70, at=START + HOUR)
    assert got(first) == [(70, 1.0), (71, 1.0)]
    p = context.parcels
    assert {row: pieces.tolist() for row, pieces in p.pieces.items()} == {0: [2, 1], 1: [0, 3]}
    assert (p.grams[:2].tolist(), p.cm3[:2].tolist()) == ([27, 21], [11, 15])
    assert (p.path[:2].tolist(), p.route[:2].tolist(), p.count[:2].tolist()) == ([4, 4], [2, 2], [1, 1])
    assert p.cell[:2].tolist() == [4, 4]


def test_of_a_row_the_pieces_that_are_there_go_and_the_rest_waits() -> None:
    context = world(is_aggregated=True)
    numbers = {"number": 0, "kind_of_path": np.array([ORDER]), "cm3": np.array([1]), "storage": 100}
    node = Warehouse("shelf", context, **numbers, initial=np.array([10]), fallback=None)
    after = Here("after", context)
    node.connect({0: after}, 1, ())
    node.receive(ticks(1), some(context, 1, count=4))
    node.advance(START + 2 * HOUR)
    assert got(after, START + 2 * HOUR) == [(1000, 1.0)]
    assert context.parcels.n_in_use == 1, "a row that gets all it wants is not cut"
    assert node.position.tolist() == [6]
    node.receive(ticks(3), some(context, 1, count=9))
    node.advance(START + 4 * HOUR)
    after.advance(START + 4 * HOUR)
    ((_, (row,), _),) = after.served
    assert (context.parcels.count[row], context.parcels.n_in_use) == (6, 3)
    assert (node.position.tolist(), node.stock[:, 0].tolist()) == ([-3], [0, 0, 3])
    assert context.record.picked[0].sum() == 10
