"""Warehouses as section 8 of docs/model.md describes them: shelf, waiting, fallback, storage, reviews, loads."""

import numpy as np
import pytest
from behaviour.runs import assert_identical, at_step, orders_of, run, steps_of, with_changes
from behaviour.stocked import (
    FROM_STOCK,
    ROUTES,
    WAREHOUSE,
    assert_parcels_balance,
    assert_pieces_balance,
    stocked,
    with_warehouse,
)
from oracle.base_world import Dict, merged, origin

from sim.flow.replenishment import packed
from sim.ids import first_container_id
from sim.indicators import tables_of
from sim.kernels import shelf
from sim.model import Model
from sim.ticks import DAY, HOUR, SECOND, WEEK

LITTLE = {"clothes": {"reorder_point": 5, "order_up_to": 20, "initial": 3}, "gadgets": {"initial": 0}}
EMPTY_SHELF = with_warehouse(stock=LITTLE)
FALLBACK = with_warehouse(fallback={"route": "post", "delay": "6 h"})


def totals(model: Model, warehouse: int = 0) -> np.ndarray:
    """Sums over months and products, by what is counted."""
    sums: np.ndarray = model.record.stock_totals[warehouse].sum(axis=(0, 1))
    return sums


def assert_balances(model: Model) -> None:
    assert_pieces_balance(model)
    assert_parcels_balance(model)


def test_an_order_takes_stock_at_once_and_goes_by_pick_and_last_mile() -> None:
    model = run(stocked())
    walks = steps_of(model).groupby("order_id").step.agg(tuple)
    orders = orders_of(model).set_index("order_id")
    stocked_ones = walks[orders.index[orders.route == "stocked"]]
    assert len(stocked_ones) > 300
    assert set(stocked_ones) == {("ural-warehouse", "ural-warehouse.pick", "inland")}
    here = at_step(model, "ural-warehouse").loc[stocked_ones.index]
    assert (here.arrived_at == orders.ordered_at[here.index]).all()
    assert (here.left_at == here.arrived_at).all()
    assert (at_step(model, "ural-warehouse.pick").arrived_at == here.left_at).all()
    assert model.record.shipped[:, 1].sum() == 0
    assert_balances(model)


def test_a_stock_out_makes_orders_wait_in_order_until_a_load_is_received() -> None:
    model = run(stocked(EMPTY_SHELF))
    here = at_step(model, "ural-warehouse")
    products = orders_of(model).set_index("order_id")["product"]
    received = set(at_step(model, "ural-warehouse.receiving").left_at)
    for product in ("clothes", "gadgets"):
        mine = here[here.index.isin(products.index[products == product])].sort_values(["arrived_at", "order_id"])
        assert mine.left_at.is_monotonic_increasing
        waited = mine[mine.left_at > mine.arrived_at]
        assert len(waited) > 5
        assert set(waited.left_at) <= received
    sums = totals(model)
    assert sums[shelf.LATER] > 100
    assert sums[shelf.WAIT_S] == pytest.approx(((here.left_at - here.arrived_at).sum()) / SECOND, rel=1e-4)
    assert_balances(model)


def test_with_a_fallback_nobody_waits_and_those_who_find_nothing_take_the_other_route_later() -> None:
    model = run(stocked(EMPTY_SHELF, FALLBACK))
    orders, steps = orders_of(model).set_index("order_id"), steps_of(model)
    walks = steps.groupby("order_id").step.agg(tuple)[orders.index[orders.route == "stocked"]]
    fell = walks.index[[walk[1] == "collection" for walk in walks]]
    assert len(fell) == totals(model)[shelf.FELL_BACK] > 50
    assert {walks[i][:5] for i in fell} == {
        ("ural-warehouse", "collection", "sorting", "flight", "ural-customs.release")
    }
    here = at_step(model, "ural-warehouse").loc[fell]
    assert (here.started_at == here.arrived_at).all()
    assert (here.left_at == here.arrived_at + 6 * HOUR).all()
    assert (at_step(model, "collection").arrived_at[fell] == here.left_at).all()
    assert totals(model)[shelf.LATER] == 0
    assert model.record.delivered[:, 1].sum() == (model.record.service[:, 1, ..., 0]).sum()
    assert 0 < model.record.shipped[:, 1].sum() <= len(fell)
    assert_balances(model)


def test_a_fallback_without_delay_takes_a_tick_and_a_change_makes_it_longer() -> None:
    later = {"later": {"at": "2016-05-02", "change": "warehouses.ural-warehouse.fallback.delay", "set": "2 d"}}
    at_once = stocked(EMPTY_SHELF, with_warehouse(fallback={"route": "post", "delay": 0}))
    here = at_step(run(with_changes(at_once, **later)), "ural-warehouse")
    change_at = here.arrived_at.min() // WEEK * WEEK + 2 * WEEK + 3 * HOUR  # midnight in Yekaterinburg
    delays = here.left_at - here.arrived_at
    assert set(delays[here.arrived_at < change_at]) == {0, 1}
    assert set(delays[here.arrived_at >= change_at]) == {0, 2 * DAY}


def test_stock_beyond_the_storage_waits_outside_and_comes_in_as_pieces_leave() -> None:
    small = with_warehouse(storage="0.5 m3")  # a piece of clothes has 2500 cm3, one of gadgets 2500
    model = run(stocked(small))
    sums = totals(model)
    assert sums[shelf.OUTSIDE_S] > 0
    assert sums[shelf.SHELF_S] <= 200 * 42 * 86_400
    assert_balances(model)
    wide = run(stocked())
    assert totals(wide)[shelf.OUTSIDE_S] == 0


def test_more_storage_lets_in_at_once_those_who_wait_get_theirs_at_that_instant() -> None:
    # Gadgets stand before the door, no room for one of them; clothes behind them serve nobody.
    stock = {"gadgets": {"initial": 300}, "clothes": {"initial": 300}}
    tight = stocked(with_warehouse(storage="1 cm3", stock=stock, review_every="3000 d"))
    assert set(at_step(run(tight), "ural-warehouse").left_at) <= set(orders_of(run(tight)).ordered_at)
    more = {"more": {"at": "2016-05-02", "change": "warehouses.ural-warehouse.storage", "set": "9 m3"}}
    model = run(with_changes(tight, **more))
    here = at_step(model, "ural-warehouse")
    change_at = model.start // WEEK * WEEK + 2 * WEEK + 3 * HOUR
    early = here[here.arrived_at < change_at]
    assert len(early) > 20
    assert (early.left_at == change_at).all()
    late = here[here.arrived_at >= change_at]
    assert (late.left_at == late.arrived_at).any()
    assert_balances(model)


def test_closed_it_neither_receives_nor_picks_but_the_shelf_gives_out() -> None:
    shut = {"shut": {"at": "2016-05-02", "change": "warehouses.ural-warehouse.is_open", "set": False}}
    model = run(with_changes(stocked(), **shut))
    change_at = model.start // WEEK * WEEK + 2 * WEEK + 3 * HOUR
    for part in ("receiving", "pick"):
        assert at_step(model, f"ural-warehouse.{part}").started_at.max() < change_at
    assert at_step(model, "ural-warehouse").started_at.max() > change_at
    assert_balances(model)


def test_reviews_look_at_whole_multiples_and_order_by_their_rule() -> None:
    model = run(stocked(EMPTY_SHELF, with_warehouse(review_every="36 h")))
    log = model.record.stock_review_log()
    assert len(log) > 5
    for at, _, product, position, ordered in log:
        assert at % (36 * HOUR) == 0
        if product == "clothes":
            assert position <= 5
            assert position + ordered == 20
        else:
            assert position <= 100
            assert ordered % 80 == 0
            assert 100 < position + ordered <= 180


def test_reviews_act_as_of_changed_points() -> None:
    base = "warehouses.ural-warehouse.stock"
    changes = {
        "point": {"at": "2016-05-02", "change": f"{base}.clothes.reorder_point", "set": 700},
        "lots": {"at": "2016-05-02", "change": f"{base}.gadgets.quantity", "set": 7},
    }
    log = run(with_changes(stocked(), **changes)).record.stock_review_log()
    late = [row for row in log if row[0] >= 484358400000000]
    assert {position + ordered for _, _, product, position, ordered in late if product == "clothes"} == {701}
    assert {ordered % 7 for _, _, product, _, ordered in late if product == "gadgets"} == {0}


def test_loads_travel_the_real_lanes_with_ids_of_their_review_and_at_the_warehouses_cost() -> None:
    model = run(stocked(EMPTY_SHELF, {"lanes": {"flight": {"cost_per_kg": "2 CNY/kg"}}}))
    steps = steps_of(model)
    at, *_ = model.record.stock_review_log()[0]
    ordered = {row[2]: row[4] for row in model.record.stock_review_log() if row[0] == at}
    n_loads = -(-(ordered["clothes"] * 400 + ordered["gadgets"] * 750) // 40_000)
    first = first_container_id("warehouse/ural-warehouse", at // WEEK, at % WEEK // SECOND)
    walk = steps[steps.order_id == first]
    assert list(walk.step) == [
        "load-yard", "flight", "load-customs.release", "ural-warehouse.receiving", "ural-warehouse"
    ]  # fmt: skip
    assert walk.arrived_at.iloc[0] == at
    assert (walk.arrived_at.iloc[1:].to_numpy() == walk.left_at.iloc[:-1].to_numpy()).all()
    of_review = steps[(steps.step == "load-yard") & (steps.arrived_at == at)].order_id
    assert sorted(of_review) == list(range(first, first + n_loads))
    loads = steps[(steps.step == "ural-warehouse") & ~steps.order_id.isin(orders_of(model).order_id)]
    assert len(loads) == model.record.loads_received.sum()
    lanes, accounts = model.record.cost["lanes"].sum(axis=0), model.record.axes.accounts
    assert lanes[accounts.index("ural-warehouse")] > 0


def test_pieces_are_packed_one_after_another_and_a_load_has_one_at_least() -> None:
    wanted, grams, cm3 = np.array([5, 0, 4]), np.array([400, 1, 700]), np.array([2500, 1, 100])
    loads = packed(wanted, grams, cm3, np.array([1000, 10**9, 10**9]))
    assert [load.tolist() for load in loads] == [
        [2, 0, 0],
        [2, 0, 0],
        [1, 0, 0],
        [0, 0, 1],
        [0, 0, 1],
        [0, 0, 1],
        [0, 0, 1],
    ]
    loads = packed(wanted, grams, cm3, np.array([1200, 10**9, 3]))
    assert [load.tolist() for load in loads] == [[3, 0, 0], [2, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1], [0, 0, 1]]
    loads = packed(wanted, grams, cm3, np.array([10**9, 10**9, 4]))
    assert [load.tolist() for load in loads] == [[4, 0, 0], [1, 0, 3], [0, 0, 1]]
    loads = packed(wanted, grams, cm3, np.array([1, 1, 1]))
    assert [int(load.sum()) for load in loads] == [1] * 9


MOSCOW = {"place": "moscow", "replenishment": {"steps": ["load-yard", "flight-west"]}}
TWO: Dict = {
    "lanes": {"flight-west": {
        "from": "harbin", "to": "moscow", "mode": "air", "payload": {"mass": "10 t"}, "transit": "9 h",
        "timetable": [{"weekdays": ["tue", "fri"], "at": "08:00"}],
    }},
    "warehouses": {"moscow-warehouse": merged(WAREHOUSE, MOSCOW)},
    "routes": {
        "stocked": {
            "paths": FROM_STOCK | {"moscow": {"steps": ["moscow-warehouse", "inland"]}},
            "gateways": {"ural": "stock", "center": "moscow"},
        }
    },
}  # fmt: skip


def test_behind_one_route_each_warehouse_serves_its_regions() -> None:
    model = run(stocked(TWO))
    orders = orders_of(model).set_index("order_id")
    orders = orders[orders.route == "stocked"]
    for warehouse, region in (("ural-warehouse", "ural"), ("moscow-warehouse", "center")):
        here = at_step(model, warehouse)
        assert set(orders.region[here.index[here.index.isin(orders.index)]]) == {region}
    assert (model.record.stock_totals[..., shelf.ORDERED].sum(axis=(1, 2)) > 100).all()
    assert_balances(model)
    rows = tables_of(model.record, model.scenario)["warehouses"]
    assert set(rows["warehouse"]) == {"ural-warehouse", "moscow-warehouse"}


@pytest.mark.parametrize("over", [{}, EMPTY_SHELF, merged(EMPTY_SHELF, FALLBACK), with_warehouse(storage="0.3 m3")])
def test_rows_of_several_balance_and_come_near_single_parcels(over: Dict) -> None:
    many = {"market": {"origins": {"harbin": origin(3000, ROUTES)}}}
    stock = with_warehouse(stock={name: {"initial": 900} for name in ("clothes", "gadgets")})
    single, several = (run(stocked(many, stock, over, {"parcels_per_row": k})) for k in (1, 10))
    for model in (single, several):
        assert_balances(model)
    counted = [
        totals(model)[[shelf.ORDERED, shelf.AT_ONCE, shelf.SHELF_S]].astype(float) for model in (single, several)
    ]
    assert counted[1][0] == pytest.approx(counted[0][0], rel=0.1)
    steps = steps_of(several)
    rows = steps[steps.step == "ural-warehouse"].groupby("order_id").size()
    if over:
        assert rows.max() > 1, "a row that finds fewer pieces than it wants is split"


def test_however_often_it_is_advanced_the_run_is_the_same() -> None:
    scenario = stocked(EMPTY_SHELF)
    weekly = {"nothing": {"at": "2016-05-04", "change": "warehouses.ural-warehouse.storage", "multiply": 1.0}}
    assert_identical(run(scenario), run(with_changes(scenario, **weekly)))


def test_a_storage_changed_before_the_start_is_the_one_that_the_initial_stock_finds() -> None:
    described_so = stocked(with_warehouse(storage="0.5 m3"))
    before = {"before": {"at": "2016-01-01", "change": "warehouses.ural-warehouse.storage", "set": "0.5 m3"}}
    one, other = run(described_so), run(with_changes(stocked(), **before))
    np.testing.assert_array_equal(one.record.stock_totals, other.record.stock_totals)
