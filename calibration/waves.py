"""History matching: waves of runs, each where the emulator of the earlier ones cannot yet rule the reports out.

Implausibility of a point: the largest distance of a report from what is expected there, in standard deviations that
hold the emulator's variance, luck, discrepancy and the reporting error; the smallest of these over the combinations
of readings, so that no reading is lost on the way (Vernon, Goldstein and Bower, 2010, Galaxy formation: a Bayesian
uncertainty analysis).
"""

from dataclasses import dataclass

import numpy as np

from calibration.designs import generator, spread_out
from calibration.posterior import Posterior

CUTOFF = 3.0
"""Pukelsheim's three-sigma rule: 95 % of any unimodal distribution lies within."""
CANDIDATES = 60_000
AT_ONCE = 10_000
SHAKE = 0.3
"""Around plausible points more are looked for at this share of their spread."""
ROUNDS = 40


def implausibility(posterior: Posterior, z: np.ndarray) -> np.ndarray:
    """Of normal scores float64[n, d]: float64[n]."""
    found = []
    for i in range(0, len(z), AT_ONCE):
        centre, covariance = posterior.moments(z[i : i + AT_ONCE])
        sd = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
        found.append(np.min(np.max(np.abs(posterior.reports.y - centre) / sd, axis=2), axis=1))
    return np.concatenate(found)


@dataclass(frozen=True)
class Wave:
    """Where the next runs go, and what share of the prior is left."""

    points: np.ndarray
    plausible_share: float
    """Share of the prior that is not ruled out; 0 if none of the candidates was plausible."""


def next_wave(posterior: Posterior, n: int, seed: int, number: int) -> Wave:
    """``n`` points, far apart, that are not yet implausible; the least implausible ones if there are too few."""
    rng = generator(seed, f"wave {number}")
    z = rng.standard_normal((CANDIDATES, posterior.space.n))
    found = implausibility(posterior, z)
    share = float(np.mean(found < CUTOFF))
    near = z[found < CUTOFF] if share > 0 else z[np.argsort(found)[:n]]
    for _ in range(ROUNDS):
        if len(near) >= 3 * n or share == 0:
            break
        near = np.concatenate([near, _around(posterior, near, n, rng)])
    return Wave(spread_out(near, n, rng), share)


def _around(posterior: Posterior, near: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Plausible points close to plausible ones."""
    spread = near.std(axis=0) if len(near) > 10 else np.full(near.shape[1], 0.5)
    tried = near[rng.integers(len(near), size=4 * n)] + SHAKE * spread * rng.standard_normal((4 * n, near.shape[1]))
    return tried[implausibility(posterior, tried) < CUTOFF]
