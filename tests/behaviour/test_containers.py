"""Parcels in containers, from consolidation to unpacking, in full runs: against the rules, replayed one by one."""

import numpy as np
import pandas as pd
import pytest
from behaviour.rail_worlds import ON_DEMAND, STEPS, rail, with_freight
from behaviour.runs import assert_identical, at_step, orders_of, run, steps_of, with_changes
from oracle.base_world import lane
from oracle.worlds import change

from sim.ids import first_container_id, origin_code
from sim.indicators import tables_of
from sim.model import Model
from sim.scenario.scenario import Scenario
from sim.ticks import DAY, HOUR, SECOND, WEEK

IN_CONTAINERS = ["truck", "yard", "train", "rail-customs.release", "depot"]
SINGLY = ["collection", "hub", "inland"]


def day_of(date: str) -> int:
    return int((np.datetime64(date) - np.datetime64("2001-01-01")).astype(int)) * DAY


def freight_at(model: Model, step: str) -> pd.DataFrame:
    """The rows of one step that are of freight."""
    rows = at_step(model, step)
    return rows[rows.index.to_numpy() >> 46 == origin_code("freight/bulk")]


def weeks(rows: pd.DataFrame) -> np.ndarray:
    """Weeks that containers' ids name."""
    return rows.index.to_numpy() >> 34 & 0xFFF


def is_parcel(model: Model, steps: pd.DataFrame) -> pd.Series:
    return steps.order_id.isin(orders_of(model).order_id)


def contents(model: Model, path: str = "rail") -> dict[int, list[int]]:
    """Parcels of each container by its id, worked out anew from what was ready when."""
    scenario, orders = model.scenario, orders_of(model).set_index("order_id")
    hub = scenario.consolidations["hub"]
    waiting: list[tuple[int, int]] = []
    arriving = sorted(zip(at_step(model, "collection").left_at, at_step(model, "collection").index, strict=True))
    result: dict[int, list[int]] = {}
    for at in range(-(-model.start // hub.check_every) * hub.check_every, model.end, hub.check_every):
        while arriving and arriving[0][0] < at:
            waiting.append(arriving.pop(0))
        number = first_container_id(f"container/post/{path}", at // WEEK, at % WEEK // SECOND)
        while closed := _next_container(scenario, waiting, orders.grams, at):
            result[number] = [order for _, order in waiting[:closed]]
            del waiting[:closed]
            number += 1
    return result


def _next_container(scenario: Scenario, waiting: list[tuple[int, int]], grams: pd.Series, at: int) -> int:
    """How many go into the next container that is closed; 0 for none."""
    hub = scenario.consolidations["hub"]
    mass = 0
    for n, (_, order) in enumerate(waiting):
        mass += int(grams[order])
        if n and (mass > (hub.container.mass or 10**18) or n + 1 > (hub.container.pieces or 10**9)):
            return n
    return len(waiting) if waiting and at - waiting[0][0] >= hub.close_after else 0


@pytest.fixture(scope="module")
def shared() -> Model:
    return run(rail(with_freight()))


def test_containers_are_those_of_the_rule(shared: Model) -> None:
    expected = contents(shared)
    truck = at_step(shared, "truck")
    assert sorted(expected) == truck.index.to_list()
    closed = {order: int(truck.arrived_at[number]) for number, inside in expected.items() for order in inside}
    hub = at_step(shared, "hub")
    assert hub.left_at.to_dict() == closed
    assert (hub.started_at == hub.left_at).all()
    assert len(set(map(len, expected.values()))) > 3


def test_parcels_leave_the_depot_with_their_container(shared: Model) -> None:
    depot, inland = at_step(shared, "depot"), at_step(shared, "inland")
    inside = contents(shared)
    arrived = {order: int(left) for number, left in depot.left_at.items() for order in inside[number]}
    within = {order: at for order, at in arrived.items() if at < shared.end}
    assert inland.arrived_at.to_dict() == within
    assert len(depot) < len(within) / 5


def test_each_thing_is_logged_only_where_it_travels_as_such(shared: Model) -> None:
    steps = steps_of(shared)
    by_kind = {name: set(group.step) for name, group in steps.groupby(is_parcel(shared, steps))}
    assert by_kind[True] == set(SINGLY)
    assert by_kind[False] == {*IN_CONTAINERS, "rail-customs.examination"}


def test_containers_are_served_and_counted_as_one(shared: Model) -> None:
    record = shared.record
    for name in ("yard", "rail-customs.release", "depot"):
        queue = record.axes.queues.index(name)
        assert record.queue_totals[queue, :, 0].sum() == len(at_step(shared, name).query(f"started_at < {shared.end}"))


def test_shipped_counts_parcels_on_the_first_lane_and_departures_count_containers(shared: Model) -> None:
    record, truck = shared.record, at_step(shared, "truck")
    inside = contents(shared)
    assert record.shipped.sum() == record.by_day["shipped"].sum() == sum(len(inside[n]) for n in truck.index)
    pieces = sum(n for name, _, _, n in record.departure_log() if name == "truck")
    assert pieces == len(truck)


def test_every_parcel_is_delivered_in_a_container_or_waiting_for_one(shared: Model) -> None:
    packed, orders = contents(shared), set(orders_of(shared).order_id)
    in_any = [order for inside in packed.values() for order in inside]
    assert len(in_any) == len(set(in_any))
    unpacked = at_step(shared, "inland").index
    shut = {int(box) for box in packed if packed[box][0] not in unpacked}
    assert {order for box in shut for order in packed[box]} | set(unpacked) == set(in_any)
    assert len(shut) == len(shared._context.parcels.contents)
    assert set(in_any) <= orders
    delivered = (at_step(shared, "inland").left_at < shared.end).sum()
    assert shared.record.delivered.sum() == delivered == len(orders) - _in_transit(shared)


def _in_transit(model: Model) -> int:
    by_day = model.record.by_day
    return int(sum(by_day[name].sum() * sign for name, sign in (("placed", 1), ("delivered", -1), ("lost", -1))))


def test_examination_is_by_the_share_of_the_office_alone() -> None:
    """All products have a share of 1, and everything is above the limit of 0; containers are neither."""
    never = run(rail({"customs": {"rail-customs": {"examination": {"share": 0}}}}))
    always = run(rail({"customs": {"rail-customs": {"examination": {"share": 1}}}}))
    assert len(at_step(never, "rail-customs.examination")) == 0
    released = at_step(always, "rail-customs.release")
    assert len(at_step(always, "rail-customs.examination")) == (released.left_at < always.end).sum()


def test_changed_share_of_examination_holds_for_containers() -> None:
    scenario = rail({"customs": {"rail-customs": {"examination": {"share": 0}}}})
    changed = run(with_changes(scenario, a=change("customs.rail-customs.examination.share", "2016-05-02", set=1)))
    released, examined = at_step(changed, "rail-customs.release"), at_step(changed, "rail-customs.examination")
    day = day_of("2016-05-02") + 3 * HOUR
    assert (
        examined.index.to_list() == released[released.left_at >= day].query(f"left_at < {changed.end}").index.to_list()
    )
    assert 0 < len(examined) < len(released)


# -- freight beside parcels --------------------------------------------------------------------------------------------


def test_freight_delays_containers_at_the_yard_and_nothing_before_it() -> None:
    same_orders = {"market": {"feedback": {"congestion": False}}}
    alone, beside = run(rail(same_orders)), run(rail(same_orders, with_freight()))
    for step in ("collection", "hub", "truck"):
        pd.testing.assert_frame_equal(at_step(alone, step), at_step(beside, step))
    yard = at_step(alone, "yard")
    delayed = at_step(beside, "yard").loc[yard.index]
    assert (delayed.started_at >= yard.started_at).all()
    assert (delayed.started_at - yard.started_at).max() > 4 * HOUR


def test_yard_serves_containers_and_freight_first_come_first_served(shared: Model) -> None:
    yard = at_step(shared, "yard").reset_index().sort_values(["arrived_at", "order_id"])
    assert yard.started_at.is_monotonic_increasing
    assert (yard.started_at.to_numpy()[1:] >= yard.started_at.to_numpy()[:-1] + 40 * 60 * SECOND).all()


def test_freight_comes_in_batches_and_only_within_the_simulated_time(shared: Model) -> None:
    bulk = freight_at(shared, "yard")
    assert (bulk.groupby("arrived_at").size() == 20).all()
    assert bulk.arrived_at.between(shared.start, shared.end - 1).all()
    record = shared.record
    waiting = record.queue_backlog[record.axes.queues.index("yard"), -1, 0]
    assert record.freight_sent.sum() - len(bulk) <= waiting
    mean_value = record.freight_value_fen.sum() / record.freight_sent.sum() / 100
    assert mean_value == pytest.approx(200_000, rel=0.1)


def test_freight_that_left_its_last_step_is_gone(shared: Model) -> None:
    record = shared.record
    bulk = freight_at(shared, "train")
    bulk = bulk[bulk.left_at < shared.end]
    n, seconds = record.freight_arrived.sum(axis=(0, 1))
    assert n == len(bulk)
    came = at_step(shared, "yard").arrived_at.loc[bulk.index]
    assert seconds == ((bulk.left_at - came) // SECOND).sum()


def test_train_takes_containers_and_freight_in_order_of_priority_and_readiness(shared: Model) -> None:
    train = at_step(shared, "train").reset_index()
    assert train.groupby("started_at").size().max() == 12
    assert train.sort_values(["arrived_at", "order_id"]).started_at.is_monotonic_increasing
    last = run(rail(with_freight(priority=1)))
    ours = at_step(last, "train").drop(freight_at(last, "train").index)
    assert (ours.started_at - ours.arrived_at).max() <= DAY
    assert (at_step(shared, "train").started_at - at_step(shared, "train").arrived_at).max() > DAY


def test_more_level_only_adds_batches_from_the_monday_on() -> None:
    scenario = rail(with_freight())
    more = run(with_changes(scenario, a=change("freight.bulk.level", "2016-05-02", set=1.5)))
    few, many = freight_at(run(scenario), "yard"), freight_at(more, "yard")
    added = many.drop(few.index, errors="ignore")
    assert few.index.isin(many.index).mean() > 0.9  # the last ones may not have been served
    assert len(added) > 0
    assert weeks(added).min() >= day_of("2016-05-02") // WEEK


@pytest.mark.parametrize("date", ["2016-05-03", "2016-05-09"])
def test_level_of_freight_is_that_of_the_monday(date: str) -> None:
    changed = run(with_changes(rail(with_freight()), a=change("freight.bulk.level", date, set=0)))
    assert weeks(freight_at(changed, "yard")).max() == day_of("2016-05-02") // WEEK


def test_first_week_goes_by_its_monday_though_the_start_is_later() -> None:
    scenario = rail(with_freight(containers_per_week=400), {"horizon": {"start": "2016-04-21"}})
    changed = run(with_changes(scenario, a=change("freight.bulk.level", "2016-04-20", set=0)))
    yard = freight_at(changed, "yard")
    assert set(weeks(yard)) == {day_of("2016-04-21") // WEEK}
    assert yard.arrived_at.min() >= changed.start


def test_freight_of_a_year_grows() -> None:
    grown = {"levels": {2016: 1.0, 2015: 0.2}, "rate_beyond": 0}
    less = run(rail(with_freight(growth=grown))).record.freight_sent.sum()
    assert 0 < less < run(rail(with_freight())).record.freight_sent.sum()


# -- trains ------------------------------------------------------------------------------------------------------------


def test_block_train_on_demand_leaves_when_it_is_full() -> None:
    model = run(
        rail(with_freight(containers_per_week=200), {"lanes": {"train": None}}, {"lanes": {"train": ON_DEMAND}})
    )
    ready = at_step(model, "yard").left_at.sort_values().to_numpy()
    departures = [(at, n) for name, at, status, n in model.record.departure_log() if name == "train"]
    assert len(departures) > 5
    assert {n for _, n in departures} == {41}
    gone = 0
    previous = model.start - DAY
    for at, n in departures:
        assert np.searchsorted(ready, at) - gone >= 41
        check_before = at - 2 * HOUR
        assert check_before < previous + 12 * HOUR or np.searchsorted(ready, check_before) - gone < 41
        gone, previous = gone + n, at


def test_number_that_a_train_waits_for_may_change() -> None:
    scenario = rail(with_freight(containers_per_week=200), {"lanes": {"train": None}}, {"lanes": {"train": ON_DEMAND}})
    changed = with_changes(scenario, a=change("lanes.train.on_demand.when_ready_pieces", "2016-04-18", set=5))
    loads = [n for name, _, _, n in run(changed).record.departure_log() if name == "train"]
    assert 5 <= min(loads) < 41


# -- reroutes, changes, money ------------------------------------------------------------------------------------------

DETOUR = [step if step != "train" else "slow-train" for step in STEPS]
OTHER_TRAIN = {
    "lanes": {
        "slow-train": lane(
            "suifenhe", "yekaterinburg", mode="rail", payload={"mass": None, "pieces": 50}, transit="9 d"
        )
    },
    "routes": {"post": {"paths": {"rail": {"steps": STEPS, "reroute": "slow"}, "slow": {"steps": DETOUR}}}},
}


def test_rerouted_containers_take_their_parcels_along() -> None:
    model = run(
        with_changes(rail(OTHER_TRAIN, with_freight()), a=change("lanes.train.is_open", "2016-05-01", set=False))
    )
    slow = at_step(model, "slow-train")
    inside = contents(model)
    assert len(slow) > 5
    assert set(slow.index) <= set(inside)  # freight has no other way
    rerouted = {order for number in slow.index for order in inside[number]}
    arrived = at_step(model, "inland").index
    assert set(arrived) & rerouted
    assert set(slow.index) & set(at_step(model, "depot").index)
    table = model._context.parcels
    for row, rows in table.contents.items():
        assert set(table.path[rows].tolist()) == {int(table.path[row])}


def test_changed_container_and_waiting_time_hold_from_their_day_on() -> None:
    scenario = rail()
    changed = run(
        with_changes(
            scenario,
            a=change("consolidations.hub.container.pieces", "2016-05-02", set=3),
            b=change("consolidations.hub.close_after", "2016-05-02", set="6 h"),
        )
    )
    hub, day = at_step(changed, "hub"), day_of("2016-05-02")
    early, late = hub[hub.left_at < day], hub[hub.arrived_at >= day]
    assert (early.left_at - early.arrived_at).max() > 24 * HOUR
    assert (late.left_at - late.arrived_at).max() <= 12 * HOUR
    boxes = at_step(changed, "truck")
    assert (hub.left_at >= day).sum() / (boxes.arrived_at >= day).sum() <= 3


def test_handling_and_filling_are_paid_by_account(shared: Model) -> None:
    record = shared.record
    arrivals = {
        name: record.queue_arrivals[record.axes.queues.index(name)].sum() for name in ("yard", "rail-customs.release")
    }
    assert record.cost["handling"].sum() == pytest.approx(50 * arrivals["yard"] + 10 * arrivals["rail-customs.release"])
    bulk = freight_at(shared, "yard")
    waiting = arrivals["yard"] - len(at_step(shared, "yard"))
    assert 0 <= record.cost["handling"][:, 1].sum() / 50 - len(bulk) <= waiting
    assert record.cost["containers"].sum(axis=0).tolist() == [800.0 * len(contents(shared)), 0.0]
    assert record.cost["lanes"][:, 1].sum() > record.cost["lanes"][:, 0].sum() > 0


def test_office_without_release_pays_each_arrival_once() -> None:
    free = {"customs": {"rail-customs": {"release": None}}}
    model = run(rail(free))
    trains = at_step(model, "train")
    assert model.record.cost["handling"].sum() == pytest.approx(
        10 * (trains.left_at < model.end).sum() + 50 * len(at_step(model, "yard"))
    )


def test_parcel_that_begins_at_the_consolidation_is_posted_when_its_container_is_closed() -> None:
    model = run(rail({"routes": {"post": {"paths": {"rail": {"steps": STEPS[1:]}}}}}))
    hub, inland = at_step(model, "hub"), at_step(model, "inland")
    done = inland[inland.left_at < model.end]
    posted = ((done.left_at - hub.left_at.loc[done.index] + SECOND // 2) // SECOND).sum()
    assert model.record.service[..., 2].sum() == posted


def test_parcels_are_lost_only_where_they_travel_singly() -> None:
    for at, is_lost in (("inland", True), ("collection", True), ("yard", False)):
        record = run(rail({"routes": {"post": {"loss": {"share": 0.5, "at": at}}}})).record
        assert (record.lost.sum() > 0) == is_lost


def test_rows_of_ten_keep_every_parcel() -> None:
    scenario = rail(
        with_freight(),
        {"parcels_per_row": 10, "consolidations": {"hub": {"container": {"mass": "80 kg", "pieces": 75}}}},
        orders_per_week=5000,
    )
    model = run(scenario)
    record = model.record
    assert model._context.is_aggregated
    placed, delivered = record.placed().sum(), record.delivered.sum()
    assert 0.5 * placed < delivered <= record.shipped.sum() <= placed
    table = model._context.parcels
    assert all(
        table.grams[row] == (table.count[inside].astype(int) * table.grams[inside]).sum()
        for row, inside in table.contents.items()
    )
    assert all(table.count[inside].sum() <= 75 for inside in table.contents.values())


def test_rows_are_all_given_back_when_everything_has_arrived() -> None:
    far = {"horizon": {"start": "2016-04-18", "end": "2016-05-02", "drain": "60 d"}}
    for rows in (1, 10):
        model = run(
            rail(
                far, {"parcels_per_row": rows, "lanes": {"train": {"payload": {"pieces": 1000}}}}, orders_per_week=1000
            )
        )
        assert model.record.delivered.sum() == model.record.placed().sum()
        assert model._context.parcels.n_in_use == 0
        assert model._context.parcels.contents == {}


def test_ten_times_the_parcels_take_the_same_number_of_steps() -> None:
    few, many = run(rail(with_freight())), run(rail(with_freight(containers_per_week=600), orders_per_week=1000))
    assert len(orders_of(many)) > 5 * len(orders_of(few))
    assert many.n_steps == few.n_steps


def test_same_run_twice_is_the_same() -> None:
    assert_identical(run(rail(with_freight())), run(rail(with_freight())))


def test_table_of_freight_is_what_the_log_says(shared: Model) -> None:
    table = pd.DataFrame(tables_of(shared.record, shared.scenario)["freight"])
    came, gone = freight_at(shared, "yard").arrived_at, freight_at(shared, "train").left_at
    gone = gone[gone < shared.end]
    assert table.freight.unique().tolist() == ["bulk"]
    assert table.arrived.sum() == len(gone)
    assert table.in_transit.iloc[-1] == table.sent.sum() - len(gone)
    of_may = gone[(gone >= day_of("2016-05-01")) & (gone < day_of("2016-06-01"))]
    days = (of_may - came.loc[of_may.index]).mean() / DAY
    assert table.set_index("month").mean_days["2016-05"] == pytest.approx(days, abs=1e-4)
    assert table.value_cny.sum() == pytest.approx(shared.record.freight_value_fen.sum() / 100)
