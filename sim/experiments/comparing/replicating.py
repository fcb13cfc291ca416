"""Replications of plans, added in whole draws until differences are as precise as asked for."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sim.experiments.comparing.network import BY_MONTH, kept_of
from sim.experiments.comparing.plans import Plan
from sim.experiments.differences import Difference
from sim.experiments.run import Job, Progress, Tell, run_tasks
from sim.experiments.worlds import Worlds
from sim.indicators import Run
from sim.indicators.measures import Measured, measured
from sim.model import build

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
    network: BY_MONTH
    """What went on in its network, month by month."""


@dataclass
class Replications:
    """All that have run, by plan and number."""

    plans: Sequence[Plan]
    outcomes: dict[tuple[int, int], Replicated] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)
    """Why a replication is missing in some plan, by its number."""
    n: int = 0
    """Replications that were to run."""
    was_stopped: bool = False
    _worlds: dict[int, list[Worlds]] = field(default_factory=dict, repr=False)

    @property
    def worlds(self) -> list[Worlds]:
        """The worlds that the plans ran in."""
        if self.n not in self._worlds:
            self._worlds[self.n] = [Worlds.of(plan.scenario, self.n, plan.posteriors) for plan in self.plans]
        return self._worlds[self.n]

    @property
    def per_draw(self) -> int | None:
        """Replications of a draw; None if nothing is drawn in any plan."""
        return next((worlds.described.replications_per_draw for worlds in self.worlds if worlds.n_draws), None)

    def measured(self, plan: int, replication: int) -> Measured:
        """What a replication of a plan came to."""
        return self.outcomes[plan, replication].measured

    def complete(self) -> tuple[int, ...]:
        """Replications that are there in all plans, of draws that are whole."""
        per_draw = self.per_draw
        there = [r for r in range(self.n) if all((i, r) in self.outcomes for i in range(len(self.plans)))]
        if per_draw is None:
            return tuple(there)
        whole = {d for d in range(self.n // per_draw) if all(d * per_draw + i in there for i in range(per_draw))}
        return tuple(r for r in there if r // per_draw in whole)


Judge = Callable[[Replications], Sequence[Difference]]
"""The objective's differences of what has run so far."""


def replicated(
    plans: Sequence[Plan], rule: Rule, judge: Judge, workers: int, on_progress: Tell | None = None
) -> Replications:
    """Run plans on common luck: the first replications, then more until differences are precise, or most are run."""
    found = Replications(plans)
    unit = max(2, plans[0].scenario.replications_per_draw)
    first = min(max(math.ceil(FIRST / unit) * unit, 2 * unit), rule.most) if rule.fixed is None else rule.fixed
    wanted = in_whole_draws(plans, first)
    while wanted > found.n:
        _add(found, wanted, workers, part_of(on_progress, found.n / wanted, 1.0))
        if found.was_stopped or rule.fixed is not None or not found.complete():
            break
        wanted = _next(judge(found), rule, found.n, unit)
    return found


def in_whole_draws(plans: Sequence[Plan], n: int) -> int:
    """``n`` less those of a draw that would not be whole; too few for two draws stay: then nothing is drawn."""
    per_draw = plans[0].scenario.replications_per_draw
    is_drawn = any(Worlds.of(plan.scenario, n, plan.posteriors).can_be_drawn for plan in plans)
    return n // per_draw * per_draw if is_drawn and n >= 2 * per_draw else n


def part_of(on_progress: Tell | None, first: float, last: float) -> Tell | None:
    """Progress of a part of the work as that of the whole, of which it is from one share to another."""
    if on_progress is None:
        return None
    return lambda p: on_progress(Progress(first + (last - first) * p.share, p.complete, p.replications))


def _add(found: Replications, wanted: int, workers: int, on_progress: Tell | None) -> None:
    """Run further replications of all plans, up to so many."""
    jobs = [Job(plan.scenario, wanted - found.n, plan.posteriors, found.n) for plan in found.plans]
    done = run_tasks(jobs, measure_replication, workers, on_progress)
    found.outcomes |= {(task.job, task.replication): outcome for task, outcome in done.outcomes.items()}
    for task, why in done.failures.items():
        found.failures.setdefault(task.replication, f"{found.plans[task.job].name}: {why}")
    found.was_stopped, found.n = done.was_stopped, wanted


def _next(differences: Sequence[Difference], rule: Rule, n: int, unit: int) -> int:
    """How many replications there should be next: as many as the half-widths call for, at most twice as many."""
    missing = [one for one in differences if not one.is_precise and not math.isnan(one.difference)]
    if not missing:
        return n
    ratios = [one.half_width / rule.wanted(one) if rule.wanted(one) > 0 else math.inf for one in missing]
    called_for = n * max((ratio**2 if not math.isnan(ratio) else math.inf) for ratio in ratios)
    more = min(max(n + unit, math.ceil(min(called_for, 2 * n) / unit) * unit), rule.most // unit * unit)
    return max(more, n)


def measure_replication(worlds: Worlds, replication: int, tell: Callable[[float], None]) -> Replicated:
    """Run one replication of a plan in its world, and keep its measures."""
    scenario = worlds.scenario(replication)
    model = build(scenario, replication, on_settling=lambda share: tell(SETTLING * share))
    model.run(lambda share: tell(SETTLING + (1 - SETTLING) * share))
    settlement = model.settlement
    run = Run(model.record, scenario)
    return Replicated(measured(run), settlement is None or settlement.is_settled, kept_of(run))
