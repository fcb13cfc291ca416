"""How the variance of an indicator is shared: luck, what the posterior leaves open, and the assumed numbers.

Inputs are independent by design, so squared effects are shares (first-order indices of Sobol 1993). Whatever the
numbers found do not explain of the assumed numbers' share is not told apart: many small effects, effects that are no
straight line, and effects together. Intervals are by bootstrap over blocks of runs. Pure functions of arrays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.experiments.variance.design import Design, resamples, whitened
from sim.experiments.variance.finding import Found, found_in

RESAMPLES = 1000
LEVELS = (0.025, 0.975)
FOLDS = 6
SHUFFLES_OF_A_FOLD = 200


@dataclass(frozen=True)
class Share:
    """A share of the variance with its 95 % interval."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Effect:
    """A number that the indicator rests on: its column, its share, and whether the indicator rises with it."""

    column: int
    share: Share
    rises: bool


@dataclass(frozen=True)
class Apportioned:
    """The variance of an indicator and its shares, which sum to one: luck, posterior, told, not told."""

    mean: float
    variance: float
    luck: Share
    posterior: Share
    assumed: Share
    """Of all assumed numbers, alone, together, and together with the posterior."""
    told: Share
    """Of the numbers found."""
    not_told: Share
    effects: tuple[Effect, ...]
    least: float
    """From about this share on a single number would have been found."""
    foretold: float
    """Share of the variance that numbers found in other runs explain; at least 0."""


def apportioned(design: Design) -> Apportioned:
    """Share the variance of a design; the variance must not be zero."""
    found = found_in(design)
    point = _shares(design, found.columns)
    drawn = [_shares(design.of(blocks), found.columns) for blocks in resamples(design.n_blocks, RESAMPLES, "errors")]
    ends = np.quantile([each for each in drawn if np.isfinite(each).all()], LEVELS, axis=0)
    luck, posterior, assumed, told, not_told, *single = (
        Share(*map(float, each)) for each in zip(point, *ends, strict=True)
    )
    slopes = _effects(design, found.columns)[0]
    effects = [
        Effect(column, share, bool(slope > 0))
        for column, share, slope in zip(found.columns, single, slopes, strict=True)
    ]
    return Apportioned(
        mean=float(design.values.mean()),
        variance=float(_parts(design, found.columns)[:3].sum()),
        luck=luck,
        posterior=posterior,
        assumed=assumed,
        told=told,
        not_told=not_told,
        effects=tuple(sorted(effects, key=lambda effect: -effect.share.share)),
        least=found.least,
        foretold=foretold(design),
    )


def _parts(design: Design, columns: Sequence[int]) -> np.ndarray:
    """Variances by luck, the posterior, all assumed numbers, those found, the others, and each found: float64[5 + m].

    Luck and posterior are those of what the found numbers leave: inputs are independent, so they are the same, and are
    seen more clearly there.
    """
    slopes, errors = _effects(design, columns)
    single = np.maximum(slopes**2 - errors**2, 0.0)
    rest = design.values - design.inputs[..., list(columns)] @ slopes
    freedom = design.values.size - 1
    scale = np.sqrt(freedom / max(freedom - len(columns), 1))
    luck, posterior, not_told = replace(design, values=rest * scale).variances()
    told = single.sum()
    return np.array([luck, posterior, told + not_told, told, not_told, *single])


def _shares(design: Design, columns: Sequence[int]) -> np.ndarray:
    """The same as shares of the variance; NaN if nothing varies."""
    parts = _parts(design, columns)
    total = parts[:3].sum()
    return parts / total if total > 0 else np.full(len(parts), np.nan)


def _effects(design: Design, columns: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Slope of the indicator on each number, per standard deviation, and its standard error: float64[m] each."""
    if not len(columns):
        return np.zeros(0), np.zeros(0)
    values, inputs = whitened(design.values, design.inputs[..., list(columns)])
    inputs = inputs - inputs.mean(axis=0)
    inverse = np.linalg.pinv(inputs.T @ inputs)
    slopes = inverse @ (inputs.T @ values)
    residual = values - inputs @ slopes
    freedom = max(len(values) - len(columns) - 1, 1)
    return slopes, np.sqrt(np.maximum(np.diag(inverse), 0.0) * float(residual @ residual) / freedom)


def foretold(design: Design) -> float:
    """Share of the variance that is explained in runs that took no part in finding the numbers and their effects.

    Runs are left out by blocks, a sixth at a time; numbers are found anew in the others.
    """
    fold = np.arange(design.n_blocks) % FOLDS
    wrong, total = 0.0, 0.0
    for left_out in range(FOLDS):
        seen, unseen = design.of(fold != left_out), design.of(fold == left_out)
        if not seen.n_blocks or not unseen.n_blocks:
            continue
        found: Found = found_in(seen, f"fold-{left_out}", SHUFFLES_OF_A_FOLD)
        slopes = _effects(seen, found.columns)[0]
        columns = list(found.columns)
        centre = seen.inputs[..., columns].mean(axis=(0, 1))
        error = unseen.values - seen.values.mean() - (unseen.inputs[..., columns] - centre) @ slopes
        wrong += float((error**2).sum())
        total += float(((unseen.values - seen.values.mean()) ** 2).sum())
    return max(1 - wrong / total, 0.0) if total > 0 else 0.0
