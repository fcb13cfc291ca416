"""Dated changes: what changes nothing leaves every byte, and what changes something reaches only what it can."""

import numpy as np
import pandas as pd
import pytest
from behaviour.runs import assert_identical, at_step, orders_of, run, steps_of, with_changes
from oracle.base_world import STEPS, Dict, described, lane, route
from oracle.worlds import WORLDS, change

from sim.scenario.scenario import Scenario
from sim.scenario.targets import Target, targets
from sim.ticks import DAY, HOUR

FROZEN: Dict = {"market": {"feedback": {"congestion": False}}}
AT = "2016-05-04"


def as_written(target: Target) -> object:
    """The value of a number as a change would write it."""
    if target.dimension == "duration":
        return f"{target.value / 1e6!r} s"
    return target.value


def no_ops(scenario: Scenario) -> dict[str, dict[str, object]]:
    """For each number of a world three changes of it that change nothing; for each switch one."""
    found = {}
    for i, (path, target) in enumerate(sorted(targets(scenario).items())):
        found[f"same{i}"] = change(path, AT, set=as_written(target))
        if not target.is_switch:
            found[f"zero{i}"] = change(path, AT, add=0, ramp="3 d")
            found[f"once{i}"] = change(path, "2016-04-29", multiply=1, until="2016-05-12")
    return found


@pytest.mark.parametrize("name", ["everything", "customs", "on-demand", "payload", "same-instants"])
def test_changes_that_change_nothing_change_no_byte(name: str) -> None:
    scenario = WORLDS[name]().model_copy(update={"changes": {}})
    added = no_ops(scenario)
    assert len(added) > 30
    assert_identical(run(scenario), run(with_changes(scenario, **added)))


@pytest.mark.parametrize("name", ["everything", "two-origins"])
def test_changes_that_cancel_out_or_lie_outside_the_horizon_change_no_byte(name: str) -> None:
    scenario = WORLDS[name]()
    added = {
        "up": change("stations.sorting.servers", AT, add=2),
        "down": change("stations.sorting.servers", AT, add=-2),
        "twice": change("lanes.flight.payload.mass", AT, multiply=2),
        "half": change("lanes.flight.payload.mass", AT, multiply=0.5),
        "past": change("stations.sorting.servers", "2016-01-01", set=1, until="2016-02-01"),
        "future": change("stations.sorting.servers", "2016-12-01", set=1),
        "future_level": change("market.origins.harbin.level", "2016-12-01", set=9),
    }
    assert_identical(run(scenario), run(with_changes(scenario, **added)))


def test_a_dwell_of_nothing_can_be_lengthened() -> None:
    scenario = described("dwell", {"stations": {"collection": {"dwell": 0}}}, FROZEN)
    rows = at_step(run(with_changes(scenario, a=change("stations.collection.dwell.mean", AT, add="1 h"))), "collection")
    changes_at = rows.arrived_at.min() // DAY * DAY + 16 * DAY
    assert set((rows.left_at - rows.started_at)[rows.started_at < changes_at]) == {0}
    assert set((rows.left_at - rows.started_at)[rows.started_at >= changes_at]) == {HOUR}


def test_a_new_service_governs_those_who_wait_and_spares_those_who_have_started() -> None:
    scenario = described("slow", {"stations": {"sorting": {"servers": 1, "service": "2 h"}}}, FROZEN)
    rows = at_step(run(with_changes(scenario, a=change("stations.sorting.service.mean", AT, set="30 min"))), "sorting")
    changes_at = rows.arrived_at.min() // DAY * DAY + 16 * DAY
    service = rows.left_at - rows.started_at
    is_old = rows.started_at < changes_at
    assert ((rows.arrived_at < changes_at) & ~is_old).sum() > 10, "nobody waits: this tests nothing"
    assert (service[is_old] == 2 * HOUR).all()
    assert (service[~is_old] == HOUR // 2).all()


def test_nothing_before_a_change_knows_of_it() -> None:
    scenario = described("staff", {"stations": {"sorting": {"servers": 1, "service": "1.5 h"}}}, FROZEN)
    changed = with_changes(scenario, more=change("stations.sorting.servers", AT, set=3))
    before, after = steps_of(run(scenario)), steps_of(run(changed))
    changes_at = run(scenario).start + 16 * DAY
    pd.testing.assert_frame_equal(
        before[before.started_at < changes_at].reset_index(drop=True),
        after[after.started_at < changes_at].reset_index(drop=True),
    )
    assert not before.equals(after)


# -- one added flight -------------------------------------------------------------------------------------------------

ADDED = {"on": "2016-05-04", "at": "08:00"}
DAILY = {"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "at": "20:00"}


def flights(*timetable: Dict, by_road: bool = True) -> Scenario:
    """A busy flight with little room, a cutoff and random transits; and a truck that shares customs with it."""
    routes = {"post": route("harbin", {"air": {"steps": STEPS}})}
    if by_road:
        routes["road"] = route("harbin", {"road": {"steps": ["yard", "truck", "border", "inland"]}})
    over: Dict = {
        "lanes": {
            "flight": {
                "timetable": list(timetable),
                "payload": {"mass": "30 kg"},
                "cutoff": "3 h",
                "transit": {"distribution": "uniform", "low": "4 h", "high": "9 h"},
            },
            "truck": lane("harbin", "moscow", mode="road", transit="3 d"),
        },
        "stations": {
            "yard": {"place": "harbin", "servers": 1, "service": "40 min"},
            "border": {"place": "moscow", "servers": 1, "service": "30 min"},
        },
        "customs": {"ural-customs": {"release": {"servers": 1, "service": "13 min"}}},
        "routes": routes,
        "market": {
            "origins": {"harbin": {"choice": {"reference_shares": {"routes": {"post": 0.8, "road": 0.2}}}}}
            if by_road
            else {},
        },
    }
    return described("flights", over, FROZEN, orders_per_week=600)


def test_one_added_flight_changes_only_what_it_can_reach() -> None:
    without, with_it = run(flights(DAILY)), run(flights(DAILY, ADDED))
    added = set(with_it.record.departure_log()) - set(without.record.departure_log())
    (departs_at,) = {at for _, at, _, _ in with_it.record.departure_log()} - {
        at for _, at, _, _ in without.record.departure_log()
    }
    assert ("flight", departs_at, "departed") in {entry[:3] for entry in added}
    pd.testing.assert_frame_equal(orders_of(without), orders_of(with_it))

    before, after = at_step(without, "flight"), at_step(with_it, "flight")
    boarded = after[after.started_at == departs_at]
    assert len(boarded) > 30, "a flight that carries nobody tests nothing"
    # What lies upstream of the flight, what left by road, and what had left before it: identical.
    for step in ("collection", "sorting", "yard", "truck", "border"):
        pd.testing.assert_frame_equal(at_step(without, step), at_step(with_it, step))
    gone = before[before.started_at < departs_at]
    pd.testing.assert_frame_equal(gone, after.loc[gone.index])
    # Nobody leaves later than without it; the others keep their ready instants.
    both = before.index.intersection(after.index)
    assert (after.started_at[both] <= before.started_at[both]).all()
    assert (after.started_at[both] < before.started_at[both]).any()
    assert (after.arrived_at[both] == before.arrived_at[both]).all()
    # At customs nothing changes before its parcels arrive.
    arrives_at = boarded.left_at.iloc[0]
    ours, theirs = at_step(without, "ural-customs.release"), at_step(with_it, "ural-customs.release")
    early = ours[ours.arrived_at < arrives_at]
    early = early[early.started_at < arrives_at]
    pd.testing.assert_frame_equal(early, theirs.loc[early.index])


def test_an_added_flight_moves_no_other_flight() -> None:
    logs = [run(flights(*timetable)).record.departure_log() for timetable in ((DAILY,), (DAILY, ADDED))]
    scheduled = [{(lane, at): status for lane, at, status, _ in log} for log in logs]
    assert scheduled[0].items() < scheduled[1].items()
    arrivals = [
        at_step(run(flights(*timetable)), "flight").groupby("started_at").left_at.first()
        for timetable in ((DAILY,), (DAILY, ADDED))
    ]
    both = arrivals[0].index.intersection(arrivals[1].index)
    assert len(both) > 20
    pd.testing.assert_series_equal(arrivals[0][both], arrivals[1][both])


def test_a_flight_added_where_nobody_is_ready_changes_no_parcel() -> None:
    scenario = described("early", FROZEN)
    both = [DAILY, {"on": "2016-04-18", "at": "00:01"}]
    early = described("early", FROZEN, {"lanes": {"flight": {"timetable": both}}})
    pd.testing.assert_frame_equal(steps_of(run(scenario)), steps_of(run(early)))


def test_a_market_that_hears_nothing_places_the_same_orders_however_slow_the_service() -> None:
    slow: Dict = {"stations": {"sorting": {"service": "5 h"}}}
    heard = [orders_of(run(described("fast"))), orders_of(run(described("slow", slow)))]
    unheard = [orders_of(run(described("fast", FROZEN))), orders_of(run(described("slow", slow, FROZEN)))]
    pd.testing.assert_frame_equal(unheard[0], unheard[1])
    assert len(heard[1]) < len(heard[0])


# -- closures ---------------------------------------------------------------------------------------------------------


def test_a_closed_lane_holds_parcels_and_reopening_releases_them() -> None:
    closed = with_changes(
        described("closed", FROZEN), shut=change("lanes.flight.is_open", "2016-04-27", set=False, until="2016-05-02")
    )
    model, open_ = run(closed), run(described("closed", FROZEN))
    start = model.start
    shut_at, opens_at = start + 9 * DAY, start + 14 * DAY
    loads = at_step(model, "flight")
    assert not ((loads.started_at >= shut_at) & (loads.started_at < opens_at)).any()
    statuses = {at: status for _, at, status, _ in model.record.departure_log()}
    assert {at: s for at, s in statuses.items() if s == "closed"} == {
        shut_at + day * DAY + 20 * HOUR: "closed" for day in range(5)
    }
    held = loads[(loads.arrived_at >= shut_at) & (loads.arrived_at < opens_at)]
    assert len(held) > 50
    assert (held.started_at == opens_at + 20 * HOUR).all()
    assert set(loads.index) == set(at_step(open_, "flight").index)


def test_a_closed_station_holds_parcels_and_all_its_servers_start_at_the_reopening() -> None:
    scenario = described("closed", FROZEN)
    closed = with_changes(
        scenario, shut=change("stations.sorting.is_open", "2016-04-27", set=False, until="2016-05-02")
    )
    model = run(closed)
    shut_at, opens_at = model.start + 9 * DAY, model.start + 14 * DAY
    starts = at_step(model, "sorting")
    assert not ((starts.started_at >= shut_at) & (starts.started_at < opens_at)).any()
    assert (starts.started_at == opens_at).sum() == scenario.stations["sorting"].servers
    waiting = starts[(starts.arrived_at < opens_at) & (starts.started_at >= opens_at)]
    # Two servers, 20 minutes each: the backlog is worked off pair by pair.
    expected = opens_at + np.arange(len(waiting)) // 2 * (20 * 60 * 1_000_000)
    assert sorted(waiting.started_at) == expected.tolist()


# -- capacity ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "station",
    [
        {"service": "1.6 h"},
        {"service": {"distribution": "lognormal", "mean": "1.5 h", "cv": 1}},
        {"service": "1 h", "hours": "Mon-Sat 08:00-20:00"},
    ],
    ids=["constant", "lognormal", "with hours"],
)
def test_more_officers_never_make_anyone_wait_longer_there(station: Dict) -> None:
    before = None
    for servers in (1, 2, 3, 5, 9):
        model = run(described("officers", {"stations": {"sorting": station | {"servers": servers}}}, FROZEN))
        starts = at_step(model, "sorting").started_at
        if before is not None:
            assert set(before.index) <= set(starts.index)
            assert (starts[before.index] <= before).all()
        before = starts


def test_more_officers_from_a_day_on_shorten_the_mean_wait_from_that_day_on() -> None:
    scenario = described("officers", {"stations": {"sorting": {"servers": 1, "service": "1.6 h"}}}, FROZEN)
    waits = []
    for servers in (1, 2, 3):
        more = with_changes(scenario, more=change("stations.sorting.servers", "2016-05-02", set=servers))
        rows = at_step(run(more), "sorting")
        waits.append((rows.started_at - rows.arrived_at).mean())
    assert waits[0] > waits[1] > waits[2]


def test_more_payload_never_makes_anyone_leave_later() -> None:
    before = None
    for payload in ("6 kg", "8 kg", "20 kg"):
        scenario = described("payload", {"lanes": {"flight": {"payload": {"mass": payload}}}}, FROZEN)
        departs = at_step(run(scenario), "flight").started_at
        if before is not None:
            assert (departs[before.index] <= before).all()
            assert (departs[before.index] < before).any()
        before = departs
