"""How replications are held against theory; the world of one line is that of `verification.worlds`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats

from verification.worlds import GAP_S, ORDERS_PER_YEAR, line

__all__ = ["GAP_S", "ORDERS_PER_YEAR", "assert_fits", "assert_mean_agrees", "line"]
CONFIDENCE = 0.999


def assert_mean_agrees(replications: Sequence[float], theory: float, resolution: float) -> None:
    """The t-interval at 99.9 % around the mean of the replications holds ``theory``, and is narrow enough to tell.

    ``resolution`` is the largest half-width allowed, relative to ``theory``.
    """
    values = np.asarray(replications, np.float64)
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * stats.sem(values))
    assert half <= resolution * theory, f"half-width {half / theory:.3%} of theory: too wide to tell anything"
    assert abs(values.mean() - theory) <= half, f"mean {values.mean():.6g} +- {half:.3g}, theory {theory:.6g}"


def assert_fits(observed: Any, expected: Any, n_fitted: int = 1, least_p: float = 0.001) -> None:
    """Pearson's chi-square (1900): counts agree with expected counts; ``n_fitted`` degrees of freedom are lost."""
    observed, expected = np.asarray(observed, np.float64).ravel(), np.asarray(expected, np.float64).ravel()
    assert (observed[expected == 0] == 0).all(), "something happened that cannot happen"
    observed, expected = observed[expected > 0], expected[expected > 0]
    assert expected.min() >= 5, "expected counts are too small for this test"
    statistic = float(((observed - expected) ** 2 / expected).sum())
    p = float(stats.chi2.sf(statistic, len(observed) - n_fitted))
    assert p >= least_p, f"chi-square {statistic:.1f} on {len(observed) - n_fitted} degrees of freedom, p = {p:.2g}"
