"""The runs of a sample: what is kept of each, and which indicators are read off it.

Everything of the summary is kept, by route and of the whole scenario, so that another indicator takes no new run.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.errors import SimError, did_you_mean, listed
from sim.experiments.store import OneRun, Summary, hash_of
from sim.experiments.variance.sample import Sample, Slot
from sim.indicators import Run
from sim.indicators.accounts import co2e_g
from sim.indicators.service import door_to_door_of_all
from sim.indicators.summary import SUMMARY
from sim.ledger.posteriors import Posterior
from sim.model import build
from sim.scenario.scenario import Scenario
from sim.scenario.uncertain import Uncertain

WHOLE = "all"
"""What the whole scenario is kept under; no route has an empty origin."""


@dataclass(frozen=True)
class Indicator:
    """What is asked about: the measure that is kept, its unit, and what it is in words."""

    measure: str
    unit: str
    said: str


INDICATORS = {
    "placed": Indicator("placed", "orders", "orders placed"),
    "mean_days": Indicator("mean_days", "d", "mean time from order to ready for collection"),
    "p95_days": Indicator("p95_days", "d", "time by which 95 % of orders are ready for collection"),
    "share_within_promise": Indicator("share_within_promise", "", "share of orders within the promise"),
    "operators_result": Indicator("operators_result_cny", "CNY of 2016", "operators' result"),
    "co2e": Indicator("co2e_kg", "kg", "CO2e of the lanes"),
}
SUMS = ("placed", "delivered", "lost", "returned", "operators_result_cny", "co2e_kg")


@dataclass(frozen=True)
class Job:
    """One run of a sample, as it is sent to a process: the scenario as text, for generic classes cannot be pickled."""

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
        world = OneRun(drawn.scenario.model_dump_json(by_alias=True), self.slot.replication).worlds
        scenario = world.scenario(self.slot.replication)
        model = build(scenario, self.slot.replication)
        model.run()
        measures = measures_of(Run(model.record, scenario))
        return {"measures": measures, "numbers": drawn.numbers, "refused": drawn.n_refused}


def jobs_of(sample: Sample, n: int) -> list[Job]:
    """The first runs of a sample."""
    text = sample.described.model_dump_json(by_alias=True)
    return [Job(text, sample.posteriors, sample.numbers, sample.groups, Slot.of(run)) for run in range(n)]


def measures_of(run: Run) -> dict[str, dict[str, float | None]]:
    """All measures of the summary by route, and of the whole scenario; None where there is none."""
    table = SUMMARY.columns_of(run, 0)
    names = [column.name for column in SUMMARY.columns if column.kind != "text"]
    emitted = co2e_g(run)[run.months].sum(axis=0) / 1000
    of_routes = {
        str(route): {name: float(table[name][row]) for name in names} | {"co2e_kg": float(emitted[row])}
        for row, route in enumerate(table["route"])
    }
    whole = {name: sum(values[name] for values in of_routes.values()) for name in SUMS}
    whole |= {name: float(value) for name, value in door_to_door_of_all(run).items()}
    return {
        thing: {name: None if math.isnan(value) else value for name, value in values.items()}
        for thing, values in ({WHOLE: whole} | of_routes).items()
    }


class UnknownRouteError(SimError):
    """No such route in the scenario."""


def check_route(scenario: Scenario, route: str | None) -> None:
    """Raises UnknownRouteError if a route is asked for that is not there."""
    if route is not None and route not in scenario.routes:
        hint = did_you_mean(route, scenario.routes) or f"there are {listed(list(scenario.routes), 'and')}"
        raise UnknownRouteError(f"{scenario.scenario} has no route '{route}'; {hint}")


def values_of_runs(kept: Sequence[Summary], indicator: Indicator, route: str | None) -> np.ndarray:
    """An indicator in each run, of the whole scenario or of a route: float64[n]; NaN where there is none."""
    found: list[Mapping[str, float | None]] = [each["measures"][route or WHOLE] for each in kept]
    return np.array([math.nan if (value := each[indicator.measure]) is None else value for each in found], np.float64)
