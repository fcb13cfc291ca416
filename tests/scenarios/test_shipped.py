"""Every scenario that is shipped loads, survives being written down, and runs with books that balance."""

from datetime import timedelta
from functools import cache
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from sim.cli.schema import file_schema, intervention_schema, ranking_schema, schema_text
from sim.cli.validating import validate_files
from sim.indicators import tables_of
from sim.model import build
from sim.reading import build as build_from_tree
from sim.reading import read_tree, unwrap_sources
from sim.scenario.loading import load
from sim.scenario.scenario import Corridor, Scenario

ROOT = Path(__file__).parents[2]
FILES = [file for file in sorted((ROOT / "scenarios").rglob("*.yaml")) if file.parent.name not in ("siting", "sweeps")]
CORRIDORS = [file for file in FILES if file.parent.name == "corridors"]
INTERVENTIONS = [file for file in FILES if file.parent.name in ("interventions", "disruptions")]
RANKINGS = [file for file in FILES if file.parent.name == "rankings"]
SCENARIOS = [file for file in FILES if file not in (*CORRIDORS, *INTERVENTIONS, *RANKINGS)]
SHORT = timedelta(days=21)


def name_of(file: Path) -> str:
    return file.relative_to(ROOT / "scenarios").with_suffix("").as_posix()


@cache
def loaded(file: Path) -> Scenario:
    return load(file).scenario


def shortened(scenario: Scenario) -> Scenario:
    """Three weeks of it at 200 parcels a row, without settling."""
    horizon = scenario.horizon
    end = min(horizon.start + SHORT, horizon.end)
    review = scenario.market.review.model_copy(update={"settle_iterations": 0})
    return scenario.model_copy(
        update={
            "horizon": horizon.model_copy(update={"end": end, "drain": 0}),
            "parcels_per_row": 200,
            "market": scenario.market.model_copy(update={"review": review}),
        }
    )


def test_there_is_something_to_test() -> None:
    assert "harbin-baseline" in map(name_of, SCENARIOS)
    assert "corridors/harbin" in map(name_of, CORRIDORS)


CUT = ("disruptions/harbin-customs-backlog", "disruptions/national-trade-friction")
"""Files that have every dutiable parcel opened: more times the share than leaves any unopened, which is said."""


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_file_is_right(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate_files([file]) == 0
    said = capsys.readouterr().err.splitlines()
    cut = [line for line in said if "warning: a bound cuts this change: the share examined of dutiable parcels" in line]
    assert (said, bool(cut)) == (cut, name_of(file) in CUT)


@pytest.mark.parametrize("file", SCENARIOS, ids=name_of)
def test_scenario_written_down_is_the_same_scenario(file: Path) -> None:
    scenario = loaded(file)
    for by_alias in (True, False):
        assert Scenario.model_validate(scenario.model_dump(mode="json", by_alias=by_alias)) == scenario
        assert Scenario.model_validate_json(scenario.model_dump_json(by_alias=by_alias)) == scenario


@pytest.mark.parametrize("file", CORRIDORS, ids=name_of)
def test_corridor_written_down_is_the_same_corridor(file: Path) -> None:
    world = build_from_tree(Corridor, unwrap_sources(read_tree(file))[0])
    assert Corridor.model_validate(world.model_dump(mode="json")) == world


@cache
def validator(*, of_intervention: bool) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(intervention_schema() if of_intervention else file_schema())


@pytest.mark.parametrize("file", [file for file in FILES if file not in RANKINGS], ids=name_of)
def test_editor_that_uses_the_schema_finds_no_fault(file: Path) -> None:
    validator(of_intervention=file in INTERVENTIONS).validate(read_tree(file).plain())


@pytest.mark.parametrize("file", RANKINGS, ids=name_of)
def test_ranking_is_right_by_its_schema(file: Path) -> None:
    valid = jsonschema.Draft202012Validator(ranking_schema())
    written = read_tree(file).plain()
    valid.validate(written)
    assert not valid.is_valid(written | {"budgets": "3 CNY"})
    assert not valid.is_valid(written | {"procedure": "guess"})


def test_committed_schema_is_that_of_the_models() -> None:
    assert (ROOT / "scenarios" / "schema.json").read_text("utf-8") == schema_text()
    assert (ROOT / "scenarios" / "interventions" / "schema.json").read_text("utf-8") == schema_text("intervention")
    assert (ROOT / "scenarios" / "rankings" / "schema.json").read_text("utf-8") == schema_text("ranking")


@pytest.mark.parametrize("file", SCENARIOS, ids=name_of)
def test_names_are_those_of_the_files(file: Path) -> None:
    assert loaded(file).scenario == file.stem


@pytest.mark.parametrize("name", ["harbin-baseline", "xinjiang-baseline"])
def test_every_route_of_a_baseline_has_a_load_factor(name: str) -> None:
    """The overseas warehouse has no lanes of its own: its loads' count."""
    scenario = shortened(load(ROOT / "scenarios" / f"{name}.yaml").scenario)
    found = tables_of(build(scenario).run().record, scenario)["summary"]["load_factor"]
    assert len(found) == 4
    assert ((found > 0) & (found <= 1)).all()


@pytest.mark.parametrize("file", SCENARIOS, ids=name_of)
def test_shortened_scenario_runs_and_balances(file: Path) -> None:
    """Over the whole simulated time by cell, by day, and in the tables; each is counted by itself while it runs."""
    scenario = shortened(loaded(file))
    record = build(scenario).run().record
    latent = sum(int(orders.sum()) for orders in record.alternatives)
    outside = sum(int(orders[:, -2:].sum()) for orders in record.alternatives)
    placed = record.placed().sum(axis=(0, 2, 3))
    assert placed.sum() > 0
    assert latent == placed.sum() + outside

    gone = (record.delivered + record.lost).sum(axis=(0, 2, 3))
    by_day = {name: counts.cumsum(axis=1) for name, counts in record.by_day.items()}
    under_way = by_day["placed"] - by_day["delivered"] - by_day["lost"]
    np.testing.assert_array_equal(by_day["placed"][:, -1], placed)
    np.testing.assert_array_equal(under_way[:, -1], placed - gone)
    assert (under_way >= 0).all()
    assert (by_day["shipped"] <= by_day["placed"]).all()

    tables = tables_of(record, scenario)
    orders, flows, daily = tables["orders"], tables["flows"], tables["daily"]
    is_outside = np.isin(orders["alternative"], ["other_gateway", "not_bought"])
    assert orders["orders"][~is_outside].sum() == flows["placed"].sum()
    last_month, last_day = flows["month"] == flows["month"].max(), daily["day"] == daily["day"].max()
    assert flows["in_transit"][last_month].sum() == daily["in_transit"][last_day].sum() == (placed - gone).sum()
