"""Accounts, surplus and trade: hand-computed fees, and sums that must add up."""

import math
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.indicators import Columns, Run, tables_of, warehouse_costs
from sim.indicators.accounts import operators_result, total_cost
from sim.indicators.trade import corrections, foreign_trade, realised_service
from sim.indicators.warehouse_costs import (
    WarehouseUse,
    capital_recovery,
    month_fractions,
    of_warehouses,
    shares_of_routes,
    warehouse_cost,
)
from sim.model import Model
from sim.scenario.market import Feedback
from sim.scenario.scenario import Change, Scenario
from sim.scenario.sellers import Trade
from sim.scenario.warehouses import Fees, Warehouse
from sim.ticks import DAY

TINY = Path(__file__).parents[1] / "golden" / "tiny.yaml"
TRADE = {"foreign_trade": {2015: 36e8, 2017: 144e8}, "seller_margin": 0.2, "local_share": 0.25}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """The small scenario with tariffs that change in the middle of a week, trade, and stations and miles that cost."""
    tiny = sim.load(TINY)
    described = tiny.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)
    described["market"]["origins"]["harbin"]["trade"] = TRADE
    described["last_miles"]["inland"]["cost_per_parcel"] = 3
    described["changes"] = {
        "dearer": {"at": "2016-05-12", "change": "routes.post.tariff.per_kg", "multiply": 2},
        "also": {"at": "2016-05-12", "change": "routes.express.tariff.fixed", "add": 7},
    }
    return Scenario.model_validate(described)


@pytest.fixture(scope="module")
def model(scenario: Scenario) -> Model:
    return sim.build(scenario, parcel_log=True).run()


@pytest.fixture(scope="module")
def tables(model: Model) -> dict[str, Columns]:
    return tables_of(model.record, model.scenario)


def rows(columns: Columns) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*(a.tolist() for a in columns.values()), strict=True)]


# -- warehouses --------------------------------------------------------------------------------------------------------


def test_capital_recovery_is_the_annuity() -> None:
    # 1000 over 3 years at 10 %: the annuity factor is 0.1 / (1 - 1.1 ** -3) = 0.402115.
    assert capital_recovery(1000, 3, 0.1) == pytest.approx(402.1148, abs=1e-4)
    assert capital_recovery(1000, 4, 0) == 250
    payment = capital_recovery(1000, 20, 0.08)
    assert sum(payment / 1.08**year for year in range(1, 21)) == pytest.approx(1000)


def cost_of_a_month(fees: dict[str, Any], *, picks: float = 0, fraction: float = 1.0, rate: float = 0.08) -> float:
    storage, loads, m3_days = np.array([500.0]), np.array([3.0]), np.array([6200.0])
    arrays = (storage, loads, np.array([picks]), m3_days, np.array([fraction]))
    return float(warehouse_cost(Fees.model_validate(fees), *arrays, rate)[0])


def test_each_fee_is_what_it_says() -> None:
    assert cost_of_a_month({}) == 0
    assert cost_of_a_month({"rent_per_m3_month": 40}) == 40 * 500
    assert cost_of_a_month({"rent_per_m3_month": 40}, fraction=0.5) == 40 * 500 / 2
    assert cost_of_a_month({"storage": 2.5}) == 2.5 * 6200
    assert cost_of_a_month({"receiving_per_load": 700}) == 3 * 700
    assert cost_of_a_month({"pick_per_parcel": 6}, picks=1000) == 6000
    assert cost_of_a_month({"capital": 1000, "life": 4}, rate=0, fraction=0.25) == pytest.approx(250 / 12 / 4)


def test_the_minimum_is_billed_if_fewer_are_picked_and_part_months_by_days() -> None:
    fees = {"pick_per_parcel": 6, "minimum_parcels_per_month": 2000}
    assert cost_of_a_month(fees, picks=1000) == 12_000
    assert cost_of_a_month(fees, picks=3000) == 18_000
    assert cost_of_a_month(fees, picks=1200, fraction=0.5) == 7200
    assert cost_of_a_month(fees, picks=900, fraction=0.5) == 6000


WAREHOUSE = {
    "place": "yekaterinburg",
    "storage": "500 m3",
    "receiving": {"servers": 1, "service": "1 h"},
    "pick": {"servers": 1, "service": "1 min"},
    "stock": {"clothes": {"policy": "R-Q", "reorder_point": 1, "quantity": 1}},
    "review_every": "7 d",
    "replenishment": {"origin": "harbin", "steps": ["flight"], "load": {"mass": "1 t"}},
    "ownership": "leased",
    "fees": {"rent_per_m3_month": 40, "pick_per_parcel": 6},
}


def with_two_warehouses(scenario: Scenario) -> Run:
    """What a run of the scenario would hold if both routes began at a hall, and the post also at a shed."""
    hall = Warehouse.model_validate(WAREHOUSE)
    routes = dict(scenario.routes)
    for name, head in (("post", "hall"), ("express", "hall"), ("post", "shed")):
        path = routes[name].paths["air"].model_copy(update={"steps": (head, "inland")})
        routes[name] = routes[name].model_copy(update={"paths": routes[name].paths | {head: path}})
    model = sim.build(scenario.model_copy(update={"warehouses": {"hall": hall, "shed": hall}}), start_from=None)
    return Run(model.record, model.scenario.model_copy(update={"routes": routes}))


def test_cost_is_shared_by_picks_and_evenly_without_any(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = scenario.market.model_copy(update={"feedback": Feedback(congestion=False)})
    run = with_two_warehouses(scenario.model_copy(update={"market": frozen}))
    picks = np.zeros((3, 2, 2))
    picks[1, 0] = 30, 10
    none = np.zeros((3, 2))
    monkeypatch.setattr(warehouse_costs, "warehouse_use", lambda _: WarehouseUse(none, picks, none))
    run.record.cost["lanes"][1, 2] = 1000.0  # the first account after the routes is the hall's
    shares = shares_of_routes(run)
    assert shares[1].tolist() == [[0.75, 0.25], [1, 0]]
    assert shares[0].tolist() == [[0.5, 0.5], [1, 0]]
    april, may, june = 14 / 30, 1, 0  # June is drain
    cost = of_warehouses(run)
    assert cost[:, 1] == pytest.approx([40 * 500 * part for part in (april, may, june)])
    assert cost[1, 0] == pytest.approx(40 * 500 + 6 * 40 + 1000)
    assert total_cost(run)[1] == pytest.approx([0.75 * cost[1, 0] + cost[1, 1], 0.25 * cost[1, 0]])


def test_closed_warehouse_is_paid_for_from_its_first_opening(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen = scenario.market.model_copy(update={"feedback": Feedback(congestion=False)})
    run = with_two_warehouses(scenario.model_copy(update={"market": frozen}))
    shed = run.scenario.warehouses["shed"].model_copy(update={"is_open": False})
    warehouses = run.scenario.warehouses | {"shed": shed}
    monkeypatch.setattr(
        warehouse_costs,
        "warehouse_use",
        lambda _: WarehouseUse(np.zeros((3, 2)), np.zeros((3, 2, 2)), np.zeros((3, 2))),
    )
    for change, months in (
        ({}, [0, 0, 0]),
        ({"at": "2016-05-11", "until": "2016-05-25", "set": True}, [0, 21 / 31, 0]),
    ):
        opened = {"x": Change.model_validate(change | {"change": "warehouses.shed.is_open"})} if change else {}
        later = Run(run.record, run.scenario.model_copy(update={"warehouses": warehouses, "changes": opened}))
        cost = of_warehouses(later)
        assert cost[:, 1] == pytest.approx([40 * 500 * part for part in months], rel=0.01)
        assert cost[1, 0] == pytest.approx(40 * 500)


def test_part_months_count_by_their_days_and_up_to_the_end_of_orders(scenario: Scenario, model: Model) -> None:
    assert month_fractions(Run(model.record, model.scenario)) == pytest.approx([14 / 30, 1, 0])
    longer = scenario.model_copy(update={"horizon": scenario.horizon.model_copy(update={"end": date(2016, 6, 4)})})
    assert month_fractions(Run(sim.build(longer).record, longer)) == pytest.approx([14 / 30, 1, 3 / 30])


# -- accounts ----------------------------------------------------------------------------------------------------------


def test_tariffs_are_those_of_each_order_at_its_instant(tables: dict[str, Columns], model: Model) -> None:
    orders = model.parcel_log.orders()
    turn = (date(2016, 5, 12) - date(2001, 1, 1)).days * DAY
    may = (date(2016, 5, 1) - date(2001, 1, 1)).days * DAY
    paid = {"post": 0.0, "express": 0.0}
    for at, route, grams in zip(orders["ordered_at"], orders["route"], orders["grams"], strict=True):
        if at >= may:
            later = at >= turn
            fixed, per_kg = {"post": (12, 120 if later else 60), "express": (47 if later else 40, 90)}[route]
            paid[route] += fixed + per_kg * grams / 1000
    accounts = rows(tables["accounts"])
    for route, expected in paid.items():
        assert sum(row["tariffs_cny"] for row in accounts if row["route"] == route) == pytest.approx(expected)


def test_result_is_tariffs_less_all_costs(tables: dict[str, Columns], model: Model) -> None:
    for row in rows(tables["accounts"]):
        costs = ("lanes_cny", "handling_cny", "containers_cny", "last_miles_cny", "warehouses_cny")
        assert row["operators_result_cny"] == pytest.approx(row["tariffs_cny"] - sum(row[name] for name in costs))
        assert row["sellers_income_cny"] == pytest.approx(0.2 * row["value_cny"])
        assert row["local_sellers_income_cny"] == pytest.approx(0.05 * row["value_cny"])
    delivered = sum(row["delivered"] for row in rows(tables["summary"]))
    assert sum(row["last_miles_cny"] for row in rows(tables["accounts"])) == pytest.approx(3 * delivered)
    run = Run(model.record, model.scenario)
    assert operators_result(run).sum() == pytest.approx(model.record.tariffs_cny.sum() - total_cost(run).sum())


def test_accounts_agree_with_summary_and_flows(tables: dict[str, Columns]) -> None:
    for row in rows(tables["summary"]):
        of_route = [account for account in rows(tables["accounts"]) if account["route"] == row["route"]]
        total = {name: sum(account[name] for account in of_route) for name in of_route[0] if name.endswith("_cny")}
        assert sum(account["placed"] for account in of_route) == row["placed"]
        assert row["tariff_cny_per_parcel"] == pytest.approx(total["tariffs_cny"] / row["placed"])
        assert row["operators_result_cny"] == pytest.approx(total["operators_result_cny"])
        costs = total["tariffs_cny"] - total["operators_result_cny"]
        assert row["operating_cny_per_parcel"] == pytest.approx(costs / row["delivered"])
        kg = sum(account["co2e_kg"] for account in of_route)
        assert row["co2e_kg_per_parcel"] == pytest.approx(kg / row["delivered"])
        assert total["value_cny"] == pytest.approx(row["value_cny"])


# -- surplus and trade -------------------------------------------------------------------------------------------------


def test_surplus_without_feedback_is_latent_orders_times_the_logsum(scenario: Scenario) -> None:
    market = scenario.market.model_copy(update={"feedback": Feedback(congestion=False)})
    model = sim.build(scenario.model_copy(update={"market": market, "changes": {}})).run()
    origin = model._market.origins[0]
    _, nest, _ = origin.weights(model.expectations)
    each = np.log(nest[0].sum(axis=-1)) / 0.02
    latent = model.record.alternatives[0].sum(axis=1)
    assert model.record.surplus_cny[:, 0] == pytest.approx(latent * each)
    days = {"post": {"ural": 8, "volga": 9}, "express": {"ural": 6, "volga": 0}}
    placed = model.record.placed()
    for r, route in enumerate(days):
        for g, region in enumerate(("ural", "volga")):
            assert model.record.expected_service[0, :, r, g] == pytest.approx(placed[:, r, g] * days[route][region])


def test_correction_is_the_worth_of_better_service(tables: dict[str, Columns], model: Model) -> None:
    run, record = Run(model.record, model.scenario), model.record
    orders, steps = model.parcel_log.orders(), model.parcel_log.table()
    ready = dict(
        zip(steps["order_id"][steps["step"] == "inland"], steps["left_at"][steps["step"] == "inland"], strict=True)
    )
    may, june = ((date(2016, month, 1) - date(2001, 1, 1)).days * DAY for month in (5, 6))
    cohort = (orders["route"] == "post") & (orders["region"] == "ural")
    cohort &= (orders["ordered_at"] >= may) & (orders["ordered_at"] < june)
    spans = [
        (ready[i] - at) / DAY
        for i, at in zip(orders["order_id"][cohort], orders["ordered_at"][cohort], strict=True)
        if i in ready
    ]
    days, spread = realised_service(run)[:, 1, 0, 0]
    assert days == pytest.approx(np.mean(spans), abs=1e-4)
    hours = sorted(math.floor(span * 24) for span in spans)
    p50, p90 = (hours[math.ceil(share * len(hours) - 1e-9) - 1] for share in (0.5, 0.9))
    assert spread == pytest.approx((p90 - p50) / 24)
    clothes = 0  # express carries gadgets only, so these are the post's
    expected = record.expected_service[:, 1, 0, 0, clothes]
    n = record.placed()[1, 0, 0, clothes]
    worth = 3 * (expected[0] - n * days) + 1 * (expected[1] - n * spread)
    assert corrections(run)[1, 0, 0, clothes] == pytest.approx(worth)
    for row in rows(tables["surplus"]):
        assert row["surplus_cny"] == pytest.approx(row["expected_cny"] + row["correction_cny"])


def test_without_a_price_weight_there_is_no_surplus(scenario: Scenario) -> None:
    origin = scenario.market.origins["harbin"]
    free = origin.model_copy(update={"choice": origin.choice.model_copy(update={"price_weight": 0.0})})
    market = scenario.market.model_copy(update={"origins": {"harbin": free}})
    model = sim.build(scenario.model_copy(update={"market": market})).run()
    tables = tables_of(model.record, model.scenario)
    assert np.isnan(tables["surplus"]["surplus_cny"][tables["surplus"]["latent"] > 0]).all()
    assert np.isnan(tables["trade"]["buyers_surplus_cny"][0])


def test_closing_the_only_route_where_nothing_else_can_be_chosen_leaves_no_surplus(scenario: Scenario) -> None:
    described = scenario.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)
    described["routes"].pop("express")
    shares = {"inside": 1, "other_gateway": 0, "not_bought": 0, "routes": {"post": 1}}
    described["market"]["origins"]["harbin"]["choice"]["reference_shares"] = shares
    described["market"]["feedback"] = {"congestion": False}

    def surplus(**change: Any) -> float:
        changes = {"change": {"at": "2016-05-10", **change}} if change else {}
        model = sim.build(Scenario.model_validate(described | {"changes": changes})).run()
        return float(model.record.surplus_cny.sum())

    before, model = surplus(), sim.build(Scenario.model_validate(described | {"changes": {}})).run()
    may = model.record.by_day["placed"][0, 14 + 9 :].sum()  # two weeks of warm-up, and nine days
    assert surplus(change="routes.post.tariff.fixed", add=50) - before == pytest.approx(-50 * may)
    assert math.isnan(surplus(change="routes.post.is_open", set=False))


def test_foreign_trade_is_log_linear_between_years_and_constant_beyond() -> None:
    trade = Trade.model_validate(TRADE)
    assert foreign_trade(trade, 2016) == pytest.approx(72e8)
    assert foreign_trade(trade, 2010) == pytest.approx(36e8)
    assert foreign_trade(trade, 2020) == pytest.approx(144e8)
    assert math.isnan(foreign_trade(None, 2016))


def test_trade_adds_up(tables: dict[str, Columns]) -> None:
    trade = {row["month"]: row for row in rows(tables["trade"])}
    for month, row in trade.items():
        accounts = [account for account in rows(tables["accounts"]) if account["month"] == month]
        surplus = [cell["surplus_cny"] for cell in rows(tables["surplus"]) if cell["month"] == month]
        income = sum(account["sellers_income_cny"] for account in accounts)
        assert row["parcels_cny"] == pytest.approx(sum(account["value_cny"] for account in accounts))
        assert row["total_cny"] == row["parcels_cny"] + row["bulk_cny"]
        assert row["buyers_surplus_cny"] == pytest.approx(sum(surplus))
        assert row["operators_result_cny"] == pytest.approx(sum(a["operators_result_cny"] for a in accounts))
        assert row["sellers_of_the_province_cny"] + row["sellers_elsewhere_cny"] == pytest.approx(income)
    assert trade["2016-05"]["foreign_trade_cny"] == pytest.approx(6e8)
    assert trade["2016-06"]["foreign_trade_cny"] == 0  # orders have ended: June is drain
    assert math.isnan(trade["2016-06"]["share_of_foreign_trade"])
    share = trade["2016-05"]["total_cny"] / 6e8
    assert trade["2016-05"]["share_of_foreign_trade"] == pytest.approx(share)


def test_an_origin_without_trade_takes_no_number_from_another(scenario: Scenario) -> None:
    described = scenario.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)
    plain = {name: part for name, part in described["market"]["origins"]["harbin"].items() if name != "trade"}
    shares = {**plain["choice"]["reference_shares"], "routes": {"other": 1}}
    described["places"]["urumqi"] = {**described["places"]["harbin"], "utc_offset": "6 h"}
    described["market"]["origins"]["urumqi"] = {**plain, "choice": {**plain["choice"], "reference_shares": shares}}
    described["routes"]["other"] = {**described["routes"]["post"], "origin": "urumqi"}
    found = sim.build(Scenario.model_validate(described)).run()
    trade = rows(tables_of(found.record, found.scenario)["trade"])
    of_sellers = ("sellers_of_the_province_cny", "sellers_elsewhere_cny")
    assert all((row[name] >= 0) == (row["origin"] == "harbin") for row in trade for name in of_sellers)
    assert all(math.isfinite(row["operators_result_cny"]) for row in trade)


def test_bulk_counts_in_the_month_in_which_it_came(scenario: Scenario) -> None:
    from sim.indicators.trade import bulk
    from sim.scenario.containers import Freight

    stream = Freight.model_validate(
        {"steps": ["flight"], "containers_per_week": 1, "mass": "10 t", "volume": "60 m3", "origin": "harbin"}
    )
    others = stream.model_copy(update={"origin": None})
    described = scenario.model_copy(update={"freight": {"bulk": stream, "background": others}})
    run = Run(sim.build(described).record, described)
    run.record.bulk_fen[1] = 12_300, 99_999
    assert bulk(run)[:, 0].tolist() == [0, 123, 0]


def test_origin_records_are_sums_over_the_months(scenario: Scenario) -> None:
    results = sim.run(scenario, replications=2)
    (record,) = results.origin_records()
    trade = results.columns("trade")
    assert record["origin"] == "harbin"
    assert record["parcels_cny"] == pytest.approx(trade["parcels_cny"].sum() / 2)
    share = trade["total_cny"].sum() / trade["foreign_trade_cny"].sum()
    assert record["share_of_foreign_trade"] == pytest.approx(share)
