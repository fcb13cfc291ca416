"""Workload H: slices are what they are said to be, SimPy simulates the same year, the floor draws what it says."""

from collections.abc import Callable
from datetime import date
from math import sqrt
from random import Random
from typing import Any

import numpy as np
import pytest
from scipy import stats

from benchmarks import harbin
from benchmarks.floor import floor
from benchmarks.peers import simpy_harbin
from benchmarks.replacing import replaced
from sim.model import build
from sim.ticks import DAY, HOUR

SLICE = 12_000


def slice_by_engine(seed: int) -> dict[str, float]:
    return harbin.simulate(SLICE, seed)[1]


def slice_by_simpy(seed: int) -> dict[str, float]:
    return simpy_harbin.summed_up(simpy_harbin.simulate(harbin.year(SLICE, seed), seed))[1]


def several(slice_by: Callable[[int], dict[str, float]]) -> dict[str, np.ndarray]:
    runs = [slice_by(seed) for seed in range(1, 5)]
    return {name: np.array([run[name] for run in runs]) for name in runs[0]}


def test_simpy_simulates_the_same_year() -> None:
    one, other = several(slice_by_engine), several(slice_by_simpy)
    assert one.keys() == other.keys()
    for name in one:
        ours, theirs = one[name].mean(), other[name].mean()
        if name == "door_to_door_mean_days":
            # Means of thousands of parcels, which few weeks of bad weather and full flights move together.
            assert theirs == pytest.approx(ours, rel=0.03), name
            continue
        # Counts of four years are near to Poisson; feedback moves them a little beyond: 2 % are allowed for it.
        assert abs(theirs - ours) < 4 * sqrt(2 * ours / 4) + 0.02 * ours, f"{name}: {theirs} against {ours}"


def test_simpy_keeps_its_books() -> None:
    corridor = simpy_harbin.simulate(harbin.year(SLICE, 9), 9)
    n, figures = simpy_harbin.summed_up(corridor)
    arrived, away = figures["delivered"] + figures["lost"], n - figures["delivered"] - figures["lost"]
    assert 0.9 * n < arrived < n
    assert away > 0
    carried = sum(lane.carried[2] for lane in corridor.steps.values() if isinstance(lane, simpy_harbin.Service))
    assert carried >= arrived  # everything delivered went by a lane, some of it by two
    for name, desk in corridor.desks.items():
        assert desk.waited >= 0, name
    released = [desk.n_started for name, desk in corridor.desks.items() if name.endswith("export-customs.release")]
    assert sum(released) == pytest.approx(n, rel=0.1)


def test_simpy_works_only_in_opening_hours() -> None:
    clock = simpy_harbin.Clock([(8 * HOUR, 12 * HOUR), (20 * HOUR, 30 * HOUR)])
    assert clock.span(0, HOUR) == (8 * HOUR, 9 * HOUR)
    assert clock.span(11 * HOUR, HOUR) == (11 * HOUR, 12 * HOUR)
    assert clock.span(11 * HOUR, 3 * HOUR) == (11 * HOUR, 22 * HOUR)
    assert clock.span(12 * HOUR, HOUR) == (20 * HOUR, 21 * HOUR)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"stations.harbin-exchange.is_open": False}, "a closed station"),
        ({"lanes.hrb-svx-charter.is_open": False}, "a closed lane"),
    ],
)
def test_simpy_refuses_what_it_does_not_simulate(changes: dict[str, Any], what: str) -> None:
    with pytest.raises(simpy_harbin.NotSimulatedError, match=what):
        simpy_harbin.simulate(replaced(harbin.year(1_000), changes), 1)


def test_year_places_half_of_twice_as_many_latent_orders() -> None:
    # At 200 parcels a row, which changes no count but those that feedback changes.
    scenario = replaced(harbin.year(harbin.FULL), {"parcels_per_row": 200})
    placed, figures = harbin.summed_up(build(scenario).run())
    assert placed == pytest.approx(harbin.FULL, rel=0.05)
    assert figures["latent"] / placed == pytest.approx(2, rel=0.05)


def test_year_is_the_year_2017_of_the_baseline_at_one_parcel_a_row() -> None:
    year, baseline = harbin.year(harbin.FULL, 5), harbin.described()
    assert (year.horizon.start, year.horizon.end) == (date(2017, 1, 1), date(2018, 1, 1))
    assert (year.horizon.warm_up, year.horizon.drain, year.parcels_per_row, year.seed) == (0, 0, 1, 5)
    assert year.market.feedback.congestion
    for section in ("places", "regions", "products", "stations", "customs", "lanes", "last_miles", "routes", "changes"):
        assert getattr(year, section) == getattr(baseline, section)
    shares = year.market.origins["harbin"].choice.reference_shares
    assert shares.inside + shares.other_gateway + shares.not_bought == pytest.approx(1)


def test_sweep_covers_five_years_at_many_parcels_a_row() -> None:
    scenario = harbin.five_years()
    assert scenario.horizon.start == date(2016, 1, 1)
    assert scenario.horizon.end == date(2021, 1, 1)
    assert scenario.parcels_per_row == 200
    assert scenario.market.review.settle_iterations > 0
    month = harbin.five_years(end=date(2016, 2, 1))
    _, settled = harbin.sweep_run(month, is_settled=True)
    _, unsettled = harbin.sweep_run(month, is_settled=False)
    assert settled["settling_repetitions"] > 0
    assert unsettled["settling_repetitions"] == 0


def test_floor_draws_for_as_many_orders_as_the_year_has() -> None:
    n = 200_000
    drawn = floor(harbin.year(n, 2))
    placed, figures = harbin.simulate(n, 2)
    # The same luck makes the same latent orders; feedback alone lets fewer or more of them be placed.
    assert drawn.n_latent == figures["latent"]
    assert drawn.n_placed == pytest.approx(placed, rel=0.05)
    assert drawn.blocks["goods"] == drawn.blocks["loss"] == drawn.n_placed
    assert drawn.blocks["birth"] == drawn.blocks["kind"] == drawn.blocks["nest"] >= drawn.n_latent
    assert drawn.n_placed < drawn.blocks["choose"] <= 2 * drawn.n_placed
    assert drawn.blocks["selection"] == pytest.approx(2 * drawn.n_placed, rel=1e-4)  # at export and at import
    assert drawn.blocks["last-mile"] == pytest.approx(0.99 * drawn.n_placed, rel=0.01)  # what is not lost


def test_floor_places_what_the_engine_places_without_feedback() -> None:
    scenario = replaced(harbin.year(50_000, 3), {"market.feedback.congestion": False})
    assert floor(scenario).n_placed == int(build(scenario).run().record.placed().sum())


def test_floor_draws_the_distributions_of_the_scenario() -> None:
    one, two = harbin.year(20_000, 1), harbin.year(20_000, 1)
    two = replaced(two, {"stations.harbin-collection.dwell": two.stations["harbin-exchange"].service})
    without = floor(two)
    drawn = floor(one)
    assert drawn.blocks["station"] - without.blocks["station"] == pytest.approx(0.95 * drawn.n_placed, rel=0.1)


def test_draws_of_python_are_those_of_the_description() -> None:
    corridor = simpy_harbin.Corridor(harbin.year(1_000), Random(1))
    dwell = harbin.described().stations["harbin-collection"].dwell
    sampler = corridor.sampler(dwell)
    drawn = np.array([sampler() for _ in range(20_000)])
    expected = sum(part.share * part.mean for part in dwell.parts)
    assert abs(drawn.mean() - expected) < 4 * stats.sem(drawn)
    assert drawn.min() > 0
    assert drawn.mean() > DAY
