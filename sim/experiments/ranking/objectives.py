"""What a portfolio gains on doing nothing, by each objective; those of comparisons, and benefit over cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiments.comparing.objectives import OBJECTIVES
from sim.experiments.comparing.samples import Samples

BREAK_EVEN = 1.0
"""What doing nothing is worth as benefit over cost: money that is not spent keeps its worth."""
SMALL = 0.002
"""Share of doing nothing's value that does not matter, unless the file says otherwise."""
SMALL_RATIO = 0.05


@dataclass(frozen=True)
class Sought:
    """An objective, its unit and what a gain in it is called."""

    name: str
    unit: str
    said: str

    def level(self, nothing: Samples) -> np.ndarray:
        """Its value where nothing is done, turned so that more is better: float64[n]."""
        if self.name in OBJECTIVES:
            return OBJECTIVES[self.name].of(nothing)
        return np.full(len(nothing.whole("cost_cny")), BREAK_EVEN)

    def gain(self, one: Samples, nothing: Samples) -> np.ndarray:
        """What a portfolio gains on doing nothing, replication by replication, more is better: float64[n]."""
        n = len(one.whole("cost_cny"))
        if self.name in OBJECTIVES:
            of = OBJECTIVES[self.name].of
            return of(one) - of(nothing)[:n]
        benefit, cost = (one.whole(each) - nothing.whole(each)[:n] for each in ("benefit_cny", "cost_cny"))
        return _over(benefit, cost) - BREAK_EVEN if cost.mean() > 0 else np.zeros(n)

    def indifference(self, given: float | None, nothing: Samples) -> float:
        """Differences too small to matter."""
        if given is not None:
            return given
        if self.name not in OBJECTIVES:
            return SMALL_RATIO
        return max(SMALL * abs(float(self.level(nothing).mean())), float(np.finfo(float).tiny))


def _over(benefit: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Replications whose mean is the ratio of the means, as comparisons have it, and whose scatter is that of it.

    That is the ratio to first order in what the two deviate from their means (the delta method): float64[n].
    """
    ratio = benefit.mean() / cost.mean()
    linear: np.ndarray = ratio + (benefit - ratio * cost) / cost.mean()
    return linear


_SAID = {
    "parcels": "parcels gained",
    "days": "days saved, mean",
    "surplus": "buyers' surplus gained",
    "net-benefit": "benefit less cost",
    "co2e": "CO2e saved",
}
SOUGHT = {name: Sought(name, OBJECTIVES[name].unit, said) for name, said in _SAID.items()} | {
    "benefit-cost": Sought("benefit-cost", "ratio", "benefit over cost, above 1")
}


def without_value(samples: Mapping[int, Samples], objectives: Sequence[str]) -> dict[int, str]:
    """Scenarios that lack an objective in some replication, and which; scenario 0 is that in which nothing is done."""
    found: dict[int, str] = {}
    for i, one in samples.items() if 0 in samples else ():
        for name in objectives:
            lacks = np.flatnonzero(np.isnan(SOUGHT[name].gain(one, samples[0])))
            if len(lacks):
                found.setdefault(i, f"there is no {name} in replication {lacks[0]}: nothing to compare")
    return found
