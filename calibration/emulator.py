"""Gaussian-process emulators: what the simulator would give at points where it was not run, and how sure that is.

One process for each output, on the logarithm of the output, in the parameters' features: a linear trend and a smooth
deviation from it (Rasmussen and Williams, 2006, ch. 2.7), with a known nugget, the variance of the simulator's own
luck, from runs that were repeated. The emulated quantity is the mean over luck.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve, solve_triangular
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, Kernel

MOST_TO_FIT = 250
"""Points from which length scales are found; all points are used for what is predicted."""
LEAST_NOISE = 1e-4
"""Least log-scale sd of luck: counts are whole numbers."""
POINTS_AT_ONCE = 4000


@dataclass(frozen=True)
class Runs:
    """Runs of the simulator: features float64[n, d], log outputs float64[n, k]; a point may have several."""

    x: np.ndarray
    y: np.ndarray

    def joined(self, other: "Runs") -> "Runs":
        """These and others."""
        return Runs(np.concatenate([self.x, other.x]), np.concatenate([self.y, other.y]))


def noise_of(groups: Sequence[np.ndarray]) -> np.ndarray:
    """Covariance of luck, pooled over points that were run several times: float64[k, k].

    groups: for each point float64[repeats, k], log outputs.
    """
    deviations = np.concatenate([group - group.mean(axis=0) for group in groups])
    freedom = sum(len(group) - 1 for group in groups)
    covariance = deviations.T @ deviations / freedom
    return covariance + LEAST_NOISE**2 * np.eye(covariance.shape[0])


@dataclass(frozen=True)
class _Process:
    """One fitted process, ready to predict many points quickly."""

    x: np.ndarray
    kernel: Kernel
    weights: np.ndarray
    cholesky: np.ndarray
    centre: float
    scale: float
    wider: float

    def predict(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance at features float64[m, d]: two float64[m]."""
        cross = self.kernel(x, self.x)
        half = solve_triangular(self.cholesky, cross.T, lower=True, check_finite=False)
        variance = np.maximum(self.kernel.diag(x) - np.sum(half**2, axis=0), 1e-12)
        return self.centre + self.scale * (cross @ self.weights), self.scale**2 * self.wider * variance


class Emulator:
    """All outputs together."""

    def __init__(self, runs: Runs, noise: np.ndarray, seed: int, restarts: int = 1) -> None:
        """Fit to runs; noise float64[k, k] is the covariance of luck."""
        self.noise = noise
        self._processes = [
            _fitted(runs.x, runs.y[:, i], float(noise[i, i]), seed, restarts) for i in range(runs.y.shape[1])
        ]

    def predict(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and emulator variance of the log outputs at features float64[m, d]: two float64[m, k]."""
        parts = [x[i : i + POINTS_AT_ONCE] for i in range(0, len(x), POINTS_AT_ONCE)]
        found = [[process.predict(part) for process in self._processes] for part in parts]
        mean = np.concatenate([np.stack([m for m, _ in row], axis=1) for row in found])
        return mean, np.concatenate([np.stack([v for _, v in row], axis=1) for row in found])


def _fitted(x: np.ndarray, y: np.ndarray, noise: float, seed: int, restarts: int) -> _Process:
    centre, scale = float(y.mean()), float(y.std()) or 1.0
    standard, nugget = (y - centre) / scale, noise / scale**2
    rng = np.random.default_rng(seed)
    some = np.sort(rng.permutation(len(x))[:MOST_TO_FIT])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = GaussianProcessRegressor(
            _kernel(x.shape[1]), alpha=nugget, n_restarts_optimizer=restarts, random_state=seed
        ).fit(x[some], standard[some])
    kernel = found.kernel_
    cholesky = np.linalg.cholesky(kernel(x) + (nugget + 1e-10) * np.eye(len(x)))
    weights = cho_solve((cholesky, True), standard)
    return _Process(x, kernel, weights, cholesky, centre, scale, _wider(cholesky, weights, nugget))


def _wider(cholesky: np.ndarray, weights: np.ndarray, nugget: float) -> float:
    """Factor of the variance that makes leave-one-out errors as large as foretold; at least 1.

    Likeliest length scales are too sure of themselves when runs are few. Rasmussen and Williams (2006), eq. 5.12.
    """
    precision = np.diag(cho_solve((cholesky, True), np.eye(len(weights))))
    errors, variance = weights / precision, 1 / precision
    foretold = max(float(variance.mean()) - nugget, 1e-12)
    return float(max(1.0, (float(np.mean(errors**2)) - nugget) / foretold))


def _kernel(d: int) -> Kernel:
    """A linear trend in all features, and a smooth deviation with a length scale for each of them."""
    linear = ConstantKernel(1.0, (1e-3, 1e3)) * DotProduct(1.0, (1e-2, 1e2))
    smooth = ConstantKernel(0.1, (1e-5, 1e2)) * RBF(np.full(d, 3.0), (0.3, 100.0))
    return linear + smooth


def surprises(emulator: Emulator, runs: Runs) -> np.ndarray:
    """Standardised errors at runs that the emulator has not seen: float64[n, k]; standard normal if it is honest."""
    mean, variance = emulator.predict(runs.x)
    return (runs.y - mean) / np.sqrt(variance + np.diag(emulator.noise))
