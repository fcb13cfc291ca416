"""How good a forecast was once the truth is known: CRPS and interval score (Gneiting and Raftery, 2007)."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

LEVEL = 0.9


def crps(draws: np.ndarray, truth: float) -> float:
    """Continuous ranked probability score of draws float64[n], in their unit: E|X - y| - E|X - X'| / 2."""
    x = np.sort(draws)
    n = len(x)
    between = 2 * np.sum((2 * np.arange(1, n + 1) - n - 1) * x) / n**2
    return float(np.mean(np.abs(x - truth)) - between / 2)


def crps_lognormal(median: float, log_sd: float, truth: float) -> float:
    """The same of a lognormal forecast, exactly (Baran and Lerch, 2015); the absolute error if it has no spread."""
    if log_sd == 0:
        return abs(median - truth)
    z = (np.log(truth) - np.log(median)) / log_sd
    mean = median * np.exp(log_sd**2 / 2)
    lower = 2 * ndtr(z) - 1
    return float(truth * lower - 2 * mean * (ndtr(z - log_sd) + ndtr(log_sd / np.sqrt(2)) - 1))


def interval_score(low: float, high: float, truth: float, level: float = LEVEL) -> float:
    """Width of a central interval plus a penalty for missing: less is better."""
    miss = max(low - truth, 0.0) + max(truth - high, 0.0)
    return float(high - low + 2 / (1 - level) * miss)


@dataclass(frozen=True)
class Score:
    """A forecast and its scores, in the unit of what is forecast."""

    forecast: str
    median: float
    low: float
    high: float
    crps: float
    interval_score: float


def of_draws(name: str, draws: np.ndarray, truth: float) -> Score:
    """Scores of a forecast given by draws float64[n]."""
    low, median, high = np.quantile(draws, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2]).tolist()
    return Score(name, median, low, high, crps(draws, truth), interval_score(low, high, truth))


def of_lognormal(name: str, median: float, log_sd: float, truth: float) -> Score:
    """Scores of a lognormal forecast."""
    low, high = (float(median * np.exp(log_sd * ndtri(p))) for p in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return Score(name, median, low, high, crps_lognormal(median, log_sd, truth), interval_score(low, high, truth))
