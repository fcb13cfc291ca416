"""Dates, names, order and company of interventions, and what is composed of them."""

from datetime import date, timedelta

import pytest

from sim.errors import ScenarioError
from sim.model import build
from sim.scenario.interventions.expanding import InterventionError, expanded, expansion_of, shortened
from sim.scenario.loading import load
from sim.scenario.setting import with_values
from sim.scenario.targets import changes_by_path, targets, value_on
from sim.ticks import DAY

FLEET = "{kind: add_flights, lane: charter, fleet: 2}"
HALF = "{kind: expand_station, queues: [stations.sorting], service: 0.5}"


def test_scenario_without_interventions_is_its_own_expansion(library) -> None:
    scenario = library.load().scenario
    assert expanded(scenario) is scenario


def test_expansion_is_deterministic_and_not_expanded_twice(library) -> None:
    library.write("x", f"m: {FLEET}")
    scenario = library.load("x").scenario
    world = expanded(scenario)
    assert world == expanded(scenario)
    assert world.interventions == {}
    assert expanded(world) is world
    assert scenario.changes == library.load().scenario.changes, "the described scenario stays as it is"


def test_changes_are_named_after_intervention_and_measure(library) -> None:
    library.write("x", f"one: {FLEET}\ntwo: {{kind: build_trust, origin: harbin, worth: 1}}")
    library.write("y", "many: {kind: close, lanes: [truck, charter]}")
    world = expanded(library.load("x", "y").scenario)
    added = list(world.changes)[-4:]
    assert added == ["x-one", "x-two", "y-many-1", "y-many-2"]


def test_long_names_are_shortened_and_stay_apart() -> None:
    long = "a" * 58
    assert shortened("short-1") == "short-1"
    one, other = shortened(f"{long}-m-1"), shortened(f"{long}-m-2")
    assert one != other
    assert len(one) == len(other) == 60
    assert one == shortened(f"{long}-m-1")


def test_two_changes_of_one_name_are_refused(library) -> None:
    library.write("x", f"m-n: {FLEET}")
    library.write("x-m", f"n: {HALF}")
    with pytest.raises(ScenarioError, match=r"'x-m-n'.*has that name; rename it"):
        library.load("x", "x-m")


def test_change_of_the_scenario_keeps_its_name(library) -> None:
    library.write("more", f"training: {HALF}")
    with pytest.raises(ScenarioError, match=r"it would make a change 'more-training', and changes\.more-training"):
        library.load("more")


def dates(library, measure: str, **keys: object) -> list[tuple[date, date | None, int]]:
    world = library.expansion(measure, **keys).scenario
    return [(c.at, c.until, c.ramp // DAY) for name, c in world.changes.items() if name.startswith("x-")]


def test_measure_has_the_dates_of_its_intervention_unless_it_says_others(library) -> None:
    assert dates(library, FLEET) == [(date(2016, 5, 1), None, 0)]
    assert dates(library, FLEET, until="2016-08-01", ramp="10 d") == [(date(2016, 5, 1), date(2016, 8, 1), 10)]
    assert dates(library, FLEET, lasts="30 d") == [(date(2016, 5, 1), date(2016, 5, 31), 0)]
    own = "{kind: build_trust, origin: harbin, worth: 1, at: 2016-06-01, until: 2016-07-01, ramp: 0 d}"
    assert dates(library, own, until="2016-08-01", ramp="10 d") == [(date(2016, 6, 1), date(2016, 7, 1), 0)]


def test_switch_has_no_ramp_even_if_its_intervention_has(library) -> None:
    assert dates(library, "{kind: close, lanes: [truck]}", ramp="10 d") == [(date(2016, 5, 1), None, 0)]


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ("at: 2016-04-01", "acts from 2016-04-01, before its intervention"),
        ("until: 2016-12-01", "acts until 2016-12-01, longer than its intervention"),
        ("at: 2016-07-15", "acts from 2016-07-15 and only until 2016-07-01"),
    ],
)
def test_measure_acts_while_its_intervention_does(library, own: str, message: str) -> None:
    library.write("x", f"m: {{kind: build_trust, origin: harbin, worth: 1, {own}}}", until="2016-07-01")
    with pytest.raises(ScenarioError, match=message):
        library.load("x")


def test_drawn_start_moves_every_date_of_an_intervention(library) -> None:
    measures = """
    a: {kind: close, lanes: [truck]}
    b: {kind: close, lanes: [charter], at: 2016-05-03, until: 2016-05-05}
    c: {kind: add_trains, lane: truck, timetable: [{on: 2016-05-04, at: '06:00'}, {every: 1 d}]}
    """
    library.write("x", measures, lasts="10 d", starts_within="60 d", is_disruption="true", folder="disruptions")
    world = expanded(library.load("x").scenario, {"x": date(2016, 6, 1)})
    assert [(world.changes[n].at, world.changes[n].until) for n in ("x-a", "x-b")] == [
        (date(2016, 6, 1), date(2016, 6, 11)),
        (date(2016, 6, 3), date(2016, 6, 5)),
    ]
    single, regular = world.lanes["truck"].timetable[-2:]
    assert single.on == date(2016, 6, 4)
    assert (regular.from_, regular.until) == (date(2016, 6, 1), date(2016, 6, 11))


def test_overlapping_interventions_compose_as_changes_of_one_number_do(library) -> None:
    """Last set by date and then name, then all factors, then all that is added; the order of naming is nothing."""
    queue = "queues: [stations.sorting]"
    library.write("c-more", f"m: {{kind: expand_station, {queue}, servers: 3}}", at="2016-04-01")
    library.write("b-set", "m: {kind: change, change: stations.sorting.servers, set: 10}")
    library.write("a-set", "m: {kind: change, change: stations.sorting.servers, set: 7}")
    library.write("d-twice", "m: {kind: change, change: stations.sorting.servers, multiply: 2}", at="2016-03-01")
    for order in (["c-more", "b-set", "a-set", "d-twice"], ["d-twice", "a-set", "b-set", "c-more"]):
        world = expanded(library.load(*order).scenario)
        known = targets(world)
        changes = changes_by_path(world, known)["stations.sorting.servers"]
        assert value_on(known["stations.sorting.servers"], changes, date(2016, 4, 30)) == 4 * 2 + 3
        assert value_on(known["stations.sorting.servers"], changes, date(2016, 5, 1)) == 10 * 2 + 3


def test_number_in_an_intervention_can_be_set_and_acts(library) -> None:
    library.write(
        "x", f"m: {HALF}\nn: {{kind: change, change: stations.yard.service.mean, add: 3 min}}", capital="5e6 CNY"
    )
    scenario = library.load("x").scenario
    values = {
        "interventions.x.measures.m.service": 0.7,
        "interventions.x.measures.n.add": "5 min",
        "interventions.x.capital": 7e6,
    }
    changed = with_values(scenario, values)
    assert changed.interventions["x"].capital == 7e6
    world = expanded(changed)
    assert (world.changes["x-m"].multiply, world.changes["x-n"].add) == (0.7, "5 min")
    assert expanded(scenario).changes["x-m"].multiply == 0.5


def test_factor_set_to_one_leaves_the_world_as_it_is(library) -> None:
    library.write("x", f"m: {HALF}")
    changed = with_values(library.load("x").scenario, {"interventions.x.measures.m.service": 1})
    assert expanded(changed).changes == library.load().scenario.changes


def test_required_intervention_is_there_and_starts_no_later(library) -> None:
    library.write("first", f"m: {FLEET}", at="2016-05-01")
    library.write("second", f"m: {HALF}", at="2016-05-01", requires="[first]")
    library.load("first", "second")
    with pytest.raises(ScenarioError, match="requires 'first', which the scenario does not have"):
        library.load("second")
    library.write("first", f"m: {FLEET}", at="2016-05-02")
    with pytest.raises(ScenarioError, match="which starts only on 2016-05-02, after 2016-05-01"):
        library.load("first", "second")
    library.write("first", f"m: {FLEET}", at="2016-04-20", starts_within="30 d")
    with pytest.raises(ScenarioError, match="may start as late as 2016-05-20"):
        library.load("first", "second")
    library.write("first", f"m: {FLEET}", at="2016-04-20", until="2016-04-25")
    with pytest.raises(ScenarioError, match="which has ended by 2016-05-01"):
        library.load("first", "second")
    library.write("first", f"m: {FLEET}", at="2016-04-20", lasts="5 d")
    with pytest.raises(ScenarioError, match="which has ended by 2016-05-01"):
        library.load("first", "second")


def test_excluded_intervention_is_refused(library) -> None:
    library.write("first", f"m: {FLEET}")
    library.write("second", f"m: {HALF}", excludes="[first]")
    library.load("second")
    with pytest.raises(ScenarioError, match="'second' and 'first' exclude each other"):
        library.load("first", "second")


def test_what_cannot_act_in_a_world_is_not_expanded(library) -> None:
    library.write("x", f"m: {FLEET}")
    scenario = library.load("x").scenario
    lanes = {name: lane for name, lane in scenario.lanes.items() if name != "charter"}
    without = scenario.model_copy(update={"lanes": lanes})
    with pytest.raises(InterventionError, match=r"interventions\.x\.measures\.m\.lane: there is no lane 'charter'"):
        expanded(without)
    assert len(expansion_of(without).found) == 1


def test_settling_uses_nothing_of_what_is_to_come(library) -> None:
    """Departures that an intervention adds in the first year are not there in the year that settles the market."""
    library.write("x", "m: {kind: add_trains, lane: truck, timetable: [{every: 6 h}]}")
    review = "market: {review: {settle_iterations: 2, settle_parcels_per_row: 100}}"
    short = "horizon: {start: 2016-01-01, end: 2016-06-01, warm_up: 14 d, drain: 0 d}\nparcels_per_row: 100"
    plain, more = (
        build(load(library.plan(f"{short}\n{review}\n{also}", name)).scenario)
        for name, also in (("plain", ""), ("more", "interventions: [x]"))
    )
    assert plain.settlement == more.settlement
    assert plain.expectations.days.tobytes() == more.expectations.days.tobytes()


def test_place_of_a_change_is_where_its_measure_says_it(library) -> None:
    expansion = library.expansion("{kind: close, lanes: [truck, charter]}")
    assert expansion.place(("changes", "x-m-2", "set")) == ("interventions", "x", "measures", "m", "lanes", 1)
    assert expansion.place(("changes", "cheaper", "at")) == ("changes", "cheaper", "at")
    plain = library.expansion("{kind: change, change: stations.sorting.servers, set: 3}")
    assert plain.place(("changes", "x-m", "set")) == ("interventions", "x", "measures", "m", "set")
    added = library.expansion("{kind: add_trains, lane: truck, timetable: [{every: 6 h}]}")
    at = ("interventions", "x", "measures", "m", "timetable", 0, "every")
    assert added.place(("lanes", "truck", "timetable", 2, "every")) == at
    assert added.place(("lanes", "truck", "timetable", 1)) == ("lanes", "truck", "timetable", 1)


def test_more_changes_than_a_scenario_may_have_are_refused(library) -> None:
    measure = "{kind: change, change: stations.sorting.servers, add: 1}"
    library.write("x", f"m: {measure}")
    scenario = library.load("x").scenario
    change = next(iter(scenario.changes.values()))
    many = scenario.model_copy(update={"changes": {f"c{i}": change for i in range(1000)}})
    with pytest.raises(InterventionError, match="1001 changes"):
        expanded(many)


def test_day_by_day_growth_of_a_measure(library) -> None:
    world = library.expansion(FLEET, ramp="4 d").scenario
    known, at = targets(world), date(2016, 5, 1)
    changes = changes_by_path(world, known)["lanes.charter.on_demand.fleet"]
    values = [value_on(known["lanes.charter.on_demand.fleet"], changes, at + timedelta(days=i)) for i in range(-1, 5)]
    assert values == [2, 3, 3, 4, 4, 4]
