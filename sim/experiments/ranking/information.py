"""What knowing one uncertain number first would be worth: EVPPI by regression on draws.

Strong, Oakley and Brennan (2014), Estimating multiparameter partial expected value of perfect information from a
probabilistic sensitivity analysis sample: a nonparametric regression approach, Medical Decision Making 34(3). What each
alternative is expected to bring, given the number, is fitted by a natural cubic spline; with so few draws the number of
its terms, none among them, is that of the least error in leaving one draw out. The worth of knowing the number is the
mean over draws of the best fitted value, less the best mean: never negative, and no more than knowing everything is
worth. Its error is the jackknife's over groups of draws. Pure functions of arrays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST_DRAWS = 10
"""With fewer a fit says nothing."""
MOST_TERMS = 4
DRAWS_A_TERM = 5
GROUPS = 20
"""Of the jackknife, at most."""


@dataclass(frozen=True)
class Worth:
    """What knowing a number first would be worth, in the objective's unit."""

    value: float
    standard_error: float
    terms: int
    """Most terms of the number in any fit; 0 if it tells nothing of any alternative."""


def worth_of_everything(gains: np.ndarray) -> float:
    """EVPI: the mean of the best of each draw, less the best mean, of gains float64[alternatives, draws]."""
    return float(gains.max(axis=0).mean() - gains.mean(axis=1).max())


def worth_of(number: np.ndarray, gains: np.ndarray) -> Worth:
    """EVPPI of a number float64[draws] for gains float64[alternatives, draws]."""
    value, terms = _worth(number, gains)
    n = len(number)
    groups = np.arange(n) % min(n, GROUPS)
    left_out = np.array([_worth(number[groups != g], gains[:, groups != g])[0] for g in range(groups.max() + 1)])
    m = len(left_out)
    error = float(np.sqrt((m - 1) / m * ((left_out - left_out.mean()) ** 2).sum()))
    return Worth(min(value, worth_of_everything(gains)), error, terms)


def _worth(number: np.ndarray, gains: np.ndarray) -> tuple[float, int]:
    fitted, terms = _fitted(number, gains)
    return (max(float(fitted.max(axis=0).mean() - gains.mean(axis=1).max()), 0.0) if terms else 0.0), terms


def _fitted(number: np.ndarray, gains: np.ndarray) -> tuple[np.ndarray, int]:
    """Of each alternative its gains given the number: float64[alternatives, draws]; and the most terms of any fit."""
    mean = gains.mean(axis=1, keepdims=True)
    n = len(number)
    best = np.broadcast_to(mean, gains.shape).copy()
    least = (((gains - mean) * n / (n - 1)) ** 2).sum(axis=1)
    used = np.zeros(len(gains), np.int64)
    for terms in range(1, min(MOST_TERMS, n // DRAWS_A_TERM) + 1):
        basis = spline(number, terms)
        if basis.shape[1] <= 1:
            continue
        q, _ = np.linalg.qr(basis)
        fit = gains @ q @ q.T
        leverage = np.minimum((q**2).sum(axis=1), 1 - 1e-9)
        error = (((gains - fit) / (1 - leverage)) ** 2).sum(axis=1)
        better = error < least
        best[better], least[better], used[better] = fit[better], error[better], terms
    return best, int(used.max())


def spline(number: np.ndarray, terms: int) -> np.ndarray:
    """Columns of a natural cubic spline with knots at even quantiles: ones, the number, and further terms.

    float64[draws, 1 + terms]; fewer columns where the number takes few values. Hastie, Tibshirani and Friedman (2009),
    The Elements of Statistical Learning, eq. 5.4.
    """
    span = np.ptp(number)
    if not span > 0:
        return np.ones((len(number), 1))
    x = (number - number.min()) / span
    knots = np.unique(np.quantile(x, np.linspace(0, 1, terms + 1)))
    columns = [np.ones_like(x), x]
    columns += [_bend(x, knots, j) - _bend(x, knots, len(knots) - 2) for j in range(len(knots) - 2)]
    return np.stack(columns, axis=1)


def _bend(x: np.ndarray, knots: Sequence[float] | np.ndarray, j: int) -> np.ndarray:
    last = knots[-1]
    return (np.maximum(x - knots[j], 0) ** 3 - np.maximum(x - last, 0) ** 3) / (last - knots[j])
