"""A model of a report: a scenario, what is measured in each run of it, and what theory says of each quantity."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sim.scenario.scenario import Scenario
from verification.running import Effort, Seen, replicated
from verification.statistics import Check


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What theory says of one quantity, how far off still counts as equal, and who says so."""

    value: float
    unit: str
    tolerance: float
    source: str
    resolution: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Case:
    """A scenario with formulas; ``expected`` by quantity, and ``measure`` gives the same quantities of a run."""

    family: str
    model: str
    scenario: Callable[[], Scenario]
    measure: Callable[[Seen], Mapping[str, float]]
    expected: Callable[[], Mapping[str, Expected]]
    replications: int

    def checks(self, effort: Effort) -> Iterator[Check]:
        """Run it, and hold every quantity against its formula."""
        scenario = effort.seeded(self.scenario(), self.model)
        found = replicated(scenario, effort.replications(self.replications), self.measure)
        for quantity, theory in self.expected().items():
            yield Check(
                family=self.family,
                model=self.model,
                quantity=quantity,
                source=theory.source,
                unit=theory.unit,
                theory=theory.value,
                simulated=found[quantity],
                tolerance=theory.tolerance,
                resolution=theory.resolution,
            )
