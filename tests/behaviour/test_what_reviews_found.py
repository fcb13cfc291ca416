"""Mistakes that a second reader and a planner found where the twin cannot see: settling, rows of several, tables."""

import numpy as np
import pytest
from behaviour.runs import orders_of
from oracle.base_world import Dict, described, lane, route
from oracle.worlds import change

from sim.indicators import tables_of
from sim.model import build
from sim.scenario.scenario import Scenario
from sim.ticks import midnight

SETTLED = {"market": {"review": {"settle_iterations": 3, "settle_parcels_per_row": 1}}}


def test_with_settling_a_change_leaves_every_order_before_it_as_it_was() -> None:
    later = {"changes": {"fewer": change("lanes.flight.payload.pieces", "2016-05-05", set=5)}}
    lanes: Dict = {"lanes": {"flight": {"payload": {"pieces": 40}}}}
    before, after = (
        orders_of(build(described("settling", SETTLED, lanes, over), parcel_log=True).run()) for over in ({}, later)
    )
    instant = midnight(described("x").horizon.start.replace(month=5, day=5))
    early = [orders[orders.ordered_at < instant].reset_index(drop=True) for orders in (before, after)]
    assert len(early[0]) > 100
    assert early[0].equals(early[1])


def test_settling_uses_luck_of_its_own() -> None:
    once = build(described("settling", SETTLED))
    first_year = build(described("settling", SETTLED), 0)
    assert once.settlement is not None
    assert once.settlement.moves == first_year.settlement.moves  # type: ignore[union-attr]
    assert once.settlement.moves != build(described("settling", SETTLED), 1).settlement.moves  # type: ignore[union-attr]


@pytest.mark.parametrize("payload", [{"pieces": 12}, {"mass": "6 kg"}, {"volume": "30 l"}])
def test_rows_of_several_do_not_block_a_lane_that_is_smaller_than_they_are(payload: Dict) -> None:
    lanes = {"lanes": {"flight": lane("harbin", "yekaterinburg", timetable=[{"every": "2 h"}]) | {"payload": payload}}}
    scenario = described("small-lane", lanes, {"parcels_per_row": 40}, orders_per_week=4000)
    model = build(scenario).run()
    departed = [pieces for _, _, status, pieces in model.record.departure_log() if status == "departed"]
    assert model.record.delivered.sum() > 1000
    assert max(departed) > 0
    if "pieces" in payload:
        assert max(departed) == 12


def test_tables_of_a_start_in_mid_month_leave_the_warm_up_out() -> None:
    scenario = described("mid-month", {"horizon": {"warm_up": "14 d", "drain": "10 d"}})
    tables = tables_of(build(scenario).run().record, scenario, 0)
    assert tables["flows"]["placed"].sum() == tables["daily"]["placed"].sum() > 0
    assert tables["summary"]["placed"].sum() == tables["daily"]["placed"].sum()
    assert set(tables["flows"]["month"]) == {"2016-04", "2016-05"}


def mean_days(scenario: Scenario) -> float:
    service = build(scenario).run().record.service.sum(axis=(0, 1, 2, 3))
    return float(service[1] / service[0] / 86_400)


def test_rows_of_several_wait_for_the_opening_as_single_parcels_do() -> None:
    office = {"hours": "Mon-Fri 09:00-17:00", "release": {"servers": 3, "service": "4 h"}}
    few = {"customs": {"ural-customs": office}}
    single, several = (described("slow", few, {"parcels_per_row": k}, orders_per_week=20) for k in (1, 2))
    assert mean_days(several) == pytest.approx(mean_days(single), rel=0.05)


@pytest.mark.parametrize("seconds", [0.4, 0.6, 1.4])
def test_use_of_servers_counts_services_of_less_than_a_second(seconds: float) -> None:
    scenario = described("quick", {"stations": {"sorting": {"servers": 1, "service": f"{seconds} s"}}})
    record = build(scenario).run().record
    sorting = record.axes.queues.index("sorting")
    started, _, busy_ms, _ = record.queue_totals[sorting].sum(axis=0)
    assert busy_ms == pytest.approx(started * seconds * 1000)


def test_a_load_factor_stays_between_nothing_and_all_however_much_is_carried() -> None:
    scenario = described("heavy", orders_per_week=100)
    record = build(scenario).run().record
    record.lane_totals[:, :, 4] *= 10**9
    load = tables_of(record, scenario, 0)["summary"]["load_factor"]
    assert ((load > 0) & (load <= 1)).all()


def test_a_closed_customs_office_without_release_holds_what_arrives() -> None:
    office = {"release": None, "examination": {"share": 0.3, "servers": 2, "service": "1 h"}}
    closed = {"changes": {"closed": change("customs.ural-customs.is_open", "2016-04-20", set=False)}}
    model = build(described("closed", {"customs": {"ural-customs": office}}, closed)).run()
    reopened = {"changes": {"closed": {"until": "2016-05-10"}}}
    again = build(described("closed", {"customs": {"ural-customs": office}}, closed, reopened)).run()
    by_day = model.record.by_day["delivered"].sum(axis=0)
    assert by_day[8:].sum() == 0
    assert again.record.delivered.sum() > 300


def test_parcels_leave_by_the_detour_only_where_the_paths_part() -> None:
    ends = {"feeder": ("harbin", "urumqi"), "hop-a": ("urumqi", "yekaterinburg"), "hop-b": ("urumqi", "moscow")}
    lanes = {name: lane(*places) for name, places in ends.items()}
    paths = {
        "a": {"steps": ["collection", "feeder", "hop-a", "inland"], "reroute": "b"},
        "b": {"steps": ["collection", "feeder", "hop-b", "inland"]},
    }
    closed = {"changes": {"closed": change("lanes.feeder.is_open", "2016-04-25", set=False, until="2016-05-02")}}
    world = {"lanes": lanes, "routes": {"post": route("harbin", paths)}}
    model = build(described("feeder", world, closed)).run()
    carried = {lane_: sum(p for name, _, _, p in model.record.departure_log() if name == lane_) for lane_ in lanes}
    assert carried["hop-b"] == 0
    assert carried["hop-a"] > 0


def test_a_tariff_of_a_product_can_change_and_moves_orders() -> None:
    own = {"routes": {"post": {"tariff_by_product": {"clothes": "40 CNY", "gadgets": "40 CNY"}}}}
    dearer = {"changes": {"up": change("routes.post.tariff_by_product.clothes.fixed", "2016-04-18", multiply=4)}}
    records = [build(described("tariffs", own, over)).run().record for over in ({}, dearer)]
    plain, changed = (record.placed().sum(axis=(0, 1, 2)) for record in records)
    clothes, gadgets = 0, 1
    assert changed[clothes] < 0.6 * plain[clothes]
    np.testing.assert_allclose(changed[gadgets], plain[gadgets], rtol=0.15)
