"""Kernels on cases small enough to work out by hand, or beside a plain sum over the same luck.

Run once more without the compiler by `make coverage`: what is compiled and what is written give the same.
"""

from typing import Any

import numpy as np
import pytest

from sim.kernels import births, draws, ordering, tallying
from sim.kernels.births import DAY, HOUR
from sim.kernels.distributions import constant
from sim.luck import four_uniforms, key, uniforms

KEY = key(3, 0, "by hand")
NO_LEVELS = np.zeros((0, 0))


def whole(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


# -- luck turned into numbers ------------------------------------------------------------------------------------------


def test_instants_lie_evenly_over_the_span_by_the_luck_of_each_thing() -> None:
    ids = np.arange(200)
    at = draws.instants(KEY, ids, 7 * DAY)
    assert at.tolist() == [int(uniforms(KEY, int(i))[0] * 7 * DAY) for i in ids]
    assert 0 <= at.min() < at.max() < 7 * DAY


def test_values_are_whole_fen_and_never_below_nothing() -> None:
    parts = np.array([[1.0, 3, -1.0, 1.0, 0.0]])  # evenly from -1 to 1 CNY
    found = draws.fen(parts, KEY, np.arange(100))
    plain = [max(0, round((2 * uniforms(KEY, i)[0] - 1) * 100)) for i in range(100)]
    assert found.tolist() == plain
    assert 0 in plain
    assert max(plain) > 50
    assert draws.fen(constant(12.345), KEY, whole(1)).tolist() in ([1234], [1235])


def test_durations_by_code_are_those_of_the_path_and_region() -> None:
    parts = np.concatenate([constant(10.0), constant(20.0), constant(30.0)])
    first, last = whole(0, 1, 2), whole(1, 2, 3)
    path, region = np.array([0, 1, 0], np.int32), np.array([0, 0, 1], np.int16)
    code_of_path = whole(0, 2)
    rows, ids = whole(2, 0, 1), whole(5, 6, 7)
    found = draws.times_by_code(parts, first, last, KEY, code_of_path, rows, ids, path, region)
    assert found.tolist() == [20, 10, 30]


@pytest.mark.parametrize("is_single", [True, False])
def test_goods_above_the_duty_free_limit_are_examined_by_a_share_of_their_own(is_single: bool) -> None:
    n = 300
    ids, count = np.arange(n), np.full(n, 1 if is_single else 5, np.int32)
    product, fen = np.tile(np.array([0, 1], np.int16), n // 2), np.where(np.arange(n) < 100, 1001, 1000)
    of_product = np.array([0.0, 1.0])
    found = draws.examined(KEY, of_product, 0.4, 1000, np.arange(n), ids, count, is_single, product, fen)
    expected = [int(draws.binomial_quantile(uniforms(KEY, i)[0], int(count[i]), 0.4)) for i in range(100)]
    assert found[:100].tolist() == expected
    assert found[100:].tolist() == [int(count[0]) * int(p) for p in product[100:]]


def test_share_of_a_row_is_the_same_whether_it_stands_for_one_parcel_or_is_said_to() -> None:
    ids, share = np.arange(50), np.full(50, 0.3)
    count = np.ones(50, np.int32)
    single = draws.taken(KEY, share, np.arange(50), ids, count, True)
    counted = draws.taken(KEY, share, np.arange(50), ids, count, False)
    assert single.tolist() == counted.tolist() == [int(uniforms(KEY, i)[0] < 0.3) for i in range(50)]
    many = draws.taken(KEY, share, np.arange(50), ids, np.full(50, 10, np.int32), False)
    assert many.mean() == pytest.approx(3, abs=0.6)


@pytest.mark.parametrize(("p", "taken"), [(0.0, 0), (1.0, 8), (1.2, 8)])
def test_no_share_takes_nothing_and_a_whole_one_all(p: float, taken: int) -> None:
    assert draws.binomial_quantile(0.5, 8, p) == taken


# -- order -------------------------------------------------------------------------------------------------------------


def test_instants_that_crowd_at_one_end_are_still_sorted() -> None:
    # 2000 within 2000 ticks and one far off: by the leading bits all but one are alike, and far from in order.
    at = np.append(np.arange(2000)[::-1], 2**50)
    found, row = ordering.sort_stable(at.copy(), np.arange(2001))
    assert found.tolist() == sorted(at.tolist())
    assert row.tolist() == [*range(1999, -1, -1), 2000]


def test_many_equal_instants_go_by_id() -> None:
    n = 100
    ids = np.arange(n)[::-1].copy()
    at = np.full(n, 7)
    at[-1] = 3
    found, row = ordering.in_order(at, np.arange(n), ids)
    assert found.tolist() == [3, *[7] * (n - 1)]
    assert ids[row[1:]].tolist() == sorted(ids[:-1].tolist())


def test_queue_is_parted_before_an_instant_and_merged_again() -> None:
    at, row, ids = whole(1, 4, 4, 9), whole(3, 1, 2, 0), whole(40, 10, 20, 30)
    early_at, early, late_at, late = ordering.part(at, row, 4)
    assert (early_at.tolist(), early.tolist()) == ([1], [3])
    assert (late_at.tolist(), late.tolist()) == ([4, 4, 9], [1, 2, 0])
    merged_at, merged = ordering.merge(late_at, late, early_at, early, ids)
    assert (merged_at.tolist(), merged.tolist()) == (at.tolist(), row.tolist())


def test_entries_are_picked_by_a_column_and_keep_their_order() -> None:
    table, column = whole(0, 5, 7), np.array([2, 0, 1], np.int16)
    assert ordering.look_up(table, column, whole(1, 2, 0)).tolist() == [0, 5, 7]
    at, row = ordering.pick(whole(1, 0, 1), 1, whole(10, 20, 30), whole(6, 4, 5))
    assert (at.tolist(), row.tolist()) == ([10, 30], [6, 5])


# -- tallies -----------------------------------------------------------------------------------------------------------


def test_items_count_in_the_month_of_their_arrival_and_not_after_the_end() -> None:
    totals = np.zeros((2, 3), np.int64)
    at, row = whole(0, DAY - 1, DAY, 2 * DAY), whole(2, 0, 1, 1)
    count, route = np.array([1, 5, 3], np.int32), np.array([0, 2, 1], np.int16)
    tallying.items_by_account(at, row, count, route, 0, whole(0, 1, 1), totals, 2 * DAY)
    assert totals.tolist() == [[1, 3, 0], [0, 0, 5]]


def test_events_at_the_end_or_later_are_not_counted() -> None:
    by_cell, by_day = np.zeros((2, 2), np.int64), np.zeros((1, 3), np.int64)
    at, row = whole(0, DAY, 2 * DAY), whole(0, 1, 0)
    columns = (np.array([4, 6], np.int32), np.array([0, 1], np.int32), np.zeros(2, np.int16))
    tallying.events_by_cell(at, row, *columns, 0, whole(0, 1, 1), by_cell, by_day, 2 * DAY)
    assert by_cell.tolist() == [[4, 0], [0, 6]]
    assert by_day.tolist() == [[4, 6, 0]]


def test_delivery_a_whole_ring_of_weeks_ahead_is_not_of_this_ring() -> None:
    one = np.zeros(1, np.int64)
    by_cell, by_day = np.zeros((1, 1), np.int64), np.zeros((1, 30), np.int64)
    hours, sums = np.zeros((1, 1, 100), np.int32), np.zeros((1, 1, 4), np.int64)
    week_hours, week_sums = np.zeros((2, 1, 1, 100), np.int32), np.zeros((2, 1, 1, 2), np.int64)
    ready = whole(DAY, 14 * DAY, 29 * DAY)
    tallying.deliveries(
        ready, whole(0, 0, 0), whole(2), one, one, one, one, one, np.array([[DAY]]), 0, np.zeros(30, np.int64),
        29 * DAY, by_cell, by_day, hours, sums, 0, week_hours, week_sums,
    )  # fmt: skip
    assert by_cell.tolist() == [[4]], "the third is ready at the end, and belongs to what comes after"
    assert sums.tolist() == [[[4, 2 * (1 + 14) * 86_400, 2 * (1 + 14) * 86_400, 2]]]
    assert week_sums[:, 0, 0, 0].tolist() == [2, 0]
    assert hours[0, 0, [24, 99]].tolist() == [2, 2]


# -- births ------------------------------------------------------------------------------------------------------------


def test_nobody_is_born_where_nobody_is_expected() -> None:
    assert births.poisson_quantile(0.999, 0.0) == 0
    assert births.poisson_quantile(0.999, -1.0) == 0


def decided(n_rows: int = 400, **other: Any) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    """Entries, tally, instants and what of one layer of 400 orders, two regions, two products, two routes."""
    steady = np.arange(169) / 168
    given: dict[str, Any] = {
        "keys": np.array([key(3, 0, name) for name in ("birth", "kind", "nest")]),
        "route_keys": np.array([key(3, 0, "route", name) for name in "ab"]),
        "first_id": 1000,
        "n_rows": n_rows,
        "n_orders": n_rows,
        "row_size": 1,
        "cumulative": steady,
        "start_hours": births.guide(steady),
        "window": whole(0, 7 * DAY),
        "layer": 0,
        "level_by_day": np.ones(7),
        "level_by_product": NO_LEVELS,
        "month_by_day": np.zeros(7, np.int64),
        "region_shares": np.array([0.5, 1.0]),
        "product_shares": np.array([0.5, 1.0]),
        "class_shares": np.array([1.0]),
        "rank_ends": np.array([1.0]),
        "nest_weights": np.ones((1, 2, 2, 3)),
        "route_weights": np.ones((1, 2, 2, 2)),
        "tally": np.zeros((1, 4, 2, 2), np.int64),
        "instant": np.zeros(n_rows, np.int64),
        "what": np.zeros((n_rows, 2), np.int64),
        "n_out": 0,
    }
    given |= other
    n = births.decide_layer(*given.values())
    return n, given["tally"][0], given["instant"][:n], given["what"][:n]


def test_every_order_takes_one_alternative_each_by_about_its_weight() -> None:
    n, tally, instants, what = decided()
    by_alternative = tally.sum(axis=(1, 2))
    assert by_alternative.sum() == 400
    assert n == by_alternative[:2].sum() == len(np.unique(what[:, 0]))
    assert by_alternative[2:] == pytest.approx([400 / 3] * 2, abs=40)
    assert instants.max() < 7 * DAY
    assert ((what[:, 1] & 0xFFFFFF) == 1).all()


def test_orders_outside_the_window_are_not_born() -> None:
    n, _, instants, _ = decided(window=whole(2 * DAY, 3 * DAY))
    assert n > 10
    assert instants.min() >= 2 * DAY
    assert instants.max() < 3 * DAY


def test_level_below_the_layer_bears_none_and_half_its_level_half() -> None:
    everybody = decided(nest_weights=np.array([1.0, 0, 0]) * np.ones((1, 2, 2, 3)))[0]
    half = decided(nest_weights=np.array([1.0, 0, 0]) * np.ones((1, 2, 2, 3)), level_by_day=np.full(7, 0.125))[0]
    assert everybody == 400
    assert half == pytest.approx(200, abs=40)
    assert decided(layer=1, level_by_day=np.full(7, 0.25))[0] == 0


def test_level_of_a_product_keeps_back_that_product_alone() -> None:
    only_second = np.tile([0.0, 1.0], (7, 1))
    _, tally, _, what = decided(level_by_product=only_second)
    _, before, _, _ = decided()
    assert tally[:, :, 0].sum() == 0
    assert tally[:, :, 1].tolist() == before[:, :, 1].tolist()
    assert {int(packed >> 24 & 0xFF) for packed in what[:, 1]} == {1}


def test_class_and_rank_of_an_order_say_what_it_may_choose() -> None:
    # Two classes of half the orders and two halves of the ranks: only the last of the four variants has route b alone.
    route = np.zeros((4, 2, 2, 2))
    route[:3, ..., 0] = route[3, ..., 1] = 1.0
    varied = {"nest_weights": np.array([1.0, 0, 0]) * np.ones((4, 2, 2, 3)), "route_weights": route}
    n, tally, _, what = decided(class_shares=np.array([0.5, 1.0]), rank_ends=np.array([0.5, 1.0]), **varied)
    kinds = {int(thing): four_uniforms(key(3, 0, "kind"), int(thing)) for thing in what[:, 0]}
    expected = [int(kinds[int(thing)][2] >= 0.5 and kinds[int(thing)][3] >= 0.5) for thing in what[:, 0]]
    assert n == 400
    assert (what[:, 1] >> 40).tolist() == expected
    assert tally[1].sum() == sum(expected) == pytest.approx(100, abs=35)


def test_last_row_stands_for_the_orders_that_are_left() -> None:
    inside = np.array([1.0, 0, 0]) * np.ones((1, 2, 2, 3))
    n, tally, _, what = decided(n_rows=3, n_orders=25, row_size=10, nest_weights=inside)
    assert n == 3
    assert sorted((what[:, 1] & 0xFFFFFF).tolist()) == [5, 10, 10]
    assert tally.sum() == 25


def test_one_route_needs_no_race() -> None:
    route_keys = np.array([key(3, 0, "route", "a")])
    alone = {
        "route_keys": route_keys,
        "route_weights": np.ones((1, 2, 2, 1)),
        "tally": np.zeros((1, 3, 2, 2), np.int64),
    }
    n, tally, _, what = decided(**alone)
    assert (what[:, 1] >> 40 == 0).all()
    assert tally[0].sum() == n
    assert tally.sum() == 400


def test_paths_are_chosen_by_the_shares_of_route_and_region() -> None:
    n = 400
    order_id, route, region = np.arange(n), np.repeat([0, 1], n // 2), np.tile([0, 1], n // 2)
    shares, numbers = np.array([1.0, 1.0, 0.25, 1.0, 1.0]), whole(10, 11, 12, 13, 14)
    first = whole(0, 1, 2, 4, 5)  # route 0 has one path a region, route 1 two to region 0
    keys, path = np.array([key(3, 0, "gate", name) for name in "ab"]), np.zeros(n, np.int64)
    births.choose_paths(order_id, route, region, keys, shares, numbers, first, 2, path)
    expected = []
    for i in range(n):
        if route[i] == 1 and region[i] == 0:
            expected.append(12 if uniforms(keys[1], i)[0] < 0.25 else 13)
        else:
            expected.append({(0, 0): 10, (0, 1): 11, (1, 1): 14}[int(route[i]), int(region[i])])
    assert path.tolist() == expected
    assert {12, 13} <= set(expected)


def test_goods_weigh_at_least_a_gram_and_fill_their_volume() -> None:
    n = 2
    grams, cm3, fen = (np.zeros(n, np.int64) for _ in range(3))
    parts = np.concatenate([constant(0.2), constant(500.0)])
    parts_from = np.array([[0, 1, 2], [0, 1, 2]])
    births.describe_goods(
        whole(1, 2), whole(0, 1), KEY, parts, parts, parts_from, np.array([1e6, 250.0]), grams, cm3, fen
    )
    assert grams.tolist() == [1, 500]
    assert cm3.tolist() == [1, 2000]
    assert fen.tolist() == [20, 50_000]


def test_instant_in_a_week_whose_orders_all_come_in_one_hour() -> None:
    cumulative = np.zeros(169)
    cumulative[101:] = 50.0
    start = births.guide(cumulative)
    for u in (0.001, 0.5, 0.999):
        assert births.instant_in_week(u, cumulative, start) // HOUR == 100
