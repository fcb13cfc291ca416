"""Returns as section 8 of docs/model.md describes them: the share in force, the way back, the shelf, the books."""

from math import sqrt

import numpy as np
import pytest
from behaviour.runs import at_step, run, steps_of, with_changes
from behaviour.stocked import BACK_TO_THE_SHELF, assert_parcels_balance, assert_pieces_balance, stocked
from oracle.base_world import Dict, described, lane, merged

from sim.indicators import tables_of
from sim.kernels import shelf
from sim.ticks import DAY, WEEK

BACK: Dict = {
    "lanes": {"flight-back": lane("yekaterinburg", "harbin")},
    "stations": {"returns-desk": {"place": "harbin", "servers": 1, "service": "10 min"}},
}
SHARE: Dict = {"returns": {"share": 0.2, "after": "3 d"}}
WAY: Dict = {"paths": {"air": {"return_steps": ["flight-back", "returns-desk"]}}}
WRITTEN_OFF: Dict = {"routes": {"post": SHARE}}
TRAVELLING: Dict = merged(BACK, {"routes": {"post": merged(SHARE, WAY)}})


def test_a_share_of_delivered_parcels_is_handed_back_after_its_time() -> None:
    model = run(described("returns", WRITTEN_OFF, orders_per_week=500))
    delivered, returned = model.record.by_day["delivered"][0], model.record.by_day["returned"][0]
    n = delivered[:-3].sum()
    assert abs(returned.sum() - 0.2 * n) < 4 * sqrt(0.16 * n)
    assert (returned[3:] <= delivered[:-3]).all(), "three days to the tick"
    assert returned[3:].sum() == returned.sum() == model.record.returned.sum()
    assert_parcels_balance(model)


def test_handing_back_changes_nothing_about_deliveries() -> None:
    plain, with_returns = run(described("plain")), run(described("plain", TRAVELLING))
    for name in ("delivered", "hours", "service", "lost", "shipped"):
        np.testing.assert_array_equal(getattr(plain.record, name), getattr(with_returns.record, name))


def test_the_share_is_that_of_the_instant_of_delivery_and_more_of_it_keeps_those_handed_back() -> None:
    scenario = described("share", TRAVELLING, orders_per_week=300)
    change_at = scenario.horizon.start.replace(month=5, day=2)
    none, more = (
        with_changes(scenario, share={"at": change_at, "change": "routes.post.returns.share", "set": share})
        for share in (0.0, 0.5)
    )
    back = [set(at_step(run(each), "flight-back").index) for each in (none, scenario, more)]
    assert back[0] < back[1] < back[2]
    model = run(none)
    ready = at_step(model, "inland").left_at
    change = model.start // WEEK * WEEK + 2 * WEEK
    assert ready[list(back[0])].max() < change
    kept = back[1] - back[0]
    assert ready[list(kept)].min() >= change


def test_a_returned_parcel_flies_back_from_the_instant_it_is_handed_back() -> None:
    model = run(described("way-back", TRAVELLING, {"horizon": {"drain": "30 d"}}))
    back, desk, inland = (at_step(model, name) for name in ("flight-back", "returns-desk", "inland"))
    assert len(back) == model.record.returned.sum() > 20
    assert (back.arrived_at == inland.left_at[back.index] + 3 * DAY).all()
    assert (desk.arrived_at == back.left_at).all()
    assert_parcels_balance(model)
    assert model._context.parcels.n_in_use == 0


def test_what_comes_back_is_lost_no_more() -> None:
    loss = {"loss": {"share": 0.3, "at": "flight-back"}}
    lost_at = {"routes": {"post": merged(loss, {"loss": {"at": "sorting"}})}}
    through_sorting = {"routes": {"post": {"paths": {"air": {"return_steps": ["flight-back", "sorting"]}}}}}
    more = {"at": "2016-05-02", "change": "routes.post.loss.share", "set": 0.9}
    model = run(with_changes(described("no-loss", TRAVELLING, lost_at, through_sorting), more=more))
    steps = steps_of(model)
    delivered = set(steps.order_id[steps.step == "inland"])
    assert delivered.isdisjoint(steps.order_id[steps.step == "lost"])
    assert len(at_step(model, "flight-back")) > 0
    assert_parcels_balance(model)


def test_a_returned_piece_is_stock_at_once_and_is_sold_again() -> None:
    never = {"warehouses": {"ural-warehouse": {"review_every": "3000 d", "stock": {"clothes": {"initial": 30}}}}}
    model = run(stocked(BACK_TO_THE_SHELF, never))
    back = at_step(model, "shuttle")
    sums = model.record.stock_totals[0].sum(axis=0)
    assert sums[:, shelf.RESTOCKED].sum() == (back.left_at < model.end).sum() > 20
    assert sums[0, shelf.AT_ONCE] + sums[0, shelf.LATER] > 30
    here = steps_of(model)
    here = here[(here.step == "ural-warehouse") & (here.arrived_at.isin(back.left_at))]
    assert set(back.left_at[back.left_at < model.end]) <= set(here.arrived_at)
    assert_pieces_balance(model)
    assert_parcels_balance(model)
    table = tables_of(model.record, model.scenario)
    assert table["flows"]["returned"].sum() == table["daily"]["returned"].sum() > 20


@pytest.mark.parametrize("world", [TRAVELLING, WRITTEN_OFF])
def test_rows_of_several_are_split_by_the_share(world: Dict) -> None:
    counts = []
    for size in (1, 10):
        model = run(described("rows", world, {"parcels_per_row": size}, orders_per_week=4000))
        assert_parcels_balance(model)
        counts.append(model.record.returned.sum() / model.record.delivered.sum())
    assert counts[1] == pytest.approx(counts[0], rel=0.08)


def test_rows_of_several_are_put_back_on_the_shelf() -> None:
    many = {"market": {"origins": {"harbin": {"latent_orders_per_year": 400_000}}}, "parcels_per_row": 10}
    model = run(stocked(BACK_TO_THE_SHELF, many))
    assert model.record.stock_totals[..., shelf.RESTOCKED].sum() > 100
    assert_pieces_balance(model)
    assert_parcels_balance(model)
