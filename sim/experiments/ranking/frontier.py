"""What cannot be had better: portfolios of which none costs less and brings more, or is better by all objectives."""

import numpy as np


def efficient(capital: np.ndarray, effect: np.ndarray) -> np.ndarray:
    """Whether no other portfolio brings as much for less capital, or more for as much: bool[n] of float64[n] each."""
    return pareto(np.stack([-capital, effect]))


def pareto(values: np.ndarray) -> np.ndarray:
    """Whether none is as good by all and better by one: bool[n] of float64[objectives, n], of which more is better."""
    no_worse = (values[:, :, None] >= values[:, None, :]).all(axis=0)
    better = (values[:, :, None] > values[:, None, :]).any(axis=0)
    return np.asarray(~(no_worse & better).any(axis=0))
