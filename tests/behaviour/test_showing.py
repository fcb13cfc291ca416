"""What `sim run` prints: figures as planners write them, blocks that fit a width, warnings; and the JSON of it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from behaviour.stocked import stocked, with_warehouse
from jsonschema import Draft202012Validator
from oracle.base_world import Dict

import sim
from sim.cli import summary
from sim.cli.blocks import count, money, route_lines
from sim.cli.showing import _remarks, lines_of
from sim.experiments.estimate import workers_that_fit
from sim.experiments.results import Results
from sim.indicators import Run, growing_backlogs, lasting_stock_outs
from sim.indicators.accounts import co2e_g
from sim.indicators.summary import lanes_of
from sim.kernels import shelf

EMPTY: Dict = with_warehouse(
    stock={
        "clothes": {"reorder_point": 0, "order_up_to": 1, "initial": 0},
        "gadgets": {"reorder_point": 0, "quantity": 1, "initial": 0},
    },
    review_every="8760 h",
)
EMITTING: Dict = {"lanes": {"flight": {"emission": 600, "distance": "2500 km"}}}
BULK: Dict = {
    "freight": {
        "bulk": {
            "origin": "harbin", "steps": ["sorting"], "containers_per_week": 3, "mass": "2 t", "volume": "10 m3",
            "value": {"distribution": "constant", "mean": 5000},
        }
    }
}  # fmt: skip


@pytest.fixture(scope="module")
def results() -> Results:
    return sim.run(stocked(BULK, EMITTING))


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (99_999, "99,999"), (452_140, "452 k"), (999_600, "1.00 M"), (23_265_124, "23.27 M")]
)
def test_counts_fit_seven_characters(number: float, text: str) -> None:
    assert count(number) == text


@pytest.mark.parametrize(
    ("cny", "text"),
    [(7.54e9, "7.5 bn CNY"), (149e6, "150 M CNY"), (-2.64e6, "-2.6 M CNY"), (999e6, "1.0 bn CNY"), (0, "0 CNY"),
     (312.4, "310 CNY"), (99_600, "100 k CNY")],
)  # fmt: skip
def test_money_has_two_figures(cny: float, text: str) -> None:
    assert money(cny) == text


@pytest.mark.parametrize("width", [120, 100, 80, 60])
def test_blocks_fit_the_width_with_all_columns(results: Results, width: int) -> None:
    lines = list(lines_of(results, width))
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    for heading in ("placed", "delivered", "returned", "lost", "promise", "mean", "p50", "p95", "CO2e", "load"):
        assert heading in text
    assert "  ural-warehouse: fill rate " in text
    assert "  bulk: " in text
    assert " of goods" in text


def test_long_names_stand_in_full_on_a_line_of_their_own(results: Results) -> None:
    record = {**results.summary_records()[0], "route": "a-route-with-a-very-long-name-indeed"}
    lines = route_lines("harbin", [record], 100)
    assert lines[-2] == "a-route-with-a-very-long-name-indeed"
    assert lines[-1].startswith(" " * 24)


def test_warehouse_route_loads_the_lanes_that_fill_it_and_emits_for_them(results: Results) -> None:
    assert lanes_of(results.scenario, "stocked") == {"flight"}
    records = {record["route"]: record for record in results.summary_records()}
    assert records["stocked"]["load_factor"]["mean"] == records["post"]["load_factor"]["mean"] > 0
    assert records["stocked"]["co2e_kg_per_parcel"]["mean"] > 0
    model = sim.build(results.scenario).run()
    emitted = co2e_g(Run(model.record, model.scenario))
    assert emitted.sum() == pytest.approx(model.record.co2e_g[:, [0, 1, -1]].sum())


def test_summaries_add_up_over_the_months(results: Results) -> None:
    (warehouse,) = results.warehouse_records()
    months = results.columns("warehouses")
    for name in ("orders", "filled_at_once", "filled_later", "fell_back"):
        assert warehouse[name] == months[name].sum()
    last = months["month"] == months["month"][-1]
    assert warehouse["stock"] == months["stock"][last].sum()
    assert warehouse["waiting"] == months["waiting"][last].sum()
    (stream,) = results.freight_records()
    assert stream["sent"] == results.columns("freight")["sent"].sum() > 0
    assert stream["value_cny"] == pytest.approx(5000 * stream["sent"])


def test_orders_that_wait_at_an_empty_shelf_are_a_backlog_and_a_lasting_stock_out() -> None:
    results = sim.run(stocked(EMPTY, {"horizon": {"end": "2016-07-16"}}))
    (backlog,) = [each for each in results.worst_backlogs() if each.kind == "shelf"]
    (warehouse,) = results.warehouse_records()
    assert (backlog.where, backlog.waiting) == ("ural-warehouse", warehouse["waiting"])
    assert {out.product for out in results.longest_stock_outs()} == {"clothes", "gadgets"}
    text = " ".join(lines_of(results, 1000))
    assert "Warning: orders wait for stock at ural-warehouse: " in text
    assert "Warning: ural-warehouse is out of gadgets since 2016-0" in text


def test_warning_of_a_run_says_in_how_many_replications_it_holds() -> None:
    results = sim.run(stocked(EMPTY, {"horizon": {"end": "2016-07-16"}}))
    seldom = replace(
        results,
        replications=(0, 1, 2),
        backlogs={**results.backlogs, 1: (), 2: ()},
        stock_outs={**results.stock_outs, 1: results.stock_outs[0][:1], 2: ()},
    )
    text = " ".join(_remarks(seldom))
    assert "Warning: orders wait for stock at ural-warehouse in 1 of 3 replications: at worst " in text
    assert ", in 2 of 3 replications: 0% of the orders" in text
    assert ", in 1 of 3 replications: 0% of the orders" in text


def test_stock_outs_count_from_the_first_month_of_the_last_run_of_them() -> None:
    model = sim.build(stocked({"horizon": {"end": "2016-08-16"}})).run()
    run, totals = Run(model.record, model.scenario), model.record.stock_totals
    assert lasting_stock_outs(run) == []
    assert growing_backlogs(run) == []
    totals[0, :, 0, shelf.ORDERED], totals[0, :, 0, shelf.AT_ONCE] = 100, [90, 0, 9, 0, 5]
    (out,) = lasting_stock_outs(run)
    assert (out.product, out.since) == (model.record.axes.products[0], "2016-05")
    assert out.fill_rate == pytest.approx(14 / 400)
    totals[0, 2, 0, shelf.AT_ONCE] = 11
    assert lasting_stock_outs(run) == []


def test_summary_as_json_keeps_to_its_schema_and_page(results: Results) -> None:
    found = json.loads(json.dumps(summary.summary_of(results.scenario, results, Path("out"), None)))
    Draft202012Validator.check_schema(summary.summary_schema())
    Draft202012Validator(summary.summary_schema()).validate(found)
    page = summary.page()
    for section in summary.SECTIONS:
        assert f"## {section}\n" in page
        for entry in found[section]:
            assert [key for key in entry if f"| `{key}` |" not in page] == []


def test_summary_has_what_a_planner_asks_of_every_route(results: Results) -> None:
    wanted = {
        "placed", "delivered", "returned", "lost", "mean_days", "p50_days", "p90_days", "p95_days",
        "tariff_cny_per_parcel", "operating_cny_per_parcel", "operators_result_cny", "load_factor",
        "co2e_kg_per_parcel", "share_within_promise", "service_class",
    }  # fmt: skip
    for record in results.summary_records():
        assert wanted <= record.keys()
        assert [name for name in wanted - {"service_class"} if record[name]["mean"] is None] == []


def test_as_many_workers_as_memory_has_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiments.estimate.available_bytes", lambda: 10e9)  # 8 GB of it may be taken
    sizes: list[Any] = [1e9, 6e9, 3e9]
    assert [workers_that_fit(sizes, n) for n in (1, 2, 3)] == [1, 1, 1]
    assert workers_that_fit([4e9, 4e9, 4e9], 3) == 2
