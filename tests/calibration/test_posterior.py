"""Posterior, readings and evidence against a world where all of them are known exactly."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.special import logsumexp

from calibration.crosscheck import cross_check
from calibration.posterior import Posterior, sampled
from calibration.problem import Option, Problem, Question
from calibration.ranks import Ranks, imagined, ranks
from calibration.readings import evidence, leaving_out, verdicts
from calibration.tables import predictive, with_readings

Exactly = Callable[[Posterior, int], Any]


def test_sampler_finds_the_exact_posterior(linear: Posterior, exact: Exactly) -> None:
    chain = sampled(linear, 24, 3000, 500, seed=1)
    known = exact(linear, 0)
    sd = np.sqrt(np.diag(known.covariance))
    error = sd / np.sqrt(chain.effective)
    assert np.all(np.abs(chain.flat.mean(axis=0) - known.mean) < 4 * error)
    assert np.cov(chain.flat.T) == pytest.approx(known.covariance, abs=0.1 * sd.min() ** 2)
    assert chain.halves_apart() < 0.2


def test_same_seed_gives_the_same_chain(linear: Posterior) -> None:
    one, two = (sampled(linear, 12, 50, 20, seed=7).z for _ in range(2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, sampled(linear, 12, 50, 20, seed=8).z)


def test_evidence_of_every_reading_is_exact(rival: Posterior, exact: Exactly) -> None:
    chain = sampled(rival, 24, 1000, 300, seed=2)
    found = evidence(rival, chain, 20_000, seed=3)
    known = [exact(rival, reading).log_evidence for reading in (0, 1)]
    assert found.by_reading == pytest.approx(known, abs=0.03)
    assert found.total(rival.reports.log_prior) == pytest.approx(logsumexp(known) - np.log(2), abs=0.03)
    assert found.effective > 5000


def test_sampled_readings_have_the_exact_probabilities(rival: Posterior, exact: Exactly) -> None:
    chain = sampled(rival, 24, 4000, 500, seed=4)
    draws = with_readings(rival, chain.drawn(4000, np.random.default_rng(1)), np.random.default_rng(2))
    known = np.exp([exact(rival, reading).log_evidence for reading in (0, 1)])
    assert np.mean(draws.reading == 1) == pytest.approx(known[1] / known.sum(), abs=0.04)


def test_report_left_out_contributes_what_it_does_in_exact_bayes(rival: Posterior, exact: Exactly) -> None:
    chain = sampled(rival, 24, 1000, 300, seed=5)
    whole = evidence(rival, chain, 20_000, seed=6)
    without = leaving_out(rival, ["x", "y", "z"], 24, 300, 10_000, seed=7)
    problem = Problem.model_construct(
        readings={"q": Question(what="", options={name: _option() for name in ("one", "two")})}
    )
    said = verdicts(problem, whole, without, rival.reports.log_prior)

    def factor(kept: list[int]) -> float:
        part = replace(rival, reports=rival.reports.only(np.array(kept)))
        return exact(part, 0).log_evidence - exact(part, 1).log_evidence

    all_of_them = factor([0, 1, 2])
    assert said[0].after == pytest.approx(1 / (1 + np.exp(-all_of_them)), abs=0.02)
    for name, kept in {"x": [1, 2], "y": [0, 2], "z": [0, 1]}.items():
        assert said[0].moved_by[name] == pytest.approx(all_of_them - factor(kept), abs=0.08)
        assert said[1].moved_by[name] == pytest.approx(-said[0].moved_by[name])


def _option() -> Option:
    return Option(says="", probability=0.5, why="")


def test_predictive_is_the_exact_normal(linear: Posterior, exact: Exactly) -> None:
    chain = sampled(linear, 24, 3000, 500, seed=8)
    rng = np.random.default_rng(3)
    found = predictive(linear, with_readings(linear, chain.drawn(4000, rng), rng), rng)
    known = exact(linear, 0)
    slope = linear.emulator.predict(linear.features(np.eye(2)))[0].T
    noise = linear.emulator.noise + np.diag(linear.reports.discrepancy)
    covariance = slope @ known.covariance @ slope.T + noise + linear.reports.covariance[0]
    assert found.reported.mean(axis=0) == pytest.approx(slope @ known.mean + [0, 0.1, 0], abs=0.05)
    assert np.cov(found.reported.T) == pytest.approx(covariance, abs=0.08 * covariance.max())
    assert found.modelled[:, 1].mean() == pytest.approx(found.reported[:, 1].mean() - 0.1, abs=0.03)


def test_cross_check_agrees_where_the_emulator_is_exact(linear: Posterior, exact: Exactly) -> None:
    chain, rng = sampled(linear, 24, 3000, 500, seed=9), np.random.default_rng(4)
    z = chain.drawn(600, rng)
    mean = linear.emulator.predict(linear.features(z))[0]
    y = mean + rng.multivariate_normal(np.zeros(3), linear.emulator.noise, len(z))
    found = cross_check(linear, chain.flat, z, y, exact(linear, 0).log_evidence, None)
    assert found.effective > 300
    assert np.all(found.distance < 1.3 * found.expected_distance)


def test_cross_check_finds_an_emulator_that_is_wrong(linear: Posterior, exact: Exactly) -> None:
    chain, rng = sampled(linear, 24, 3000, 500, seed=9), np.random.default_rng(4)
    z = chain.drawn(600, rng)
    y = linear.emulator.predict(linear.features(z))[0] + 0.5
    found = cross_check(linear, chain.flat, z, y, exact(linear, 0).log_evidence, None)
    assert found.distance.max() > 1.5 * found.expected_distance


def test_ranks_are_even_where_the_posterior_is_exact(rival: Posterior) -> None:
    found = ranks(rival, 80, 12, 120, 80, draws=19, seed=10)
    assert found.p_values(bins=5).min() > 0.005
    assert found.coverage_p_values(0.8).min() > 0.005


def test_ranks_are_uneven_where_reports_err_more_than_is_admitted(linear: Posterior) -> None:
    sure = replace(linear, reports=replace(linear.reports, covariance=linear.reports.covariance / 30))
    truth = np.random.default_rng(5).standard_normal((40, 2))
    reports = imagined(linear, truth, np.random.default_rng(6))
    rows = []
    for i in range(40):
        one = replace(sure, reports=replace(sure.reports, y=reports[i]))
        rows.append(np.sum(sampled(one, 12, 120, 80, seed=i).drawn(19, np.random.default_rng(i)) < truth[i], axis=0))
    found = Ranks(np.array(rows), 19)
    assert found.p_values(bins=5).min() < 0.01
    assert found.coverage_p_values(0.8).min() < 0.01
