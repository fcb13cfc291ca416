"""The runs of a sample: what is kept of each, and which indicators are read off it.

All measures are kept, by route and of the whole scenario, so that another indicator takes no new run.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.errors import InputError, SimError, did_you_mean, listed
from sim.experiments.store import OneRun, Summary, hash_of
from sim.experiments.travelling import Travelling
from sim.experiments.variance.sample import Sample, Slot
from sim.indicators import Run
from sim.indicators.measures import BY_NAME, WHOLE, measured
from sim.ledger.posteriors import Posterior
from sim.model import build
from sim.scenario.scenario import Scenario
from sim.scenario.uncertain import Uncertain

KEPT = (WHOLE, "route")
"""Dimensions of measures that are kept."""


@dataclass(frozen=True)
class Indicator:
    """What is asked about: a measure of the whole scenario, and the name it has of a route."""

    measure: str
    of_route: str

    @property
    def unit(self) -> str:
        """Its unit."""
        return BY_NAME[self.measure].unit

    @property
    def said(self) -> str:
        """What it is, in words."""
        return BY_NAME[self.measure].description


SHORT = {
    "operators_result": Indicator("operators_result_cny", "routes_result_cny"),
    "co2e": Indicator("co2e_kg", "co2e_kg"),
}
"""Indicators that are called something else than their measure."""
INDICATORS = SHORT | {name: Indicator(name, name) for name in BY_NAME}


@dataclass(frozen=True)
class Job(Travelling):
    """One run of a sample; the scenario as text."""

    described: str
    posteriors: tuple[Posterior, ...]
    numbers: tuple[Uncertain, ...]
    groups: tuple[tuple[str, ...], ...]
    slot: Slot

    @cached_property
    def key(self) -> str:
        """Hash of everything that the run depends on."""
        drawn = [(posterior.name, posterior.sha256) for posterior in self.posteriors]
        return hash_of(self.described, repr(drawn), repr(self.numbers), repr(self.slot))

    def run(self) -> Summary:
        """Draw its world and run it; or why that cannot be."""
        try:
            return self._run()
        except SimError as error:
            return {"failed": str(error)}

    def _run(self) -> Summary:
        sample = Sample(Scenario.model_validate_json(self.described), self.posteriors, self.numbers, self.groups)
        drawn = sample.drawn(self.slot)
        measures = measures_in(drawn.scenario, self.slot.replication)
        return {"measures": measures, "numbers": drawn.numbers, "refused": drawn.n_refused}


def jobs_of(sample: Sample, n: int) -> list[Job]:
    """The first runs of a sample."""
    text = sample.described.model_dump_json(by_alias=True)
    return [Job(text, sample.posteriors, sample.numbers, sample.groups, Slot.of(run)) for run in range(n)]


def measures_in(world: Scenario, replication: int) -> dict[str, dict[str, list[float | None]]]:
    """All measures of a world in which nothing is left to draw but luck."""
    worlds = OneRun(world.model_dump_json(by_alias=True), replication).worlds
    scenario = worlds.scenario(replication)
    model = build(scenario, replication)
    model.run()
    return measures_of(Run(model.record, scenario))


def measures_of(run: Run) -> dict[str, dict[str, list[float | None]]]:
    """All measures by dimension, a value for each group; None where there is none."""
    values = measured(run).values
    return {
        dimension: {name: [None if math.isnan(each) else each for each in of_groups.tolist()]
                    for name, of_groups in values[dimension].items()}
        for dimension in KEPT
    }  # fmt: skip


class UnknownMeasureError(InputError):
    """The scenario has no such measure."""


class UnknownRouteError(InputError):
    """No such route in the scenario."""


def check_route(scenario: Scenario, route: str | None) -> None:
    """Raises UnknownRouteError if a route is asked for that is not there."""
    if route is not None and route not in scenario.routes:
        hint = did_you_mean(route, scenario.routes) or f"there are {listed(list(scenario.routes), 'and')}"
        raise UnknownRouteError(f"{scenario.scenario} has no route '{route}'; {hint}")


def values_of_runs(kept: Sequence[Summary], name: str, scenario: Scenario, route: str | None) -> np.ndarray:
    """An indicator in each run, of the whole scenario or of a route: float64[n]; NaN where there is none.

    Raises UnknownMeasureError if the runs have no such indicator.
    """
    indicator = INDICATORS[name]
    dimension, measure = (WHOLE, indicator.measure) if route is None else ("route", indicator.of_route)
    group = 0 if route is None else list(scenario.routes).index(route)
    if any(measure not in each["measures"][dimension] for each in kept):
        raise UnknownMeasureError(
            f"there is no {name} of {'a route' if route else 'a whole scenario'}; ask for another"
        )
    found: list[float | None] = [each["measures"][dimension][measure][group] for each in kept]
    return np.array([math.nan if value is None else value for value in found], np.float64)
