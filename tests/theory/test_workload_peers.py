"""The peers of the benchmark simulate the same workload: same table, same instant for every parcel at every step."""

from collections.abc import Callable
from dataclasses import fields
from importlib import import_module
from math import sqrt

import numpy as np
import pytest

from benchmarks import measure
from benchmarks.peers import reference
from benchmarks.workload import (
    DAY,
    FLIGHT_DURATION,
    FLIGHT_GAP,
    HORIZON,
    HOUR,
    NOVEMBER,
    Corridor,
    Journeys,
    Table,
    corridor,
    daily_means,
    draw_table,
    outputs,
)

Simulate = Callable[[Table, Corridor], Journeys]
PEERS = ("plain_simpy", "salabim_peer", "ciw_peer")


@pytest.fixture(params=PEERS)
def simulate(request: pytest.FixtureRequest) -> Simulate:
    return import_module(f"benchmarks.peers.{request.param}").simulate


def assert_same_journeys(one: Journeys, other: Journeys) -> None:
    for field in fields(Journeys):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), err_msg=field.name)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_peer_takes_every_parcel_through_the_same_instants(simulate: Simulate, seed: int) -> None:
    # All peers, Ciw too, read the same table: there is no Monte Carlo error and the tolerance is zero.
    table = draw_table(2_000, seed)
    assert_same_journeys(simulate(table, corridor(2_000)), reference.simulate(table, corridor(2_000)))


def small_table(n: int, arrived_at: list[int]) -> Table:
    return Table(
        arrived_at=np.array(arrived_at, np.int64),
        sorting_duration=np.full(n, HOUR),
        is_inspected=np.zeros(n, np.bool_),
        inspection_duration=np.zeros(n, np.int64),
        inland_duration=np.full(n, HOUR),
    )


SMALL = Corridor(
    expected_total=4,
    rate_per_hour=1.0,
    sorting_mean=HOUR,
    inspection_mean=HOUR,
    import_duration=2 * HOUR,
    flight_capacity=4,
)


def test_parcels_of_one_flight_queue_by_number_and_not_by_the_order_of_boarding(simulate: Simulate) -> None:
    # Parcel 0 is sorted slowest and becomes ready last of four, yet it is first of the three who find an officer.
    table = small_table(4, [HOUR, HOUR, HOUR, HOUR])
    table["sorting_duration"][0] = 8 * HOUR
    journeys = simulate(table, SMALL)
    assert journeys.import_wait.tolist() == [0, 0, 0, 2 * HOUR]
    assert_same_journeys(journeys, reference.simulate(table, SMALL))


def test_who_does_not_fit_waits_for_the_next_flight(simulate: Simulate) -> None:
    table = small_table(5, [HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 5 * HOUR])
    journeys = simulate(table, SMALL)
    assert journeys.flight_wait.tolist() == [FLIGHT_GAP - hours * HOUR for hours in (2, 3, 4, 5)] + [18 * HOUR]


@pytest.mark.parametrize("module", ["plain_simpy", "salabim_peer", "reference"])
def test_parcel_ready_at_the_instant_of_departure_waits_for_the_next_flight(module: str) -> None:
    # Ciw is left out: which of two events at one instant comes first is chance there (see its module).
    table = small_table(2, [FLIGHT_GAP - HOUR - 1, FLIGHT_GAP - HOUR])
    journeys = import_module(f"benchmarks.peers.{module}").simulate(table, SMALL)
    assert journeys.flight_wait.tolist() == [1, FLIGHT_GAP]


def test_parcel_that_arrives_just_before_the_horizon_is_delivered_after_it(simulate: Simulate) -> None:
    table = small_table(1, [HORIZON - 1])
    flight_at = HORIZON + FLIGHT_GAP
    journeys = simulate(table, SMALL)
    assert journeys.delivered_at.tolist() == [flight_at + FLIGHT_DURATION + 3 * HOUR]


def test_inspected_parcels_queue_for_two_officers(simulate: Simulate) -> None:
    table = small_table(3, [HOUR, HOUR + 1, HOUR + 2])
    table["is_inspected"][:] = True
    table["inspection_duration"][:] = 3 * HOUR
    journeys = simulate(table, SMALL)
    assert journeys.inspection_wait.tolist() == [0, 0, 3 * HOUR - 2]
    assert outputs(table, journeys)["inspection_wait_mean"] == pytest.approx(1, abs=1e-9)


def test_table_has_the_rates_and_means_of_the_workload() -> None:
    n = 200_000
    table, model = draw_table(n, 3), corridor(n)
    total = len(table["arrived_at"])

    def near(mean: float, expected: float, deviation: float, count: int) -> bool:
        return abs(mean - expected) < 5 * deviation / sqrt(count)  # chance of a false alarm below 1e-6

    assert near(total, n, sqrt(n), 1)
    days = np.bincount(table["arrived_at"] // DAY, minlength=365)
    expected = daily_means(n)
    assert expected.sum() == pytest.approx(n)
    assert expected[7] / expected[6] == pytest.approx(1.10 / 0.75)
    assert expected[308] / expected[301] == pytest.approx(1.4)  # 5 November and 29 October 2018, both Mondays
    # Pearson's chi-squared over 365 days has mean 365 and deviation sqrt(730).
    assert abs(((days - expected) ** 2 / expected).sum() - 365) < 5 * sqrt(730)
    november = expected[NOVEMBER.start : NOVEMBER.stop].sum()
    assert near(days[NOVEMBER.start : NOVEMBER.stop].sum(), november, sqrt(november), 1)

    inspected = table["is_inspected"]
    inspection = table["inspection_duration"][inspected]
    assert near(inspected.mean(), 0.05, sqrt(0.05 * 0.95), total)
    assert near(table["sorting_duration"].mean(), model.sorting_mean, model.sorting_mean, total)
    assert near(inspection.mean(), model.inspection_mean, model.inspection_mean, len(inspection))
    assert near(table["inland_duration"].mean() / HOUR, 24, 12, total)
    assert table["inland_duration"].std() / HOUR == pytest.approx(12, rel=0.03)


def test_table_is_whole_ordered_and_repeatable() -> None:
    table, again, other = draw_table(5_000, 4), draw_table(5_000, 4), draw_table(5_000, 5)
    assert (np.diff(table["arrived_at"]) >= 0).all()
    assert table["arrived_at"][0] >= 0
    assert table["arrived_at"][-1] < HORIZON
    assert min(table["sorting_duration"].min(), table["inland_duration"].min()) >= 1
    assert ((table["inspection_duration"] >= 1) == table["is_inspected"]).all()
    for name, column in table.items():
        np.testing.assert_array_equal(column, again[name])
    assert not np.array_equal(table["arrived_at"][:100], other["arrived_at"][:100])


def test_loads_do_not_depend_on_the_number_of_parcels() -> None:
    for n in (1_000, 1_000_000):
        model = corridor(n)
        hourly = model.rate_per_hour / HOUR
        assert hourly * model.sorting_mean / 4 == pytest.approx(0.80)
        assert 0.05 * hourly * model.inspection_mean / 2 == pytest.approx(0.70)
        assert hourly * model.import_duration / 3 == pytest.approx(0.85, rel=1e-6)
        assert model.flight_capacity >= 1.2 * 12 * model.rate_per_hour > model.flight_capacity - 1


def test_child_reports_the_same_figures_as_a_run_in_this_process() -> None:
    run = measure.run_child("simpy", 400, seed=7, timeout=60)
    table = draw_table(400, 7)
    assert run.outputs == outputs(table, reference.simulate(table, corridor(400)))
    assert run.n_parcels == len(table["arrived_at"])
    assert run.seconds > 0
    assert 20 < run.peak_mb < 500


def test_child_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="invalid choice: 'abacus'"):
        measure.run_child("abacus", 10, timeout=60)


def test_rounds_alternate_and_ratios_are_taken_within_a_round() -> None:
    calls: list[str] = []
    times = measure.interleave({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 3)
    assert "".join(calls) == "abbaab"
    assert [len(of_one) for of_one in times.values()] == [3, 3]
    assert measure.ratio([2.0, 40.0, 9.0], [1.0, 10.0, 3.0]) == 3.0


def test_growth_exponent_is_the_power_of_the_size() -> None:
    assert measure.growth_exponent([1e3, 1e4, 1e6], [2e3**1.5, 2e4**1.5, 2e6**1.5]) == pytest.approx(1.5)
    with pytest.raises(ValueError, match="two different sizes"):
        measure.growth_exponent([1e3, 1e3], [1.0, 2.0])
