"""The smaller pieces: formulas, corridor files, emulators, waves, scores, tables, comparison."""

import copy
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML
from scipy.integrate import quad
from scipy.stats import lognorm

from calibration.compare import differences
from calibration.designs import latin_hypercube, spread_out
from calibration.emulator import Emulator, Runs, noise_of, surprises
from calibration.formula import names_of, worked_out
from calibration.likelihood import Reports
from calibration.posterior import Posterior
from calibration.problem import CORRIDORS, Problem, names, read
from calibration.scores import crps, crps_lognormal, interval_score, of_draws
from calibration.tables import parameters_table
from calibration.waves import CUTOFF, implausibility, next_wave
from sim.errors import ScenarioError
from sim.ledger.formulas import FormulaError

# -- formulas and files ------------------------------------------------------------------------------------------------


def test_formula_of_parameters_is_worked_out() -> None:
    assert worked_out("a * exp(-2 * b) + 1 / c", {"a": 3.0, "b": 0.0, "c": 4.0}) == 3.25
    assert names_of("a * exp(-2 * b)") == {"a", "b"}


@pytest.mark.parametrize("formula", ["a +", "a.b", "open(a)", "'x'", "d"])
def test_anything_else_is_no_formula(formula: str) -> None:
    with pytest.raises(FormulaError):
        worked_out(formula, {"a": 1.0})


@pytest.mark.parametrize("corridor", names())
def test_shipped_corridor_is_read(corridor: str) -> None:
    problem = read(corridor)
    reports = Reports.of(problem)
    assert reports.y.shape == (len(problem.targets),)
    assert np.exp(reports.log_prior).sum() == pytest.approx(1)
    assert problem.full.runs <= 1200
    assert np.all(np.linalg.eigvalsh(reports.covariance) > 0)
    assert problem.full.walkers >= 2 * problem.space.n


def planted(tmp_path: Path, *keys: str, value: object) -> Path:
    data = copy.deepcopy(YAML(typ="safe").load(CORRIDORS / "harbin.yaml"))
    node = data
    for key in keys[:-1]:
        node = node[key]
    node[keys[-1]] = value
    file = tmp_path / "wrong.yaml"
    YAML().dump(data, file)
    return file


@pytest.mark.parametrize(
    ("keys", "value", "said"),
    [
        (("targets", "air_items", "of"), {"air_item": 1}, "no output 'air_item'; did you mean 'air_items'"),
        (("moves", "lanes.x.y"), "lode", "no parameter 'lode'; did you mean 'load'"),
        (("readings", "growth", "options", "rate", "probability"), 0.5, "sum to 1.1, not 1"),
        (("parameters", "load", "prior"), {"distribution": "uniform", "low": 3}, "needs high"),
        (("targets", "air_items", "colour"), "red", "unknown key 'colour'"),
    ],
)
def test_wrong_corridor_is_refused(tmp_path: Path, keys: tuple[str, ...], value: object, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        read(planted(tmp_path, *keys, value=value))


# -- emulators and waves -----------------------------------------------------------------------------------------------


def truth(x: np.ndarray) -> np.ndarray:
    """Two outputs of three features, nearly linear: float64[n, 2]."""
    return np.stack([x[:, 0] + 0.3 * np.sin(x[:, 1]), 0.5 * x[:, 0] - x[:, 2] + 0.1 * x[:, 1] ** 2], axis=1)


@pytest.fixture(scope="module")
def emulated() -> tuple[Emulator, Runs]:
    rng = np.random.default_rng(1)
    noise = np.diag([0.02, 0.05]) ** 2
    x = latin_hypercube(80, 3, seed=2)
    emulator = Emulator(Runs(x, truth(x) + rng.multivariate_normal([0, 0], noise, 80)), noise, seed=3)
    new = rng.standard_normal((200, 3))
    return emulator, Runs(new, truth(new) + rng.multivariate_normal([0, 0], noise, 200))


def test_emulator_is_close_and_knows_how_close(emulated: tuple[Emulator, Runs]) -> None:
    emulator, new = emulated
    mean, variance = emulator.predict(new.x)
    assert np.std(mean - truth(new.x), axis=0) == pytest.approx([0, 0], abs=0.08)
    assert np.all(np.mean(np.abs(surprises(emulator, new)) < 2, axis=0) > 0.85)
    far, _ = np.full((1, 3), 6.0), None
    assert np.all(emulator.predict(far)[1] > np.median(variance, axis=0))


def test_luck_is_pooled_over_repeated_runs() -> None:
    rng = np.random.default_rng(4)
    covariance = np.array([[0.04, 0.01], [0.01, 0.09]])
    groups = [rng.multivariate_normal(rng.standard_normal(2) * 5, covariance, 4) for _ in range(400)]
    assert noise_of(groups) == pytest.approx(covariance, abs=0.008)


def test_latin_hypercube_meets_every_quantile_once() -> None:
    z = latin_hypercube(20, 3, seed=5)
    from scipy.special import ndtr

    for column in z.T:
        assert sorted((ndtr(column) * 20).astype(int)) == list(range(20))


def test_spread_points_lie_farther_apart_than_any() -> None:
    rng = np.random.default_rng(6)
    z = rng.standard_normal((500, 2))

    def closest(points: np.ndarray) -> float:
        distance = np.linalg.norm(points[:, None] - points[None], axis=2)
        return float(distance[~np.eye(len(points), dtype=bool)].min())

    assert closest(spread_out(z, 20, rng)) > 3 * closest(z[:20])


def test_next_wave_lies_where_the_reports_are_plausible(linear: Posterior) -> None:
    wave = next_wave(linear, 40, seed=7, number=2)
    assert 0 < wave.plausible_share < 1
    assert len(wave.points) == 40
    assert implausibility(linear, wave.points).max() < CUTOFF


def test_no_reading_is_lost_on_the_way(rival: Posterior) -> None:
    z = np.random.default_rng(8).standard_normal((200, 2))
    from dataclasses import replace

    parts = []
    for i in (0, 1):
        reports = rival.reports
        one = replace(reports, shift=reports.shift[[i]], covariance=reports.covariance[[i]], log_prior=np.zeros(1))
        parts.append(implausibility(replace(rival, reports=one), z))
    assert implausibility(rival, z) == pytest.approx(np.minimum(*parts))


# -- scores and tables -------------------------------------------------------------------------------------------------


def test_crps_is_the_integral_that_defines_it() -> None:
    forecast, y = lognorm(0.3, scale=10.0), 12.0
    exact = quad(lambda x: (forecast.cdf(x) - (x >= y)) ** 2, 0.1, 60, points=[y], limit=200)[0]
    assert crps_lognormal(10.0, 0.3, y) == pytest.approx(exact, rel=1e-6)
    draws = forecast.ppf((np.arange(20_000) + 0.5) / 20_000)
    assert crps(draws, y) == pytest.approx(exact, rel=1e-3)
    assert crps_lognormal(10.0, 0.0, y) == 2.0


def test_interval_score_is_width_plus_what_was_missed() -> None:
    assert interval_score(1.0, 3.0, 2.0) == 2.0
    assert interval_score(1.0, 3.0, 3.5) == pytest.approx(2.0 + 20 * 0.5)
    assert of_draws("x", np.linspace(0, 10, 10_001), 5.0).interval_score == pytest.approx(9.0)


def test_parameter_that_nothing_informs_is_named() -> None:
    problem = read("harbin")
    rng = np.random.default_rng(9)
    z = rng.standard_normal((4000, problem.space.n))
    z[:, 0] *= 0.2
    table = parameters_table(problem, z)
    assert list(table["is_informed"]) == ["yes"] + ["no"] * (problem.space.n - 1)
    assert table["contraction"][0] == pytest.approx(0.96, abs=0.01)
    assert table["prior_50"] == pytest.approx(problem.space.values(np.zeros((1, problem.space.n)))[0])


def test_quantiles_within_monte_carlo_error_agree() -> None:
    shipped = {("a", 0.5): (0.30, 0.02), ("a", 0.95): (1.2, 0.05)}
    assert differences({("a", 0.5): (0.38, 0.02), ("a", 0.95): (1.0, 0.05)}, shipped) == []
    assert len(differences({("a", 0.5): (0.60, 0.02), ("a", 0.95): (1.2, 0.05)}, shipped)) == 1
    assert "b is not calibrated in both" in differences({("b", 0.5): (0.0, 0.1)}, shipped)


def test_problem_names_what_a_parameter_moves() -> None:
    problem: Problem = read("harbin")
    assert problem.moved_by("load") == ["lanes.hrb-svx-charter.on_demand.when_ready"]
    assert set(problem.moving) == set(problem.parameters)
