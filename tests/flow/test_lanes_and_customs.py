"""Lanes and customs, each on its own with a few parcels: who goes, who waits, what is examined."""

from typing import Any

import numpy as np
import pytest
from flow.world import END, START, Here, got, some, ticks, world

from sim.flow.customs import Selection, in_fen
from sim.flow.loading import Gateway
from sim.flow.network import Context, flat
from sim.ticks import DAY, HOUR

FREE = 2**62


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
    assert load.grams_by_account.tolist() == [30, 40, 0, 0]
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
    assert (node.name, node.targets) == ("customs", (bays, after))


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
