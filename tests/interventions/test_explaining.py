"""`sim explain` says what interventions change, from which value to which, and when."""

import json
from datetime import date

import pytest

from sim.cli import main
from sim.scenario.interventions.explaining import Moment, described_differently, differences, explained


@pytest.fixture(autouse=True)
def _in_the_library(library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(library.folder)


def told(capsys: pytest.CaptureFixture[str], *arguments: object, n_warnings: int = 0) -> str:
    with pytest.raises(SystemExit) as end:
        main(["explain", *map(str, arguments)])
    out, err = capsys.readouterr()
    assert (end.value.code, err.count(": warning: ")) == (0, n_warnings)
    assert len(err.splitlines()) == n_warnings
    assert max(map(len, out.splitlines())) <= 100
    return out


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    with pytest.raises(SystemExit) as end:
        main(["explain", *map(str, arguments)])
    assert end.value.code in (1, 2)
    return capsys.readouterr().err


MEASURES = """
flights: {kind: add_flights, lane: charter, fleet: 2, when_ready: {value: 0.5, assumed: "+-20 %", why: none}}
desk: {kind: returns_desk, routes: [post], returned: 0.5, worth: 2 CNY, until: 2016-10-01}
truck: {kind: add_trains, lane: truck, timetable: [{weekdays: [sun, wed], at: "08:30"}]}
"""


def test_intervention_is_told_in_words(library, capsys: pytest.CaptureFixture[str]) -> None:
    keys = {"ramp": "10 d", "capital": "5e6 CNY", "document": "a.pdf", "section": '"4.1"', "base": "example.yaml"}
    out = told(capsys, library.write("x", MEASURES, **keys))
    assert (
        out
        == """\
x: A test (intervention)
  a test
  From a.pdf, section 4.1.
  Acts from 2016-05-01 for good. Costs 5,000,000 CNY once and 0 CNY a year, paid by the province.
  2016-05-01  vehicles of the lane charter: 2 -> 4 (+ 2), day by day over 10 days
  2016-05-01  load that a departure waits for of the lane charter: 15 t -> 7.5 t (x 0.5), day by day
    over 10 days
  2016-05-01 until 2016-10-01  share handed back of the route post: 2 % -> 1 % (x 0.5), day by day
    over 10 days
  2016-05-01 until 2016-10-01  trust of the market of harbin: 0.5556 CNY -> 2.556 CNY (+ 2 CNY), day
    by day over 10 days (1 more change acts on it)
  2016-05-01  further departures of the lane truck: Sun, Wed 08:30
  Only a range is known of 1 of its numbers. Told here is what the file says, and fewer than 4
  replications run with that; as many or more draw them from the range.

Against example.yaml, from 2015-11-02 to 2017-01-31:
  vehicles of the lane charter
    2016-05-03  2 -> 3
    2016-05-08  2 -> 4
  load that a departure waits for of the lane charter
    2016-05-01  15 t -> 14.25 t
    2016-05-10  15 t -> 7.5 t
  trust of the market of harbin  [on-credit, x-desk-2]
    2016-05-01  0.05556 CNY -> 0.2556 CNY
    2016-07-29  5 CNY -> 7 CNY
    2016-10-01  5 CNY in both
  share handed back of the route post
    2016-05-01  2 % -> 1.9 %
    2016-05-10  2 % -> 1 %
    2016-10-01  2 % in both
"""
    )


def test_scenario_is_compared_with_its_base_or_with_itself_without_interventions(library, capsys) -> None:
    library.write("x", "m: {kind: close, lanes: [truck]}", until="2016-06-01")
    plan = library.plan("interventions: [x]\nstations: {sorting: {servers: 9}, annex: {place: harbin, dwell: 1 h}}")
    out = told(capsys, plan)
    assert "Against example.yaml, from" in out
    assert "  added: station annex\n" in out
    assert "  stations.sorting.servers: 4 -> 9\n" in out
    assert (
        "  the lane truck  [border-closed, x-m]\n    2016-05-01  open -> closed\n    2016-06-01  open in both\n" in out
    )
    alone = library.folder / "alone.yaml"
    text = library.base.read_text("utf-8").replace("scenario: example", "scenario: alone\ninterventions: [x]")
    alone.write_text(text, "utf-8")
    out = told(capsys, alone)
    assert "Against alone.yaml, without its interventions, from" in out
    assert "added" not in out


def test_several_interventions_are_laid_over_one_scenario(library, capsys: pytest.CaptureFixture[str]) -> None:
    x = library.write("x", "m: {kind: expand_station, queues: [stations.sorting], servers: 2}", base="example.yaml")
    y = library.write("y", "m: {kind: change, change: stations.sorting.servers, multiply: 2}", at="2016-06-01")
    said = "  servers of the station sorting  [x-m, y-m]\n    2016-05-01  4 -> 6\n    2016-06-01  4 -> 10\n"
    for arguments in ((library.base, "x", "y"), (library.base, x, y), (x, y), ("x", "y", "--base", library.base)):
        out = told(capsys, *arguments)
        assert said in out
        assert "servers of the station sorting: 4 -> 6 (+ 2) (1 more change acts on it)" in out
        assert "servers of the station sorting: 4 -> 8 (x 2) (1 more change acts on it)" in out


def test_what_is_cut_or_never_acts_is_said(library, capsys: pytest.CaptureFixture[str]) -> None:
    measures = """
    cut: {kind: slow, customs: [ural-customs], examined: 20}
    early: {kind: close, routes: [rail], until: 2015-03-01}
    """
    library.write("x", measures, at="2015-01-01")
    library.write("y", "late: {kind: close, routes: [rail]}", at="2019-01-01")
    out = told(capsys, library.base, "x", "y", n_warnings=1)
    flat = " ".join(out.split())
    assert (
        "share examined of dutiable parcels of the customs ural-customs: 90 % -> 100 % (x 20) (a bound holds it" in flat
    )
    assert "the route rail: open -> closed (1 more change acts" not in flat
    assert "the route rail: open -> closed (never acts: it ends before the simulated time)" in flat
    assert "the route rail: open -> closed (never acts: it begins after the simulated time)" in flat
    assert "share examined of the customs ural-customs: 2 % -> 40 % (x 20) (acts from the first simulated day" in flat


def test_drawn_start_is_told(library, capsys: pytest.CaptureFixture[str]) -> None:
    library.write("x", "m: {kind: close, lanes: [truck]}", starts_within="90 d", lasts="7 d", is_disruption="true")
    out = told(capsys, library.base, "x")
    assert "x: A test (disruption)" in out
    assert "Its start is drawn between 2016-05-01 and 90 days later; below it is 2016-05-01." in out
    assert "Acts from 2016-05-01 until 2016-05-08." in " ".join(out.split())


def test_base_must_be_known_and_one(library, capsys: pytest.CaptureFixture[str]) -> None:
    x = library.write("x", "m: {kind: close, lanes: [truck]}")
    assert "say with --base which scenario" in refused(capsys, x)
    assert "say with --base which scenario" in refused(capsys, "x")
    other = library.plan("", "other")
    y = library.write("y", "m: {kind: close, lanes: [truck]}", base="example.yaml")
    z = library.write("z", "m: {kind: close, lanes: [truck]}", base=other.name)
    assert "say with --base which one is taken" in refused(capsys, y, z)
    assert "name either a scenario or --base" in refused(capsys, library.base, "x", "--base", other)


def test_nothing_that_differs_is_said_to_be_so(library, capsys: pytest.CaptureFixture[str]) -> None:
    library.write("x", "m: {kind: slow, lanes: [truck], transit: 1}")
    assert told(capsys, library.base, "x").endswith("\n  nothing differs\n")


def test_json_holds_the_same_in_base_units(library, capsys: pytest.CaptureFixture[str]) -> None:
    library.write("x", MEASURES, ramp="10 d")
    found = json.loads(told_json(capsys, library.base, "x"))
    (intervention,) = found["interventions"]
    assert [change["name"] for change in intervention["changes"]] == [
        "x-flights-1",
        "x-flights-2",
        "x-desk-1",
        "x-desk-2",
    ]
    load_of = intervention["changes"][1]
    assert (load_of["before"], load_of["after"], load_of["unit"], load_of["multiply"]) == (15e6, 7.5e6, "g", 0.5)
    assert intervention["departures"] == [
        {"measure": "truck", "lane": "truck", "weekdays": ["sun", "wed"], "at": "08:30", "from": "2016-05-01"}
    ]
    numbers = {each["number"]: each["moments"] for each in found["differences"]}
    assert numbers["lanes.charter.on_demand.fleet"][-1] == {"from": "2016-05-08", "before": 2, "after": 4}


def told_json(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    with pytest.raises(SystemExit):
        main(["explain", "--json", *map(str, arguments)])
    return capsys.readouterr().out


def test_shares_of_the_other_paths_differ_too(library) -> None:
    library.write(
        "x", "m: {kind: open_exchange_office, route: post, path: air, shares: {far-east: 0.6}}", at="2016-03-01"
    )
    base, plan = library.load().scenario, library.load("x").scenario
    found = {each.number.rpartition(".")[2]: each.moments[0] for each in differences(base, plan)}
    assert found["air"] == Moment(date(2016, 3, 1), 0.2, 0.6)
    assert found["road"].before == 0.8
    assert found["road"].after == pytest.approx(0.4)


def test_number_that_only_one_world_has_is_told_as_not_there(library, capsys: pytest.CaptureFixture[str]) -> None:
    file = library.write("x", "m: {kind: expand_station, queues: [stations.annex], servers: 2}")
    file.write_text(
        f"{file.read_text('utf-8')}adds: {{stations: {{annex: {{place: harbin, servers: 1, service: 1 h}}}}}}\n"
    )
    plan = library.load("x").scenario
    assert described_differently(library.load().scenario, plan).added == ("stations.annex",)
    assert "  servers of the station annex\n    2015-11-02  not there -> 1\n    2016-05-01  not there -> 3\n" in told(
        capsys, library.base, "x"
    )
    (one,) = explained(plan)
    assert [(step.before, step.after) for step in one.steps] == [(1, 3)]


def test_only_changes_that_the_simulated_time_reaches_count_as_others(
    library, capsys: pytest.CaptureFixture[str]
) -> None:
    measure = "{kind: change, change: stations.sorting.servers, add: 1}"
    library.write("now", f"m: {measure}")
    library.write("later", f"m: {measure}", at="2018-01-01")
    library.write("ended", f"m: {measure}", at="2014-01-01", until="2015-01-01")
    out = told(capsys, library.base, "now", "later", "ended")
    assert "2016-05-01  servers of the station sorting: 4 -> 5 (+ 1)\n" in out
    assert "  servers of the station sorting\n    2016-05-01  4 -> 5\n" in out
