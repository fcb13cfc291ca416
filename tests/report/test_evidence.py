"""What numbers rest on: reports that a result simulates whole, numbers that calibrations move, statuses of files."""

import hashlib
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from sim.ledger import evidence_near
from sim.ledger.posteriors import SHIPPED, posterior_in
from sim.report import evidence
from sim.report.evidence import OfFile, Report, reports, statuses
from sim.report.results import Result
from sim.scenario.scenario import Scenario

TINY = Path(__file__).parents[1] / "golden" / "tiny.yaml"
ROW = "hlj.parcels.2016"
OUTPUTS = """
corridor: made-up
outputs:
  post: {terms: [{table: flows, column: shipped, months: [2016-02, 2016-03], where: {route: [post, mail]}}]}
  all: {terms: [{table: flows, column: shipped, months: [2016-01, 2016-04], times: 0.5}]}
  late: {terms: [{table: flows, column: shipped, months: [2016-04, 2016-05]}]}
  early: {terms: [{table: flows, column: shipped, months: [2015-12, 2016-02]}]}
  unknown: {terms: [{table: flows, column: pieces, months: [2016-02, 2016-03]}]}
  nowhere: {terms: [{table: flows, column: shipped, months: [2016-02, 2016-03], where: {lane: [road]}}]}
  absent: {terms: [{table: lanes, column: departed, months: [2016-02, 2016-03]}]}
  two:
    terms:
      - {table: flows, column: shipped, months: [2016-02, 2016-03]}
      - {table: flows, column: lost, months: [2016-02, 2016-03]}
targets:
"""


@pytest.fixture(scope="module")
def tiny() -> Scenario:
    return sim.load(TINY)


@pytest.fixture
def result(tiny: Scenario, tmp_path: Path) -> Result:
    """A comparison of two plans on a scenario calibrated to `made-up`: parcels by plan, route and month, no lanes."""
    months = ["2016-01", "2016-02", "2016-03", "2016-04"]
    rows = [
        {"plan": plan, "month": month, "route": route, "shipped": shipped * (2.0 if plan == "lines" else 1.0)}
        for plan in ("tiny", "lines")
        for i, month in enumerate(months)
        for route, shipped in (("post", 10.0 * (i + 1)), ("mail", 1.0), ("express", 1000.0))
    ]
    folder = tmp_path / "comparison"
    folder.mkdir()
    pd.DataFrame(rows).to_parquet(folder / "flows.parquet")
    calibrated = tiny.model_copy(update={"posterior": ("nobody-knows", "made-up")})
    return Result(folder, "comparison", {}, {}, {"tiny": calibrated, "lines": calibrated})


@pytest.fixture
def corridor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Says what `made-up` is compared with."""
    monkeypatch.setattr(evidence, "CORRIDORS", tmp_path)

    def written(of: str, more: str = "", row: str = ROW) -> None:
        target = f"  one: {{what: parcels by post, row: {row}, value: 60, unit: parcels, {of}{more}}}\n"
        (tmp_path / "made-up.yaml").write_text(OUTPUTS + target, "utf-8")

    return written


def test_report_of_whole_months_stands_beside_what_each_plan_simulates(result: Result, corridor: Any) -> None:
    corridor("of: {post: 1}", ", log_sd: 0.1")
    source = evidence_near(TINY).rows[ROW].origin
    routes = {"route": ("post", "mail")}
    simulated = {"tiny": 52.0, "lines": 104.0}
    assert reports(result) == [
        Report("parcels by post", ROW, source, "parcels", 60.0, simulated, ("2016-02", "2016-03"), "flows", "shipped",
               routes, 0.1)
    ]  # fmt: skip


def test_report_of_all_rows_is_scaled_as_its_output_says(result: Result, corridor: Any) -> None:
    corridor("of: {all: 1}")
    (found,) = reports(result)
    assert found.simulated == {"tiny": 2052.0, "lines": 4104.0}
    assert (found.where, found.n_months) == ({}, 4)
    assert math.isnan(found.log_sd)
    assert all(map(math.isnan, found.interval))


@pytest.mark.parametrize("of", ["late", "early", "unknown", "nowhere", "absent", "two", "undescribed"])
def test_report_is_left_out_whose_months_columns_or_table_are_not_there(result: Result, corridor: Any, of: str) -> None:
    corridor(f"of: {{{of}: 1}}")
    assert reports(result) == []


@pytest.mark.parametrize(
    "of", ["of: {post: 2}", "of: {post: 1, all: -1}", "of: {}", "year: 2016", "of: {post: 1}, parameters: {a: 1}"]
)
def test_report_of_anything_but_one_sum_is_left_out(result: Result, corridor: Any, of: str) -> None:
    corridor(of)
    assert reports(result) == []


def test_report_that_names_no_row_of_the_evidence_is_left_out(result: Result, corridor: Any) -> None:
    corridor("of: {post: 1}", row="no.such.row")
    assert reports(result) == []


def test_corridor_without_targets_or_file_reports_nothing(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "CORRIDORS", tmp_path)
    assert reports(result) == []
    (tmp_path / "made-up.yaml").write_text("corridor: made-up\n", "utf-8")
    assert reports(result) == []


# -- statuses ----------------------------------------------------------------------------------------------------------


def of_files(scenario: Scenario, folder: Path, *names: str) -> Result:
    """A result that was made from files of a folder."""
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    return Result(folder, "comparison", {"scenario_files": files}, {}, {"tiny": scenario})


def test_statuses_are_counted_by_file_and_files_without_numbers_or_sense_are_left_out(
    tiny: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sourced = "a: {value: 1, assumed: [0, 2], why: a test}\nb: {value: 3, assumed: [2, 4], why: a test}\n"
    (tmp_path / "some.yaml").write_text(sourced, "utf-8")
    (tmp_path / "none.yaml").write_text("a: words\n", "utf-8")
    (tmp_path / "torn.yaml").write_text("a: [1, 2\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    found = statuses(of_files(tiny, tmp_path, "some.yaml", "none.yaml", "torn.yaml"))
    assert found.files == (OfFile("some.yaml", {"reported": 0, "published": 0, "derived": 0, "assumed": 2}),)
    assert (found.changed, found.calibrated) == ((), {})
    assert found.total == {"assumed": 2}


def test_numbers_that_calibrations_move_are_counted_once_and_unknown_ones_passed_over(
    tiny: Scenario, tmp_path: Path
) -> None:
    base = tiny.as_read_from(None).model_copy(update={"posterior": ("nobody-knows", "harbin")})
    plan = tiny.as_read_from(None).model_copy(update={"posterior": ("harbin",)})
    found = statuses(Result(tmp_path, "comparison", {}, {}, {"tiny": base, "lines": plan}))
    assert found.calibrated == {"harbin": len(posterior_in(SHIPPED, "harbin").moved)}
    assert found.calibrated["harbin"] > 0
