"""Replications of plans, added in whole draws until differences are as precise as asked for."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from sim.errors import SimError
from sim.experiments.differences import Difference, Layout
from sim.experiments.run import Job, Progress, Tell, run_tasks
from sim.indicators import Run
from sim.indicators.measures import Measured, measured
from sim.model import build
from sim.scenario.scenario import Scenario

SETTLING = 0.1
"""Share of a replication's progress that settling the expectations counts for."""
FIRST, MOST = 8, 40


@dataclass(frozen=True)
class Rule:
    """When there are enough replications."""

    relative: float = 0.05
    """A half-width within this share of the difference is precise enough,"""
    floor: float = 0.002
    """or within this share of the baseline's mean."""
    most: int = MOST
    fixed: int | None = None
    """So many, whatever they say."""

    def wanted(self, found: Difference) -> float:
        """The half-width that is precise enough."""
        return max(self.relative * abs(found.difference), self.floor * abs(found.baseline))


@dataclass(frozen=True)
class Replicated:
    """What one replication of one plan came to."""

    measured: Measured
    is_settled: bool
    """Whether the market's expectations settled, if they were to."""


@dataclass
class Replications:
    """All that have run, by plan and number."""

    outcomes: dict[tuple[int, int], Replicated] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)
    """Why a replication is missing in some plan, by its number."""
    n: int = 0
    """Replications that were to run."""
    was_stopped: bool = False

    def complete(self, n_plans: int, per_draw: int | None) -> tuple[int, ...]:
        """Replications that are there in all plans, of draws that are whole."""
        there = [r for r in range(self.n) if all((plan, r) in self.outcomes for plan in range(n_plans))]
        if per_draw is None:
            return tuple(there)
        whole = {d for d in range(self.n // per_draw) if all(d * per_draw + i in there for i in range(per_draw))}
        return tuple(r for r in there if r // per_draw in whole)


Judge = Callable[[Replications], Sequence[Difference]]
"""The objective's differences of what has run so far."""


def replicated(
    names: Sequence[str],
    scenarios: Sequence[Scenario],
    per_draw: int | None,
    rule: Rule,
    judge: Judge,
    workers: int,
    on_progress: Tell | None = None,
) -> Replications:
    """Run plans on common luck: the first replications, then more until all differences are precise, or most are run."""
    found = Replications()
    unit = per_draw or 2
    wanted = rule.fixed or min(max(FIRST, 2 * unit), rule.most)
    while wanted > found.n:
        _add(found, names, scenarios, wanted, workers, _of_round(on_progress, found.n, wanted))
        if found.was_stopped or rule.fixed:
            break
        if not found.complete(len(scenarios), per_draw):
            break
        wanted = _next(judge(found), rule, found.n, unit)
    return found


def _of_round(on_progress: Tell | None, done: int, wanted: int) -> Tell | None:
    """Progress over all rounds so far and this one."""
    if on_progress is None:
        return None
    return lambda p: on_progress(Progress((done + (wanted - done) * p.share) / wanted, p.complete, p.replications))


def _add(
    found: Replications,
    names: Sequence[str],
    scenarios: Sequence[Scenario],
    wanted: int,
    workers: int,
    on_progress: Tell | None,
) -> None:
    jobs = [Job(scenario, wanted - found.n, found.n) for scenario in scenarios]
    done = run_tasks(jobs, partial(replicate_measures, n=wanted), workers, on_progress)
    found.outcomes |= {(task.job, task.replication): outcome for task, outcome in done.outcomes.items()}
    for task, why in done.failures.items():
        found.failures.setdefault(task.replication, f"{names[task.job]}: {why}")
    found.was_stopped, found.n = done.was_stopped, wanted
    if not done.was_stopped and not done.outcomes:
        raise SimError("every replication failed; the first: " + next(iter(done.failures.values()), "none ran"))


def _next(differences: Sequence[Difference], rule: Rule, n: int, unit: int) -> int:
    """How many replications there should be next: as many as the half-widths call for, at most twice as many."""
    missing = [one for one in differences if not one.is_precise and not math.isnan(one.difference)]
    if not missing:
        return n
    ratios = [one.half_width / rule.wanted(one) if rule.wanted(one) > 0 else math.inf for one in missing]
    called_for = n * max((ratio**2 if not math.isnan(ratio) else math.inf) for ratio in ratios)
    more = min(max(n + unit, math.ceil(min(called_for, 2 * n) / unit) * unit), rule.most // unit * unit)
    return max(more, n)


def replicate_measures(
    scenario: Scenario, replication: int, tell: Callable[[float], None], n: int
) -> Replicated:
    """Run one replication of a plan, of ``n`` in all, and keep its measures."""
    model = build(scenario, replication, on_settling=lambda share: tell(SETTLING * share))
    model.run(lambda share: tell(SETTLING + (1 - SETTLING) * share))
    settlement = model.settlement
    return Replicated(measured(Run(model.record, scenario)), settlement is None or settlement.is_settled)


def drawn_numbers(values: Sequence[Mapping[str, float]]) -> dict[str, np.ndarray]:
    """Numbers by path over draws, of what each draw set: float64[draws] each; those that every draw has."""
    if not values:
        return {}
    return {path: np.array([draw[path] for draw in values]) for path in values[0] if all(path in d for d in values)}
