"""The runs of a sample as arrays, in blocks that share a draw of the posterior, and how blocks are drawn by luck.

Knows arrays and the order of the sample; knows no scenario.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiments.differences import Layout, spread
from sim.experiments.variance.sample import PER_DRAW, Slot
from sim.luck import fill_fine, key


@dataclass(frozen=True)
class Design:
    """Values of an indicator with the numbers behind them, by block; luck from pairs of runs."""

    values: np.ndarray
    """float64[b, k]: of runs with numbers of their own; the k runs of a block share a draw of the posterior."""
    inputs: np.ndarray
    """float64[b, k, p]: the numbers, each with mean 0 and variance 1; 0 if it does not vary."""
    lucky: np.ndarray
    """float64[b, k]: half the squared difference to a run of equal numbers and other luck; NaN where there is none."""

    @property
    def per_block(self) -> int:
        """Runs that share a draw of the posterior; 1 without one."""
        return self.values.shape[1]

    @property
    def n_blocks(self) -> int:
        """Blocks."""
        return len(self.values)

    @property
    def n_pairs(self) -> int:
        """Pairs of runs that differ by luck only."""
        return int(np.isfinite(self.lucky).sum())

    def of(self, blocks: np.ndarray) -> "Design":
        """Some of its blocks by their numbers, int64[n], in that order."""
        return Design(self.values[blocks], self.inputs[blocks], self.lucky[blocks])

    def variances(self) -> tuple[float, float, float]:
        """Of luck, of what the posterior leaves open alone, and of all else; they sum to the variance."""
        found = spread(self.values.ravel(), Layout.of(self.values.size, self.per_block if self.per_block > 1 else None))
        within = found.within
        luck = min(float(np.nanmean(self.lucky)), within) if self.n_pairs else 0.0
        return luck, (found.between if self.per_block > 1 else 0.0), within - luck


def design_of(slots: Sequence[Slot], values: np.ndarray, numbers: np.ndarray, *, has_posterior: bool) -> Design:
    """Of runs with their values float64[n] (NaN where there is none) and numbers float64[n, p].

    Runs without a value are left out, and with them the other runs of their block.
    """
    per_block = PER_DRAW if has_posterior else 1
    own = {slot.numbers: i for i, slot in enumerate(slots) if not slot.is_repeat and np.isfinite(values[i])}
    again = {slot.numbers: i for i, slot in enumerate(slots) if slot.is_repeat and np.isfinite(values[i])}
    firsts = sorted({number // per_block * per_block for number in own})
    whole = [range(first, first + per_block) for first in firsts]
    runs = [[own[number] for number in block] for block in whole if all(number in own for number in block)]
    at = np.array(runs, np.int64).reshape(-1, per_block)
    repeats = np.array([[again.get(slots[i].numbers, -1) for i in block] for block in runs], np.int64).reshape(at.shape)
    lucky = np.where(repeats >= 0, (values[at] - values[repeats]) ** 2 / 2, np.nan)
    return Design(values[at], standardised(numbers)[at], lucky)


def standardised(columns: np.ndarray) -> np.ndarray:
    """Columns float64[n, p] with mean 0 and variance 1; those of one value are 0."""
    if not len(columns):
        return columns
    centred = columns - columns.mean(axis=0)
    scale = centred.std(axis=0)
    is_one = scale <= 1e-12 * np.maximum(np.abs(columns).max(axis=0), 1e-300)
    return np.where(is_one, 0.0, centred / np.where(is_one, 1.0, scale))


def whitened(values: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values float64[b, k] and columns float64[b, k, p] of which runs are alike by what their numbers do alone.

    Runs of a block share what the posterior does: a random effect, whose covariance is taken out of both (generalised
    least squares). Shapes [b * k] and [b * k, p].
    """
    b, k = values.shape
    centred = values - values.mean()
    flat = columns.reshape(b * k, -1)
    if k == 1:
        return centred.ravel(), flat
    found = spread(centred.ravel(), Layout.of(b * k, k))
    share = 1 - np.sqrt(found.within / max(found.within + k * found.between, 1e-300))
    less = centred - share * centred.mean(axis=1, keepdims=True)
    return less.ravel(), (columns - share * columns.mean(axis=1, keepdims=True)).reshape(b * k, -1)


def permutations(n_blocks: int, per_block: int, n: int, purpose: str) -> Iterator[np.ndarray]:
    """``n`` orders of all runs, int64[b * k]: blocks change places, and runs within them."""
    for number in range(n):
        blocks = np.argsort(_uniforms(number, n_blocks, purpose, "blocks"), kind="stable")
        runs = np.argsort(_uniforms(number, n_blocks * per_block, purpose, "runs").reshape(-1, per_block), axis=1)
        yield (blocks[:, None] * per_block + runs).ravel()


def resamples(n_blocks: int, n: int, purpose: str) -> Iterator[np.ndarray]:
    """``n`` times as many blocks, drawn with replacement: int64[b]."""
    for number in range(n):
        yield (_uniforms(number, n_blocks, purpose, "resample") * n_blocks).astype(np.int64)


def _uniforms(number: int, n: int, *purpose: str) -> np.ndarray:
    first, second = np.empty(n), np.empty(n)
    fill_fine(key(0, number, "variance", *purpose), np.arange(n), first, second)
    return first
