"""Who bears what: costs and emissions worked out by hand, sums that come to the lanes', and what no drain may move."""

from typing import Any

import pandas as pd
import pytest
from behaviour.rail_worlds import rail, with_freight
from behaviour.runs import orders_of, run
from behaviour.stocked import FROM_STOCK, ROUTES, STOCKED, WAREHOUSE, stocked, with_warehouse
from oracle.base_world import Dict, merged, origin, route

import sim
from sim.indicators import tables_of
from sim.model import Model

FEES: Dict = {
    "rent_per_m3_month": 40,
    "pick_per_parcel": 6,
    "receiving_per_load": 30,
    "capital": 12_000,
    "life": 10,
}
RAIL_AND_STOCK: Dict = {
    "discount_rate": 0,
    "stations": STOCKED["stations"],
    "customs": STOCKED["customs"],
    "lanes": {
        "flight": {"cost_per_departure": 100, "cost_per_kg": 2, "distance": "4500 km", "emission": "600 g/tkm"},
        "truck": {"cost_per_departure": 20, "distance": "500 km", "emission": "100 g/tkm"},
        "train": {"distance": "5000 km", "emission": "20 g/tkm"},
    },
    "last_miles": {"inland": {"cost_per_parcel": 3}},
    "warehouses": {"ural-warehouse": merged(WAREHOUSE, {"fees": FEES})},
    "routes": {"stocked": route("harbin", FROM_STOCK, service_class="warehouse")},
    "market": {"origins": {"harbin": origin(300, ROUTES)}},
}


def frames(model: Model) -> dict[str, pd.DataFrame]:
    return {name: pd.DataFrame(columns) for name, columns in tables_of(model.record, model.scenario).items()}


@pytest.fixture(scope="module")
def model() -> Model:
    """Rail has truck and train to itself, and only loads fly."""
    return run(rail(RAIL_AND_STOCK))


def test_rail_and_warehouse_cost_emit_and_charge_by_the_parcel_what_is_worked_out_by_hand(model: Model) -> None:
    tables, orders = frames(model), orders_of(model)
    summary = tables["summary"].set_index("route")
    lanes = tables["lanes"].groupby("lane").sum(numeric_only=True)
    arrivals = tables["stations"].groupby("queue").arrivals.sum()
    carrying = tables["departures"].query("status == 'departed' and pieces > 0").groupby("lane").size()
    shelf = tables["warehouse_summary"].iloc[0]
    months = 13 / 30 + 15 / 31  # 18 April to 15 May; the drain has no rent and no capital recovery
    picks = shelf.filled_at_once + shelf.filled_later
    cost = {
        "post": 900 * carrying["train"]
        + 20 * carrying["truck"]
        + 800 * lanes.pieces["truck"]
        + 50 * arrivals["yard"]
        + 10 * arrivals["rail-customs.release"]
        + 3 * summary.delivered["post"],
        "stocked": 100 * carrying["flight"]
        + 2 * lanes.mass_kg["flight"]
        + (40 * 20 + 12_000 / 10 / 12) * months
        + 6 * picks
        + 30 * shelf.loads
        + 3 * summary.delivered["stocked"],
    }
    emitted = {
        "post": (lanes.mass_kg["truck"] * 500 * 100 + lanes.mass_kg["train"] * 5000 * 20) / 1e6,
        "stocked": lanes.mass_kg["flight"] * 4500 * 600 / 1e6,
    }
    accounts = tables["accounts"].groupby("route").sum(numeric_only=True)
    assert shelf.loads > 3
    for name in ("post", "stocked"):
        row, mine, placed = summary.loc[name], accounts.loc[name], orders[orders.route == name]
        tariffs = (12 + 60 * placed.grams / 1000).sum()
        assert mine.co2e_kg == pytest.approx(emitted[name])
        assert mine.tariffs_cny == pytest.approx(tariffs)
        assert mine.operators_result_cny == pytest.approx(tariffs - cost[name])
        assert row.tariff_cny_per_parcel == pytest.approx(tariffs / len(placed))
        assert row.operating_cny_per_parcel == pytest.approx(cost[name] / row.delivered)
        assert row.co2e_kg_per_parcel == pytest.approx(emitted[name] / row.delivered)


def test_what_lanes_cost_is_borne_by_routes_freight_loads_and_empty_departures() -> None:
    tables = frames(run(rail(RAIL_AND_STOCK, with_freight())))
    costs, lanes = tables["costs"], tables["lanes"]
    borne = costs.groupby("bearer").sum(numeric_only=True)
    assert (borne.lanes_cny > 0).all()
    assert set(borne.index) == {"route", "freight", "loads", "empty"}
    by_month = costs.groupby("month").lanes_cny.sum()
    assert by_month.to_numpy() == pytest.approx(lanes.groupby("month").cost_cny.sum().to_numpy(), abs=0.01 * 200)
    empty = tables["departures"].query("status == 'departed' and pieces == 0").groupby("lane").size()
    each = pd.Series({"flight": 100, "truck": 20, "train": 900})
    assert borne.lanes_cny["empty"] == pytest.approx((empty * each.reindex(empty.index)).sum())
    mass = lanes.groupby("lane").mass_kg.sum()
    tonne_km = mass * pd.Series({"flight": 4500 * 600, "truck": 500 * 100, "train": 5000 * 20}) / 1e6
    assert costs.co2e_kg.sum() == pytest.approx(tonne_km.sum())
    arrivals = tables["stations"].groupby("queue").arrivals.sum()
    assert costs.handling_cny.sum() == pytest.approx(50 * arrivals["yard"] + 10 * arrivals["rail-customs.release"])

    accounts, freight = tables["accounts"].sum(numeric_only=True), tables["freight"].sum(numeric_only=True)
    for kind in ("lanes_cny", "handling_cny", "containers_cny", "last_miles_cny"):
        assert accounts[kind] == pytest.approx(borne[kind]["route"])
    assert freight.cost_cny == pytest.approx(borne.lanes_cny["freight"] + borne.handling_cny["freight"])
    assert freight.cost_cny > borne.handling_cny["freight"] > 0
    assert freight.co2e_kg == pytest.approx(borne.co2e_kg["freight"])
    assert accounts.co2e_kg == pytest.approx(borne.co2e_kg["route"] + borne.co2e_kg["loads"])


def horizon(drain: int, warm_up: int = 0) -> Dict:
    return {
        "horizon": {"start": "2016-04-18", "end": "2016-05-12", "warm_up": f"{warm_up} d", "drain": f"{drain} d"},
    }


def test_the_share_of_foreign_trade_does_not_depend_on_the_drain() -> None:
    trade = {"foreign_trade": {2016: 36e8}, "seller_margin": 0.2, "local_share": 0.25}

    def record(drain: int) -> dict[str, Any]:
        world = rail(horizon(drain), with_freight(), {"market": {"origins": {"harbin": {"trade": trade}}}})
        (found,) = sim.run(world).origin_records()
        return found

    none, *others = [record(drain) for drain in (0, 14, 60)]
    assert none["foreign_trade_cny"] == pytest.approx(3e8 * (13 / 30 + 11 / 31))
    assert none["bulk_cny"] > 0
    assert none["total_cny"] == pytest.approx(none["parcels_cny"] + none["bulk_cny"])
    for other in others:
        for name in ("foreign_trade_cny", "bulk_cny", "total_cny", "share_of_foreign_trade"):
            assert other[name] == pytest.approx(none[name]), name


@pytest.mark.parametrize(
    ("ownership", "fees", "a_month"),
    [
        ("own", {"rent_per_m3_month": 40, "capital": 12_000, "life": 10}, 40 * 20 + 12_000 / 10 / 12),
        (
            "leased",
            {"rent_per_m3_month": 40, "pick_per_parcel": 6, "minimum_parcels_per_month": 100_000},
            40 * 20 + 6 * 100_000,
        ),
    ],
)
def test_rent_minimum_and_capital_are_counted_neither_in_the_drain_nor_in_the_warm_up(
    ownership: str, fees: Dict, a_month: float
) -> None:
    for drain, warm_up in ((0, 0), (14, 0), (100, 0), (0, 21)):
        with_fees = with_warehouse(fees=fees, ownership=ownership)
        accounts = frames(run(stocked(horizon(drain, warm_up), {"discount_rate": 0}, with_fees)))["accounts"]
        assert accounts.warehouses_cny.sum() == pytest.approx(a_month * (13 / 30 + 11 / 31)), (drain, warm_up)
