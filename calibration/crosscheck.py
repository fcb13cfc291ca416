"""The posterior again without trusting the emulator: runs at its own draws, reweighted by the reports directly.

A run's outputs hold their luck, so a run is as likely as the reports are with the emulator's variance and luck left
out. Draws from the emulated posterior weighted by the ratio of that to the emulated likelihood are draws from the
posterior itself (approximate Bayesian computation with a soft kernel; Wilkinson, 2013). Runs of the last wave join with
the weight of where they were drawn from: the plausible part of the prior, whose share is known.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from calibration.posterior import Posterior, _logs
from calibration.waves import CUTOFF, implausibility


@dataclass(frozen=True)
class CrossCheck:
    """Weighted points, and how far their distribution is from the emulated posterior."""

    z: np.ndarray
    weights: np.ndarray
    distance: np.ndarray
    """Largest difference of the distribution functions, by parameter: float64[d]."""

    @property
    def effective(self) -> float:
        """Independent draws that the weighted points are worth."""
        return float(1 / np.sum(self.weights**2))

    @property
    def expected_distance(self) -> float:
        """Distance that as many independent draws would have in 95 % of cases (Kolmogorov)."""
        return 1.36 / np.sqrt(self.effective)


def direct_log_likelihood(posterior: Posterior, z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Log likelihood float64[n] of the reports at runs: normal scores float64[n, d], log outputs float64[n, K]."""
    nothing = np.zeros_like(posterior.emulator.noise)
    log_values = _logs(posterior.space.values(z))
    moments = posterior.reports.moments(y, np.zeros_like(y), nothing, log_values)
    return posterior.reports.mixed(posterior.reports.log_likelihoods(*moments))


@dataclass(frozen=True)
class Wave:
    """Runs of a wave: normal scores, log outputs, and the share of the prior that they were spread over."""

    z: np.ndarray
    y: np.ndarray
    plausible_share: float


def cross_check(
    posterior: Posterior, draws: np.ndarray, fresh_z: np.ndarray, fresh_y: np.ndarray, total: float, last: Wave | None
) -> CrossCheck:
    """Reweigh fresh runs at posterior draws, and a wave before them; ``total`` is the log evidence."""
    z, y, n_last = fresh_z, fresh_y, 0
    if last is not None and last.plausible_share > 0:
        z, y = np.concatenate([fresh_z, last.z]), np.concatenate([fresh_y, last.y])
        n_last = len(last.z)
    emulated = posterior.log_density(z) - posterior.space.log_prior(z) - total
    proposal = np.log(len(fresh_z)) + emulated
    if n_last and last is not None:
        plausible = np.where(implausibility(posterior, z) < CUTOFF, np.log(n_last / last.plausible_share), -np.inf)
        proposal = np.logaddexp(proposal, plausible)
    log_weights = direct_log_likelihood(posterior, z, y) - proposal
    weights = np.exp(log_weights - logsumexp(log_weights))
    distance = np.array([_distance(draws[:, i], z[:, i], weights) for i in range(z.shape[1])])
    return CrossCheck(z, weights, distance)


def _distance(draws: np.ndarray, points: np.ndarray, weights: np.ndarray) -> float:
    """Largest difference between the distribution function of draws and that of weighted points."""
    order = np.argsort(points)
    at = points[order]
    up_to = np.cumsum(weights[order])
    below = np.concatenate([[0.0], up_to[:-1]])
    share = np.searchsorted(np.sort(draws), at, side="right") / len(draws)
    return float(max(np.max(np.abs(share - up_to)), np.max(np.abs(share - below))))
