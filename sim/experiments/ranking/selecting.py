"""Which alternative is best, and where the next observations decide: KN and OCBA on paired observations.

An observation is one draw of the world with its luck, the same in all alternatives; more is better. Both procedures ask
for observations as they go and end when they are sure, or when there are no more to be had. Pure functions of arrays.

KN: Kim and Nelson (2001), A fully sequential procedure for indifference-zone selection in simulation, ACM TOMACS 11(3),
with c = 1. It leaves an alternative out for good once it is surely worse than another, whatever luck they share.

OCBA: Chen, Lin, Yücesan and Chick (2000), Simulation budget allocation for further enhancing the efficiency of ordinal
optimization, DEDS 10(3), on the differences from the best, which are what pairing leaves of the noise.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Observe = Callable[[Mapping[int, int]], Sequence[np.ndarray] | None]
"""Takes how many observations are wanted of each of some alternatives; gives all there are of all alternatives, float64
[n] each, the first ones the same draws in all; None if so many are not to be had."""
LEAST_SHARE = 1e-12
GROWTH = 4
"""A round adds a quarter to the observations: fewer looks than after every single one, which KN's guarantee allows."""


@dataclass(frozen=True)
class Selected:
    """What a procedure came to."""

    best: int
    alive: tuple[int, ...]
    """Alternatives that are not ruled out, the best among them."""
    is_decided: bool
    """Whether it ended because it was sure."""


# -- Kim and Nelson ----------------------------------------------------------------------------------------------------


def kn(observe: Observe, k: int, first: int, confidence: float, indifference: float) -> Selected:
    """Select one of ``k`` alternatives so that, with this confidence, none is better by more than the indifference.

    ``first`` observations of each (two at least) tell how much the differences vary.
    """
    observed = observe(dict.fromkeys(range(k), first))
    if observed is None:
        return Selected(0, tuple(range(k)), k == 1)
    limits = _limits(observed, first, confidence, indifference)
    alive, r = np.arange(k), first
    while True:
        means = np.array([observed[i][:r].mean() for i in alive.tolist()])
        stays = ~_ruled_out(means, limits[np.ix_(alive, alive)], r, indifference)
        alive, means = alive[stays], means[stays]
        if len(alive) == 1:
            return Selected(int(alive[0]), (int(alive[0]),), True)
        r += max(1, r // GROWTH)
        more = observe(dict.fromkeys(alive.tolist(), r))
        if more is None:
            return Selected(int(alive[int(np.argmax(means))]), tuple(alive.tolist()), False)
        observed = more


def _limits(observed: Sequence[np.ndarray], first: int, confidence: float, indifference: float) -> np.ndarray:
    """Observations after which each pair is told apart whatever comes, ``h² S² / δ²``: float64[k, k]."""
    k, degrees = len(observed), first - 1
    eta = 0.5 * ((2 * (1 - confidence) / max(k - 1, 1)) ** (-2 / degrees) - 1)
    start = np.array([values[:first] for values in observed])
    variance = (start[:, None, :] - start[None, :, :]).var(axis=2, ddof=1)
    with np.errstate(over="ignore"):  # an indifference of next to nothing: never told apart, unless always the same
        return np.asarray(2 * eta * degrees * (np.sqrt(variance) / indifference) ** 2)


def _ruled_out(means: np.ndarray, limits: np.ndarray, r: int, indifference: float) -> np.ndarray:
    """Which are surely worse than some other one; of those that tie in the end the first is left: bool[alive]."""
    allowance = np.maximum(0.0, indifference / (2 * r) * (limits - r))
    is_less = means[:, None] < means[None, :] - allowance
    is_tied = (means[:, None] == means[None, :]) & (allowance == 0) & np.tri(len(means), k=-1, dtype=bool)
    return (is_less | is_tied).any(axis=1)


# -- optimal computing budget allocation -------------------------------------------------------------------------------


def ocba(observe: Observe, k: int, first: int, confidence: float, indifference: float) -> Selected:
    """Select one of ``k`` alternatives, adding observations where they most likely change the choice.

    Ends when the probability that one is better by more than the indifference is surely less than what the confidence
    leaves (Bonferroni, Student's t on paired differences), or when there are no more observations.
    """
    observed = observe(dict.fromkeys(range(k), first))
    if observed is None:
        return Selected(0, tuple(range(k)), k == 1)
    while True:
        best, gaps, deviations = against_best(observed)
        doubts = _doubts(gaps + indifference, deviations, np.array([len(values) for values in observed]), best)
        if doubts.sum() <= 1 - confidence:
            return Selected(best, (best,), True)
        more = observe(_next(observed, best, paired_shares(np.maximum(gaps, indifference), deviations, best)))
        if more is None:
            alive = np.flatnonzero((doubts > (1 - confidence) / max(k - 1, 1)) | (np.arange(k) == best))
            return Selected(best, tuple(alive.tolist()), False)
        observed = more


def against_best(observed: Sequence[np.ndarray]) -> tuple[int, np.ndarray, np.ndarray]:
    """The best by paired means, and of each its mean gap to it and the deviation of that: float64[k] each.

    Means over other draws cannot be compared: each is held against the alternative with the most observations.
    """
    lengths = [len(values) for values in observed]
    reference = observed[int(np.argmax(lengths))]
    best = int(np.argmax([(values - reference[:n]).mean() for values, n in zip(observed, lengths, strict=True)]))
    common = [min(n, lengths[best]) for n in lengths]
    paired = [observed[best][:n] - values[:n] for values, n in zip(observed, common, strict=True)]
    return best, np.array([each.mean() for each in paired]), np.array([each.std(ddof=1) for each in paired])


def ocba_shares(gaps: np.ndarray, deviations: np.ndarray, best: int) -> np.ndarray:
    """Shares of the observations that each alternative should have: float64[k], summing to one.

    Of the others as ``(deviation / gap)²``, of the best ``deviation · sqrt(sum of share² / deviation²)``.
    """
    others = np.arange(len(gaps)) != best
    weights = np.zeros(len(gaps))
    weights[others] = (deviations[others] / gaps[others]) ** 2
    noisy = others & (deviations > 0)
    weights[best] = deviations[best] * math.sqrt(float(((weights[noisy] / deviations[noisy]) ** 2).sum()))
    total = weights.sum()
    return weights / total if total > 0 else np.full(len(gaps), 1 / len(gaps))


def paired_shares(gaps: np.ndarray, deviations: np.ndarray, best: int) -> np.ndarray:
    """`ocba_shares` where observations come in pairs with the best, whose own noise is none: it has as many as any.

    Gaps to the best and deviations float64[k] in the unit of the gain; shares of replications float64[k], sum 1.
    """
    shares = ocba_shares(gaps, np.where(np.arange(len(gaps)) == best, 0.0, deviations), best)
    shares[best] = shares.max()
    return shares / shares.sum()


def _next(observed: Sequence[np.ndarray], best: int, shares: np.ndarray) -> dict[int, int]:
    """How many observations of which come next: a round more in all, by their shares."""
    lengths = np.array([len(values) for values in observed])
    total = lengths.sum() + max(len(lengths) // 2, lengths.sum() // (2 * GROWTH), 2)
    wanted = np.maximum(lengths, np.rint(shares * total).astype(np.int64))
    if (wanted == lengths).all():
        behind = np.where(np.arange(len(lengths)) == best, np.inf, lengths / np.maximum(shares, LEAST_SHARE))
        wanted[int(np.argmin(behind))] += 1
    wanted[best] = wanted.max()
    return {i: int(wanted[i]) for i in np.flatnonzero(wanted > lengths).tolist()}


def _doubts(gaps: np.ndarray, deviations: np.ndarray, lengths: np.ndarray, best: int) -> np.ndarray:
    """Probability that each is better than the best after all: float64[k]."""
    from scipy.special import stdtr

    n = np.minimum(lengths, lengths[best])
    errors = deviations / np.sqrt(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        doubts = np.where(errors > 0, stdtr(n - 1, -gaps / errors), 0.0)
    doubts[best] = 0.0
    return doubts
