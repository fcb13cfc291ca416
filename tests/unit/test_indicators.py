"""Tables against what the log of single parcels says, and their declarations."""

import math
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.indicators import (
    OVER_REPLICATIONS,
    TABLES,
    Columns,
    Run,
    growing_backlogs,
    reference,
    tables_of,
)
from sim.indicators.freight import FREIGHT, FREIGHT_SUMMARY
from sim.indicators.service import percentile_days
from sim.indicators.warehouses import STOCK_REVIEWS, WAREHOUSE_SUMMARY, WAREHOUSES
from sim.model import Model
from sim.ticks import DAY, HOUR, local_day, midnight

TINY = Path(__file__).parents[1] / "golden" / "tiny.yaml"
IN_MAY = (midnight(local_day(0).replace(2016, 5, 1)), midnight(local_day(0).replace(2016, 6, 1)))


@pytest.fixture(scope="module")
def model() -> Model:
    return sim.build(sim.load(TINY), parcel_log=True).run()


@pytest.fixture(scope="module")
def tables(model: Model) -> dict[str, Columns]:
    return tables_of(model.record, model.scenario)


@pytest.fixture(scope="module")
def orders(model: Model) -> list[dict[str, Any]]:
    """Every order of the log with the instant of each step."""
    log, steps = model.parcel_log.orders(), model.parcel_log.table()
    found = {i: {name: log[name][n] for name in log} for n, i in enumerate(log["order_id"].tolist())}
    for order_id, step, arrived, started, left in zip(*steps.values(), strict=True):
        found[order_id][step] = (arrived, started, left)
    return list(found.values())


def rows(columns: Columns) -> list[dict[str, Any]]:
    values = (array.tolist() for array in columns.values())
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def of_may(orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [order for order in orders if IN_MAY[0] <= order["ordered_at"] < IN_MAY[1]]


def test_every_table_has_its_declared_columns_of_one_length(tables: dict[str, Columns]) -> None:
    assert list(tables) == [table.name for table in TABLES]
    may_be_empty = (FREIGHT, FREIGHT_SUMMARY, WAREHOUSES, WAREHOUSE_SUMMARY, STOCK_REVIEWS)
    dtypes = {"text": object, "whole": np.int64, "number": np.float64}
    for table in TABLES:
        columns = tables[table.name]
        assert list(columns) == [column.name for column in table.all_columns]
        assert [array.dtype for array in columns.values()] == [dtypes[column.kind] for column in table.all_columns]
        assert len({len(array) for array in columns.values()}) == 1
        assert (len(columns["replication"]) > 0) == (table not in may_be_empty), table.name


def test_every_column_is_described_in_the_reference_page() -> None:
    page = reference()
    for table in TABLES:
        assert f"## {table.name}\n" in page
        for column in table.all_columns:
            assert column.description
            assert f"| `{column.name}` |" in page
    assert all(f"| `{column.name}` |" in page for column in OVER_REPLICATIONS)


def test_warm_up_months_are_not_reported(tables: dict[str, Columns]) -> None:
    for name in ("orders", "flows", "service", "stations", "lanes"):
        assert set(tables[name]["month"]) == {"2016-05", "2016-06"}
    assert min(tables["daily"]["day"]) == "2016-05-01"
    assert max(tables["daily"]["day"]) == "2016-06-14"
    assert min(tables["expectations"]["monday"]) == "2016-05-02"
    assert min(tables["departures"]["beijing_time"]) >= "2016-05-01"


def test_latent_orders_are_the_sum_of_all_alternatives(tables: dict[str, Columns]) -> None:
    sums: Counter[tuple[str, ...]] = Counter()
    latent: dict[tuple[str, ...], int] = {}
    for row in rows(tables["orders"]):
        cell = (row["month"], row["origin"], row["region"], row["product"])
        sums[cell] += row["orders"]
        assert latent.setdefault(cell, row["latent"]) == row["latent"]
    assert dict(sums) == latent
    assert {row["alternative"] for row in rows(tables["orders"])} == {"post", "express", "other_gateway", "not_bought"}
    assert sum(latent.values()) > 1000


def test_placed_orders_are_those_of_the_log(tables: dict[str, Columns], orders: list[dict[str, Any]]) -> None:
    logged = Counter((o["route"], o["region"], o["product"]) for o in of_may(orders))
    kilograms = sum(o["grams"] for o in of_may(orders)) / 1000
    value = sum(o["value_fen"] for o in of_may(orders)) / 100
    flows = [row for row in rows(tables["flows"]) if row["month"] == "2016-05"]
    assert {(r["route"], r["region"], r["product"]): r["placed"] for r in flows if r["placed"]} == dict(logged)
    assert sum(row["mass_kg"] for row in flows) == pytest.approx(kilograms)
    assert sum(row["value_cny"] for row in flows) == pytest.approx(value)


def test_only_cells_that_a_route_serves_have_rows(tables: dict[str, Columns]) -> None:
    express = {(row["region"], row["product"]) for row in rows(tables["flows"]) if row["route"] == "express"}
    assert express == {("ural", "gadgets")}


def test_in_transit_carries_over_and_balances(tables: dict[str, Columns], orders: list[dict[str, Any]]) -> None:
    daily = [row for row in rows(tables["daily"]) if row["route"] == "post"]
    for before, after in pairwise(daily):
        assert after["in_transit"] == before["in_transit"] + after["placed"] - after["delivered"] - after["lost"]
    first_end = IN_MAY[0] + DAY
    post = [o for o in orders if o["route"] == "post" and o["ordered_at"] < first_end]
    assert daily[0]["in_transit"] == sum(gone_at(order) >= first_end for order in post) > 0
    may_end = [row["in_transit"] for row in daily if row["day"] == "2016-05-31"]
    flows = [row for row in rows(tables["flows"]) if (row["route"], row["month"]) == ("post", "2016-05")]
    assert [sum(row["in_transit"] for row in flows)] == may_end


def gone_at(order: dict[str, Any]) -> float:
    """When an order was delivered or lost."""
    return float(min((order[step][2] for step in ("inland", "lost") if step in order), default=math.inf))


def test_service_of_a_cohort_is_that_of_the_log(tables: dict[str, Columns], orders: list[dict[str, Any]]) -> None:
    cell = ("post", "ural", "clothes")
    cohort = [o for o in of_may(orders) if (o["route"], o["region"], o["product"]) == cell]
    ready = sorted((o["inland"][2] - o["ordered_at"]) / DAY for o in cohort if "inland" in o)
    posted = [(o["inland"][2] - o["collection"][2]) / DAY for o in cohort if "inland" in o]
    row = next(
        row
        for row in rows(tables["service"])
        if (row["month"], row["route"], row["region"], row["product"]) == ("2016-05", *cell)
    )
    assert 0 < row["not_arrived"] == len(cohort) - len(ready)
    assert (row["placed"], row["arrived"]) == (len(cohort), len(ready))
    assert row["mean_days"] == pytest.approx(np.mean(ready), abs=1e-5)
    assert row["posted_to_ready_mean_days"] == pytest.approx(np.mean(posted), abs=1e-5)
    assert row["share_within_promise"] == sum(days <= 8 for days in ready) / len(cohort)
    for share, name in ((0.5, "p50_days"), (0.9, "p90_days"), (0.95, "p95_days")):
        reached = ready[math.ceil(share * len(cohort)) - 1]  # lost ones never arrive, so they stand behind all others
        assert row[name] == math.floor(reached * DAY / HOUR) / 24


def test_percentile_among_those_that_never_arrived_is_empty() -> None:
    hours = np.array([[0, 5, 5, 0], [0, 0, 0, 0]])
    found = percentile_days(hours, np.array([20, 0]), (0.25, 0.5, 0.51))
    assert found[0, :2].tolist() == [1 / 24, 2 / 24]
    assert np.isnan(found[0, 2])
    assert np.isnan(found[1]).all()


def test_station_waits_are_those_of_the_log(tables: dict[str, Columns], orders: list[dict[str, Any]]) -> None:
    visits = [o["sorting"] for o in orders if "sorting" in o and IN_MAY[0] <= o["sorting"][1] < IN_MAY[1]]
    row = next(r for r in rows(tables["stations"]) if (r["month"], r["queue"]) == ("2016-05", "sorting"))
    waits = [(started - arrived) / HOUR for arrived, started, _ in visits]
    assert row["started"] == len(visits)
    assert row["mean_wait_hours"] == pytest.approx(np.mean(waits), abs=1e-3)
    assert row["longest_wait_hours"] == pytest.approx(max(waits), abs=1e-3)
    open_hours = 2 * 26 * 12  # two servers, the 26 days of May 2016 that are not Sundays
    assert row["utilisation"] == pytest.approx(len(visits) / 3 / open_hours)
    last_review = IN_MAY[1] - 2 * DAY  # Monday 30 May, after a Sunday without work
    waiting = [o for o in orders if "sorting" in o and o["sorting"][0] < last_review <= o["sorting"][1]]
    assert row["backlog"] == len(waiting) > 0


def test_station_without_servers_has_no_utilisation(tables: dict[str, Columns]) -> None:
    values = [row["utilisation"] for row in rows(tables["stations"]) if row["queue"] == "collection"]
    assert len(values) == 2
    assert np.isnan(values).all()


def test_lanes_sum_up_their_departures(tables: dict[str, Columns]) -> None:
    departures, lanes = rows(tables["departures"]), rows(tables["lanes"])
    for lane in lanes:
        of_month = [d for d in departures if d["beijing_time"][:7] == lane["month"]]
        assert lane["departed"] == sum(d["status"] == "departed" for d in of_month)
        assert lane["cancelled"] == sum(d["status"] == "cancelled" for d in of_month)
        assert lane["pieces"] == sum(d["pieces"] for d in of_month)
        assert lane["cost_cny"] == pytest.approx(100 * lane["departed"] + 2 * lane["mass_kg"], abs=0.1)
        assert lane["load_factor"] == pytest.approx(lane["mass_kg"] / 60 / lane["departed"], abs=1e-5)
    assert all(d["local_time"] == d["beijing_time"] and d["local_time"].endswith("T20:00:00") for d in departures)


def test_summary_counts_linehaul_cost_and_emissions_per_parcel(tables: dict[str, Columns]) -> None:
    summary, lanes = rows(tables["summary"]), rows(tables["lanes"])
    cost = sum(row["operating_cny_per_parcel"] * row["delivered"] for row in summary)
    carried = sum(row["mass_kg"] for row in lanes)
    emitted = sum(row["co2e_kg_per_parcel"] * row["delivered"] for row in summary)
    empty = sum(row["status"] == "departed" and row["pieces"] == 0 for row in rows(tables["departures"]))
    assert empty > 0  # what flies without a parcel is no route's cost
    assert cost == pytest.approx(sum(row["cost_cny"] for row in lanes) - 100 * empty, abs=0.1)
    assert emitted == pytest.approx(carried / 1000 * 4500 * 600 / 1000)


def test_summary_service_leaves_out_months_without_time_to_arrive() -> None:
    scenario = sim.load(TINY)
    two_months = {"horizon": scenario.horizon.model_copy(update={"end": local_day(0).replace(2016, 7, 1), "drain": 0})}
    model = sim.build(scenario.model_copy(update=two_months)).run()
    tables = tables_of(model.record, model.scenario)
    post = rows(tables["summary"])[0]
    of_route = [row for row in rows(tables["service"]) if row["route"] == "post"]
    may = sum(row["placed"] for row in of_route if row["month"] == "2016-05")
    assert post["service_orders"] == may < post["placed"] == sum(row["placed"] for row in of_route)
    assert post["in_transit"] > 0


def test_overloaded_station_is_named_and_a_working_one_is_not(model: Model, tmp_path: Path) -> None:
    assert growing_backlogs(Run(model.record, model.scenario)) == []
    file = tmp_path / "slow.yaml"
    file.write_text(TINY.read_text("utf-8").replace("service: 20 min", "service: 2 h"), "utf-8")
    slow = sim.build(sim.load(file)).run()
    (backlog,) = growing_backlogs(Run(slow.record, slow.scenario))
    assert (backlog.where, backlog.month_before) == ("sorting", "2016-04")
    stations = [row for row in rows(tables_of(slow.record, slow.scenario)["stations"]) if row["queue"] == "sorting"]
    assert backlog.kind == "queue"
    assert backlog.waiting == stations[0]["backlog"] > 3 * backlog.waiting_before
    assert backlog.days_of_work == pytest.approx(backlog.waiting / (stations[0]["started"] / 31))
