"""Replications of plans, added in whole draws until differences are as precise as asked for."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sim.experiments.comparing.kept import KeptRuns
from sim.experiments.comparing.plans import Plan
from sim.experiments.comparing.replicated import Replicated, measure_replication
from sim.experiments.differences import Difference
from sim.experiments.pace import Progress, Task
from sim.experiments.run import Ended, Job, Tell, run_tasks
from sim.experiments.worlds import Worlds
from sim.indicators.measures import Measured

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
    plans: Sequence[Plan],
    rule: Rule,
    judge: Judge,
    workers: int,
    on_progress: Tell | None = None,
    kept: KeptRuns | None = None,
) -> Replications:
    """Run plans on common luck: the first replications, then more until differences are precise, or most are run.

    What is ``kept`` already is not run again, and each run is kept as soon as it ends.
    """
    found = Replications(plans)
    unit = max(2, plans[0].scenario.replications_per_draw)
    first = min(max(math.ceil(FIRST / unit) * unit, 2 * unit), rule.most) if rule.fixed is None else rule.fixed
    wanted = in_whole_draws(plans, first)
    while wanted > found.n:
        _add(found, wanted, workers, _with_those_before(found, wanted, on_progress), kept)
        if found.was_stopped or rule.fixed is not None or not found.complete():
            break
        wanted = _next(judge(found), rule, found.n, unit)
    return found


def in_whole_draws(plans: Sequence[Plan], n: int) -> int:
    """``n`` less those of a draw that would not be whole; too few for two draws stay: then nothing is drawn."""
    per_draw = plans[0].scenario.replications_per_draw
    is_drawn = any(Worlds.of(plan.scenario, n, plan.posteriors).can_be_drawn for plan in plans)
    return n // per_draw * per_draw if is_drawn and n >= 2 * per_draw else n


def part_of(on_progress: Tell | None, first: float, last: float, of: str = "") -> Tell | None:
    """Progress of a part of the work as that of the whole, of which it is from one share to another."""
    if on_progress is None:
        return None
    more = (1 - last) / (last - first)

    def tell(p: Progress) -> None:
        left = p.seconds_left
        if left is not None and more:
            left = None if p.seconds_each is None else left + more * p.replications * p.seconds_each
        on_progress(replace(p, share=first + (last - first) * p.share, seconds_left=left, of=of))

    return tell


def _with_those_before(found: Replications, wanted: int, on_progress: Tell | None) -> Tell | None:
    """Progress of further replications as that of all up to so many."""
    if on_progress is None:
        return None
    n_plans, n = len(found.plans), found.n
    complete = len(found.outcomes)
    failed = n * n_plans - complete

    def tell(p: Progress) -> None:
        on_progress(
            replace(
                p,
                share=(n + (wanted - n) * p.share) / wanted,
                complete=complete + p.complete,
                failed=failed + p.failed,
                replications=wanted * n_plans,
                is_settling=p.is_settling and n == 0,
            )
        )

    return tell


def _add(found: Replications, wanted: int, workers: int, on_progress: Tell | None, kept: KeptRuns | None) -> None:
    """Run further replications of all plans, up to so many."""
    jobs = [Job(plan.scenario, wanted - found.n, plan.posteriors, found.n) for plan in found.plans]
    numbers, found.n = range(found.n, wanted), wanted
    worlds = found.worlds
    before: dict[Task, Ended] = {}
    if kept is not None:
        tasks = [Task(i, replication) for replication in numbers for i in range(len(jobs))]
        looked = {task: kept.get(worlds[task.job], task.replication) for task in tasks}
        before = {task: ended for task, ended in looked.items() if ended is not None}

    def keep(task: Task, ended: Ended) -> None:
        if kept is not None:
            kept.put(worlds[task.job], task.replication, ended)

    done = run_tasks(jobs, measure_replication, workers, on_progress, before=before, on_ended=keep)
    found.outcomes |= {(task.job, task.replication): outcome for task, outcome in done.outcomes.items()}
    for task, why in done.failures.items():
        found.failures.setdefault(task.replication, f"{found.plans[task.job].name}: {why}")
    found.was_stopped = done.was_stopped


def _next(differences: Sequence[Difference], rule: Rule, n: int, unit: int) -> int:
    """How many replications there should be next: as many as the half-widths call for, at most twice as many."""
    missing = [one for one in differences if not one.is_precise and not math.isnan(one.difference)]
    if not missing:
        return n
    ratios = [one.half_width / rule.wanted(one) if rule.wanted(one) > 0 else math.inf for one in missing]
    called_for = n * max((ratio**2 if not math.isnan(ratio) else math.inf) for ratio in ratios)
    more = min(max(n + unit, math.ceil(min(called_for, 2 * n) / unit) * unit), rule.most // unit * unit)
    return max(more, n)
