"""Parts of the flow on their own: the parcel table, what waits, loss, splitting, the network, paths and loads."""

import numpy as np
import pytest
from flow.world import END, START, Here, some, ticks, world

from sim.errors import EngineError
from sim.flow.network import Handling, Inbox, Loss, Network, Pool, count_events, divide, flat
from sim.flow.parcels import ParcelLog, ParcelTable
from sim.flow.path_shares import PathShares
from sim.flow.replenishment import packed
from sim.flow.station import Fifo, WorkClock
from sim.ticks import DAY, HOUR, NEVER

# -- the parcel table -------------------------------------------------------------------------------------------------


def test_rows_are_taken_in_ascending_order_and_again_when_given_back() -> None:
    table = ParcelTable(4)
    assert table.take(3).tolist() == [0, 1, 2]
    assert table.n_in_use == 3
    table.give_back(np.array([1]))
    assert table.n_in_use == 2
    assert table.take(2).tolist() == [1, 3]
    assert table.take(0).tolist() == []
    assert table.n_in_use == 4


def test_a_table_that_is_full_grows_and_keeps_what_is_in_it() -> None:
    table = ParcelTable(4)
    row = table.take(4)
    table.ids[row], table.fen[row], table.region[row] = [7, 8, 9, 10], 5, 3
    assert table.take(1).tolist() == [4]
    assert len(table.ids) == 8
    assert table.take(20).tolist() == list(range(5, 25))
    assert len(table.ids) == 28, "as many as are wanted, if twice as many are too few"
    assert table.n_in_use == 25
    assert table.ids[:6].tolist() == [7, 8, 9, 10, 0, 0]
    assert (table.fen[:4].tolist(), table.region[:4].tolist()) == ([5] * 4, [3] * 4)
    assert table.take(3).tolist() == [25, 26, 27]


def test_every_row_lies_on_a_cache_line_of_its_own() -> None:
    for n in (1, 5, 1024):
        ids = ParcelTable(n).ids
        assert ids.shape == (n,)
        assert ids.strides == (64,)
        assert ids.ctypes.data % 64 == 0


def test_a_part_of_a_row_becomes_a_row_like_it() -> None:
    context = world()
    row = some(context, 2, count=[9, 5], path=3, grams=[20, 30])
    p = context.parcels
    new = p.split(row[[0, 0, 1]], np.array([2, 3, 1]))
    assert p.count[new].tolist() == [2, 3, 1]
    assert p.count[row].tolist() == [4, 4]
    assert (p.ids[new].tolist(), p.grams[new].tolist()) == ([1000, 1000, 999], [20, 20, 30])
    assert not set(new.tolist()) & set(row.tolist())


def test_posting_is_marked_on_paths_that_post_here() -> None:
    context = world()
    row = some(context, 3, path=[0, 1, 0], posted_at=5)
    context.parcels.mark_posted(np.array([False, True]), row, np.array([10, 20, 30]))
    assert context.parcels.posted_at[row].tolist() == [5, 20, 5]


def test_the_log_holds_copies_in_the_order_written() -> None:
    log = ParcelLog()
    assert {name: column.tolist() for name, column in log.table().items()} == {
        name: [] for name in ("order_id", "step", "arrived_at", "started_at", "left_at")
    }
    assert log.orders() == {}
    ids, at = np.array([4, 2]), np.array([10, 11])
    log.step("office", ids, at, at + 1, at + 5)
    log.step("nobody", ids[:0], at[:0], at[:0], at[:0])
    log.step("flight", ids[:1], at[:1] + 9, at[:1] + 10, at[:1] + 30)
    log.order(order_id=ids, region=at)
    log.order(order_id=ids[:1] + 3, region=at[:1])
    ids[:] = at[:] = 0
    assert {name: column.tolist() for name, column in log.table().items()} == {
        "order_id": [4, 2, 4],
        "step": ["office", "office", "flight"],
        "arrived_at": [10, 11, 19],
        "started_at": [11, 12, 20],
        "left_at": [15, 16, 40],
    }
    assert {name: column.tolist() for name, column in log.orders().items()} == {
        "order_id": [4, 2, 7],
        "region": [10, 11, 10],
    }


# -- what waits -------------------------------------------------------------------------------------------------------


def test_waiting_parcels_are_dropped_in_order_and_room_is_made_for_more() -> None:
    queue = Fifo(2)
    expected: list[int] = []
    for n, gone in ((200, 150), (56, 0), (1, 100), (600, 7), (0, 0), (300, 899)):
        new = np.arange(n) + 1000 * n
        queue.append(new, new + 0.0)
        expected += new.tolist()
        queue.drop(gone)
        expected = expected[gone:]
        assert len(queue) == len(expected)
        assert queue.view().tolist() == [expected, expected]


def test_a_full_queue_moves_to_the_front_before_it_grows() -> None:
    queue = Fifo(1)
    queue.append(np.arange(256))
    assert queue._data.shape == (1, 256)
    queue.drop(250)
    queue.append(np.arange(100))
    assert queue._data.shape == (1, 256), "twice what waits is less than what there is"
    queue.append(np.arange(151))
    assert queue._data.shape == (1, 2 * 257)


def test_arrivals_are_taken_in_order_of_instant_and_id_whatever_came_first() -> None:
    rng = np.random.default_rng(4)
    inbox, ids = Inbox(), rng.permutation(400)
    put, taken, row, served = [], [], 0, 0
    for until in (10, 10, 25, 60, 61, 100):
        for _ in range(16):
            n = int(rng.integers(1, 4))
            at = rng.integers(served, 100, n)
            inbox.put(at, np.arange(row, row + n), ids)
            put += list(zip(at.tolist(), range(row, row + n), strict=True))
            row += n
        assert len(inbox._runs) <= 12
        got = inbox.take(until, ids)
        before = sorted((e for e in put if e[0] < until), key=lambda e: (e[0], ids[e[1]]))
        put = [e for e in put if e[0] >= until]
        assert list(zip(*(column.tolist() for column in got), strict=True)) == before
        taken += before
        served = until
    assert len(taken) == row


def test_a_pool_hands_out_what_is_before_an_instant_and_keeps_the_rest() -> None:
    pool, nobody = Pool(), np.zeros(0, np.int64)
    pool.put(np.array([5, 9, 2]), np.array([1, 2, 3]), nobody)
    pool.put(np.array([3]), np.array([4]), nobody)
    assert [column.tolist() for column in pool.take(5, nobody)] == [[2, 3], [3, 4]]
    assert [column.tolist() for column in pool.take(5, nobody)] == [[], []]
    pool.put(np.array([1]), np.array([5]), nobody)
    assert [column.tolist() for column in pool.take(9, nobody)] == [[5, 1], [1, 5]]
    assert [column.tolist() for column in pool.take(10, nobody)] == [[9], [2]]


def test_the_clock_stands_still_while_closed() -> None:
    clock = WorkClock.from_intervals([(10, 20), (30, 35), (50, NEVER)])
    assert clock is not None
    assert clock.worked.tolist() == [0, 10, 15]
    assert clock.work(np.array([5, 10, 19, 25, 32, 60])).tolist() == [0, 0, 9, 10, 12, 25]
    assert clock.work_at(32) == 12
    assert clock.wall_start(np.array([0, 10, 14])).tolist() == [10, 30, 34]
    assert clock.wall_end(np.array([1, 10, 15])).tolist() == [11, 20, 35]


def test_a_clock_that_never_stands_still_is_none() -> None:
    assert WorkClock.from_intervals([(10, NEVER)]) is None
    assert WorkClock.from_intervals([(10, 20)]) is not None
    assert WorkClock.from_intervals([(10, 20), (30, NEVER)]) is not None


# -- nodes ------------------------------------------------------------------------------------------------------------


def test_a_node_serves_what_arrived_before_the_instant_once() -> None:
    context = world()
    node, row = Here("office", context), some(context, 3)
    node.receive(ticks(2, 1, 1), row)
    node.receive(ticks()[:0], row[:0])
    node.advance(START + 2 * HOUR)
    node.advance(START + 2 * HOUR)
    node.advance(START)
    assert node.served == [(ticks(1, 1).tolist(), [2, 1], START + 2 * HOUR)]
    node.receive(ticks(2), row[:1])
    with pytest.raises(EngineError, match="office received an arrival at"):
        node.receive(ticks(5, 1.999), row[1:])


def test_parcels_go_where_their_path_goes_and_are_posted_where_it_says() -> None:
    context = world()
    node, left, right = (Here(name, context) for name in ("office", "left", "right"))
    node.connect({0: left, 1: right, 2: left}, 5, posts=[1, 2])
    assert node.targets == (left, right)
    row = some(context, 4, path=[0, 1, 2, 1], posted_at=-1)
    node.forward(ticks(1, 2, 3, 4), row)
    node.forward(ticks()[:0], row[:0])
    for each in (left, right):
        each.advance(START + DAY)
    assert left.served == [(ticks(1, 3).tolist(), [0, 2], START + DAY)]
    assert right.served == [(ticks(2, 4).tolist(), [1, 3], START + DAY)]
    assert context.parcels.posted_at[row].tolist() == [-1, *ticks(2, 3, 4).tolist()]


def test_with_one_target_all_go_there_and_without_posts_nothing_is_posted() -> None:
    context = world()
    node, only = Here("office", context), Here("only", context)
    node.connect({3: only}, 5, posts=[])
    row = some(context, 2, path=3, posted_at=-1)
    node.forward(ticks(1, 2), row)
    only.advance(END)
    assert only.served == [(ticks(1, 2).tolist(), [0, 1], END)]
    assert context.parcels.posted_at[row].tolist() == [-1, -1]


def test_singles_are_divided_by_what_is_taken() -> None:
    context = world()
    row = some(context, 3)
    taken, rest = divide(context, ticks(1, 2, 3), row, np.array([0, 1, 0], np.int32))
    assert [column.tolist() for column in (*taken, *rest)] == [ticks(2).tolist(), [1], ticks(1, 3).tolist(), [0, 2]]


def test_a_row_taken_in_part_is_split() -> None:
    context = world(is_aggregated=True)
    row = some(context, 4, count=[5, 5, 5, 5])
    at = ticks(1, 2, 3, 4)
    (taken_at, taken), (rest_at, rest) = divide(context, at, row, np.array([5, 2, 0, 4], np.int32))
    p = context.parcels
    assert taken_at.tolist() == ticks(1, 2, 4).tolist()
    assert p.count[taken].tolist() == [5, 2, 4]
    assert p.ids[taken].tolist() == [1000, 999, 997]
    assert (rest_at.tolist(), rest.tolist()) == (ticks(2, 3, 4).tolist(), [1, 2, 3])
    assert p.count[rest].tolist() == [3, 5, 1]
    assert row.tolist() == [0, 1, 2, 3]


def losing(*shares: float, comes_back: np.ndarray | None = None) -> Loss:
    loss = Loss(2, comes_back)
    loss.share[:], loss.keys[:] = shares, [11, 12]
    return loss


def test_a_share_is_lost_by_route_and_containers_and_returned_parcels_never() -> None:
    context = world()
    n = 3000
    row = some(context, n, route=np.arange(n) % 2, path=np.arange(n) // 1000, cell=np.where(np.arange(n) < 100, 4, 0))
    lost = losing(0.0, 0.4).taken(row, context)
    assert set(lost[::2]) == {0}
    assert 0.36 < lost[1::2].mean() < 0.44
    context.parcels.contents[int(row[0])] = row[:0]
    kept = losing(1.0, 1.0, comes_back=np.array([False, True, False])).taken(row, context)
    assert kept.tolist() == [0] * 100 + [1] * 900 + [0] * 1000 + [1] * 1000


def test_lost_parcels_are_counted_logged_and_gone() -> None:
    context = world(is_aggregated=True)
    node = Here("office", context)
    node.loss = losing(1.0, 0.0)
    node.handling = Handling(2.5, context)
    row = some(context, 3, count=[4, 6, 9], route=[0, 1, 0], cell=[0, 2, 1])
    node.receive(ticks(1, 2, 3), row)
    node.advance(END)
    assert node.served == [(ticks(2).tolist(), [1], END)]
    assert context.parcels.n_in_use == 1
    assert flat(context.record.lost, 1)[0].tolist() == [4, 9, 0, 0]
    assert context.record.by_day["lost"][:, 0].tolist() == [13, 0]
    assert context.log is not None
    log = context.log.table()
    assert (log["step"].tolist(), log["order_id"].tolist()) == (["lost"] * 2, [1000, 998])
    assert log["arrived_at"].tolist() == log["left_at"].tolist() == ticks(1, 3).tolist()
    node.handling.finish()
    assert context.record.cost["handling"][0].tolist() == [0, 15, 0], "only what arrives is paid for"


def test_without_a_loss_nothing_is_split() -> None:
    context = world()
    node = Here("office", context)
    node.loss = losing(1e-12, 0.0)
    row = some(context, 2)
    node.receive(ticks(1, 2), row)
    node.advance(END)
    assert node.served == [(ticks(1, 2).tolist(), [0, 1], END)]


def test_events_are_counted_before_the_end_only() -> None:
    context = world()
    row = some(context, 3, count=[1, 2, 4], route=[0, 1, 1], cell=[0, 3, 2])
    by_cell, by_day = np.zeros_like(context.record.lost), np.zeros_like(context.record.by_day["lost"])
    count_events(context, np.array([START, END - 1, END]), row, by_cell, by_day)
    assert flat(by_cell, 1)[[0, -1]].tolist() == [[1, 0, 0, 0], [0, 0, 0, 2]]
    assert (by_day[0, 0], by_day[1, -1], by_day.sum()) == (1, 2, 3)


def test_cells_are_one_axis_of_three() -> None:
    array = np.arange(2 * 3 * 4 * 5 * 6).reshape(2, 3, 4, 5, 6)
    assert flat(array, 1).shape == (2, 60, 6)
    assert flat(array, 2).shape == (2, 3, 120)
    assert flat(array, 0).shape == (24, 5, 6)
    assert np.shares_memory(flat(array, 1), array)


# -- the network ------------------------------------------------------------------------------------------------------


def chain(*links: str, actors: str = "") -> tuple[Network, dict[str, Here]]:
    """A network of links such as `ab`: what leaves a goes to b."""
    context = world()
    nodes = {name: Here(name, context) for name in sorted(set("".join(links)))}
    for name, node in nodes.items():
        node.connect({i: nodes[b] for i, (a, b) in enumerate(links) if a == name}, len(links), ())
    return Network(list(nodes.values()), {nodes[name] for name in actors}), nodes


def test_only_what_lies_upstream_is_advanced_and_in_its_order() -> None:
    network, nodes = chain("ab", "bd", "cd", "de", "fe")
    order = "".join(node.name for node in network.nodes)
    assert all(order.index(a) < order.index(b) for a, b in ("ab", "bd", "cd", "de", "fe"))
    network.advance(nodes["d"], START + 5)
    assert {name: node.served_until for name, node in nodes.items() if node.served} == dict.fromkeys("abcd", START + 5)
    network.advance_all(START + 7)
    assert {node.served_until for node in nodes.values()} == {START + 7}


def test_a_lane_cuts_the_network_so_that_circles_may_lead_by_it() -> None:
    network, nodes = chain("ab", "bl", "lc", "ca", actors="l")
    network.advance(nodes["l"], START + 5)
    assert {name for name, node in nodes.items() if node.served} == set("abcl")
    network, nodes = chain("al", "lb", actors="l")
    network.advance(nodes["b"], START + 5)
    assert [name for name, node in nodes.items() if node.served] == ["b"], "what a lane brings comes by itself"


def test_a_circle_without_a_lane_is_an_error_that_names_it() -> None:
    with pytest.raises(EngineError, match=r"circle between lanes: b, c$"):
        chain("ab", "bc", "cb")


# -- paths and loads --------------------------------------------------------------------------------------------------


def taken(shares: PathShares, route: int, region: int, n: int = 4000) -> dict[int, float]:
    path = np.zeros(n, np.int64)
    shares.choose(np.arange(n), np.full(n, route), np.full(n, region), path)
    numbers, counts = np.unique(path, return_counts=True)
    return dict(zip(numbers.tolist(), (counts / n).round(1).tolist(), strict=True))


def test_shares_of_paths_are_those_of_their_route_and_region_and_may_change() -> None:
    keys = np.array([5, 6], np.uint64)
    shares = PathShares([[{0: 0.7, 1: 0.3}, {2: 1.0}], [{3: 0.5, 4: 0.5, 5: 0.0}, {6: 0.0, 7: 1.0}]], keys)
    assert (shares.share(0, 0, 1), shares.share(0, 1, 2), shares.share(1, 0, 5), shares.share(1, 1, 7)) == (
        0.3,
        1,
        0,
        1,
    )
    assert shares.share(0, 0, 9) == 0
    assert taken(shares, 0, 0) == {0: 0.7, 1: 0.3}
    assert (taken(shares, 0, 1), taken(shares, 1, 0), taken(shares, 1, 1)) == ({2: 1.0}, {3: 0.5, 4: 0.5}, {7: 1.0})
    shares.set(1, 0, 3, 0.2)
    shares.set(1, 0, 5, 0.3)
    assert taken(shares, 1, 0) == {3: 0.2, 4: 0.5, 5: 0.3}
    assert (shares.share(1, 0, 3), shares.share(1, 0, 5)) == (0.2, 0.3)
    assert (taken(shares, 0, 0), taken(shares, 1, 1)) == ({0: 0.7, 1: 0.3}, {7: 1.0})
    assert taken(PathShares([[{0: 0.0, 1: 0.0}]], keys[:1]), 0, 0) == {1: 1.0}, "of no shares, the last path"


def test_nothing_is_left_to_a_path_behind_the_last_one_with_a_share() -> None:
    shares = PathShares([[{0: 0.1, 1: 0.2, 2: 0.7 - 1e-9, 3: 0.0}]], np.array([5], np.uint64))
    assert shares._cumulative[2:].tolist() == [np.inf, np.inf]
    assert shares._cumulative[:2] == pytest.approx([0.1, 0.3])


FREE = 2**62


@pytest.mark.parametrize(
    ("wanted", "room", "loads"),
    [
        ([5, 0, 3], (100, FREE, FREE), [[5, 0, 1], [0, 0, 2]]),
        ([5, 0, 3], (FREE, 30, FREE), [[5, 0, 2], [0, 0, 1]]),
        ([5, 0, 3], (FREE, FREE, 4), [[4, 0, 0], [1, 0, 3]]),
        ([1, 2, 0], (8, FREE, FREE), [[1, 0, 0], [0, 1, 0], [0, 1, 0]]),
        ([0, 0, 0], (8, 8, 8), []),
        ([3, 1, 0], (FREE, FREE, FREE), [[3, 1, 0]]),
    ],
    ids=["by mass", "by volume", "by pieces", "too large", "nothing", "in one"],
)
def test_loads_are_as_full_as_their_room_lets_them(
    wanted: list[int], room: tuple[int, int, int], loads: list[list[int]]
) -> None:
    grams, cm3 = np.array([10, 500, 50]), np.array([2, 3, 10])
    found = packed(np.array(wanted), grams, cm3, np.array(room))
    assert [load.tolist() for load in found] == loads


def test_a_piece_larger_than_a_load_leaves_room_for_nothing_else() -> None:
    found = packed(np.array([1, 4]), np.array([500, 1]), np.array([1, 1]), np.array([100, FREE, FREE]))
    assert [load.tolist() for load in found] == [[1, 0], [0, 4]]
