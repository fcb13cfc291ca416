"""What plans are ranked by."""

from dataclasses import dataclass

import numpy as np

from sim.experiments.comparing.accounts import ACCOUNT_MEASURES
from sim.experiments.comparing.samples import Samples
from sim.indicators.measures import BY_NAME, Measure

EVERY_MEASURE: dict[str, Measure] = BY_NAME | {measure.name: measure for measure in ACCOUNT_MEASURES}


@dataclass(frozen=True)
class Objective:
    """A measure to be as high, or as low, as can be."""

    name: str
    measure: str

    @property
    def sign(self) -> int:
        """1 if more is better, -1 if less is."""
        return EVERY_MEASURE[self.measure].better

    @property
    def unit(self) -> str:
        """Unit of the measure, and so of regret."""
        return EVERY_MEASURE[self.measure].unit

    def of(self, samples: Samples) -> np.ndarray:
        """The measure of a plan, turned so that more is better: float64[n]."""
        return self.sign * samples.whole(self.measure)


OBJECTIVES = {
    name: Objective(name, measure)
    for name, measure in {
        "parcels": "placed",
        "days": "mean_days",
        "surplus": "buyers_surplus_cny",
        "net-benefit": "net_benefit_cny",
        "co2e": "co2e_kg",
    }.items()
}
