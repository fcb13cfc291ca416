"""Interventions in files: found by name or path, laid over, united with the world, with their sources and ranges."""

import json
from pathlib import Path

import pytest

import sim
from sim.cli import main
from sim.errors import ScenarioError
from sim.experiments.worlds import Worlds
from sim.reading import dotted, read_tree, without_sources
from sim.scenario.interventions.expanding import expanded
from sim.scenario.interventions.files import taken
from sim.scenario.interventions.ranges import ranges_of
from sim.scenario.interventions.trial import trial
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario
from sim.scenario.setting import SettingError, paths_of, with_values
from sim.scenario.targets import schedules
from sim.scenario.uncertain import uncertain_numbers

FLEET = "m: {kind: add_flights, lane: charter, fleet: 2}"
ADDS = """
n: {kind: expand_station, queues: [stations.annex], servers: 1}
"""


@pytest.fixture(autouse=True)
def _nothing_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiments.estimate.available_bytes", lambda: 10e9)


def test_scenario_names_interventions_and_disruptions_in_a_list(library) -> None:
    library.write("x", FLEET)
    library.write("y", "m: {kind: close, lanes: [truck]}", folder="disruptions", is_disruption="true")
    scenario = load(library.plan("interventions: [x, y]")).scenario
    assert list(scenario.interventions) == ["x", "y"]
    assert scenario.interventions["y"].is_disruption
    assert {"x-m", "y-m"} <= expanded(scenario).changes.keys()


def test_mapping_is_laid_over_the_file(library) -> None:
    library.write("x", FLEET, capital="1e6 CNY")
    text = "interventions: {x: {at: 2016-07-01, capital: 5e6 CNY, measures: {m: {fleet: 4}}}}"
    found = load(library.plan(text)).scenario.interventions["x"]
    assert (str(found.at), found.capital, found.measures["m"].fleet, found.measures["m"].lane) == (
        "2016-07-01",
        5e6,
        4,
        "charter",
    )


def test_intervention_without_a_file_stands_whole_in_place(library) -> None:
    text = """
interventions:
  own:
    name: {en: Own}
    proposes: a test
    at: 2016-05-01
    measures: {m: {kind: demand, origins: [harbin], factor: 2}}
"""
    scenario = load(library.plan(text)).scenario
    assert scenario.interventions["own"].intervention == "own"
    assert expanded(scenario).changes["own-m"].multiply == 2


def test_bases_merge_and_null_takes_an_intervention_away(library) -> None:
    for name in ("x", "y", "z"):
        library.write(name, FLEET)
    library.plan("interventions: [x, y]", "first")
    merged = load(library.plan("interventions: {x: null, z: {}, y: {at: 2016-06-01}}", "second", "first.yaml")).scenario
    assert list(merged.interventions) == ["y", "z"]
    assert str(merged.interventions["y"].at) == "2016-06-01"
    replaced = load(library.plan("interventions: [z]", "third", "first.yaml")).scenario
    assert list(replaced.interventions) == ["z"], "a list replaces a list"


def test_interventions_are_laid_over_by_name_or_file(library, tmp_path: Path) -> None:
    library.write("x", FLEET)
    elsewhere = tmp_path / "elsewhere.yaml"
    elsewhere.write_text(library.write("elsewhere", FLEET).read_text("utf-8"), "utf-8")
    (tmp_path / "interventions" / "elsewhere.yaml").unlink()
    scenario = sim.load(library.base, interventions=["x", elsewhere])
    assert list(scenario.interventions) == ["x", "elsewhere"]
    assert load(library.plan("interventions: [x]"), ["x"]).scenario.interventions.keys() == {"x"}
    assert load(library.plan("interventions: [x]"), is_bare=True).scenario.interventions == {}


def test_unknown_name_is_refused_with_the_closest(library) -> None:
    library.write("harbin-charters", FLEET)
    with pytest.raises(ScenarioError) as refused:
        load(library.plan("interventions: [harbin-charter]"))
    (problem,) = refused.value.problems
    assert problem.message == "there is no intervention 'harbin-charter'"
    assert problem.hint == "did you mean 'harbin-charters'?"
    assert (problem.line, problem.col) == (3, 17)
    with pytest.raises(ScenarioError, match="there is no intervention 'harbin-charter'"):
        load(library.base, ["harbin-charter"])


def written_with_adds(library, adds: str) -> None:
    file = library.write("x", FLEET + ADDS)
    file.write_text(f"{file.read_text('utf-8')}adds:\n{adds}", "utf-8")


def test_what_an_intervention_adds_is_in_the_world_but_closed(library) -> None:
    written_with_adds(library, "  stations: {annex: {place: harbin, is_open: false, servers: 2, service: 1 min}}\n")
    scenario = library.load("x").scenario
    assert scenario.stations["annex"].servers == 2
    assert "annex" not in library.load().scenario.stations
    assert expanded(scenario).changes["x-n"].change == "stations.annex.servers"


def test_what_an_intervention_adds_contradicts_nothing(library) -> None:
    written_with_adds(library, "  stations: {sorting: {servers: 9}, annex: {place: harbin, dwell: 1 h}}\n")
    with pytest.raises(ScenarioError) as refused:
        library.load("x")
    (problem,) = [each for each in refused.value.problems if "contradicts" in each.message]
    assert problem.file.endswith("interventions/x.yaml")
    assert problem.message.startswith("9 contradicts 4 at ")
    assert "example.yaml:3" in problem.message


def test_two_interventions_may_add_the_same_and_not_different_things(library) -> None:
    both = "adds: {stations: {annex: {place: harbin, dwell: 1 h}}}\n"
    for name in ("x", "y"):
        file = library.write(name, FLEET)
        file.write_text(file.read_text("utf-8") + both, "utf-8")
    library.load("x", "y")
    file.write_text(file.read_text("utf-8").replace("1 h", "2 h"), "utf-8")
    with pytest.raises(ScenarioError, match="'2 h' contradicts '1 h' at "):
        library.load("x", "y")


def test_adds_are_sections_of_a_world(library) -> None:
    written_with_adds(library, "  station: {annex: {place: harbin, dwell: 1 h}}\n")
    with pytest.raises(ScenarioError, match=r"'station' is no section of a world") as refused:
        library.load("x")
    assert refused.value.problems[0].hint == "did you mean 'stations'?"


RANGES = """
m: {kind: single_window, customs: [ural-customs], release: {value: 0.5, assumed: [0.3, 0.8], why: none}}
n: {kind: subsidy, routes: [post], per_parcel: {value: 4 CNY, assumed: "+-50 %", why: none}}
"""
ADDED = """
adds:
  stations:
    annex: {place: harbin, is_open: false, servers: {value: 2, assumed: [1, 4], why: none}, service: 1 min}
  lanes:
    ferry:
      from: harbin
      to: vladivostok
      mode: road
      timetable: {value: [{every: 1 d}], assumed: "+-50 %", why: none}
      payload: {pieces: 100}
      transit:
        distribution: triangular
        low: {value: 2 h, assumed: [1 h, 3 h], why: none}
        mode: 4 h
        high: {value: 6 h, assumed: "+-50 %", why: none}
"""


def test_assumed_ranges_are_uncertain_numbers(library) -> None:
    file = library.write("x", RANGES, capital="{value: 5e6 CNY, assumed: [2e6 CNY, 9e6 CNY], why: none}")
    file.write_text(file.read_text("utf-8") + ADDED, "utf-8")
    scenario = library.load("x").scenario
    hours = {path: ends for path, ends in scenario.uncertain.items() if path == "lanes.ferry.transit.mean"}
    low, high = (float(str(end).removesuffix(" us")) / 3600e6 for end in hours["lanes.ferry.transit.mean"])
    assert (low, high) == pytest.approx(((1 + 4 + 3) / 3, (3 + 4 + 9) / 3))
    assert {path: ends for path, ends in scenario.uncertain.items() if path not in hours} == {
        "interventions.x.capital": ("2e6 CNY", "9e6 CNY"),
        "interventions.x.measures.m.release": (0.3, 0.8),
        "interventions.x.measures.n.per_parcel": ("2.0 CNY", "6.0 CNY"),
        "stations.annex.servers": (1, 4),
    }
    assert library.load().scenario.uncertain == {}, "ranges of the world are not drawn"


SHARED = """
m:
  kind: open_warehouse
  warehouse: depot
  shares:
    post.far-east.air: {value: 10 %, assumed: [5 %, 40 %], why: none}
"""


def test_share_of_a_path_that_a_measure_names_with_dots_is_drawn_like_any_number(library) -> None:
    library.write("x", SHARED)
    scenario = library.load("x").scenario
    path = "interventions.x.measures.m.shares.post.far-east.air"
    assert scenario.uncertain == {path: ("5 %", "40 %")}
    (number,) = uncertain_numbers(scenario)
    assert (number.low, number.median.number, number.high) == (0.05, 0.1, 0.4)
    assert path in paths_of(scenario)
    drawn = expanded(with_values(scenario, {path: number.at(0.75)}))
    dated = {change.change: change.set for change in drawn.changes.values()}
    assert dated["routes.post.gateways.far-east.air"] == pytest.approx(0.25)
    with pytest.raises(SettingError, match=r"did you mean '.*shares\.post\.far-east\.air'"):
        with_values(scenario, {path.replace("far-east", "far-eats"): 0.2})
    with pytest.raises(SettingError, match="names no number of the scenario"):
        with_values(scenario, {f"{path}.fixed": 0.2})


def test_bound_of_such_a_share_that_cannot_be_is_told_where_it_stands(library) -> None:
    file = library.write("x", SHARED.replace("[5 %, 40 %]", "[5 %, 140 %]"))
    with pytest.raises(ScenarioError) as error:
        library.load("x")
    (problem,) = error.value.problems
    assert (Path(problem.file).name, problem.source_line.strip()[:19]) == (file.name, "post.far-east.air: ")
    assert "140 %" in problem.message or "less than or equal to 1" in problem.message


def test_a_count_that_a_change_adds_to_is_drawn_whole(library) -> None:
    """A drawn part of a server could not be added, and the world could not run."""
    measure = "m: {kind: change, change: stations.sorting.servers, add: {value: 3, assumed: [1, 9], why: a test}}"
    library.write("x", measure)
    worlds = Worlds.of(library.load("x").scenario, 12)
    added = [worlds.scenario(replication).changes["x-m"].add for replication in range(0, 12, 2)]
    assert len(set(added)) > 1
    assert all(float(value).is_integer() for value in added)
    schedules(worlds.scenario(0))


def test_every_uncertain_number_can_be_set_to_its_ends(library) -> None:
    file = library.write("x", RANGES, capital="{value: 5e6 CNY, assumed: [2e6 CNY, 9e6 CNY], why: none}")
    tariffed = ADDED + "  freight: {wool: {steps: [yard, train], containers_per_week: 1, mass: 1 t, volume: 2 m3}}\n"
    file.write_text(file.read_text("utf-8") + tariffed, "utf-8")
    scenario = library.load("x").scenario
    for side in (0, 1):
        ends = {path: end[side] for path, end in scenario.uncertain.items()}
        expanded(with_values(scenario, ends | {"stations.annex.servers": [1, 4][side]}))


def test_constant_service_is_drawn_by_its_mean_and_opening_hours_are_not_drawn(library) -> None:
    file = library.write("x", RANGES)
    hall = """
    hall:
      place: harbin
      hours: {value: "daily 08:00-20:00", assumed: "+-30 %", why: none}
      servers: 1
      service: {value: 30 s, assumed: [15 s, 45 s], why: none}
"""
    file.write_text(file.read_text("utf-8") + ADDED.replace("  stations:\n", "  stations:" + hall), "utf-8")
    scenario = library.load("x").scenario
    assert {path: ends for path, ends in scenario.uncertain.items() if "hall" in path} == {
        "stations.hall.service.mean": ("15 s", "45 s")
    }
    for side in (0, 1):
        expanded(with_values(scenario, {"stations.hall.service.mean": ("15 s", "45 s")[side]}))


def test_ranges_of_tariffs_mixtures_and_whole_distributions(library) -> None:
    file = library.write("x", FLEET)
    file.write_text(
        file.read_text("utf-8")
        + """
adds:
  stations:
    annex:
      place: harbin
      dwell:
        distribution: mixture
        of:
          - {share: 0.5, distribution: constant, mean: {value: 2 h, assumed: [1 h, 4 h], why: none}}
          - {share: 0.5, distribution: lognormal, mean: 4 h, cv: {value: 0.4, assumed: [0.2, 0.9], why: none}}
    hall:
      place: harbin
      dwell: {value: {distribution: uniform, low: 2 h, high: 4 h}, assumed: "+-50 %", why: none}
  routes:
    line:
      name: {en: Line}
      service_class: dedicated-line
      origin: harbin
      is_open: false
      promise: {ural: {days: 9 d, spread: 2 d}}
      tariff: {value: 10 CNY + 40 CNY/kg, assumed: "+-25 %", why: none}
      paths: {air: {steps: [collection, charter, ural-customs, post-office]}}
      gateways: {ural: air}
""",
        "utf-8",
    )
    found = taken(read_tree(library.base), library.folder, library.base, ["x"])
    tree, sources, problems = without_sources(found.tree)
    assert problems == found.problems == []
    assert ranges_of(tree, sources, found.added) == {
        "stations.annex.dwell.parts.0.mean": ("1 h", "4 h"),
        "stations.annex.dwell.parts.1.cv": (0.2, 0.9),
        "stations.hall.dwell.mean": ("5400000000.0 us", "16200000000.0 us"),
        "routes.line.tariff.fixed": (7.5, 12.5),
        "routes.line.tariff.per_kg": (30, 50),
    }


def test_range_that_a_scenario_says_goes_before_that_of_the_file(library) -> None:
    library.write("x", RANGES)
    text = "interventions: [x]\nuncertain: {interventions.x.measures.m.release: [0.4, 0.6]}"
    assert load(library.plan(text)).scenario.uncertain["interventions.x.measures.m.release"] == (0.4, 0.6)
    over = "interventions: {x: {measures: {m: {release: 0.6}}}}"
    assert "interventions.x.measures.m.release" not in load(library.plan(over)).scenario.uncertain


def test_sources_of_interventions_are_told(library) -> None:
    library.write("x", RANGES)
    loaded = load(library.plan("interventions: [x]"))
    assert "interventions.x.measures.m.release" in {dotted(path) for path in loaded.sources}
    node = loaded.tree.children["interventions"].children["x"].children["measures"].children["m"].children["release"]
    assert node.mark.file.endswith("interventions/x.yaml")


def test_scenario_with_interventions_survives_being_written_down(library) -> None:
    file = library.write("x", RANGES + "o: {kind: add_trains, lane: truck, timetable: [{every: 6 h}]}", lasts="90 d")
    file.write_text(file.read_text("utf-8") + ADDED, "utf-8")
    scenario = library.load("x").scenario
    assert Scenario.model_validate_json(scenario.model_dump_json(by_alias=True)) == scenario
    assert with_values(scenario, {}) == scenario
    world = expanded(scenario)
    assert Scenario.model_validate_json(world.model_dump_json(by_alias=True)) == world


# -- an intervention's file by itself ----------------------------------------------------------------------------------


def validated(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["validate", *arguments])
    return (end.value.code, *capsys.readouterr())


def test_file_of_an_intervention_is_checked_in_its_base(library, capsys: pytest.CaptureFixture[str]) -> None:
    file = library.write("x", FLEET, base="example.yaml")
    said = f"{file}: ok: an intervention of 1 measure from 2016-05-01: 1 dated change in example\n"
    assert validated(capsys, str(file)) == (0, said, "")
    wrong = library.write("y", FLEET.replace("charter", "chartre"), base="example.yaml")
    code, out, err = validated(capsys, str(wrong))
    assert (code, out) == (2, "")
    assert "there is no lane 'chartre' [interventions.y.measures.m.lane]" in err
    assert "hint: did you mean 'charter'?" in err


def test_what_an_intervention_requires_is_laid_over_its_base_too(library) -> None:
    library.write("x", FLEET)
    library.write("y", FLEET, requires="[x]")
    file = library.write("z", FLEET, requires="[y]", base="example.yaml")
    assert set(trial(file).scenario.interventions) == {"x", "y", "z"}


def test_without_a_base_only_its_own_words_are_checked(library, capsys: pytest.CaptureFixture[str]) -> None:
    file = library.write("x", FLEET)
    code, out, _ = validated(capsys, str(file))
    assert (code, "without `base` only its own words are checked" in out) == (0, True)
    file.write_text(file.read_text("utf-8").replace("fleet", "fleets"), "utf-8")
    code, _, err = validated(capsys, str(file))
    assert (code, "unknown key 'fleets'" in err, "did you mean 'fleet'?" in err) == (2, True, True)


@pytest.mark.parametrize(
    ("base", "message"),
    [("exampel.yaml", "did you mean 'example.yaml'?"), ("../../x.yaml", "lies outside the folder")],
)
def test_wrong_base_is_refused(library, capsys: pytest.CaptureFixture[str], base: str, message: str) -> None:
    code, _, err = validated(capsys, str(library.write("x", FLEET, base=base)))
    assert (code, message in err) == (2, True)


def test_name_is_that_of_the_file(library) -> None:
    file = library.write("x", FLEET).rename(library.folder / "interventions" / "other.yaml")
    with pytest.raises(ScenarioError, match="has the name of its file, 'other', not 'x'"):
        trial(file)
    with pytest.raises(ScenarioError, match="has the name of its file, 'other', not 'x'"):
        library.load("other")


def test_sources_of_an_intervention_by_itself_are_shown(library, capsys: pytest.CaptureFixture[str]) -> None:
    file = library.write("x", RANGES, base="example.yaml")
    with pytest.raises(SystemExit) as end:
        main(["sources", str(file), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert end.value.code == 0
    assert {"measures.m.release", "measures.n.per_parcel"} <= {number["path"] for number in found["numbers"]}


def test_changes_of_interventions_are_told_of_the_numbers_they_act_on(library, capsys) -> None:
    file = library.write("x", "m: {kind: expand_station, queues: [stations.sorting], servers: 2}", ramp="9 d")
    plan = library.plan("interventions: [x]")
    with pytest.raises(SystemExit) as end:
        main(["sources", str(plan), "stations.sorting.servers", "--json"])
    (number,) = json.loads(capsys.readouterr().out)["numbers"]
    (acting,) = [each for each in number["changes"] if each["name"] == "x-m"]
    assert end.value.code == 0
    assert (acting["at"], acting["does"]) == ("2016-05-01", "add 2.0 over 9 d")
    assert Path(acting["file"]).resolve() == file.resolve()
