"""Workload W on the engine: each parcel's instants, from the engine's own draws, and the outputs in distribution."""

import numpy as np
import pytest
from scipy import stats

from benchmarks import tandem
from benchmarks.peers import reference
from benchmarks.workload import HORIZON, Journeys, Table, corridor, daily_means, draw_table, outputs
from sim.model import build
from sim.ticks import DAY

N = 5_000
OUTPUTS = (
    "door_to_door_mean",
    "door_to_door_p50",
    "door_to_door_p95",
    "sorting_wait_mean",
    "inspection_wait_mean",
    "flight_wait_mean",
    "import_wait_mean",
)


@pytest.mark.parametrize(("n", "seed"), [(2_000, 1), (5_000, 2), (60_000, 3)])
def test_engine_takes_every_parcel_through_the_same_instants_as_the_reference(n: int, seed: int) -> None:
    model, steps = tandem.logged(n, seed)
    table, number, order = tandem.as_table(model, steps)
    journeys = reference.simulate(table, corridor(n), number)

    def waits(step: str) -> np.ndarray:
        return (steps[step]["started_at"] - steps[step]["arrived_at"])[order]

    assert len(order) > 0.9 * n
    np.testing.assert_array_equal(waits("sorting"), journeys.sorting_wait)
    np.testing.assert_array_equal(waits("flight"), journeys.flight_wait)
    np.testing.assert_array_equal(waits("import-customs.release"), journeys.import_wait)
    np.testing.assert_array_equal(steps["delivery"]["left_at"][order] - model.start, journeys.delivered_at)


def test_outputs_from_the_record_are_those_of_single_parcels() -> None:
    model, steps = tandem.logged(N, 4)
    table, number, _ = tandem.as_table(model, steps)
    exact = outputs(table, reference.simulate(table, corridor(N), number))
    ours = tandem.outputs(model)
    assert ours.keys() == exact.keys()
    for name in OUTPUTS:
        # Spans are counted in whole seconds, so a mean may be off by one; percentiles stand in a histogram of hours.
        assert ours[name] == pytest.approx(exact[name], abs=1 if "_p" in name else 1 / 3600), name


def shuffled(table: Table, n: int, seed: int) -> Journeys:
    """The reference with ties broken as the engine does: by ids that have nothing to do with the order of arrival."""
    numbers = np.random.default_rng(seed).permutation(len(table["arrived_at"]))
    return reference.simulate(table, corridor(n), numbers)


def test_engine_gives_the_outputs_of_the_reference_in_distribution() -> None:
    tables = [draw_table(N, seed) for seed in range(100, 140)]
    expected = [outputs(table, shuffled(table, N, seed)) for seed, table in enumerate(tables)]
    ours = [tandem.simulate(N, seed)[1] for seed in range(40)]
    for name in OUTPUTS:
        one, other = ([figures[name] for figures in runs] for runs in (ours, expected))
        # Welch (1947); seven outputs, so a false alarm has a chance below 0.1 % together.
        p = stats.ttest_ind(one, other, equal_var=False).pvalue
        assert p > 1e-4, f"{name}: {np.mean(one):.4g} against {np.mean(other):.4g}, p = {p:.2g}"
        assert stats.sem(other) < 0.1 * np.mean(other), f"{name}: too few runs to tell anything"


def test_scenario_of_any_size_has_the_parameters_of_the_workload() -> None:
    for n in (5_000, 1_000_000):
        scenario, size = tandem.tandem(n, 7), corridor(n)
        export, import_ = (scenario.customs[name] for name in ("export-customs", "import-customs"))
        assert scenario.stations["sorting"].service.parts[0].mean == size.sorting_mean
        assert export.examination.service.parts[0].mean == size.inspection_mean
        assert import_.release.service.parts[0].mean == size.import_duration
        assert scenario.lanes["flight"].payload.pieces == size.flight_capacity
        assert scenario.seed == 7


def test_file_is_the_workload_at_a_million() -> None:
    scenario, rebuilt = tandem.described(), tandem.tandem(1_000_000, tandem.described().seed)
    assert rebuilt.stations["sorting"].service.parts[0].mean == pytest.approx(
        scenario.stations["sorting"].service.parts[0].mean, rel=1e-12
    )
    assert rebuilt.customs["export-customs"].examination.service.parts[0].mean == pytest.approx(
        scenario.customs["export-customs"].examination.service.parts[0].mean, rel=1e-12
    )
    assert rebuilt.customs["import-customs"] == scenario.customs["import-customs"]
    assert rebuilt.lanes == scenario.lanes
    assert rebuilt.horizon == scenario.horizon
    assert rebuilt.market == scenario.market


def test_arrivals_have_the_daily_rates_of_the_workload() -> None:
    n = 60_000
    _, steps = tandem.logged(n, 3)
    arrived_at = steps["sorting"]["arrived_at"] - build(tandem.tandem(n, 3)).start
    assert arrived_at.max() < HORIZON
    days, expected = np.bincount(arrived_at // DAY, minlength=365), daily_means(n)
    statistic = ((days - expected) ** 2 / expected).sum()
    assert stats.chi2.sf(statistic, 365) > 0.001
    assert stats.chi2.cdf(statistic, 365) > 0.001


def test_run_that_ends_before_all_are_delivered_is_refused() -> None:
    scenario = tandem.tandem(N, 1)
    short = scenario.model_copy(update={"horizon": scenario.horizon.model_copy(update={"drain": 0})})
    with pytest.raises(RuntimeError, match=r"still under way: the drain is too short"):
        tandem.outputs(build(short).run())
