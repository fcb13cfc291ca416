"""A world whose posterior is known exactly: linear outputs, normal priors, normal errors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from calibration.likelihood import Reports
from calibration.posterior import Posterior
from calibration.priors import Prior, Space


@dataclass
class Linear:
    """In place of an emulator: log outputs are slope @ feature, without any variance but that of luck."""

    slope: np.ndarray
    noise: np.ndarray

    def predict(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean = x @ self.slope.T
        return mean, np.zeros_like(mean)


def reports_of(y: list[float], outputs: np.ndarray, sds: list[list[float]], shifts: list[list[float]]) -> Reports:
    """Reports with one list of errors and shifts for each reading, readings being equally likely."""
    n, k = len(y), outputs.shape[1]
    return Reports(
        y=np.array(y),
        outputs=outputs,
        parameters=np.zeros((n, 2)),
        shift=np.array(shifts),
        covariance=np.array([np.diag(np.square(sd)) for sd in sds]),
        log_prior=np.full(len(sds), -np.log(len(sds))),
        discrepancy=np.full(k, 0.01),
    )


@pytest.fixture
def space() -> Space:
    """Two parameters; the feature of a normal prior is (value - mean) / (1.96 / 2 sd), nearly its normal score."""
    prior = Prior(distribution="normal", mean=0.0, sd=1.0)
    return Space(("a", "b"), (prior, prior))


SLOPE = np.array([[1.0, 0.0], [1.0, 1.0], [0.5, -1.0]])
NOISE = np.diag([0.02, 0.01, 0.03])


@pytest.fixture
def linear(space: Space) -> Posterior:
    """Three reports of two parameters, one reading."""
    reports = reports_of([0.8, -0.4, 0.9], np.eye(3), [[0.3, 0.2, 0.4]], [[0.0, 0.1, 0.0]])
    return Posterior(space, ("a", "b"), Linear(SLOPE, NOISE), reports)


@pytest.fixture
def rival(space: Space) -> Posterior:
    """The same with two readings."""
    reports = reports_of(
        [0.8, -0.4, 0.9], np.eye(3), [[0.3, 0.2, 0.4], [0.3, 0.6, 0.4]], [[0.0, 0.0, 0.0], [0.0, 0.8, -0.3]]
    )
    return Posterior(space, ("a", "b"), Linear(SLOPE, NOISE), reports)


@dataclass(frozen=True)
class Exact:
    """Posterior and log evidence of one reading, by hand: Bishop (2006), eq. 2.113-2.117."""

    mean: np.ndarray
    covariance: np.ndarray
    log_evidence: float


@pytest.fixture
def exact() -> Callable[[Posterior, int], Any]:
    """What is exactly so, of a posterior and a reading."""
    return _exact


def _exact(posterior: Posterior, reading: int) -> Exact:
    """The exact answer of a linear posterior under one reading."""
    reports, z = posterior.reports, np.eye(posterior.space.n)
    noise = reports.outputs @ (posterior.emulator.noise + np.diag(reports.discrepancy)) @ reports.outputs.T
    error = noise + reports.covariance[reading]
    slope = reports.outputs @ posterior.emulator.predict(posterior.features(z))[0].T
    residual = reports.y - reports.shift[reading]
    precision = np.eye(posterior.space.n) + slope.T @ np.linalg.solve(error, slope)
    covariance = np.linalg.inv(precision)
    mean = covariance @ slope.T @ np.linalg.solve(error, residual)
    whole = slope @ slope.T + error
    log_evidence = -0.5 * (
        residual @ np.linalg.solve(whole, residual) + np.linalg.slogdet(whole)[1] + len(residual) * np.log(2 * np.pi)
    )
    return Exact(mean, covariance, float(log_evidence))
