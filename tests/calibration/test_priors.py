"""Priors: values and normal scores are inverse to each other, cuts hold, features are standardised."""

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from calibration.priors import Prior, Space

PRIORS = [
    Prior(distribution="uniform", low=0.4, high=0.7),
    Prior(distribution="loguniform", low=0.03, high=0.1),
    Prior(distribution="normal", mean=0.4, sd=0.4),
    Prior(distribution="lognormal", median=9e6, log_sd=0.5),
    Prior(distribution="lognormal", median=0.05, log_sd=0.5, low=0.015, high=0.2),
    Prior(distribution="normal", mean=0.0, sd=1.0, low=-0.5),
]
SPACE = Space(tuple("abcdef"), tuple(PRIORS))


def test_scores_and_values_are_inverse() -> None:
    z = np.random.default_rng(1).standard_normal((500, 6))
    assert SPACE.scores(SPACE.values(z)) == pytest.approx(z, abs=1e-6)


@pytest.mark.parametrize(
    ("prior", "known"),
    [
        (PRIORS[0], stats.uniform(0.4, 0.3)),
        (PRIORS[1], stats.loguniform(0.03, 0.1)),
        (PRIORS[2], stats.norm(0.4, 0.4)),
        (PRIORS[3], stats.lognorm(0.5, scale=9e6)),
        (PRIORS[5], stats.truncnorm(-0.5, np.inf)),
    ],
)
def test_quantiles_are_those_of_scipy(prior: Prior, known: stats.rv_continuous) -> None:
    u = np.linspace(0.01, 0.99, 21)
    assert prior.quantile(u) == pytest.approx(known.ppf(u), rel=1e-9)


def test_cut_prior_stays_within_its_cut() -> None:
    values = PRIORS[4].quantile(np.linspace(1e-9, 1 - 1e-9, 1001))
    assert values.min() >= 0.015 - 1e-12
    assert values.max() <= 0.2 + 1e-12


def test_features_span_about_two_to_both_sides() -> None:
    z = np.repeat(stats.norm.ppf([0.025, 0.5, 0.975])[:, None], 6, axis=1)
    found = SPACE.features(SPACE.values(z))
    assert found[1] == pytest.approx(np.zeros(6), abs=1e-9)
    assert found[2] - found[0] == pytest.approx(np.full(6, 4.0))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"distribution": "uniform", "low": 1}, "needs high"),
        ({"distribution": "normal", "mean": 1, "sd": 1, "median": 2}, "takes no median"),
        ({"distribution": "loguniform", "low": 0, "high": 1}, "above zero"),
        ({"distribution": "uniform", "low": 1, "high": 1}, "below high"),
    ],
)
def test_wrong_prior_is_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Prior.model_validate(given)
