"""The posterior: an emulator and the reports together, sampled by an affine-invariant ensemble.

Foreman-Mackey et al. (2013), emcee: the MCMC hammer. Works in normal scores, so the prior is standard normal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import emcee
import numpy as np
from emcee.autocorr import integrated_time
from scipy.special import logsumexp

from calibration.designs import generator
from calibration.likelihood import Reports
from calibration.priors import Space


class Predicts(Protocol):
    """What stands for the simulator: mean and variance of log outputs at features, and the covariance of luck."""

    noise: np.ndarray

    def predict(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance float64[m, k] at features float64[m, d]."""
        ...


@dataclass(frozen=True)
class Posterior:
    """Density of the parameters given the reports, up to a constant."""

    space: Space
    moving: tuple[str, ...]
    """Parameters whose features the emulator takes."""
    emulator: Predicts
    reports: Reports

    def features(self, z: np.ndarray) -> np.ndarray:
        """What the emulator takes, at normal scores float64[n, d]."""
        return self.space.features_of(self.moving, z)

    def moments(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean float64[n, R, T] and covariance float64[n, R, T, T] of the reports at normal scores."""
        values = self.space.values(z)
        mean, variance = self.emulator.predict(self.features(z))
        return self.reports.moments(mean, variance, self.emulator.noise, _logs(values))

    def by_reading(self, z: np.ndarray) -> np.ndarray:
        """Log likelihood under each combination of readings: float64[n, R]."""
        return self.reports.log_likelihoods(*self.moments(z))

    def log_density(self, z: np.ndarray) -> np.ndarray:
        """Log prior and likelihood: float64[n]."""
        prior = self.space.log_prior(z)
        result = np.full(len(z), -np.inf)
        inside = np.isfinite(prior)
        if inside.any():
            result[inside] = prior[inside] + self.reports.mixed(self.by_reading(z[inside]))
        return result


def _logs(values: np.ndarray) -> np.ndarray:
    """Logarithms; zero where there is none, for parameters that no report is a power of."""
    return np.log(np.where(values > 0, values, 1.0))


@dataclass(frozen=True)
class Chain:
    """What the sampler gave: normal scores float64[steps, walkers, d], and how well it mixed."""

    z: np.ndarray
    autocorrelation: float
    """Longest integrated autocorrelation time of a parameter, in steps."""

    @property
    def flat(self) -> np.ndarray:
        """All steps: float64[steps * walkers, d]."""
        return self.z.reshape(-1, self.z.shape[-1])

    @property
    def effective(self) -> float:
        """Independent draws that the chain is worth."""
        return self.z.shape[0] * self.z.shape[1] / self.autocorrelation

    def drawn(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """``n`` equally weighted draws, evenly spaced along the chain: float64[n, d]."""
        at = np.linspace(0, len(self.flat) - 1, n).round().astype(int)
        return self.flat[at][rng.permutation(n)]

    def halves_apart(self) -> float:
        """Largest distance of means between the two halves of the chain, in posterior sds."""
        half = len(self.z) // 2
        first, second = (part.reshape(-1, self.z.shape[-1]).mean(axis=0) for part in (self.z[:half], self.z[half:]))
        return float(np.max(np.abs(first - second) / self.flat.std(axis=0)))


def sampled(
    posterior: Posterior,
    walkers: int,
    steps: int,
    burn_in: int,
    seed: int,
    tell: Callable[[int], None] = lambda _: None,
) -> Chain:
    """Sample the posterior; walkers start where the prior's best points lie."""
    rng = generator(seed, "sampler")
    start = _start(posterior, walkers, rng)
    moves = [(emcee.moves.StretchMove(), 0.4), (emcee.moves.DEMove(), 0.5), (emcee.moves.DESnookerMove(), 0.1)]
    sampler = emcee.EnsembleSampler(walkers, posterior.space.n, posterior.log_density, moves=moves, vectorize=True)
    state = emcee.State(start, random_state=np.random.RandomState(int(rng.integers(2**31))).get_state())
    for number, _ in enumerate(sampler.sample(state, iterations=burn_in + steps)):
        tell(number + 1)
    z = sampler.get_chain(discard=burn_in)
    return Chain(z, float(np.max(integrated_time(z, tol=0, quiet=True))))


def _start(posterior: Posterior, walkers: int, rng: np.random.Generator) -> np.ndarray:
    """Prior draws chosen by their likelihood, tempered so that they differ, and shaken a little."""
    pool = rng.standard_normal((40 * walkers, posterior.space.n))
    density = posterior.reports.mixed(posterior.by_reading(pool))
    temper = 1.0
    while True:
        weights = np.exp(temper * density - logsumexp(temper * density))
        if 1 / np.sum(weights**2) >= walkers / 2 or temper < 1e-4:
            break
        temper *= 0.7
    chosen = pool[rng.choice(len(pool), walkers, p=weights)]
    return chosen + 0.05 * rng.standard_normal(chosen.shape)
