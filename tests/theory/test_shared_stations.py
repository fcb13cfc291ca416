"""Stations that several lanes and corridors feed, and lanes as servers of batches.

Superposed Poisson processes are one (Kleinrock 1975, section 2.5), so a station that parcels of two origins pass is
M/M/c or M/D/1 at the sum of the rates; a constant delay before it changes nothing (a Poisson process displaced by a
constant is Poisson). What a lane brings comes in batches: with departures at fixed intervals T the batch is Poisson, of
mean m = r T, and the wait of a parcel at one server of constant service s behind two lanes that are half an interval
apart follows from the workload found by a batch, which is solved here step by step (Lindley 1952). Lanes to a timetable
serve all in one go: who comes at a Poisson instant waits T / 2 for departures T apart, and for those at unequal gaps
the mean residual life sum(g^2) / (2 sum(g)) (Kleinrock 1975, equation 5.16).
"""

import numpy as np
import pytest
from behaviour.runs import at_step, run
from oracle.base_world import Dict, lane, merged, origin, place
from scipy import stats
from theory.one_line import GAP_S, ORDERS_PER_YEAR, assert_mean_agrees, line
from theory.test_waits import erlang_c

from sim.model import build
from sim.scenario.scenario import Scenario
from sim.ticks import HOUR, WEEK

REPLICATIONS = 16
MONTHS = slice(1, 11)
ALL_INSIDE: Dict = {"inside": 1, "other_gateway": 0, "not_bought": 0}
SHARE_OF_HARBIN = 0.7


def two_corridors(station: Dict, **lanes: Dict) -> Scenario:
    """Harbin and Urumqi share one station in Moscow, or in Harbin if there are no lanes; 7 of 10 are Harbin's."""
    first = line(station)
    described = first.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)
    post = described["routes"]["post"]
    west = {**post, "origin": "urumqi"}
    markets = {}
    for name, route, share in (("harbin", "post", SHARE_OF_HARBIN), ("urumqi", "west", 1 - SHARE_OF_HARBIN)):
        market = origin(1, {route: 1}, latent_orders_per_year=ORDERS_PER_YEAR * share, reference_year=2015)
        market["choice"]["reference_shares"] = {**ALL_INSIDE, "routes": {route: 1}}
        markets[name] = market
    routes = {"post": post, "west": west}
    steps = ["station-0", "inland"]
    for name, route in zip(("east", "west"), routes.values(), strict=True):
        before = [f"{name}-lane"] if f"{name}_lane" in lanes else [f"{name}-desk"]
        route["paths"] = {"only": {"steps": [*before, *steps]}}
    desks = {
        f"{name}-desk": {"place": where, "dwell": dwell}
        for name, where, dwell in (("east", "harbin", "5 h"), ("west", "urumqi", "31 h"))
    }
    world: Dict = {"places": {"urumqi": place(8, "CN"), "moscow": place(3, "RU")}, "routes": routes}
    world["market"] = {"origins": markets}
    if lanes:
        world["lanes"] = {name.replace("_", "-"): each for name, each in lanes.items()}
        world["stations"] = {"station-0": {"place": "moscow"}}
        world["last_miles"] = {"inland": {"times": {"moscow": {"ural": "24 h"}}}}
    else:
        world["stations"] = {**desks, "station-0": {"place": "harbin"}}
        desks["west-desk"]["place"] = "harbin"
    return Scenario.model_validate(merged(described, world))


def mean_waits(scenario: Scenario, replications: int = REPLICATIONS) -> list[float]:
    """Mean wait at the shared station, February to November, in seconds."""
    waits = []
    for replication in range(replications):
        record = build(scenario, replication).run().record
        totals = record.queue_totals[record.axes.queues.index("station-0"), MONTHS]
        waits.append(float(totals[:, 1].sum() / totals[:, 0].sum()))
    return waits


@pytest.mark.parametrize(("servers", "load"), [(1, 0.7), (3, 2.4)])
def test_two_corridors_at_one_station_wait_as_erlang_c_says_for_both_together(servers: int, load: float) -> None:
    mean_s = load * GAP_S
    station: Dict = {"servers": servers, "service": {"distribution": "exponential", "mean": f"{mean_s} s"}}
    theory = erlang_c(load, servers) * mean_s / (servers - load)
    assert_mean_agrees(mean_waits(two_corridors(station)), theory, resolution=0.07)


def test_two_corridors_at_one_server_of_constant_service_wait_as_pollaczek_and_khinchine_say() -> None:
    waits = mean_waits(two_corridors({"servers": 1, "service": "240 s"}))
    load = 240 / GAP_S
    assert_mean_agrees(waits, load * 240 / (2 * (1 - load)), resolution=0.04)


def mean_wait_behind_lanes(means: list[float], gap_s: float, service_s: float) -> float:
    """Mean wait of a parcel in batches that come every ``gap_s``, their means in turn; service constant.

    The workload that a batch finds is a Markov chain on multiples of 1 s, solved by repetition; the n-th of a batch
    waits for it and for n - 1 services.
    """
    top = 60_000
    found = np.zeros(top)
    found[0] = 1.0
    waits = parcels = 0.0
    for turn in range(400):
        mean = means[turn % len(means)]
        n = np.arange(int(stats.poisson.ppf(1 - 1e-12, mean)) + 1)
        sizes = stats.poisson.pmf(n, mean)
        if turn >= 400 - len(means):
            before = float(found @ np.arange(top))
            waits += mean * before + float(sizes @ (n * (n - 1) / 2)) * service_s
            parcels += mean
        after = np.zeros(top)
        for k, share in zip(n, sizes, strict=True):
            work = int(k * service_s)
            after[work:] += share * found[: top - work]
        left = np.zeros(top)
        left[0] = after[: int(gap_s) + 1].sum()
        left[1 : top - int(gap_s)] = after[int(gap_s) + 1 :]
        found = left
    return waits / parcels


def test_a_station_behind_the_lanes_of_two_corridors_waits_as_their_batches_say() -> None:
    """Both lanes every 4 hours, Urumqi's two hours after Harbin's."""
    fields: Dict = {"timetable": [{"every": "4 h"}], "payload": {"mass": "90 t"}}
    lanes = {
        "east_lane": lane("harbin", "moscow", **fields, transit="24 h"),
        "west_lane": lane("urumqi", "moscow", **fields, transit="26 h"),
    }
    interval_s, service_s = 4 * 3600, 200
    means = [interval_s / GAP_S * share for share in (SHARE_OF_HARBIN, 1 - SHARE_OF_HARBIN)]
    theory = mean_wait_behind_lanes(means, interval_s / 2, service_s)
    waits = mean_waits(two_corridors({"servers": 1, "service": f"{service_s} s"}, **lanes), 2 * REPLICATIONS)
    assert_mean_agrees(waits, theory, resolution=0.005)


DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@pytest.mark.parametrize(
    ("timetable", "gaps_h"),
    [
        ([{"every": "6 h"}], [6]),
        ([{"every": "31 h"}], [31]),
        ([{"weekdays": DAYS, "at": at} for at in ("00:30", "03:30", "12:30")], [3, 9, 12]),
        ([{"weekdays": ["mon", "tue", "fri"], "at": "10:00"}], [24, 72, 72]),
    ],
)
@pytest.mark.parametrize("cutoff_h", [0, 5])
def test_wait_for_a_departure_is_the_residual_life_of_the_timetable(
    timetable: list[Dict], gaps_h: list[int], cutoff_h: int
) -> None:
    """Arrivals are Poisson, room is enough: every departure takes all; the cutoff is waited for on top."""
    fields: Dict = {"timetable": timetable, "payload": {"mass": "90 t"}, "cutoff": f"{cutoff_h} h"}
    over: Dict = {
        "lanes": {"truck": lane("harbin", "harbin", mode="road", transit="9 h", **fields)},
        "routes": {"post": {"paths": {"only": {"steps": ["truck", "inland"]}}}},
    }
    scenario = line({}, orders_per_year=26_280, over=over)
    waits, batches = [], []
    for replication in range(8):
        model = run(scenario, replication)
        here = at_step(model, "truck")
        inside = here[(here.arrived_at > model.start + 4 * WEEK) & (here.arrived_at < model.start + 44 * WEEK)]
        waits.append(float((inside.started_at - inside.arrived_at).mean()) / HOUR)
        batches.append(inside.groupby("started_at").size().iloc[1:-1])
    assert_mean_agrees(waits, sum(g**2 for g in gaps_h) / (2 * sum(gaps_h)) + cutoff_h, resolution=0.03)
    if len(gaps_h) == 1:
        sizes = np.concatenate(batches)
        dispersion = sizes.var(ddof=1) / sizes.mean()
        assert abs(dispersion - 1) < 4 * np.sqrt(2 / len(sizes)), "batches are Poisson"


def test_a_lane_with_few_places_is_the_bulk_service_queue() -> None:
    """Departures every T, at most c on board: queue left behind L' = max(L + A - c, 0) with A Poisson (Bailey 1954)."""
    gap_h, places, rate_h = 6, 20, 3.0
    fields: Dict = {"timetable": [{"every": f"{gap_h} h"}], "payload": {"mass": None, "pieces": places}}
    over: Dict = {
        "lanes": {"truck": lane("harbin", "harbin", mode="road", transit="9 h", **fields)},
        "routes": {"post": {"paths": {"only": {"steps": ["truck", "inland"]}}}},
    }
    scenario = line({}, orders_per_year=rate_h * 8760, over=over)
    states = np.arange(400)
    moves = np.zeros((400, 400))
    pmf = stats.poisson.pmf(np.arange(200), gap_h * rate_h)
    for state in states:
        np.add.at(moves[state], np.clip(state + np.arange(200) - places, 0, 399), pmf)
    share = np.linalg.matrix_power(moves, 4096)[0]
    left_behind = float(share @ states)
    wait_h = left_behind / rate_h + gap_h / 2  # Little: those left behind, and those who came since, half a gap
    waits, rolled = [], []
    for replication in range(REPLICATIONS):
        model = run(scenario, replication)
        here = at_step(model, "truck")
        inside = here[(here.arrived_at > model.start + 4 * WEEK) & (here.arrived_at < model.start + 44 * WEEK)]
        waits.append(float((inside.started_at - inside.arrived_at).mean()) / HOUR)
        totals = model.record.lane_totals[0, MONTHS]
        rolled.append(float(totals[:, 7].sum() / totals[:, 0].sum()))
    assert_mean_agrees(waits, wait_h, resolution=0.06)
    assert_mean_agrees(rolled, left_behind, resolution=0.12)
