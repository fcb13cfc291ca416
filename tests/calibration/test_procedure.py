"""The whole procedure on a world that answers at once; and, slowly, on the model itself."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from calibration.numbers import moved_paths, numbers_table
from calibration.page import page
from calibration.problem import Problem, Size, read
from calibration.procedure import Calibration, Simulator, calibrated, emulated, explored
from calibration.ranks import ranks
from calibration.shipping import NotToBeShippedError, ship
from calibration.simulator import base_scenario, scenario_at
from calibration.writing import tables_of, write
from sim.experiments.worlds import Worlds
from sim.ledger.posteriors import posterior_in
from sim.scenario.loading import load
from sim.scenario.setting import amount_at

ROOT = Path(__file__).parents[2]
SIZE = Size(
    parcels_per_row=1, first_wave=60, waves=2, next_wave=60, repeated=10, repeats=2, fresh=60, walkers=30, steps=600,
    burn_in=300, evidence_draws=2000, draws=50,
)  # fmt: skip
LUCK = 0.01


class Toy:
    """Answers at once, by products of powers of the parameters and a little luck."""

    def __init__(self, problem: Problem) -> None:
        self.names = problem.space.names
        self.outputs = list(problem.outputs)

    def __call__(self, values: np.ndarray, replications: Sequence[int], stage: str) -> np.ndarray:
        p = dict(zip(self.names, np.log(np.maximum(values.T, 1e-9)), strict=True))
        growth = values[:, self.names.index("growth_2014")]
        volume, early = p["parcels_2016"], p["level_2015"]
        items = volume + early - 0.6 * growth + np.log(20 / 12)
        tonnes = volume + np.log(219e-6) + 0.3 * p["price"] + 0.1 * p["express"] + 1.4
        known = {
            "post_2016": volume,
            "post_2017": volume + p["growth_2017"],
            "air_items": items,
            "air_tonnes": items + np.log(219e-6) + 0.3 * p["price"] + 1.1,
            "charter_flights": tonnes - p["load"],
            "charter_tonnes": tonnes,
        }
        mean = np.stack([known.get(name, volume) for name in self.outputs], axis=1)
        luck = np.stack([np.random.default_rng([17, r]).standard_normal(len(self.outputs)) for r in replications])
        return mean + LUCK * luck


@pytest.fixture(scope="module")
def problem() -> Problem:
    return read("harbin")


@pytest.fixture(scope="module")
def found(problem: Problem) -> Calibration:
    return calibrated(problem, SIZE, Toy(problem))


def test_reported_volumes_are_covered(found: Calibration) -> None:
    table = tables_of(found)["targets"]
    covered = dict(zip(table["target"], table["is_covered"], strict=True))
    assert covered["parcels_2016"] == covered["parcels_2017"] == "yes"


def test_what_reports_say_narrows_and_what_they_do_not_say_stays_open(found: Calibration) -> None:
    table = tables_of(found)["parameters"]
    left = dict(zip(table["parameter"], table["sd_left"], strict=True))
    assert left["parcels_2016"] < 0.3
    assert left["growth_2017"] < 0.6
    assert left["inside"] == pytest.approx(1, abs=0.2)
    assert left["dissimilarity"] == pytest.approx(1, abs=0.2)


def test_readings_keep_probabilities_that_sum_to_one(found: Calibration) -> None:
    table = tables_of(found)["readings"]
    for question in set(table["question"]):
        of_it = table["question"] == question
        assert table["after"][of_it].sum() == pytest.approx(1)
        assert np.all(table["after"][of_it] > 0)


def test_emulator_and_cross_check_agree_with_the_world(found: Calibration) -> None:
    assert np.mean(np.abs(found.surprises) < 2) > 0.8
    assert found.check.effective > 10
    assert np.mean(found.check.distance < 1.3 * found.check.expected_distance) > 0.8


def test_forecast_beats_unchanged_growth(found: Calibration) -> None:
    by_name = {score.forecast: score for score in found.scores}
    assert by_name["model"].crps < by_name["unchanged_growth"].crps
    assert by_name["model"].interval_score < by_name["unchanged_growth"].interval_score


def test_folder_holds_tables_pictures_and_manifest(found: Calibration, tmp_path: Path) -> None:
    write(found, tmp_path / "out", is_quick=True)
    names = {file.name for file in (tmp_path / "out").iterdir()}
    tables = {"posterior", "parameters", "quantiles", "targets", "checks", "readings", "combinations", "forecast"}
    assert {f"{table}.csv" for table in tables} | {f"{table}.parquet" for table in tables} <= names
    assert {"numbers.csv", "numbers.parquet"} <= names
    assert {"marginals.png", "targets.png", "readings.png", "manifest.json", "run.json"} <= names


def test_same_seed_gives_the_same_posterior(problem: Problem, found: Calibration) -> None:
    again = calibrated(problem, SIZE, Toy(problem))
    assert np.array_equal(again.draws.z, found.draws.z)
    assert np.array_equal(again.whole.by_reading, found.whole.by_reading)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ranks_are_even_on_an_emulator_of_the_model(problem: Problem, tmp_path: Path) -> None:
    """Talts et al. (2018): on one prior-wide emulator; the smallest of 12 p-values each, so Bonferroni's bound."""
    posterior = emulated(problem, explored(problem, problem.quick, Simulator(problem, problem.quick, tmp_path)))
    found = ranks(posterior, 60, 40, 300, 200, draws=39, seed=12)
    assert found.p_values(bins=8).min() > 0.01 / problem.space.n
    assert found.coverage_p_values(0.8).min() > 0.01 / problem.space.n
    assert found.coverage(0.8).mean() == pytest.approx(0.8, abs=0.05)  # 12 x 60 ranks: 0.015 if they were independent


def test_page_is_made_of_what_ships(found: Calibration, tmp_path: Path) -> None:
    write(found, tmp_path / "full", is_quick=False)
    assert ship(tmp_path / "full", tmp_path / "shipped", tmp_path) == "harbin"
    made = page(tmp_path / "shipped")
    for heading in ("Prior and posterior", "Reports and residuals", "Readings", "foretold", "How far to trust"):
        assert heading in made
    assert made.count("| parcels_2017 |") == 1
    assert (tmp_path / "calibration-harbin-marginals.png").exists()


def test_numbers_ship_whether_the_folder_has_them_or_not(found: Calibration, tmp_path: Path) -> None:
    write(found, tmp_path / "full", is_quick=False)
    made = (tmp_path / "full" / "numbers.csv").read_bytes()
    ship(tmp_path / "full", tmp_path / "shipped", tmp_path)
    assert (tmp_path / "shipped" / "harbin-numbers.csv").read_bytes() == made
    (tmp_path / "full" / "numbers.csv").unlink()
    (tmp_path / "shipped" / "harbin-numbers.csv").unlink()
    ship(tmp_path / "full", tmp_path / "shipped", tmp_path)
    assert (tmp_path / "shipped" / "harbin-numbers.csv").read_bytes() == made


def test_runs_draw_the_worlds_that_were_calibrated(problem: Problem, found: Calibration, tmp_path: Path) -> None:
    write(found, tmp_path / "full", is_quick=False)
    ship(tmp_path / "full", tmp_path / "shipped", tmp_path)
    posterior = posterior_in(tmp_path / "shipped", "harbin")
    assert len(posterior.draws) == len(found.draws.z)
    baseline = load(ROOT / problem.base).scenario.model_copy(update={"posterior": ("harbin",)})
    worlds, calibrating = Worlds.of(baseline, 6, tmp_path / "shipped"), base_scenario(problem, 1000)
    for draw, z in enumerate(found.draws.z[:3]):
        point = dict(zip(problem.space.names, problem.space.values(z[None])[0].tolist(), strict=True))
        there, here = scenario_at(problem, calibrating, point), worlds.scenario(2 * draw)
        assert here.market.origins["harbin"].choice == there.market.origins["harbin"].choice
        for path in moved_paths(problem):
            assert amount_at(here, path) == amount_at(there, path)


def test_what_only_the_calibration_describes_is_no_number_of_the_scenario(problem: Problem) -> None:
    levels = "market.origins.harbin.growth.levels"
    assert set(problem.moves) - set(moved_paths(problem)) == {f"{levels}.2013", f"{levels}.2014"}


def test_centre_is_worked_out_of_the_medians_of_the_parameters(problem: Problem, found: Calibration) -> None:
    values = problem.space.values(found.draws.z)
    made = numbers_table(problem, dict(zip(problem.space.names, values.T, strict=True)))
    inside = problem.space.names.index("inside")
    assert made["draw"][0] == "central"
    assert made["market.origins.harbin.choice.reference_shares.inside"][0] == np.median(values[:, inside])


def test_draws_stand_in_no_order(found: Calibration) -> None:
    """Runs take them from the first on: neighbours along the chain must not be neighbours in the table."""
    z = found.draws.z[:, 0]
    assert abs(np.corrcoef(z[:-1], z[1:])[0, 1]) < 0.4


def test_posterior_of_other_parameters_is_not_shipped(found: Calibration, tmp_path: Path) -> None:
    write(found, tmp_path / "full", is_quick=False)
    file = tmp_path / "full" / "posterior.csv"
    file.write_text(file.read_text("utf-8").replace(",inside,", ",within,"), "utf-8")
    with pytest.raises(NotToBeShippedError, match="knows no inside: calibrate harbin anew"):
        ship(tmp_path / "full", tmp_path / "shipped", tmp_path)


def test_coarse_calibration_is_not_shipped(found: Calibration, tmp_path: Path) -> None:
    write(found, tmp_path / "quick", is_quick=True)
    with pytest.raises(NotToBeShippedError, match="for tests only"):
        ship(tmp_path / "quick", tmp_path / "shipped", tmp_path)
