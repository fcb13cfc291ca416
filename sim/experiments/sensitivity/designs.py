"""Where to look, and what was seen: trajectories of Morris and blocks of Saltelli, sampled and analysed by SALib.

Factors are coordinates between 0 and 1. A run without a value takes its whole trajectory or block along: nothing is put
in its place. Knows arrays only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.experiments.kept_runs import TooFewRunsError

LEVELS = 4
STEP = LEVELS / (2 * (LEVELS - 1))
"""How far a factor moves in a trajectory."""
RESAMPLES = 1000
LEAST_TRAJECTORIES, LEAST_BLOCKS = 2, 8


@dataclass(frozen=True)
class Screened:
    """What moving each group of factors does on average (Morris 1991; Campolongo, Cariboni and Saltelli 2007).

    By group, float64[g], per whole range of its factors, in the unit of the indicator.
    """

    mu_star: np.ndarray
    """Mean of the absolute effects."""
    half: np.ndarray
    """Half of its 95 % interval, by bootstrap over trajectories."""
    mu: np.ndarray
    """Mean of the effects with their signs; NaN for a group of several factors, whose signs say nothing."""
    sigma: np.ndarray
    """Their standard deviation: large where the effect hangs on the other factors; NaN for a group of several."""
    n_used: int
    n_dropped: int


@dataclass(frozen=True)
class Indices:
    """Shares of the variance by factor, float64[k] each: alone, and with all its joint effects (Saltelli et al. 2010).

    Halves are of 95 % intervals, by bootstrap over blocks.
    """

    first: np.ndarray
    first_half: np.ndarray
    total: np.ndarray
    total_half: np.ndarray
    mean: float
    variance: float
    n_used: int
    n_dropped: int


# -- Morris ------------------------------------------------------------------------------------------------------------


def trajectories(groups: Sequence[str], n: int, seed: int) -> np.ndarray:
    """``n`` trajectories, float64[n, g + 1, p]: in each step all factors of one group move, in some order of groups.

    ``groups`` names the group of each of the p factors. The first of more trajectories are those of fewer.
    """
    from SALib.sample.morris import sample  # type: ignore[import-untyped]

    n_groups = len(dict.fromkeys(groups))
    drawn = sample(_problem(len(groups), groups), n, num_levels=LEVELS, seed=seed)
    return np.clip(drawn, 0.0, 1.0).reshape(n, n_groups + 1, len(groups))


def screened(inputs: np.ndarray, values: np.ndarray, groups: Sequence[str], seed: int) -> Screened:
    """Effects of trajectories float64[n, g + 1, p] with their values float64[n, g + 1]; NaN where there is none.

    Raises TooFewRunsError if too few trajectories are whole. Morris (1991); Campolongo et al. (2007).
    """
    from SALib.analyze.morris import analyze  # type: ignore[import-untyped]

    is_whole = np.isfinite(values).all(axis=1)
    n_used = int(is_whole.sum())
    if n_used < LEAST_TRAJECTORIES:
        raise TooFewRunsError(
            f"{n_used} of {len(values)} trajectories are whole, and {LEAST_TRAJECTORIES} are needed: in the others a "
            f"run failed or has no value; raise --trajectories, or leave out with --match what makes runs fail"
        )
    found = analyze(
        _problem(len(groups), groups),
        inputs[is_whole].reshape(-1, len(groups)),
        values[is_whole].ravel().astype(float),
        num_resamples=RESAMPLES,
        num_levels=LEVELS,
        seed=seed,
    )
    is_single = np.array([list(groups).count(name) == 1 for name in dict.fromkeys(groups)])
    mu_star, half, mu, sigma = (
        np.asarray(found[name], np.float64) for name in ("mu_star", "mu_star_conf", "mu", "sigma")
    )
    mu, sigma = (np.where(is_single, each, np.nan) for each in (mu, sigma))
    return Screened(mu_star, half, mu, sigma, n_used, len(values) - n_used)


def moved_in(inputs: np.ndarray, groups: Sequence[str]) -> np.ndarray:
    """Which group, by its number, moved in each step of trajectories float64[n, g + 1, p]: int64[n, g]."""
    names = list(dict.fromkeys(groups))
    of_factor = np.array([names.index(name) for name in groups])
    return of_factor[(np.abs(np.diff(inputs, axis=1)) > STEP / 2).argmax(axis=2)]


# -- Sobol -------------------------------------------------------------------------------------------------------------


def blocks(n_factors: int, n: int, seed: int) -> np.ndarray:
    """``n`` blocks of Saltelli, float64[n, k + 2, k]: a point, that point with each factor of another, the other one.

    ``n`` is a power of two, for balance of the sequence of Sobol that they are taken from.
    """
    from SALib.sample.sobol import sample  # type: ignore[import-untyped]

    drawn = sample(_problem(n_factors, None), n, calc_second_order=False, seed=seed)
    return drawn.reshape(n, n_factors + 2, n_factors)


def indices(values: np.ndarray, seed: int) -> Indices:
    """Indices from the values of blocks float64[n, k + 2]; NaN where there is none. All 0 if nothing varies.

    Raises TooFewRunsError if too few blocks are whole. Saltelli et al. (2010).
    """
    from SALib.analyze.sobol import analyze  # type: ignore[import-untyped]

    is_whole = np.isfinite(values).all(axis=1)
    used, n_used, k = values[is_whole], int(is_whole.sum()), values.shape[1] - 2
    if n_used < LEAST_BLOCKS:
        raise TooFewRunsError(
            f"{n_used} of {len(values)} blocks of points are whole, and {LEAST_BLOCKS} are needed: in the others a run "
            f"failed or has no value; raise --points, or leave out with --match what makes runs fail"
        )
    ends = used[:, [0, -1]]
    mean, variance = float(ends.mean()), float(ends.var())
    if np.ptp(used) <= 1e-12 * max(abs(mean), 1e-300) or variance == 0:
        none = np.zeros(k)
        return Indices(none, none, none, none, mean, 0.0, n_used, len(values) - n_used)
    found = analyze(
        _problem(k, None), used.ravel(), calc_second_order=False, num_resamples=RESAMPLES, seed=max(seed, 1)
    )
    first, first_half, total, total_half = (
        np.asarray(found[name], np.float64) for name in ("S1", "S1_conf", "ST", "ST_conf")
    )
    return Indices(first, first_half, total, total_half, mean, variance, n_used, len(values) - n_used)


def _problem(n: int, groups: Sequence[str] | None) -> dict[str, Any]:
    problem: dict[str, Any] = {
        "num_vars": n,
        "names": [f"x{i}" for i in range(n)],
        "bounds": [[0.0, 1.0]] * n,
    }
    return problem | {"groups": list(groups)} if groups is not None else problem
