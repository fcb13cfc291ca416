"""A cheap look at all portfolios: singles and pairs are simulated, larger ones foretold from them; what is surely worse
than another is dropped.

A portfolio is foretold as the sum of what its parts bring and of what each two bring beyond their parts. What three or
more bring beyond that is not known; it is taken to be no more than what the pairs within bring beyond their parts, all
counted as positive: its *slack*. A portfolio is dropped if some other one is better by every objective even where the
difference from it is at the upper end of its interval and both are off by their slack. Pure functions of arrays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiments.ranking.enumerating import Portfolio

RIVALS = 25
"""So many of the best foretold by each objective may rule others out."""


@dataclass(frozen=True)
class Foretold:
    """What portfolios bring beyond doing nothing, of which more is better."""

    values: np.ndarray
    """float64[portfolios, draws]"""
    slack: np.ndarray
    """By how much each may be off: float64[portfolios]; 0 of what was simulated."""

    @property
    def mean(self) -> np.ndarray:
        """float64[portfolios]"""
        return self.values.mean(axis=1)


def foretold(portfolios: Sequence[Portfolio], simulated: Mapping[Portfolio, np.ndarray]) -> Foretold:
    """All portfolios, from the gains of those that were simulated: float64[draws] each."""
    beyond = _beyond(simulated)
    n = len(next(iter(simulated.values())))
    values, slack = np.zeros((len(portfolios), n)), np.zeros(len(portfolios))
    for i, portfolio in enumerate(portfolios):
        if portfolio in simulated:
            values[i] = simulated[portfolio]
            continue
        inside = [part for part in beyond if set(part) <= set(portfolio)]
        values[i] = np.sum([beyond[part] for part in inside], axis=0) if inside else 0.0
        slack[i] = sum(abs(float(beyond[part].mean())) for part in inside if _is_together(part, beyond))
    return Foretold(values, slack)


def _beyond(simulated: Mapping[Portfolio, np.ndarray]) -> dict[Portfolio, np.ndarray]:
    """What each simulated portfolio brings beyond all that is in it, small ones first."""
    found: dict[Portfolio, np.ndarray] = {}
    for portfolio in sorted(simulated, key=len):
        inside = [found[part] for part in found if set(part) < set(portfolio)]
        found[portfolio] = simulated[portfolio] - (np.sum(inside, axis=0) if inside else 0.0)
    return found


def _is_together(part: Portfolio, beyond: Mapping[Portfolio, np.ndarray]) -> bool:
    """Whether it is more than one thing: what stands only with what it requires is one."""
    return len([other for other in beyond if set(other) < set(part)]) > 1


def dropped(every: Sequence[Foretold], confidence: float) -> dict[int, int]:
    """Portfolios that are surely worse than another by every objective, and than which one.

    Confidence is that no best one is dropped, shared out over all comparisons (Bonferroni).
    """
    from scipy.special import stdtrit

    k, n = every[0].values.shape
    if n < 2 or k < 2:
        return {}
    quantile = float(stdtrit(n - 1, 1 - (1 - confidence) / (k - 1)))
    found: dict[int, int] = {}
    for rival in _rivals(every):
        is_worse = np.ones(k, bool)
        for each in every:
            gap = each.values - each.values[rival]
            upper = gap.mean(axis=1) + quantile * gap.std(axis=1, ddof=1) / np.sqrt(n)
            is_worse &= upper + each.slack + each.slack[rival] < 0
        for i in np.flatnonzero(is_worse):
            found.setdefault(int(i), rival)
    return found


def _rivals(every: Sequence[Foretold]) -> list[int]:
    """The best foretold by each objective, the very best first."""
    orders = [np.argsort(-each.mean, kind="stable")[:RIVALS] for each in every]
    return list(dict.fromkeys(int(order[place]) for place in range(len(orders[0])) for order in orders))


def best_foretold(every: Sequence[Foretold], candidates: Sequence[int], keep: int) -> list[int]:
    """The best so many of some portfolios, by each objective in turn; in their order."""
    orders = [sorted(candidates, key=lambda i: -each.mean[i]) for each in every]
    mixed = dict.fromkeys(order[place] for place in range(len(candidates)) for order in orders)
    return sorted(list(mixed)[:keep])
