"""Which of many numbers an indicator rests on: those that are found one after the other, as long as it is not chance.

With hundreds of numbers and a hundred runs some number always goes along with the indicator. So the one that does most
is taken only if hardly any order of the runs, shuffled, gives one that does as much (permutation of the residuals,
Freedman and Lane 1983; the largest of all correlations, so that the chance of any false find is at most ``CHANCE``,
Westfall and Young 1993). Normal scores of the indicator are looked at: a few extreme runs are not to decide.
Pure functions of arrays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiments.variance.design import Design, permutations, whitened

CHANCE = 0.05
"""Largest probability that a number is found in what is chance."""
SHUFFLES = 400
RUNS_A_NUMBER = 6
"""At most one number is found in so many runs."""


@dataclass(frozen=True)
class Found:
    """Columns of the inputs, the strongest first, and from which share of the variance on one would have been found."""

    columns: tuple[int, ...]
    least: float


def found_in(design: Design, purpose: str = "finding", n_shuffles: int = SHUFFLES) -> Found:
    """The numbers that the indicator rests on beyond chance."""
    values, columns = whitened(normal_scores(design.values), design.inputs)
    total = float(values @ values)
    taken: list[int] = []
    least = 1.0
    orders = list(permutations(design.n_blocks, design.per_block, n_shuffles, purpose))
    while len(taken) <= len(values) // RUNS_A_NUMBER and total > 0:
        residual, rest = _without(values, columns, taken)
        size = float(np.linalg.norm(residual))
        if size**2 <= 1e-12 * total:
            return Found(tuple(taken), 0.0)
        strength = np.abs(residual @ rest) / size
        by_chance = np.abs(np.stack([residual[order] for order in orders]) @ rest).max(axis=1) / size
        least = float(np.quantile(by_chance, 1 - CHANCE) ** 2 * size**2 / total)
        best = int(np.argmax(strength))
        if 1 + (by_chance >= strength[best]).sum() > CHANCE * (1 + n_shuffles):
            break
        taken.append(best)
    return Found(tuple(taken), min(least, 1.0))


def normal_scores(values: np.ndarray) -> np.ndarray:
    """Values float64[...] by their rank, as a normal distribution would have them; equal ones stay equal."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    return ndtri((rankdata(values).reshape(values.shape) - 0.5) / values.size)


def _without(values: np.ndarray, columns: np.ndarray, taken: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """What the taken columns leave of values and columns; the latter of length 1, or 0 where nothing is left."""
    basis = np.linalg.qr(np.column_stack([np.ones(len(values)), columns[:, list(taken)]]))[0]
    residual = values - basis @ (basis.T @ values)
    rest = columns - basis @ (basis.T @ columns)
    length = np.linalg.norm(rest, axis=0)
    is_left = length > 1e-6 * np.sqrt(len(values))
    return residual, np.where(is_left, rest / np.where(is_left, length, 1.0), 0.0)
