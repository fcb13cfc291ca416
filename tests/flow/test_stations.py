"""Stations of the flow, each on its own with a few parcels: what they hand on, when, and what they write down."""

from typing import Any

import numpy as np
import pytest
from flow.world import END, START, Here, got, some, ticks, world

from sim.flow.network import Context
from sim.flow.station import Queue, WorkClock
from sim.kernels import distributions
from sim.ticks import HOUR


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


def test_the_work_of_a_row_takes_one_tick_at_least() -> None:
    context = world(is_aggregated=True)
    node, after = office(context, servers=1000, service=distributions.constant(4))
    node.receive(ticks(0, 0), some(context, 2, count=[1, 1]))
    node.advance(END)
    after.advance(END)
    assert [at - START for ats, _, _ in after.served for at in ats] == [1 + 4, 2 + 4]


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
