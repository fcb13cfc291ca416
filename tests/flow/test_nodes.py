"""Nodes of the flow, each on its own with a few parcels: what it hands on, when, and what it writes down."""

from typing import Any

import numpy as np
import pytest
from flow.world import END, START, Here, some, ticks, world

from sim.flow.customs import Selection, in_fen
from sim.flow.last_mile import LastMile
from sim.flow.loading import Gateway
from sim.flow.network import Context, flat
from sim.flow.replenishment import Supply
from sim.flow.returns import Returns, RouteReturns
from sim.flow.sink import Sink
from sim.flow.station import Queue, WorkClock
from sim.kernels import distributions
from sim.ticks import DAY, HOUR

FREE = 2**62


def got(node: Here, until: int = END) -> list[tuple[int, float]]:
    """Ids of the parcels that came, and when, in hours from the start."""
    node.advance(until)
    ids = node.context.parcels.ids
    found = [
        (int(ids[row]), (at - START) / HOUR) for ats, rows, _ in node.served for at, row in zip(ats, rows, strict=True)
    ]
    node.served.clear()
    return found


# -- stations ---------------------------------------------------------------------------------------------------------


def office(context: Context, **changed: Any) -> tuple[Queue, Here]:
    """A queue with one server, an hour each, that is always open."""
    fields: dict[str, Any] = {
        "number": 0,
        "key": np.uint64(9),
        "servers": 1,
        "service": distributions.constant(HOUR),
        "dwell": None,
        "clock": None,
        "is_open": True,
        "start": START,
    }
    node, after = Queue("office", context, **fields | changed), Here("after", context)
    node.connect({0: after}, 1, ())
    return node, after


@pytest.mark.parametrize("service", ["constant", "drawn"])
def test_two_servers_serve_three_parcels_in_two_hours(service: str) -> None:
    context = world()
    table = distributions.constant(HOUR)
    if service == "drawn":  # the same hour, by a kernel for services that differ
        table = np.concatenate([table * [0.5, 1, 1, 1, 1], table])
    node, after = office(context, servers=2, service=table)
    node.receive(ticks(0, 0, 0), some(context, 3))
    node.advance(START + HOUR)
    assert node.n_waiting == 1
    assert got(after, START + HOUR + 1) == [(998, 1.0), (999, 1.0)]
    node.advance(END)
    assert node.n_waiting == 0
    node.finish(END)
    record = context.record
    assert record.queue_arrivals[0].sum() == 3
    assert record.queue_totals[0, 0].tolist() == [3, 3600, 3 * 3_600_000, 3600]
    assert record.queue_open_seconds[0].sum() == 2 * 10 * 7 * 86_400
    assert (record.queue_open_seconds[0] > 0).all()
    assert context.log is not None
    log = context.log.table()
    assert log["order_id"].tolist() == [998, 999, 1000]
    assert log["started_at"].tolist() == ticks(0, 0, 1).tolist()
    assert log["left_at"].tolist() == ticks(1, 1, 2).tolist()
    assert set(log["arrived_at"].tolist()) == {START}


def test_a_dwell_begins_when_the_service_ends_and_may_be_all_there_is() -> None:
    context = world()
    node, after = office(context, dwell=distributions.constant(HOUR // 2))
    node.receive(ticks(0, 0), some(context, 2))
    node.advance(END)
    assert got(after) == [(999, 1.5), (1000, 2.5)]
    node, after = office(context, servers=None, service=None, dwell=distributions.constant(HOUR // 2))
    node.receive(ticks(1, 2, 3), some(context, 3))
    node.advance(START + 2 * HOUR)
    node.set_dwell(distributions.constant(2 * HOUR))
    node.advance(END)
    assert got(after) == [(1000, 1.5), (999, 4.0), (998, 5.0)]
    assert node.dwell is not None
    assert node.dwell[0, 2] == 2 * HOUR
    node.finish(END)
    assert context.record.queue_open_seconds.sum() == 0, "there is nobody whose time could be counted"


def test_more_servers_are_free_from_the_change_on_and_a_cut_keeps_who_is_at_work() -> None:
    context = world()
    node, after = office(context)
    node.receive(np.full(5, START), some(context, 5))
    node.advance(START + HOUR // 2)
    node.set_servers(3, START + HOUR // 2)
    node.advance(START + 3 * HOUR // 2)
    assert node.n_waiting == 1
    node.set_servers(1, START + 3 * HOUR // 2)
    node.advance(END)
    assert sorted(at for _, at in got(after)) == [1.0, 1.5, 1.5, 2.0, 3.0]
    node.finish(START + 2 * HOUR)
    assert context.record.queue_open_seconds.sum() == 3600 * (0.5 * 1 + 1 * 3 + 0.5 * 1)


def test_a_changed_service_holds_for_all_that_have_not_started() -> None:
    context = world()
    node, after = office(context)
    node.receive(np.full(3, START), some(context, 3))
    node.advance(START + 1)
    node.set_service(distributions.constant(2 * HOUR))
    assert node.service is not None
    assert node.service[0, 2] == 2 * HOUR
    node.advance(END)
    assert [at for _, at in got(after)] == [1.0, 3.0, 5.0]


def test_a_closed_queue_holds_what_comes_until_it_is_open_again() -> None:
    context = world()
    node, after = office(context, servers=2, is_open=False)
    node.receive(ticks(0, 1), some(context, 2))
    node.advance(START + 5 * HOUR)
    assert (node.n_waiting, got(after, START)) == (2, [])
    node.set_open(True, START + 5 * HOUR)
    node.advance(START + 9 * HOUR)
    node.set_open(False, START + 9 * HOUR)
    node.advance(START + 11 * HOUR)
    assert [at for _, at in got(after)] == [6.0, 6.0]
    node.finish(START + 11 * HOUR)
    assert context.record.queue_open_seconds.sum() == 2 * 4 * 3600


def test_a_queue_that_is_opened_while_open_goes_on() -> None:
    context = world()
    node, after = office(context)
    node.receive(ticks(0, 0), some(context, 2))
    node.advance(START + HOUR // 2)
    node.set_open(True, START + HOUR // 2)
    node.advance(END)
    assert [at for _, at in got(after)] == [1.0, 2.0]


def test_a_dwell_alone_starts_when_it_is_open_again() -> None:
    context = world()
    node, after = office(context, servers=None, service=None, dwell=distributions.constant(HOUR), is_open=False)
    node.receive(ticks(1), some(context, 1))
    node.advance(START + 4 * HOUR)
    node.set_open(True, START + 4 * HOUR)
    node.advance(END)
    assert got(after) == [(1000, 5.0)]


def test_work_is_done_in_open_hours_only() -> None:
    context = world()
    hours = [(START + 9 * HOUR, START + 11 * HOUR), (START + 33 * HOUR, START + 35 * HOUR)]
    node, after = office(context, clock=WorkClock.from_intervals(hours), service=distributions.constant(3 * HOUR // 2))
    node.receive(ticks(8, 8), some(context, 2))
    node.advance(START + 34 * HOUR)
    assert node.n_waiting == 0
    node.advance(END)
    assert got(after) == [(999, 10.5), (1000, 34.0)]
    node.finish(END)
    assert context.record.queue_open_seconds.sum() == 4 * 3600


def test_a_row_of_several_is_the_work_of_all_servers_together() -> None:
    context = world(is_aggregated=True)
    node, after = office(context, servers=2)
    row = some(context, 2, count=[4, 6])
    node.receive(ticks(0, 0), row)
    node.advance(START + 1)
    assert node.n_waiting == 4, "that of the lower id goes first"
    node.advance(END)
    assert got(after) == [(999, 3.5), (1000, 5.5)], "the last of a row has his own service in full"
    record = context.record
    assert record.queue_totals[0, 0].tolist() == [10, 4 * 3 * 3600, 10 * 3_600_000, 3 * 3600]
    assert record.queue_arrivals[0].sum() == 10


def test_of_rows_the_servers_may_change_while_they_wait() -> None:
    context = world(is_aggregated=True)
    node, after = office(context, servers=2)
    node.receive(ticks(0, 0), some(context, 2, count=[4, 6]))
    node.advance(START + 1)
    node.set_servers(4, START + 1)
    node.advance(END)
    assert got(after) == [(999, 3.5), (1000, 4.75)]


def test_the_backlog_is_what_waits_now_and_the_most_of_the_month() -> None:
    context = world()
    node, _ = office(context)
    node.receive(np.full(5, START), some(context, 5))
    found = []
    for hour in (1, 2, 5):
        node.advance(START + hour * HOUR)
        node.count_backlog(START + hour * HOUR)
        found.append(context.record.queue_backlog[0, 0].tolist())
    assert found == [[4, 4], [3, 4], [0, 4]]


# -- lanes ------------------------------------------------------------------------------------------------------------


def gateway(
    context: Context, priorities: tuple[int, ...] = (0, 0), ways: tuple[int, ...] = (0, 1)
) -> tuple[Gateway, Here]:
    node, after = Gateway("flight", context, priority_of_path=np.array(priorities), ways=ways), Here("after", context)
    node.connect(dict.fromkeys(range(len(priorities)), after), len(priorities), ())
    return node, after


def loaded(node: Gateway, *room: int) -> tuple[list[int], list[int]]:
    """Ids and counts of what one departure takes."""
    load = node.load(np.array(room))
    p = node.context.parcels
    return p.ids[load.row].tolist(), p.count[load.row].tolist()


def test_what_was_ready_first_goes_first_as_far_as_it_fits() -> None:
    context = world()
    node, after = gateway(context)
    row = some(
        context, 4, grams=[10, 20, 30, 40], cm3=[4, 3, 2, 1], path=[0, 1, 0, 1], route=[0, 1, 0, 1], cell=[0, 3, 0, 3]
    )
    node.receive(ticks(4, 3, 2, 1), row)
    node.advance(START + 4 * HOUR)
    assert (node.ready_grams, node.n_ready) == (90, 3)
    node.advance(START + 5 * HOUR)
    assert (node.ready_grams, node.n_ready) == (100, 4)
    load = node.load(np.array([70, FREE, FREE]))
    assert load.row.tolist() == [3, 2]
    assert load.ready.tolist() == ticks(1, 2).tolist()
    assert load.used.tolist() == [70, 3, 2]
    assert load.grams_by_account.tolist() == [30, 40, 0]
    assert load.pieces_by_cell.tolist() == [1, 0, 0, 1, 0]
    assert (node.ready_grams, node.n_ready) == (30, 2)
    assert loaded(node, FREE, 2, FREE) == ([], [])
    assert loaded(node, FREE, 3, FREE) == ([999], [1])
    assert loaded(node, FREE, FREE, 0) == ([], [])
    assert loaded(node, FREE, FREE, FREE) == ([1000], [1])
    assert loaded(node, FREE, FREE, FREE) == ([], [])
    node.dispatch(load, START + 6 * HOUR, START + 9 * HOUR)
    assert got(after) == [(997, 9.0), (998, 9.0)]
    assert context.log is not None
    log = context.log.table()
    assert log["arrived_at"].tolist() == ticks(1, 2).tolist()
    assert set(log["started_at"].tolist()) == set(ticks(6).tolist())
    assert set(log["left_at"].tolist()) == set(ticks(9).tolist())
    assert context.record.shipped.sum() == 0, "it is nobody's first lane"


def test_higher_priority_goes_first_and_what_is_left_of_it_stops_the_rest() -> None:
    context = world()
    node, _ = gateway(context, priorities=(7, 2, 7))
    row = some(context, 4, path=[0, 1, 1, 0], grams=[1, 5, 5, 1])
    node.receive(ticks(1, 2, 3, 4), row)
    node.advance(END)
    assert loaded(node, 9, FREE, FREE) == ([999], [1]), "one of low priority would fit, but may not overtake"
    assert loaded(node, 6, FREE, FREE) == ([998, 1000], [1, 1])
    assert loaded(node, FREE, FREE, FREE) == ([997], [1])


def test_a_lane_that_nothing_leads_by_departs_empty() -> None:
    node, _ = gateway(world(), ways=())
    assert loaded(node, 1, 1, 1) == ([], [])


def test_of_a_row_that_does_not_fit_whole_a_part_goes() -> None:
    context = world(is_aggregated=True)
    node, _ = gateway(context)
    row = some(context, 2, count=[5, 5], grams=[10, 10], cm3=[1, 1], path=0)
    node.receive(ticks(2, 1), row)
    node.advance(END)
    assert loaded(node, 79, FREE, FREE) == ([999, 1000], [5, 2])
    assert (node.ready_grams, node.n_ready) == (30, 3)
    assert loaded(node, 9, FREE, FREE) == ([], [])
    assert loaded(node, FREE, 1, FREE) == ([1000], [1])
    assert loaded(node, FREE, FREE, 1) == ([1000], [1])
    assert loaded(node, FREE, FREE, FREE) == ([1000], [1])
    assert context.parcels.ids[row].tolist() == [1000, 999]


@pytest.mark.parametrize("is_always_first", [True, False])
def test_what_ships_by_its_first_lane_is_counted_if_it_leaves_before_the_end(is_always_first: bool) -> None:
    context = world()
    node, _ = gateway(context)
    node.ships_on_path, node.is_always_first = np.array([True, is_always_first]), is_always_first
    row = some(context, 3, path=[0, 1, 0], route=[0, 1, 1], cell=[1, 2, 3])
    node.receive(ticks(1, 1, 1), row)
    node.advance(END)
    load = node.load(np.array([FREE] * 3))
    node.dispatch(load, START + DAY, START + 2 * DAY)
    expected = [0, 1, int(is_always_first), 1]
    assert flat(context.record.shipped, 1).sum(axis=0).tolist() == expected
    assert context.record.by_day["shipped"][:, 1].tolist() == [1, 1 + is_always_first]
    assert context.record.by_day["shipped"].sum() == sum(expected)
    node.dispatch(load, END, END + DAY)
    assert context.record.shipped.sum() == sum(expected)


def test_those_that_have_another_way_leave_the_lane() -> None:
    context = world()
    node, _ = gateway(context, priorities=(0, 1, 0), ways=(0, 1, 2))
    row = some(context, 5, path=[0, 1, 2, 1, 0], grams=[1, 2, 4, 8, 16])
    node.receive(ticks(1, 2, 3, 4, 5), row)
    node.advance(END)
    assert sorted(node.take_rerouted(np.array([2, -1, -1])).tolist()) == [0, 4]
    assert context.parcels.path[row].tolist() == [2, 1, 2, 1, 2]
    assert (node.ready_grams, node.n_ready) == (14, 3)
    assert node.take_rerouted(np.array([1, -1, -1])).tolist() == []
    assert loaded(node, FREE, FREE, FREE) == ([998, 999, 997], [1, 1, 1])


# -- customs ----------------------------------------------------------------------------------------------------------


def customs(context: Context, is_open: bool = True, **changed: Any) -> tuple[Selection, Here, Here]:
    bays, after = Here("bays", context), Here("after", context)
    fields: dict[str, Any] = {
        "key": np.uint64(4),
        "of_product": np.array([0.0, 1.0]),
        "above_limit": 1.0,
        "limit_fen": in_fen(10.0),
        "own_share": {},
    }
    node = Selection("customs", context, bays=bays, is_open=is_open, **fields | changed)
    node.connect({0: after}, 1, ())
    return node, bays, after


def test_goods_are_examined_by_product_and_above_the_limit() -> None:
    context = world()
    node, bays, after = customs(context)
    row = some(context, 4, product=[0, 1, 0, 0], fen=[0, 0, 1001, 1000])
    node.receive(ticks(4, 3, 2, 1), row)
    node.advance(END)
    assert sorted(got(bays)) == [(998, 2.0), (999, 3.0)]
    assert sorted(got(after)) == [(997, 1.0), (1000, 4.0)]
    assert node.targets == (bays, after)


def test_a_share_holds_for_products_that_have_none_of_their_own() -> None:
    node, _, _ = customs(world(), of_product=np.array([0.1, 0.2, 0.3]), own_share={"b": 1})
    node.set_share(0.5)
    assert node.of_product.tolist() == [0.5, 0.2, 0.5]


def test_what_comes_while_the_office_is_closed_passes_when_it_opens() -> None:
    context = world()
    node, bays, after = customs(context, is_open=False)
    row = some(context, 3, product=[0, 1, 0], fen=0)
    node.receive(ticks(1, 2), row[:2])
    node.advance(START + 3 * HOUR)
    node.receive(ticks(3), row[2:])
    node.advance(START + 5 * HOUR)
    assert (got(bays, START), got(after, START)) == ([], [])
    node.set_open(True, START + 5 * HOUR)
    assert (got(bays, START + 6 * HOUR), sorted(got(after, START + 6 * HOUR))) == (
        [(999, 5.0)],
        [(998, 5.0), (1000, 5.0)],
    )
    node.set_open(False, START + 6 * HOUR)
    node.set_open(True, START + 7 * HOUR)
    assert (got(bays), got(after)) == ([], []), "what has passed is not held any more"


def test_limits_are_in_whole_fen() -> None:
    assert [in_fen(limit) for limit in (0.004, 0.006, 10.0, 1000.99)] == [0, 1, 1000, 100_099]


# -- the last mile and what comes back --------------------------------------------------------------------------------


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
    assert record.cost["last_miles"][0].tolist() == [3.0, 3.0, 0.0]
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


# -- freight and stock ------------------------------------------------------------------------------------------------


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
