"""`sim compare` from files: plans by name, what is refused, how many replications run, and what it writes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from behaviour.planned import FROZEN, assumed, expand, library, more_sorting, narrow, write
from pyarrow import parquet

import sim
from sim.cli import main
from sim.cli.comparison_json import comparison_schema
from sim.cli.experiments import DIMENSIONS, OBJECTIVES
from sim.errors import ScenarioError
from sim.experiments.comparing import compare as comparing
from sim.experiments.comparing import replicating
from sim.experiments.comparing.comparison import Comparison
from sim.experiments.comparing.plans import base_plan, plan_of
from sim.experiments.comparing.wording import HEADINGS, plan_cells, rests_on, short
from sim.scenario.base import Name

SORTING = {
    "measures": {"lines": expand("stations.sorting", servers=assumed(2, 1, 3))},
    "capital": assumed("20000 CNY", "10000 CNY", "40000 CNY"),
    "running_per_year": assumed("5000 CNY", "2000 CNY", "9000 CNY"),
}
CUSTOMS = {"measures": {"release": expand("customs.ural-customs.release", servers=1)}}
INTERVENTIONS = {
    "sorting": SORTING,
    "customs": CUSTOMS,
    "training": CUSTOMS | {"requires": ["sorting"]},
    "outsourcing": CUSTOMS | {"excludes": ["sorting"]},
}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return library(tmp_path, INTERVENTIONS, FROZEN)


def ran(capsys: pytest.CaptureFixture[str], *arguments: Any) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["compare", *map(str, arguments)])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


# -- what is written and shown -----------------------------------------------------------------------------------------


def test_command_shows_a_table_and_writes_a_folder(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = (base, "sorting", "customs", "--replications", 4, "--workers", 1, "--out", tmp_path / "out")
    code, out, err = ran(capsys, *common, "--by", "queue", "--portfolio", "--decompose")
    assert code == 0, err
    for said in ("Plans against: A narrow line", "parcels gained", "sorting", "customs", "2 draws", "beyond the sum"):
        assert said in out
    heads = [" ".join(heading) for heading in HEADINGS]
    assert heads[heads.index("cost CNY a year") + 1] == "net benefit CNY a year"
    assert "net benefit" in out
    queues, rest = out.split("Differences by queue")[1].split("Portfolio, with less without")
    portfolio, parcels, days = rest.split("Where the effect on")
    assert all("±" in part for part in (queues, portfolio, days))
    assert "±" not in parcels, "nobody may choose otherwise, so no parcel is gained in any run"
    assert [line for line in out.splitlines() if len(line) > 110 and not line.startswith("Tables: ")] == []
    assert [float(line.split("%")[0].split()[-1]) for line in err.splitlines() if "% after" in line][-1] == 100
    files = {path.name for path in (tmp_path / "out").iterdir()}
    tables = ("plans", "differences", "months", "replications", "sensitivity", "portfolio", "decomposition")
    assert {f"{name}.{ending}" for name in tables for ending in ("csv", "parquet")} <= files
    assert {"comparison.xlsx", "manifest.json", "run.json", "differences.png", "tornado.png"} <= files
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["comparison"] == ["narrow", "sorting", "customs", "all"]
    assert {"narrow.yaml", "interventions/sorting.yaml"} <= set(manifest["scenario_files"])
    plans = parquet.read_table(tmp_path / "out" / "plans.parquet").to_pandas()
    assert plans.plan.tolist() == ["sorting", "customs", "all"]
    assert (plans.benefit_cost_half_width > 0).tolist() == [True, False, True], "what costs nothing has no ratio"
    assert (plans.cost_cny_low[0] < plans.cost_cny[0]) & (plans.cost_cny[0] < plans.cost_cny_high[0])


def test_json_holds_everything_and_follows_its_schema(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = (base, "sorting", "--replications", 2, "--workers", 1, "--out", tmp_path / "out", "--json")
    code, out, err = ran(capsys, *common, "--objective", "net-benefit", "--decompose", "--by", "region")
    assert code == 0, err
    found = json.loads(out)
    jsonschema.validate(found, comparison_schema())
    assert (found["baseline"], found["objective"], found["draws"]) == ("narrow", "net-benefit", 0)
    assert {row["dimension"] for row in found["differences"]} == {"whole", "region"}
    assert [row["plan"] for row in found["replications_by_plan"]] == ["narrow", "narrow", "sorting", "sorting"]
    assert "nothing was drawn" in " ".join(found["rests_on"]).lower()


def test_choices_of_the_command_are_those_of_the_program() -> None:
    assert set(DIMENSIONS) == set(comparing.EVERY_BY)
    assert set(OBJECTIVES) == set(comparing.OBJECTIVES)


def test_text_of_a_plan_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    from sim.experiments.comparing.saving import save_comparison

    plan = more_sorting().model_copy(update={"name": Name(en="=HYPERLINK(A1)")})
    save_comparison(sim.compare(narrow(), [plan], replications=1, parcels_per_row=50), tmp_path / "out")
    assert "'=HYPERLINK(A1)" in (tmp_path / "out" / "plans.csv").read_text("utf-8")


# -- plans -------------------------------------------------------------------------------------------------------------


def test_unknown_plan_is_refused_with_what_was_meant(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = ran(capsys, base, "sortin", "coustoms")
    assert code == 2
    assert "there is no plan 'sortin'; did you mean 'sorting'?" in err
    assert "there is no plan 'coustoms'; did you mean 'customs'?" in err


def test_plan_of_another_origin_or_time_is_refused(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = base.with_name("longer.yaml")
    write({"scenario": "longer", "base": "narrow.yaml", "horizon": {"end": "2016-06-13"}}, other)
    code, _, err = ran(capsys, base, other)
    assert code == 2
    assert "'longer' cannot be compared: its horizon.end are 2016-06-13" in err
    urumqi = narrow().model_dump(mode="json", by_alias=True, exclude_none=True)
    urumqi["market"]["origins"]["urumqi"] = urumqi["market"]["origins"].pop("harbin")
    urumqi["routes"]["post"]["origin"] = "urumqi"
    with pytest.raises(ScenarioError, match="its origins are urumqi, those of the baseline harbin"):
        sim.compare(narrow(), [type(narrow()).model_validate(urumqi | {"scenario": "urumqi"})])


def test_plans_that_exclude_each_other_make_no_portfolio(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = ran(capsys, base, "sorting", "outsourcing", "--portfolio")
    assert code == 2
    assert "'outsourcing' and 'sorting' exclude each other" in err


def test_what_a_plan_requires_is_brought_along(base: Path) -> None:
    below = base_plan(base)
    assert list(plan_of(below, "training").own(below)) == ["sorting", "training"]
    assert list(plan_of(below, "sorting+customs").own(below)) == ["sorting", "customs"]


def test_a_scenario_of_its_own_is_a_plan(base: Path) -> None:
    other = base.with_name("roomy.yaml")
    write({"scenario": "roomy", "base": "narrow.yaml", "stations": {"sorting": {"servers": 3}}}, other)
    comparison = sim.compare(base, [other], replications=2)
    plan = comparison.plans.iloc[0]
    assert (plan.plan, plan.interventions, plan.days_saved > 0.5) == ("roomy", "", True)
    assert plan.years_in_force == pytest.approx(49 / 365.25)
    assert np.isnan(plan.benefit_cost)
    assert "benefit_cost: no cost" in plan.why_empty


# -- draws and replications --------------------------------------------------------------------------------------------


def test_cost_is_drawn_with_the_rest_of_an_intervention(base: Path) -> None:
    comparison = sim.compare(base, ["sorting"], replications=6)
    costs = comparison.alternatives[0].samples.whole("cost_cny").reshape(3, 2)
    assert (costs[:, 0] == costs[:, 1]).all()
    assert len(set(costs[:, 0])) == 3
    plan = comparison.plans.iloc[0]
    assert plan.benefit_cost_low < plan.benefit_cost < plan.benefit_cost_high
    cells = dict(zip(HEADINGS, plan_cells(comparison, comparison.alternatives[0]), strict=True))
    assert cells["benefit", "/ cost"][-1] == f"±{plan.benefit_cost_half_width:.2f}"
    assert cells["net benefit", "CNY a year"][0] == short(plan.net_benefit_per_year_cny)
    assert {"interventions.sorting.capital", "interventions.sorting.running_per_year"} <= comparison.drawn.keys()


def test_replications_stop_when_differences_are_precise(base: Path) -> None:
    comparison = sim.compare(base, ["customs"])
    assert len(comparison.replications) == 8
    assert "as precise as asked for" in " ".join(rests_on(comparison))


def test_replications_stop_at_the_most_and_the_table_says_so(base: Path) -> None:
    comparison = sim.compare(base, ["sorting"], precision=1e-6, most=11, objective="days")
    assert len(comparison.replications) == 10
    assert comparison.plans.is_precise.tolist() == ["no"]
    assert any("Not as precise as asked for" in line and "sorting (±" in line for line in rests_on(comparison))


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def work(worlds: Any, replication: int, tell: Any) -> Any:
        if replication == 3 and "sorting" in worlds.described.interventions:
            raise ValueError("no luck")
        return measure(worlds, replication, tell)

    measure = replicating.measure_replication
    monkeypatch.setattr(replicating, "measure_replication", work)
    return


@pytest.mark.usefixtures("failing")
def test_draw_in_which_a_plan_failed_is_left_out_of_all_plans(base: Path) -> None:
    comparison = sim.compare(base, ["sorting", "customs"], replications=6)
    assert comparison.replications == (0, 1, 4, 5)
    assert comparison.left_out == {2: "its draw is not complete", 3: "sorting: ValueError: no luck"}
    assert any("replication 3 is left out, with its draw: sorting: ValueError" in line for line in rests_on(comparison))


def test_backlog_of_the_baseline_that_grows_without_end_is_a_warning() -> None:
    slow = narrow({"stations": {"sorting": {"service": "90 min"}}})
    comparison = sim.compare(slow, [more_sorting(4)], replications=1, parcels_per_row=1)
    assert any("in the baseline work piles up without end at sorting" in line for line in rests_on(comparison))


def test_a_page_of_a_notebook_shows_the_plans_and_what_they_rest_on(base: Path) -> None:
    comparison: Comparison = sim.compare(base, ["customs"], replications=2)
    html = comparison._repr_html_()
    assert "<th>parcels gained a year</th>" in html
    assert "<td>customs</td>" in html
    assert "2 replications of each" in html
    for kind in ("differences", "months", "days", "tornado"):
        assert comparison.plot(kind).axes or kind == "tornado"
    with pytest.raises(ValueError, match="no picture 'pie'"):
        comparison.plot("pie")


def test_only_numbers_that_an_objective_can_depend_on_are_held_against_it(base: Path) -> None:
    comparison = sim.compare(base, ["sorting", "customs"], replications=20, objective="days")
    numbers = comparison.sensitivity.groupby("plan").number.agg(list).to_dict()
    assert numbers == {"sorting": ["interventions.sorting.measures.lines.servers"]}
    costs = sim.compare(base, ["sorting"], replications=20, objective="net-benefit").sensitivity
    assert "interventions.sorting.capital" in costs.number.tolist()
