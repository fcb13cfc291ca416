"""From a scenario to what its indicators' variance rests on: runs what is missing of the sample, then shares it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.experiments.kept_runs import AT_ONCE, TooFewRunsError, summaries
from sim.experiments.store import Store, Summary
from sim.experiments.variance.apportioning import Apportioned, apportioned
from sim.experiments.variance.design import design_of
from sim.experiments.variance.inputs import Inputs, inputs_of
from sim.experiments.variance.runs import check_route, jobs_of, values_of_runs
from sim.experiments.variance.sample import Sample, Slot
from sim.ledger.posteriors import posterior_in
from sim.scenario.loading import Loaded
from sim.scenario.scenario import Scenario

LEAST_RUNS = 24
"""Fewer say nothing."""
LEAST_BLOCKS = 8


@dataclass(frozen=True)
class Study:
    """A sample with what was kept of its runs."""

    scenario: Scenario
    inputs: Inputs
    slots: tuple[Slot, ...]
    kept: tuple[Summary, ...]
    failures: tuple[str, ...]
    """Why the runs failed that are not in it."""

    @property
    def n_refused(self) -> int:
        """Combinations of numbers that made no valid scenario and were drawn again."""
        refused = [each["refused"] for slot, each in zip(self.slots, self.kept, strict=True) if not slot.is_repeat]
        return int(sum(refused))


@dataclass(frozen=True)
class Answer:
    """What the variance of an indicator rests on, of the whole scenario or of a route."""

    indicator: str
    route: str | None
    shared: Apportioned | None
    """None if the indicator is the same in all runs."""
    n_used: int
    n_pairs: int


def studied(loaded: Loaded, n: int, parcels_per_row: int, folder: Path, workers: int = AT_ONCE) -> Study:
    """Run what is not in the folder. Ctrl-C raises KeyboardInterrupt; what is complete is kept."""
    store = Store(folder)
    posteriors = tuple(posterior_in(loaded.posteriors, name) for name in loaded.scenario.posterior)
    inputs = inputs_of(loaded, posteriors, store)
    scenario = loaded.scenario.model_copy(update={"parcels_per_row": parcels_per_row})
    jobs = jobs_of(Sample(scenario, posteriors, inputs.numbers, inputs.groups), n)
    kept = summaries(jobs, store, f"{scenario.scenario}: runs", workers)
    good = [i for i, each in enumerate(kept) if "failed" not in each]
    failures = tuple(str(each["failed"]) for each in kept if "failed" in each)
    return Study(scenario, inputs, tuple(jobs[i].slot for i in good), tuple(kept[i] for i in good), failures)


def answers(study: Study, indicators: Sequence[str], route: str | None = None) -> list[Answer]:
    """What each indicator rests on. Raises TooFewRunsError."""
    check_route(study.scenario, route)
    return [_answer(study, indicator, route) for indicator in indicators]


def _answer(study: Study, indicator: str, route: str | None) -> Answer:
    values = values_of_runs(study.kept, indicator, study.scenario, route)
    numbers = np.array([each["numbers"] for each in study.kept], np.float64).reshape(len(study.kept), -1)
    design = design_of(study.slots, values, numbers, has_posterior=bool(study.scenario.posterior))
    if design.n_blocks < LEAST_BLOCKS or not design.n_pairs:
        n = int(np.isfinite(values).sum())
        raise TooFewRunsError(
            f"{indicator} of {route or study.scenario.scenario} has a value in {n} of {len(values)} runs (none "
            f"where too few orders arrive), too few to say what it rests on: raise --runs or ask for another"
        )
    n_used = design.values.size + design.n_pairs
    varies = float(np.ptp(design.values)) > 0
    return Answer(indicator, route, apportioned(design) if varies else None, n_used, design.n_pairs)
