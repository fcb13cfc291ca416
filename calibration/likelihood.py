"""How likely the reports are at a point, under each combination of readings and under their mixture.

With log outputs f ~ N(m, V) (emulator), luck N, discrepancy D, reporting errors R and the unknown factors L of a
reading,

    y = A (f + luck + discrepancy) + B log(parameters) + shift_r + L_r u + error_r,   u ~ N(0, 1)
    y | r ~ N(A m + B log(parameters) + shift_r,  A (V + N + D) A' + L_r L_r' + R_r)
    p(y) = sum over r of p(r) N(...)

Readings are mixed, never averaged: each keeps its own normal distribution. Knows arrays; knows no simulator.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.special import logsumexp

from calibration.problem import Problem


@dataclass(frozen=True)
class Reports:
    """Reports and their readings as arrays: targets T, outputs K, parameters P, combinations of readings R."""

    y: np.ndarray
    """Log of what was reported: float64[T]."""
    outputs: np.ndarray
    """A: float64[T, K]."""
    parameters: np.ndarray
    """B: float64[T, P]."""
    shift: np.ndarray
    """float64[R, T]."""
    covariance: np.ndarray
    """Reporting errors and unknown factors: float64[R, T, T]."""
    log_prior: np.ndarray
    """float64[R]."""
    discrepancy: np.ndarray
    """Variance by output: float64[K]."""

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """The reports of a corridor."""
        targets, combinations = list(problem.targets.values()), problem.combinations
        effects = [_effect(problem, combination) for combination in combinations]
        return cls(
            y=np.log([target.value for target in targets]),
            outputs=np.array([[target.of.get(name, 0.0) for name in problem.outputs] for target in targets]),
            parameters=np.array([[t.parameters.get(name, 0.0) for name in problem.parameters] for t in targets]),
            shift=np.array([shift for shift, _ in effects]),
            covariance=np.array([covariance for _, covariance in effects]),
            log_prior=np.array([sum(np.log(o.probability) for o in problem.options(c)) for c in combinations]),
            discrepancy=np.array([output.discrepancy**2 for output in problem.outputs.values()]),
        )

    def only(self, kept: np.ndarray) -> Self:
        """The same with some of the targets: positions or bool[T]."""
        return replace(
            self,
            y=self.y[kept],
            outputs=self.outputs[kept],
            parameters=self.parameters[kept],
            shift=self.shift[:, kept],
            covariance=self.covariance[:, kept][:, :, kept],
        )

    def moments(
        self, mean: np.ndarray, variance: np.ndarray, noise: np.ndarray, log_values: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Mean float64[n, R, T] and covariance float64[n, R, T, T] of the reports at points.

        mean, variance float64[n, K]: of the log outputs; noise float64[K, K]: luck; log_values float64[n, P].
        """
        centre = mean @ self.outputs.T + log_values @ self.parameters.T
        fixed = self.outputs @ (noise + np.diag(self.discrepancy)) @ self.outputs.T
        spread = np.einsum("tk,nk,uk->ntu", self.outputs, variance, self.outputs) + fixed
        return centre[:, None] + self.shift, spread[:, None] + self.covariance

    def log_likelihoods(self, centre: np.ndarray, covariance: np.ndarray) -> np.ndarray:
        """Log density of the reports under each combination of readings: float64[n, R]."""
        factor = np.linalg.cholesky(covariance)
        whitened = np.linalg.solve(factor, (self.y - centre)[..., None])[..., 0]
        log_determinant = 2 * np.log(np.diagonal(factor, axis1=-2, axis2=-1)).sum(axis=-1)
        return -0.5 * (np.sum(whitened**2, axis=-1) + log_determinant + len(self.y) * np.log(2 * np.pi))

    def mixed(self, by_reading: np.ndarray) -> np.ndarray:
        """Log density under the mixture of readings: float64[n]."""
        return np.asarray(logsumexp(by_reading + self.log_prior, axis=1))

    def responsibilities(self, by_reading: np.ndarray) -> np.ndarray:
        """Probability of each combination of readings at each point: float64[n, R]."""
        joint = by_reading + self.log_prior
        return np.exp(joint - logsumexp(joint, axis=1, keepdims=True))


def _effect(problem: Problem, combination: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Shift float64[T] and covariance float64[T, T] of one combination of readings."""
    names = list(problem.targets)
    shift, sd = np.zeros(len(names)), np.array([target.log_sd for target in problem.targets.values()])
    covariance = np.zeros((len(names), len(names)))
    for option in problem.options(combination):
        for name, factor in option.factors.items():
            shift[names.index(name)] += np.log(factor)
        for name, error in option.errors.items():
            sd[names.index(name)] = error
        for unknown in option.unknowns:
            loads = unknown.log_sd * np.array([unknown.on.get(name, 0.0) for name in names])
            covariance += np.outer(loads, loads)
    return shift, covariance + np.diag(sd**2)
