"""What a notebook calls does what files do, and refuses in the same words."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.errors import SimError
from sim.experiments.comparing.plans import PlanError, base_plan, plan_of
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.interventions.laying import LayingError
from sim.scenario.scenario import Change, Scenario
from sim.scenario.setting import SettingError

SERVERS = "stations.sorting.servers"
NEW_STATION = """
adds:
  stations:
    annex: {place: harbin, is_open: false, servers: {value: 2, assumed: [1, 4], why: none}, service: 30 s}
"""
OPENS = "m: {kind: change, change: stations.annex.is_open, set: true}"


@pytest.fixture
def base(library) -> Scenario:
    return sim.load(library.base)


def with_annex(library, name: str = "annex", **keys: object) -> Path:
    """An intervention that adds a station and opens it."""
    file = library.write(name, OPENS, **keys)
    file.write_text(file.read_text("utf-8") + NEW_STATION, "utf-8")
    return file


def new_changes(plan: Scenario, base: Scenario) -> dict[str, Change]:
    return {name: change for name, change in plan.changes.items() if name not in base.changes}


def renamed(scenario: Scenario) -> Scenario:
    return scenario.model_copy(update={"scenario": "same", "title": ""})


# -- altering ----------------------------------------------------------------------------------------------------------


def test_altered_scenario_leaves_the_one_it_came_from_alone(base: Scenario) -> None:
    before = base.model_dump_json()
    sim.with_values(base, {SERVERS: 3})
    sim.with_changes(base, {SERVERS: 3}, at="2016-05-01")
    assert base.model_dump_json() == before


def test_dated_changes_are_those_that_a_file_would_say(library, base: Scenario) -> None:
    file = library.plan(
        """changes:
  sorting-servers-2016-05-01: {at: 2016-05-01, change: stations.sorting.servers, set: 3}
  tariff-per-kg-2016-05-01: {at: 2016-05-01, change: routes.post.tariff.per_kg, multiply: 2}"""
    )
    written = sim.load(file)
    plan = sim.with_changes(base, {SERVERS: 3}, multiply={"routes.post.tariff.per_kg": 2}, at=date(2016, 5, 1))
    assert new_changes(plan, base) == new_changes(written, base)
    assert len(new_changes(plan, base)) == 2
    assert sim.explain(plan, base).record["differences"] == sim.explain(written, base).record["differences"]


def test_described_number_counts_from_the_first_day_and_needs_no_change(base: Scenario) -> None:
    other = sim.with_values(base, {SERVERS: 7}, multiply={"stations.sorting.service.mean": 0.5}, name="other")
    assert other.stations["sorting"].servers == 7
    assert other.scenario == "other"
    assert other.changes == base.changes
    assert other.file == base.file


def test_what_is_set_is_known_and_no_longer_drawn(base: Scenario) -> None:
    drawn = base.model_copy(update={"uncertain": {SERVERS: (1, 9)}})
    assert SERVERS not in sim.with_values(drawn, {SERVERS: 20}).uncertain


def test_numbers_of_numpy_are_numbers(base: Scenario) -> None:
    for n in np.arange(2, 4):
        assert sim.with_values(base, {SERVERS: n}).stations["sorting"].servers == n
        (change,) = new_changes(sim.with_changes(base, {SERVERS: n}, at="2016-05-01"), base).values()
        assert change.set == n


def test_names_tell_what_was_altered_unless_one_is_given(base: Scenario) -> None:
    assert sim.with_values(base, {SERVERS: 3}).scenario == "sorting-servers-3"
    assert sim.with_changes(base, add={SERVERS: 3}, at="2016-05-01").scenario == "sorting-servers-plus-3"
    half = sim.with_changes(base, multiply={SERVERS: 1.5}, at="2016-05-01", name="half-more")
    assert half.scenario == "half-more"
    twice = sim.with_changes(half, {SERVERS: 9}, at="2016-06-01")
    assert list(new_changes(twice, base)) == ["sorting-servers-2016-05-01", "sorting-servers-2016-06-01"]
    again = sim.with_changes(half, {SERVERS: 9}, at="2016-05-01")
    assert list(new_changes(again, base)) == ["sorting-servers-2016-05-01", "sorting-servers-2016-05-01-2"]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"values": {"stations.sortin.servers": 3}}, "did you mean 'stations.sorting.servers'?"),
        ({"values": {SERVERS: "3 kg"}}, "'3 kg' is a mass"),
        ({"values": {SERVERS: 0}}, "0 is out of bounds; stations.sorting.servers is at least 1"),
        ({"values": {SERVERS: 3}, "at": "2019-05-01"}, "stations.sorting.servers: the change lies outside the simulat"),
        ({"values": {SERVERS: 3}, "at": "2016-13-01"}, "'stations.sorting.servers': Input should be a valid date"),
        ({"values": {SERVERS: 3}, "until": "2016-04-01"}, "`until` must lie after `at`"),
        ({"values": {SERVERS: 3}, "add": {SERVERS: 3}}, "'stations.sorting.servers' is named twice"),
        ({"values": {SERVERS: 3}, "name": "No Slug"}, "scenario: String should match pattern"),
        ({}, "nothing is changed; name a number"),
    ],
)
def test_dated_change_that_cannot_be_is_refused(base: Scenario, said: dict, message: str) -> None:
    with pytest.raises(SettingError) as refused:
        sim.with_changes(base, **{"at": "2016-05-01"} | said)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"stations.sortin.servers": 3}, "did you mean 'stations.sorting.servers'?"),
        ({SERVERS: -1}, "stations.sorting.servers: Input should be greater than or equal to 1"),
        ({"routes.post.gateways.ural": "rail"}, "routes.post.gateways.ural"),
        ({"market.origins.harbin.choice.reference_shares.routes.post": 2}, "they and the others of their group make 1"),
        ({}, "nothing is set; name a number"),
    ],
)
def test_described_number_that_cannot_be_is_refused(base: Scenario, values: dict, message: str) -> None:
    with pytest.raises(SettingError) as refused:
        sim.with_values(base, values)
    assert message in str(refused.value)


def test_rows_that_cannot_be_are_refused(base: Scenario) -> None:
    with pytest.raises(SettingError, match="parcels_per_row"):
        sim.run(base, parcels_per_row=0)
    with pytest.raises(PlanError, match="parcels_per_row is 0; it lies between 1 and 10,000"):
        sim.compare(base, [base], parcels_per_row=0)
    with pytest.raises(PlanError, match="the precision 5 is no share"):
        sim.compare(base, [base], precision=5)


def test_number_that_a_calibration_draws_is_not_set_beside_it() -> None:
    root = Path(__file__).parents[2]
    harbin = sim.load(root / "scenarios" / "harbin-baseline.yaml").model_copy(update={"posterior": ("harbin",)})
    from sim.ledger.posteriors import posterior_in

    moved = next(each for each in posterior_in(harbin.calibrations, "harbin").moved if not each.is_factor)
    with pytest.raises(SettingError, match=f"the calibration 'harbin' moves '{moved.path}'"):
        sim.with_values(harbin, {moved.path: 1})


# -- interventions -----------------------------------------------------------------------------------------------------


def test_intervention_laid_over_in_memory_is_that_of_the_file(library, base: Scenario) -> None:
    with_annex(library)
    laid, read = sim.with_interventions(base, "annex"), sim.load(library.base, ["annex"])
    assert laid.scenario == "annex"
    assert renamed(laid) == renamed(read)
    assert set(laid.uncertain) == {"stations.annex.servers"}


def test_intervention_is_laid_over_a_scenario_as_it_was_altered(library, base: Scenario) -> None:
    with_annex(library)
    altered = sim.with_values(base, {SERVERS: 7})
    laid = sim.with_interventions(altered, "annex")
    assert laid.stations["sorting"].servers == 7
    assert laid.stations["annex"] == sim.load(library.base, ["annex"]).stations["annex"]
    assert plan_of(base_plan(altered), "annex").scenario.stations == laid.stations


def test_intervention_brings_what_it_requires_once(library, base: Scenario) -> None:
    with_annex(library)
    library.write("more", "m: {kind: expand_station, queues: [stations.annex], servers: 1}", requires="[annex]")
    assert list(sim.with_interventions(base, "more").interventions) == ["annex", "more"]
    twice = sim.with_interventions(sim.with_values(sim.with_interventions(base, "annex"), {SERVERS: 7}), "more")
    assert list(twice.interventions) == ["annex", "more"]
    assert twice.stations["sorting"].servers == 7


def test_intervention_may_be_an_object_or_a_file(library, base: Scenario) -> None:
    file = library.write("x", f"m: {{kind: change, change: {SERVERS}, set: 3}}")
    read = sim.with_interventions(base, str(file))
    made = read.interventions["x"]
    assert isinstance(made, Intervention)
    assert sim.with_interventions(base.as_read_from(None), made).interventions == read.interventions


def test_intervention_that_is_not_there_is_refused(library, base: Scenario) -> None:
    library.write("more-sorting", f"m: {{kind: change, change: {SERVERS}, set: 3}}")
    with pytest.raises(LayingError, match="'more-sortin'; did you mean 'more-sorting'"):
        sim.with_interventions(base, "more-sortin")
    with pytest.raises(LayingError, match="was read from none; give the interventions as objects"):
        sim.with_interventions(base.as_read_from(None), "more-sorting")
    with pytest.raises(SettingError, match="no intervention is named"):
        sim.with_interventions(base)


def test_what_was_altered_where_an_intervention_speaks_is_told(library, base: Scenario) -> None:
    file = library.write("x", f"m: {{kind: change, change: {SERVERS}, set: 3}}")
    file.write_text(file.read_text("utf-8") + "adds: {lanes: {charter: {cancellation: 0.1}}}\n", "utf-8")
    altered = sim.with_values(base, {"lanes.charter.cancellation": 0.2})
    with pytest.raises(LayingError, match=r"'lanes.charter.cancellation' was altered"):
        sim.with_interventions(altered, "x")
    assert sim.with_interventions(base, "x").lanes["charter"].cancellation == 0.1


def test_interventions_that_exclude_each_other_are_refused(library, base: Scenario) -> None:
    for name, other in (("x", "y"), ("y", "x")):
        library.write(name, f"m: {{kind: change, change: {SERVERS}, set: 3}}", excludes=f"[{other}]")
    with pytest.raises(SimError, match="exclude each other"):
        sim.with_interventions(base, "x", "y")


# -- told --------------------------------------------------------------------------------------------------------------


def test_explanation_is_that_of_the_command(library, base: Scenario) -> None:
    library.write("x", f"m: {{kind: change, change: {SERVERS}, set: 3}}")
    plan = sim.with_interventions(base, "x")
    told = sim.explain(plan)
    assert f"Against {library.base.name}, without interventions" in str(told)
    table = told.differences
    assert list(table.columns) == ["number", "unit", "from", "before", "after"]
    assert table[["number", "from", "after"]].to_numpy().tolist() == [[SERVERS, "2016-05-01", 3.0]]
    assert told._repr_html_().startswith("<pre>x: A test")
    assert sim.explain(base, base).differences.empty
    with pytest.raises(SettingError, match="read from no file"):
        sim.explain(plan.as_read_from(None))


def test_sources_of_numbers_are_a_table(library, base: Scenario) -> None:
    table = sim.numbers(base, "sorting")
    assert list(table.columns) == ["path", "value", "status", "range", "rows", "formula", "why", "file", "line"]
    assert SERVERS in set(table.path)
    assert table.path.str.contains("sorting").all()
    assert sim.numbers(library.base).path.nunique() > len(table)


# -- the file that it came from ----------------------------------------------------------------------------------------


def test_where_a_scenario_was_read_is_no_part_of_it(base: Scenario) -> None:
    same = Scenario.model_validate(base.model_dump(mode="json", by_alias=True, exclude_none=True))
    assert same == base
    assert same.file is None
    assert base.model_copy(update={"seed": 2}).file == base.file


def test_compare_finds_names_beside_the_file_of_an_object(library, base: Scenario) -> None:
    library.write("x", f"m: {{kind: change, change: {SERVERS}, set: 3}}")
    by_object, by_file = (plan_of(base_plan(said), "x") for said in (base, library.base))
    assert by_object.scenario == by_file.scenario
    with pytest.raises(PlanError, match="there is no plan 'y'"):
        plan_of(base_plan(base), "y")
    with pytest.raises(PlanError, match="it was read from none"):
        plan_of(base_plan(base.as_read_from(None)), "x")


# -- the package -------------------------------------------------------------------------------------------------------


def test_type_checkers_are_told_of_all_that_the_package_offers() -> None:
    stub = (Path(sim.__file__).with_suffix(".pyi")).read_text("utf-8")
    told = {line.split(" as ")[1] for line in stub.splitlines() if " as " in line}
    assert {*told, "__version__"} == set(sim.__all__)
    assert set(sim.__all__) <= set(dir(sim))
    assert all(getattr(sim, name) is not None for name in sim.__all__)
    for name in told:
        assert getattr(sim, name).__doc__, name


def test_importing_the_package_imports_nothing_slow() -> None:
    code = "import sys, sim; print([n for n in ('numpy', 'pandas', 'matplotlib', 'pydantic') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
