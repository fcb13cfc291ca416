"""What a portfolio gains on doing nothing, by each objective; those of comparisons, and benefit over cost."""

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
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(cost > 0, benefit / cost - BREAK_EVEN, 0.0)

    def indifference(self, given: float | None, nothing: Samples) -> float:
        """Differences too small to matter."""
        if given is not None:
            return given
        if self.name not in OBJECTIVES:
            return SMALL_RATIO
        return max(SMALL * abs(float(self.level(nothing).mean())), float(np.finfo(float).tiny))


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
