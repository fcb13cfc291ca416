"""Draws are inverse distribution functions: every kind against scipy's, and against the definition of a quantile."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import special, stats

from sim.kernels import distributions
from sim.kernels.births import poisson_quantile
from sim.kernels.draws import binomial_quantile
from sim.scenario.base import DurationDistribution
from sim.ticks import HOUR

SETTINGS = settings(max_examples=300, deadline=None, derandomize=True)
UNIFORMS = [1e-15, 1e-9, 1e-4, 0.01, 0.0749, 0.0751, 0.25, 0.4999, 0.5, 0.5001, 0.75, 0.9249, 0.9251, 0.999, 1 - 1e-9]
UNIT = st.floats(2.0**-53, 1 - 2.0**-53)


def lognormal(mean: float, cv: float) -> Any:
    """scipy's lognormal of a mean and a coefficient of variation (Johnson, Kotz, Balakrishnan 1994, chapter 14)."""
    variance = math.log(1 + cv * cv)
    return stats.lognorm(math.sqrt(variance), scale=mean / math.sqrt(1 + cv * cv))


KINDS: dict[str, tuple[dict[str, Any], Any]] = {
    "constant": ({"mean": "3 h"}, None),
    "exponential": ({"mean": "3 h"}, stats.expon(scale=3)),
    "lognormal": ({"mean": "3 h", "cv": 0.7}, lognormal(3, 0.7)),
    "wide lognormal": ({"mean": "3 h", "cv": 4}, lognormal(3, 4)),
    "uniform": ({"low": "1 h", "high": "5 h"}, stats.uniform(1, 4)),
    "triangular": ({"low": "1 h", "mode": "2 h", "high": "7 h"}, stats.triang(1 / 6, 1, 6)),
    "left triangular": ({"low": "1 h", "mode": "1 h", "high": "7 h"}, stats.triang(0, 1, 6)),
    "right triangular": ({"low": "1 h", "mode": "7 h", "high": "7 h"}, stats.triang(1, 1, 6)),
    "weibull": ({"mean": "3 h", "shape": 1.7}, stats.weibull_min(1.7, scale=3 / math.gamma(1 + 1 / 1.7))),
    "steep weibull": ({"mean": "3 h", "shape": 0.5}, stats.weibull_min(0.5, scale=3 / math.gamma(3))),
}


def table(kind: str, **parameters: Any) -> np.ndarray:
    return distributions.table(DurationDistribution.model_validate({"distribution": kind.split()[-1]} | parameters))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "constant"])
@pytest.mark.parametrize("u", UNIFORMS)
def test_quantile_is_scipys(kind: str, u: float) -> None:
    # 1e-10 h is a third of a microsecond, to which draws are rounded.
    parameters, theirs = KINDS[kind]
    ours = distributions.quantile(table(kind, **parameters), u) / HOUR
    assert ours == pytest.approx(theirs.ppf(u), rel=1e-11, abs=1e-10)


@pytest.mark.parametrize("u", UNIFORMS)
def test_quantile_of_a_constant_is_the_constant(u: float) -> None:
    assert distributions.quantile(table("constant", mean="3 h"), u) == 3 * HOUR


def test_triangle_without_width_is_its_point() -> None:
    assert distributions.quantile(table("triangular", low="2 h", mode="2 h", high="2 h"), 0.3) == 2 * HOUR


@pytest.mark.parametrize("kind", KINDS)
def test_mean_is_scipys(kind: str) -> None:
    parameters, theirs = KINDS[kind]
    expected = 3 if theirs is None else theirs.mean()
    assert distributions.mean(table(kind, **parameters)) / HOUR == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("factor", [0.25, 1.0, 3.0])
def test_scaled_distribution_is_that_of_so_many_times_the_quantity(kind: str, factor: float) -> None:
    parts = table(kind, **KINDS[kind][0])
    larger = distributions.scaled(parts, factor)
    assert distributions.mean(larger) == pytest.approx(factor * distributions.mean(parts), rel=1e-12)
    for u in UNIFORMS:
        assert distributions.quantile(larger, u) == pytest.approx(factor * distributions.quantile(parts, u), rel=1e-12)


MIXTURE = {
    "distribution": "mixture",
    "of": [
        {"share": 0.2, "distribution": "constant", "mean": "30 min"},
        {"share": 0.5, "distribution": "lognormal", "mean": "3 h", "cv": 0.7},
        {"share": 0.3, "distribution": "weibull", "mean": "9 h", "shape": 2},
    ],
}


def mixture() -> np.ndarray:
    return distributions.table(DurationDistribution.model_validate(MIXTURE))


@given(u=UNIT)
@SETTINGS
def test_mixture_takes_the_first_part_whose_share_exceeds_and_rescales_within_it(u: float) -> None:
    parts = [None, lognormal(3, 0.7), stats.weibull_min(2, scale=9 / math.gamma(1.5))]
    bounds = [0.0, 0.2, 0.7, 1.0]
    i = next(i for i in range(3) if u < bounds[i + 1])
    within = (u - bounds[i]) / (bounds[i + 1] - bounds[i])
    part = parts[i]
    expected = 0.5 if part is None else part.ppf(np.clip(within, 2.0**-53, 1 - 2.0**-53))
    assert distributions.quantile(mixture(), u) / HOUR == pytest.approx(expected, rel=1e-9)


def test_mean_of_a_mixture_is_the_mean_of_its_means() -> None:
    assert distributions.mean(mixture()) / HOUR == pytest.approx(0.2 * 0.5 + 0.5 * 3 + 0.3 * 9, rel=1e-12)


def test_draws_of_a_mixture_are_distributed_like_it() -> None:
    drawn = np.array([distributions.quantile(mixture(), u) for u in (np.arange(20_000) + 0.5) / 20_000]) / HOUR

    def cdf(x: np.ndarray) -> np.ndarray:
        weibull = stats.weibull_min(2, scale=9 / math.gamma(1.5))
        return 0.2 * (x >= 0.5) + 0.5 * lognormal(3, 0.7).cdf(x) + 0.3 * weibull.cdf(x)

    # The uniforms are a grid, so the empirical distribution function may be off by the grid only.
    at = np.linspace(0.1, 30, 200)
    empirical = np.searchsorted(np.sort(drawn), at, side="right") / len(drawn)
    assert np.abs(empirical - cdf(at)).max() < 3 / len(drawn)


@given(p=UNIT)
@SETTINGS
def test_normal_quantile_is_scipys(p: float) -> None:
    # Wichura (1988), AS 241: relative error about 1e-16; near one half the result itself is near zero.
    assert distributions.normal_quantile(p) == pytest.approx(special.ndtri(p), rel=5e-14, abs=1e-15)


@pytest.mark.parametrize("p", [0.075, 0.925, math.nextafter(0.075, 0), math.nextafter(0.925, 1), math.exp(-25), 0.5])
def test_normal_quantile_has_no_step_where_its_formula_changes(p: float) -> None:
    assert distributions.normal_quantile(p) == pytest.approx(special.ndtri(p), rel=5e-14, abs=1e-16)


@given(a=UNIT, b=UNIT, kind=st.sampled_from(sorted(KINDS)))
@SETTINGS
def test_quantiles_rise_with_the_uniform(a: float, b: float, kind: str) -> None:
    parts = table(kind, **KINDS[kind][0])
    assert distributions.quantile(parts, min(a, b)) <= distributions.quantile(parts, max(a, b)) * (1 + 1e-14)


def test_whole_numbers_are_rounded_once_and_have_a_least_value() -> None:
    parts = distributions.table(DurationDistribution.model_validate({"distribution": "uniform", "low": 0, "high": 1}))
    parts[0, 2:4] = (0.0, 10.0)
    assert [distributions.whole(parts, u, 0) for u in (0.04, 0.06, 0.24, 0.26, 0.96)] == [0, 1, 2, 3, 10]
    assert distributions.whole(parts, 0.04, 1) == 1


@given(u=UNIT, mean=st.floats(1e-6, 1e7))
@SETTINGS
def test_poisson_quantile_is_the_least_number_whose_cumulative_probability_reaches_u(u: float, mean: float) -> None:
    k = poisson_quantile(u, mean)
    assert stats.poisson.cdf(k, mean) >= u
    assert k == 0 or stats.poisson.cdf(k - 1, mean) < u


@pytest.mark.parametrize("mean", [0.01, 0.7, 3.0, 41.5, 1e3, 2.5e5])
def test_poisson_quantile_is_scipys(mean: float) -> None:
    for u in np.linspace(0.0005, 0.9995, 200):
        assert poisson_quantile(float(u), mean) == stats.poisson.ppf(u, mean)


def test_poisson_quantile_of_nothing_expected_is_nothing() -> None:
    assert poisson_quantile(0.999999, 0.0) == 0


@given(u=st.floats(1e-9, 1 - 1e-9), n=st.integers(1, 3_000), p=st.floats(1e-4, 1 - 1e-4))
@example(u=0.999999999, n=77, p=0.9999)  # the probability of none at all underflows, and the distribution is skewed
@SETTINGS
def test_binomial_quantile_is_scipys(u: float, n: int, p: float) -> None:
    k = binomial_quantile(u, n, p)
    # Smallest k with P(X <= k) > 1 - u; sums of n terms are exact to about n times 1e-16.
    assert stats.binom.sf(k, n, p) < u + 1e-11
    assert k == 0 or stats.binom.sf(k - 1, n, p) >= u - 1e-11


@pytest.mark.parametrize(("n", "p"), [(2, 0.5), (20, 0.03), (50, 0.98), (200, 0.35), (10_000, 0.4)])
def test_binomial_quantile_over_all_luck_has_the_binomial_distribution(n: int, p: float) -> None:
    grid = (np.arange(4_000) + 0.5) / 4_000
    drawn = np.array([binomial_quantile(float(u), n, p) for u in grid])
    assert (np.diff(drawn) <= 0).all()
    assert drawn.mean() == pytest.approx(n * p, abs=3 * math.sqrt(n * p * (1 - p)) / 1_000 + n / 4_000 / 50)
    np.testing.assert_array_equal(drawn, stats.binom.isf(grid, n, p))


@given(u=UNIT, p=st.floats(0, 1))
@SETTINGS
def test_one_parcel_is_taken_just_when_its_luck_lies_below_the_share(u: float, p: float) -> None:
    assert binomial_quantile(u, 1, p) == (1 if u < p else 0)


@pytest.mark.parametrize("n", [2, 7, 5_000])
def test_a_share_of_nothing_takes_none_and_a_share_of_all_takes_all(n: int) -> None:
    for u in (1e-12, 0.5, 1 - 1e-12):
        assert binomial_quantile(u, n, 0.0) == 0
        assert binomial_quantile(u, n, 1.0) == n


@pytest.mark.parametrize(("n", "p"), [(20, 0.3), (200, 0.02), (200, 0.35), (1_000, 0.01), (10_000, 0.5)])
def test_the_most_extreme_luck_takes_an_extreme_number_and_not_all(n: int, p: float) -> None:
    for u in (1e-12, 1e-11, 1e-9):
        expected = stats.binom.isf(u, n, p)
        assert abs(binomial_quantile(u, n, p) - expected) <= 0.05 * (expected - n * p) + 1
