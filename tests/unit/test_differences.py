"""Paired differences: intervals that cover, error that is told from knowledge, rankings that add up."""

import math

import numpy as np
import pytest
from scipy.special import stdtr

from sim.experiments.differences import Layout, difference, expected_by_draw, ranking, spread


def two_level(
    seed: int, draws: int, per_draw: int, mean: float, between: float, within: float
) -> tuple[np.ndarray, np.ndarray]:
    luck = np.random.default_rng(seed)
    effect = np.repeat(luck.normal(0, between, draws), per_draw)
    return mean + effect + luck.normal(0, within, draws * per_draw), effect


def test_a_plan_that_changes_nothing_differs_by_zero_with_zero_width() -> None:
    values = np.random.default_rng(1).normal(100, 10, 8)
    found = difference(values, values, Layout.of(8, 2))
    assert (found.difference, found.low, found.high, found.half_width) == (0, 0, 0, 0)
    assert found.is_precise
    assert math.isnan(found.probability_positive)


def test_components_of_variance_are_recovered() -> None:
    values, _ = two_level(2, 4000, 3, mean=5, between=2, within=3)
    found = spread(values, Layout.of(len(values), 3))
    assert found.mean == pytest.approx(5, abs=0.15)
    assert found.between == pytest.approx(4, rel=0.1)
    assert found.within == pytest.approx(9, rel=0.05)
    assert found.standard_error == pytest.approx(3 / math.sqrt(12000), rel=0.05)


def test_expected_outcomes_scatter_like_the_effects_not_like_their_noisy_means() -> None:
    values, effect = two_level(3, 20_000, 2, mean=0, between=1, within=3)
    expected = expected_by_draw(values, Layout.of(len(values), 2))
    assert expected.std() == pytest.approx(effect.std(), rel=0.1)
    assert values.reshape(-1, 2).mean(axis=1).std() > 2


def test_luck_alone_gives_no_credible_width() -> None:
    inside, widths = 0, []
    for seed in range(200):
        values, _ = two_level(seed, 10, 4, mean=1, between=0, within=1)
        found = difference(values, np.zeros(40), Layout.of(40, 4))
        inside += abs(found.difference - 1) <= found.half_width
        widths.append(found.high - found.low)
    assert np.median(widths) < 0.3  # the noisy means of the draws spread over about 2
    # Binomial with p = 0.95: mean 190, standard deviation 3.1; four of them either way.
    assert 177 <= inside <= 200


def test_pairing_removes_the_variance_that_plans_share() -> None:
    luck = np.random.default_rng(4)
    shared = luck.normal(0, 10, 400)
    baseline, plan = shared + luck.normal(0, 1, 400), shared + 2 + luck.normal(0, 1, 400)
    found = difference(plan, baseline, Layout.of(400, None))
    assert found.pairing == pytest.approx(1 - 2 / 202, abs=0.005)
    assert found.difference == pytest.approx(2, abs=0.3)
    assert math.isnan(found.low)
    assert found.probability_positive > 0.999


def test_one_replication_claims_no_precision() -> None:
    found = difference(np.array([3.0]), np.array([1.0]), Layout.of(1, None))
    assert found.difference == 2
    assert math.isnan(found.half_width)
    assert math.isnan(found.probability_positive)
    assert not found.is_precise


def test_precision_rule_takes_the_wider_of_its_two_limits() -> None:
    baseline = np.full(4, 1000.0)
    plan = baseline + np.array([0.9, 1.1, 0.9, 1.1])
    assert difference(plan, baseline, Layout.of(4, None)).is_precise  # 0.2 % of 1000 is 2
    assert not difference(plan, baseline, Layout.of(4, None), floor=0).is_precise


def test_probabilities_of_being_best_sum_to_one_and_the_best_in_every_draw_has_no_regret() -> None:
    values = np.array([[0.0, 0, 0, 0], [1, 1, 3, 3], [2, 2, 1, 1]])
    found = ranking(values, Layout.of(4, 2))
    assert found.probability_best.tolist() == [0, 0.5, 0.5]
    assert found.regret.tolist() == [2.5, 0.5, 1.0]
    assert found.rests_on == "draws"
    always = ranking(values + np.array([[0.0], [5], [0]]), Layout.of(4, 2))
    assert always.regret[1] == 0
    assert always.probability_best[1] == 1


def test_without_draws_the_ranking_says_that_it_rests_on_monte_carlo_error() -> None:
    luck = np.random.default_rng(5)
    values = luck.normal(0, 1, (3, 50)) + np.array([[0.0], [0.1], [3]])
    found = ranking(values, Layout.of(50, None))
    assert found.rests_on == "Monte Carlo error"
    assert found.probability_best.sum() == pytest.approx(1)
    assert found.probability_best[2] > 0.99


def test_ranking_sees_through_luck_that_all_alternatives_share() -> None:
    luck = np.random.default_rng(6).normal(1000, 100, 40)
    effect = np.tile([3.0, 3.0, -1.0, -1.0], 10)
    found = ranking(np.stack([luck, luck + effect]), Layout.of(40, 2))
    assert found.probability_best.tolist() == [0.5, 0.5]
    assert found.regret.tolist() == pytest.approx([1.5, 0.5])


def test_ranking_of_what_is_not_known_is_not_known() -> None:
    for per_draw in (None, 2):
        found = ranking(np.array([[1.0, 2, 3, 4], [1, 2, math.nan, 4]]), Layout.of(4, per_draw))
        assert np.isnan(found.probability_best).all()
        assert np.isnan(found.regret).all()


def test_best_of_few_replications_is_as_uncertain_as_their_scatter_is() -> None:
    found = ranking(np.array([[0.0, 0.0], [53_000.0, 79_852.0]]), Layout.of(2, None))
    mean, error = 66_426.0, 13_426.0
    assert found.probability_best[1] == pytest.approx(stdtr(1, mean / error), abs=0.02)


def test_one_replication_says_nothing_of_which_is_best() -> None:
    found = ranking(np.array([[0.0], [53_000.0]]), Layout.of(1, None))
    assert np.isnan([*found.probability_best, *found.probability_near, *found.regret]).all()
