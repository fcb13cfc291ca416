"""Simulation-based calibration: is the posterior as wide as it should be, for data that the model itself makes?

Parameters are drawn from the prior, reports from the model at them (one combination of readings by its probability),
and the posterior sampled. The rank of the true value among independent posterior draws is then uniform (Talts et al.,
2018, Validating Bayesian inference algorithms with simulation-based calibration).
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import binomtest, chi2

from calibration.designs import generator
from calibration.posterior import Posterior, sampled


@dataclass(frozen=True)
class Ranks:
    """Ranks int64[n, d] of the true values among ``draws`` posterior draws, 0 to draws."""

    ranks: np.ndarray
    draws: int

    def p_values(self, bins: int = 10) -> np.ndarray:
        """Probability of ranks as uneven as these, by parameter, if they were uniform (chi-square): float64[d]."""
        edges = np.linspace(0, self.draws + 1, bins + 1)
        expected = len(self.ranks) / bins
        counts = np.stack([np.histogram(column, edges)[0] for column in self.ranks.T])
        return np.asarray(chi2.sf(np.sum((counts - expected) ** 2, axis=1) / expected, bins - 1))

    def coverage(self, level: float) -> np.ndarray:
        """Share of true values within the central interval of a level: float64[d]."""
        return np.mean(self._is_within(level), axis=0)

    def coverage_p_values(self, level: float) -> np.ndarray:
        """Probability of a coverage as far from the level as this, by parameter (exact binomial): float64[d].

        The level must be a share of ranks that can be reached: a whole number of ``draws + 1``.
        """
        within = np.sum(self._is_within(level), axis=0)
        return np.array([binomtest(int(k), len(self.ranks), level).pvalue for k in within])

    def _is_within(self, level: float) -> np.ndarray:
        share = (self.ranks + 0.5) / (self.draws + 1)
        return np.asarray(np.abs(share - 0.5) <= level / 2)


def imagined(posterior: Posterior, z: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Reports that the model makes at normal scores float64[n, d], one for each: float64[n, T]."""
    centre, covariance = posterior.moments(z)
    reading = rng.choice(centre.shape[1], len(z), p=np.exp(posterior.reports.log_prior))
    at = np.arange(len(z))
    factor = np.linalg.cholesky(covariance[at, reading])
    return centre[at, reading] + np.einsum("ntu,nu->nt", factor, rng.standard_normal((len(z), centre.shape[2])))


def ranks(posterior: Posterior, n: int, walkers: int, steps: int, burn_in: int, draws: int, seed: int) -> Ranks:
    """Ranks of ``n`` true points; each has a chain of its own."""
    rng = generator(seed, "ranks")
    truth = rng.standard_normal((n, posterior.space.n))
    reports = imagined(posterior, truth, rng)
    found = []
    for i in range(n):
        one = replace(posterior, reports=replace(posterior.reports, y=reports[i]))
        drawn = sampled(one, walkers, steps, burn_in, seed + i).drawn(draws, rng)
        found.append(np.sum(drawn < truth[i], axis=0))
    return Ranks(np.array(found), draws)
